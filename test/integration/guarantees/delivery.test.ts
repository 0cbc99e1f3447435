import { DescribeArchiveCommand, PutEventsCommand, StartReplayCommand } from '@aws-sdk/client-eventbridge';
import { DeleteMessageCommand, SendMessageCommand, StartMessageMoveTaskCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Interposer } from '../../../local/index.ts';
import { readAssembly } from '../../../operations/guarantees/assembly.ts';
import { deriveGuarantees } from '../../../operations/guarantees/guarantees.ts';
import { cellsOf } from '../../../operations/guarantees/page.ts';
import { EdgeWorld } from '../../world/edges.ts';

/** Queues do not take what the bus brings: what the bus does then, each cell as the table says. */
const assembly = readAssembly(inject('assemblyDirectory'));
const { guarantees } = deriveGuarantees(assembly);
const rows = (kind: string) => guarantees.filter(({ edge }) => edge.kind === kind).map((guarantee) => ({ ...guarantee, name: cellsOf(guarantee).edge }));
const edges = rows('rule-queue');

const HOUR_MS = 3_600_000;

/** The deliveries of rules to the queues of this table. */
const targets = new Set(edges.map(({ edge }) => edge.to));
const isToTarget: (hop: Parameters<Interposer>[0]) => boolean = ({ kind, service, arn }) =>
  kind === 'delivery' && service === 'sqs' && targets.has(arn.slice(arn.lastIndexOf(':') + 1));

const world = new EdgeWorld(assembly);

/** Puts an event for each rule, twice a second apart, while something goes wrong with each delivery. */
async function putAllWhile(interposer: Interposer, marks: readonly string[]): Promise<void> {
  world.plane.kernel.setInterposer(interposer);
  for (const mark of marks) {
    for (const { edge } of edges) await world.putFor(edge, mark);
    await world.pass(1_000);
  }
}

/** What came into a queue with a mark, in order. */
const sent = (queue: string, marks: readonly string[]): string[] =>
  world.entries('message-sent', queue).flatMap(({ detail }) => marks.find((mark) => String(detail['body']).includes(`"mark":"${mark}"`)) ?? []);

beforeAll(async () => {
  await world.deploy(inject('assemblyDirectory'));
  await world.enableMappings(false);
  await putAllWhile((hop) => (isToTarget(hop) ? { kind: 'duplicate' } : { kind: 'none' }), ['twice']);
  let delayed = new Set<string>();
  await putAllWhile(
    (hop) => {
      if (!isToTarget(hop) || delayed.has(hop.arn)) return { kind: 'none' };
      delayed = delayed.add(hop.arn);
      return { kind: 'delay', delayMs: 30_000 };
    },
    ['early', 'late'],
  );
  await world.pass(60_000);
  await putAllWhile(
    (hop) => (isToTarget(hop) || (hop.kind === 'delivery' && hop.service === 'lambda') ? { kind: 'request-lost' } : { kind: 'none' }),
    ['lost'],
  );
  await world.setOffAlarm();
  await world.pass(26 * HOUR_MS);
  await putAllWhile(() => ({ kind: 'none' }), []);
}, 120_000);

afterAll(async () => {
  expect(world.bugs).toEqual([]);
  await world.close();
});

describe.each(edges)('$name', ({ edge: { to, resource, stack }, order, duplicates, retry, loss, deadLetters = '', redrive, lag }) => {
  const rule = assembly.ofType('AWS::Events::Rule').find((each) => each.id === resource && each.stack === stack)?.properties['Name'] as string;

  it('may deliver twice, and a later event first', () => {
    expect([duplicates, order]).toEqual(['at-least-once', 'none']);
    const twice = sent(to, ['twice']).length;
    expect(twice).toBeGreaterThan(0);
    expect(twice % 2).toBe(0);
    // The first of the early ones was on its way for longer.
    expect(sent(to, ['early', 'late']).slice(-2)).toEqual(['late', 'early']);
  });

  it('retries as often and as long, later and later', () => {
    const failures = world.journal(({ kind, detail }) => kind === 'delivery-failed' && String(detail['ruleArn']).endsWith(`/${rule}`));
    const [first] = failures;
    const own = failures.filter(({ detail }) => detail['eventId'] === first?.detail['eventId']);
    const tookMs = (own.at(-1)?.atMs ?? 0) - (first?.atMs ?? 0);
    expect(own.length).toBeLessThanOrEqual(retry?.attemptsMax ?? 0);
    expect(tookMs).toBeLessThanOrEqual((retry?.secondsMax ?? 0) * 1000);
    // One of the two limits was reached: the attempts, or no other fits into the time.
    const longestWaitMs = 600_000;
    expect(own.length === retry?.attemptsMax || tookMs > (retry?.secondsMax ?? 0) * 1000 - longestWaitMs).toBe(true);
    const waits = own.slice(1).map(({ atMs }, index) => atMs - (own[index]?.atMs ?? 0));
    expect(waits[8]).toBeGreaterThan((waits[0] ?? 0) * 16);
  });

  it('dead-letters what was given up, with its reason', async () => {
    expect(loss.givenUp).toBe('dead-lettered');
    const letters = await world.messagesIn(deadLetters);
    expect(letters.length).toBeGreaterThan(0);
    for (const { Body, MessageAttributes: attributes } of letters) {
      expect(JSON.parse(Body ?? '').detail.mark).toBe('lost');
      expect(attributes?.['EXHAUSTED_RETRY_CONDITION']?.StringValue).toMatch(/^Maximum(RetryAttempts|EventAgeInSeconds)$/);
      expect(attributes?.['ERROR_CODE']?.StringValue).toBeDefined();
      expect(attributes?.['RULE_ARN']?.StringValue).toMatch(new RegExp(`/${rule}$`));
    }
  });

  it('is redriven by a move into its queue where that is the dead letters’ own, and by copying them elsewhere, where SQS moves none', async () => {
    await world.pass(60_000);
    const arnOf = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`;
    if (redrive.kind === 'source') {
      const move = new StartMessageMoveTaskCommand({ SourceArn: arnOf(deadLetters), DestinationArn: arnOf(to) });
      await world.complete(world.clients.sqs.send(move));
    } else {
      expect(redrive.kind).toBe('copy');
      const task = new StartMessageMoveTaskCommand({ SourceArn: arnOf(deadLetters) });
      await expect(world.complete(world.clients.sqs.send(task))).rejects.toThrow('Source queue must be configured as a Dead Letter Queue.');
      const [QueueUrl, source] = [await world.queueUrl(to), await world.queueUrl(deadLetters)];
      for (const { Body: MessageBody, ReceiptHandle } of await world.messagesIn(deadLetters)) {
        await world.complete(world.clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody })));
        await world.complete(world.clients.sqs.send(new DeleteMessageCommand({ QueueUrl: source, ReceiptHandle })));
      }
    }
    await world.pass(60_000);
    const arrived = redrive.kind === 'source' ? world.entries('message-moved', deadLetters) : sent(to, ['lost']);
    expect(arrived.length).toBeGreaterThan(0);
    expect(await world.messagesIn(deadLetters)).toEqual([]);
  });

  it('has a lag metric that moves', async () => {
    expect(await world.highest(lag as NonNullable<typeof lag>)).toBeGreaterThanOrEqual(30_000);
  });
});

describe.each(rows('rule-function'))('$name', ({ loss }) => {
  it('dead-letters what Lambda does not take', async () => {
    const [, queue = ''] = /goes to `(.*)`/.exec(loss.besides ?? '') ?? [];
    const [letter] = await world.messagesIn(queue);
    expect(JSON.parse(letter?.Body ?? '{}')['detail-type']).toBe('CloudWatch Alarm State Change');
    expect(letter?.MessageAttributes?.['RETRY_ATTEMPTS']?.StringValue).toBe(/ (\d+) retries/.exec(loss.besides ?? '')?.[1]);
  });
});

describe.each(rows('bus'))('$name', ({ edge: { to }, order, duplicates, retry, deadLetters, loss, redrive, lag, cost }) => {
  it('takes an event once, tells of the rest, and replays what no rule matched from its archive', async () => {
    expect([order, duplicates, retry, deadLetters, lag, loss.givenUp, redrive.kind]).toEqual([
      'none',
      'once',
      undefined,
      undefined,
      undefined,
      'told',
      'replay',
    ]);
    const events = world.clients.eventbridge;
    const nobody = { specversion: '1.0', dataschema: 'tickertape:nobody/nothing/v1.0', flow: 'choreography' };
    const before = world.entries('event-put', `event-bus/${to}`).length;
    const startMs = world.plane.kernel.nowMs();
    await world.complete(
      events.send(
        new PutEventsCommand({ Entries: [{ EventBusName: to, Source: 'tickertape.nobody', DetailType: 'Nothing', Detail: JSON.stringify(nobody) }] }),
      ),
    );
    expect(world.entries('event-put', `event-bus/${to}`).length - before).toBe(cost[0]?.most);
    expect(world.entries('event-unmatched', `event-bus/${to}`)).toHaveLength(1);
    await world.pass(15 * 60_000);
    const archive = await world.complete(events.send(new DescribeArchiveCommand({ ArchiveName: to })));
    expect([archive.RetentionDays, (archive.EventCount ?? 0) > 0]).toEqual([30, true]);
    const times = { EventStartTime: new Date(startMs - 1_000), EventEndTime: new Date(startMs + 60_000) };
    const Destination = { Arn: archive.EventSourceArn };
    await world.complete(events.send(new StartReplayCommand({ ReplayName: 'r', EventSourceArn: archive.ArchiveArn, Destination, ...times })));
    await world.pass(15 * 60_000);
    expect(world.journal(({ kind }) => kind === 'event-replayed')).toHaveLength(1);
  });
});

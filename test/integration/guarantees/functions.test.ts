import { readFileSync } from 'node:fs';
import { DynamoDBStreamsClient, GetRecordsCommand, GetShardIteratorCommand } from '@aws-sdk/client-dynamodb-streams';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SendMessageCommand, StartMessageMoveTaskCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { readAssembly } from '../../../operations/guarantees/assembly.ts';
import { deriveGuarantees } from '../../../operations/guarantees/guarantees.ts';
import { cellsOf, guaranteesPage } from '../../../operations/guarantees/page.ts';
import { EdgeWorld } from '../../world/edges.ts';

/** Every function fails, whatever comes: what the edges into functions do then, each cell as the table says. */
const assembly = readAssembly(inject('assemblyDirectory'));
const { guarantees, underived } = deriveGuarantees(assembly);
const rows = (kind: string) => guarantees.filter(({ edge }) => edge.kind === kind).map((guarantee) => ({ ...guarantee, name: cellsOf(guarantee).edge }));

const world = new EdgeWorld(assembly);
const HOUR_MS = 3_600_000;

beforeAll(async () => {
  await world.deploy(inject('assemblyDirectory'));
  await world.replaceFunctions('fail');
  const edges = rows('rule-queue').map(({ edge }) => edge);
  for (const edge of edges) await world.putFor(edge, 'first');
  await sendToUnruled('first');
  await changeItems('first');
  await world.pass(60_000);
  for (const edge of edges) await world.putFor(edge, 'second');
  await sendToUnruled('second');
  await changeItems('second');
  await world.pass(3 * HOUR_MS);
}, 120_000);

afterAll(async () => {
  expect(world.bugs).toEqual([]);
  await world.close();
});

/** Changes one item of each table, as a commit does. */
async function changeItems(mark: string): Promise<void> {
  for (const { edge } of rows('stream-function')) await world.changeItem(edge.to, { mark });
}

/** Sends to queues that no rule leads to, as a redrive does to those of consumer groups. */
async function sendToUnruled(mark: string): Promise<void> {
  const ruled = new Set(rows('rule-queue').map(({ edge }) => edge.to));
  for (const { edge } of rows('queue-function')) {
    if (ruled.has(edge.from)) continue;
    await world.complete(world.clients.sqs.send(new SendMessageCommand({ QueueUrl: await world.queueUrl(edge.from), MessageBody: mark })));
  }
}

/** Receives of each message of a queue, in the order of the first. */
function receivesOf(queue: string): { readonly id: string; readonly atMs: number[] }[] {
  const byId = new Map<string, number[]>();
  for (const { atMs, detail } of world.entries('message-received', queue)) {
    const id = String(detail['messageId']);
    byId.set(id, [...(byId.get(id) ?? []), atMs]);
  }
  return [...byId].map(([id, atMs]) => ({ id, atMs }));
}

describe.each(rows('queue-function'))('$name', ({ edge: { from }, order, duplicates, retry, loss, deadLetters = '', redrive, lag }) => {
  it('retries as often, and as far apart', () => {
    expect(receivesOf(from).length).toBeGreaterThan(1);
    for (const { atMs } of receivesOf(from)) {
      expect(atMs).toHaveLength(retry?.attemptsMax ?? 0);
      for (const [index, at] of atMs.slice(1).entries()) expect(at - (atMs[index] ?? 0)).toBe(Number(retry?.wait) * 1000);
    }
  });

  it('delivers again what was not done, and keeps no order', () => {
    const [first, ...later] = receivesOf(from);
    expect(duplicates).toBe('at-least-once');
    expect(first?.atMs.length).toBeGreaterThan(1);
    expect(order).toBe('none');
    // A later message came before the earlier one had its last attempt.
    expect(later.at(-1)?.atMs[0]).toBeLessThan(first?.atMs.at(-1) ?? 0);
  });

  it('dead-letters what was given up, with whence it came', async () => {
    expect(loss.givenUp).toBe('dead-lettered');
    const moved = world.entries('message-dead-lettered', from);
    expect(new Set(moved.map(({ detail }) => detail['messageId']))).toEqual(new Set(receivesOf(from).map(({ id }) => id)));
    expect(moved[0]?.detail['deadLetterQueueArn']).toMatch(new RegExp(`:${deadLetters}$`));
    const [letter] = await world.messagesIn(deadLetters);
    expect(letter?.Attributes?.['DeadLetterQueueSourceArn']).toMatch(new RegExp(`:${from}$`));
  });

  it('has a lag metric that moves', async () => {
    expect(await world.highest(lag as NonNullable<typeof lag>)).toBeGreaterThan(60);
  });

  it('is redriven into its queue', async () => {
    expect(redrive.kind).toBe('source');
    // What the test looked at above becomes visible again.
    await world.pass(60_000);
    const before = world.entries('message-received', from).length;
    const SourceArn = `arn:aws:sqs:us-east-1:000000000000:${deadLetters}`;
    await world.complete(world.clients.sqs.send(new StartMessageMoveTaskCommand({ SourceArn })));
    await world.pass(60_000);
    expect(world.entries('message-received', from).length).toBe(before + world.entries('message-dead-lettered', from).length);
  });
});

describe.each(rows('stream-function'))('$name', ({ edge: { to }, order, duplicates, retry, loss, deadLetters = '', redrive, lag }) => {
  const attempts = (): { readonly atMs: number; readonly first: string }[] =>
    world.entries('invocation-started', `function:${to}`).map(({ atMs, detail }) => ({ atMs, first: String((detail['records'] as string[])[0]) }));

  it('retries as often, later and later', () => {
    const first = attempts().filter((attempt) => attempt.first === attempts()[0]?.first);
    expect(first).toHaveLength(retry?.attemptsMax ?? 0);
    const waits = first.slice(1).map(({ atMs }, index) => atMs - (first[index]?.atMs ?? 0));
    expect(waits.at(-1)).toBeGreaterThan((waits[0] ?? 0) * 4);
    expect((first.at(-1)?.atMs ?? 0) - (first[0]?.atMs ?? 0)).toBeLessThan((retry?.secondsMax ?? 0) * 1000);
  });

  it('brings a change again, and none of the same item before it', () => {
    expect([duplicates, order]).toEqual(['at-least-once', 'item']);
    const sequence = attempts().map(({ first }) => BigInt(first));
    expect(new Set(sequence).size).toBe(2);
    expect(sequence).toEqual([...sequence].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)));
  });

  it('dead-letters the position with its reason, from which the changes can be read again', async () => {
    expect([loss.givenUp, redrive.kind]).toEqual(['dead-lettered', 'position']);
    const [letter] = await world.messagesIn(deadLetters);
    const { requestContext, DDBStreamBatchInfo: batch } = JSON.parse(letter?.Body ?? '{}');
    expect(requestContext.condition).toBe('RetryAttemptsExhausted');
    const streams = new DynamoDBStreamsClient(world.plane.clientSettings());
    const place = { StreamArn: batch.streamArn, ShardId: batch.shardId, SequenceNumber: batch.startSequenceNumber };
    const read = async () => {
      const { ShardIterator } = await streams.send(new GetShardIteratorCommand({ ...place, ShardIteratorType: 'AT_SEQUENCE_NUMBER' }));
      return (await streams.send(new GetRecordsCommand({ ShardIterator }))).Records ?? [];
    };
    expect((await world.complete(read()))[0]?.dynamodb?.NewImage?.['mark']).toEqual({ S: 'first' });
  });

  it('has a lag metric that moves', async () => {
    expect(await world.highest(lag as NonNullable<typeof lag>)).toBeGreaterThan(60_000);
  });
});

describe.each(rows('rule-function'))('$name', ({ edge: { to }, order, duplicates, retry, loss, deadLetters = '', redrive, lag }) => {
  const attempts = (): Map<string, number> => {
    const counts = new Map<string, number>();
    for (const { detail } of world.entries('invocation-started', `function:${to}`)) {
      const id = String(detail['requestId']);
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    return counts;
  };

  it('invokes as often, and then keeps the event in its dead-letter queue, from which it can be handed over again', async () => {
    expect([order, duplicates, loss.givenUp, redrive.kind]).toEqual(['none', 'at-least-once', 'dead-lettered', 'copy']);
    const dropped = world.entries('async-dropped', `function:${to}`);
    expect(dropped.length).toBeGreaterThan(0);
    for (const { detail } of dropped) {
      expect(detail['reason']).toBe('RetriesExhausted');
      expect(attempts().get(String(detail['requestId']))).toBe(retry?.attemptsMax);
    }
    const reports = [];
    for (let page = await world.messagesIn(deadLetters); page.length > 0; page = await world.messagesIn(deadLetters)) {
      reports.push(...page.map(({ Body = '' }) => JSON.parse(Body)));
    }
    expect(reports.map(({ requestContext }) => requestContext.requestId).sort()).toEqual(dropped.map(({ detail }) => detail['requestId']).sort());
    expect(redrive.text).toContain('requestPayload');
    const lambda = new LambdaClient({ ...world.plane.clientSettings(), maxAttempts: 1 });
    const again = new InvokeCommand({ FunctionName: to, Payload: Buffer.from(JSON.stringify(reports[0].requestPayload)) });
    expect((await world.complete(lambda.send(again))).StatusCode).toBe(200);
    expect(reports[0].requestPayload['detail-type']).toBe('CloudWatch Alarm State Change');
  });

  it('has a lag metric that moves', async () => {
    expect(await world.highest(lag as NonNullable<typeof lag>)).toBeGreaterThan(60_000);
  });
});

it('stands in the documentation as it is derived: npm run docs', () => {
  expect(readFileSync('docs/guarantees.md', 'utf8')).toBe(guaranteesPage({ guarantees, underived }));
  // What a saga keeps to is no edge's: `tickertape saga verify` shows it.
  expect(underived.map(({ type }) => type)).toEqual(['AWS::StepFunctions::StateMachine']);
  expect(guarantees.length).toBeGreaterThan(30);
});

import { DeleteAlarmsCommand, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { DescribeStreamCommand, DynamoDBStreamsClient, GetRecordsCommand, GetShardIteratorCommand } from '@aws-sdk/client-dynamodb-streams';
import { GetQueueAttributesCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { readAssembly } from '../../../operations/guarantees/assembly.ts';
import { costRange, dollarsPerMillion } from '../../../operations/guarantees/cost.ts';
import { deriveGuarantees } from '../../../operations/guarantees/guarantees.ts';
import { cellsOf } from '../../../operations/guarantees/page.ts';
import { EdgeWorld } from '../../world/edges.ts';

/** Every function succeeds; then nothing is handled for two weeks. What is billed, and what is lost, each cell as the table says. */
const assembly = readAssembly(inject('assemblyDirectory'));
const { guarantees } = deriveGuarantees(assembly);
const rows = (kind: string) => guarantees.filter(({ edge }) => edge.kind === kind).map((guarantee) => ({ ...guarantee, name: cellsOf(guarantee).edge }));

const DAY_MS = 86_400_000;
const STREAM_BATCH = 100;
const world = new EdgeWorld(assembly);

/** Names of queues that hold dead letters, by how long they keep them. */
const deadLetterQueues = new Map(
  guarantees.flatMap(({ deadLetters, loss }) => (deadLetters === undefined ? [] : [[deadLetters, loss.deadLettersKeptSeconds] as const])),
);

/** One of each kind is watched for its whole time: a message in each would take minutes. */
const watched = ['rule-queue', 'queue-function', 'stream-function'].flatMap((kind) => rows(kind)[0]?.deadLetters ?? []);

/** From when on nothing is handled. */
let idleFromMs = 0;

/** Where the journal stood before batches of ten, and before the idle time. */
let batchedFrom = 0;
let idleFrom = 0;
const since = (kind: string, arnEnd: string, from: number, to = Number.POSITIVE_INFINITY) =>
  world.entries(kind, arnEnd).filter(({ sequence }) => sequence >= from && sequence < to);
const sequenceNow = (): number => (world.journal().at(-1)?.sequence ?? 0) + 1;

beforeAll(async () => {
  await world.deploy(inject('assemblyDirectory'));
  await world.replaceFunctions('succeed');
  for (const { edge } of rows('rule-queue')) {
    await world.putFor(edge, 'alone');
    await world.pass(1_000);
  }
  // The queue of a consumer group has no rule: what is redriven comes through it.
  const ruled = new Set(rows('rule-queue').map(({ edge }) => edge.to));
  await fill(
    rows('queue-function').flatMap(({ edge }) => (ruled.has(edge.from) ? [] : [edge.from])),
    1,
  );
  for (const { edge } of rows('stream-function')) await world.changeItem(edge.to, { mark: 'alone' });
  await world.setOffAlarm();
  for (const { edge } of rows('route-function')) {
    const [method = '', path = ''] = edge.from.split(' ');
    await world.http(method as 'GET' | 'POST', path.replace(/\{\w+\}/g, 'x-1'), method === 'POST' ? { body: {} } : {});
  }
  await world.pass(60_000);
  await world.enableMappings(false);
  batchedFrom = sequenceNow();
  await fill(rows('queue-function').map(({ edge }) => edge.from));
  for (const { edge } of rows('stream-function'))
    for (let item = 0; item < STREAM_BATCH; item += 1) await world.changeItem(edge.to, { pk: String(item), mark: 'batch' });
  await world.enableMappings(true);
  await world.enableMappings(false);
  idleFrom = sequenceNow();
  idleFromMs = world.plane.kernel.nowMs();
  for (const name of [...rows('queue-function').map(({ edge }) => edge.from), ...watched]) await fill([name], 1);
  for (const { edge } of rows('stream-function')) await world.changeItem(edge.to, { mark: 'idle' });
  await deleteAlarms();
  await world.pass(14 * DAY_MS + 60_000);
}, 180_000);

afterAll(async () => {
  expect(world.bugs).toEqual([]);
  await world.close();
});

/** Nobody looks at them here, and to evaluate each every minute of two weeks takes longer than all else. */
async function deleteAlarms(): Promise<void> {
  const { MetricAlarms: alarms = [] } = await world.complete(world.clients.cloudwatch.send(new DescribeAlarmsCommand({ MaxRecords: 100 })));
  const AlarmNames = alarms.map(({ AlarmName = '' }) => AlarmName);
  await world.complete(world.clients.cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames })));
}

async function fill(names: readonly string[], count = 10): Promise<void> {
  for (const name of names) {
    const QueueUrl = await world.queueUrl(name);
    for (let sent = 0; sent < count; sent += 1) await world.complete(world.clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{}' })));
  }
}

/** What is billed for a queue: the receives that found something, each a moment of its own here, the deletions, and the invocations. */
function metered(
  queue: string,
  functionName: string,
  from: number,
  to: number,
): { readonly messages: number; readonly requests: number; readonly invocations: number } {
  const received = since('message-received', queue, from, to);
  const receives = new Set(received.map(({ atMs }) => atMs)).size;
  const deletions = since('DeleteMessageBatch', queue, from, to).length;
  return { messages: received.length, requests: receives + deletions, invocations: since('invocation-started', `function:${functionName}`, from, to).length };
}

/** Changes that a stream still has, from its oldest on. */
async function changesLeft(StreamArn = ''): Promise<number> {
  const streams = new DynamoDBStreamsClient(world.plane.clientSettings());
  const { StreamDescription: description } = await streams.send(new DescribeStreamCommand({ StreamArn }));
  let count = 0;
  for (const { ShardId } of description?.Shards ?? []) {
    const { ShardIterator } = await streams.send(new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' }));
    count += (await streams.send(new GetRecordsCommand({ ShardIterator }))).Records?.length ?? 0;
  }
  return count;
}

describe.each(rows('queue-function'))('$name', ({ edge: { from, to }, loss, cost }) => {
  it('drops in silence what nobody handles in its time', () => {
    const expired = since('message-expired', from, idleFrom);
    expect(expired).toHaveLength(1);
    expect((expired[0]?.atMs ?? 0) - idleFromMs).toBeGreaterThanOrEqual((loss.keptSeconds ?? 0) * 1000);
    expect((expired[0]?.atMs ?? 0) - idleFromMs).toBeLessThan(((loss.keptSeconds ?? 0) + 60) * 1000);
    expect(since('message-dead-lettered', from, idleFrom)).toEqual([]);
  });

  it('costs what is metered: each message alone, and in full batches', () => {
    const { most, least } = costRange(cost);
    for (const [begin, end, expected] of [
      [0, batchedFrom, most],
      [batchedFrom, idleFrom, least],
    ] as const) {
      const { messages, requests, invocations } = metered(from, to, begin, end);
      expect(messages).toBeGreaterThan(0);
      const dollars = dollarsPerMillion([
        ['SQS request', requests / messages],
        ['invocation', invocations / messages],
      ]);
      expect(dollars, `${messages} messages, ${requests} requests, ${invocations} invocations`).toBeCloseTo(expected, 6);
    }
  });
});

it.each([...deadLetterQueues])('%s keeps dead letters for %d seconds', async (name, keptSeconds = 0) => {
  const get = new GetQueueAttributesCommand({ QueueUrl: await world.queueUrl(name), AttributeNames: ['MessageRetentionPeriod'] });
  expect((await world.complete(world.clients.sqs.send(get))).Attributes).toEqual({ MessageRetentionPeriod: String(keptSeconds) });
});

it.each(watched)('%s drops a dead letter when its time is over', (name) => {
  const expired = since('message-expired', name, idleFrom);
  expect(expired).toHaveLength(1);
  expect(Math.abs((expired[0]?.atMs ?? 0) - idleFromMs - (deadLetterQueues.get(name) ?? 0) * 1000)).toBeLessThan(60_000);
});

describe.each(rows('stream-function'))('$name', ({ edge: { to }, loss, cost }) => {
  const invocations = (from: number, until: number): number => since('invocation-started', `function:${to}`, from, until).length;

  it('costs an invocation for a change alone, and for a full batch', () => {
    const [invocation] = cost;
    expect(invocation?.unit).toBe('invocation');
    expect(invocations(0, batchedFrom)).toBe(invocation?.most);
    expect(invocations(batchedFrom, idleFrom) / STREAM_BATCH).toBe(invocation?.least);
  });

  it('loses what was not read in its time', async () => {
    expect(loss.keptSeconds).toBe(86_400);
    const { Table: table } = await world.complete(world.clients.dynamodb.send(new DescribeTableCommand({ TableName: world.tableOf(to) })));
    expect(await world.complete(changesLeft(table?.LatestStreamArn))).toBe(0);
  });
});

describe.each(rows('rule-function'))('$name', ({ edge: { to }, cost }) => {
  it('costs an invocation for each event', () => {
    const events = since('rule-matched', 'rule/tickertape-dead-letter-alarms', 0, batchedFrom).length;
    expect(events).toBeGreaterThan(0);
    expect(since('invocation-started', `function:${to}`, 0, batchedFrom).length / events).toBe(cost[0]?.most);
  });
});

describe.each(rows('rule-queue'))('$name', ({ edge: { to }, cost }) => {
  it('costs a request to SQS for each event', () => {
    const messages = since('message-sent', to, 0, batchedFrom);
    expect(messages.length).toBeGreaterThan(0);
    const sends = since('SendMessage', to, 0, batchedFrom);
    expect(sends.length / messages.length).toBe(cost[0]?.most);
  });
});

describe.each(rows('route-function'))('$name', ({ edge: { from, to }, order, duplicates, retry, deadLetters, loss, redrive, lag, cost }) => {
  it('invokes the function once a request, and is billed so', () => {
    expect([order, duplicates, retry, deadLetters, loss.givenUp, redrive.kind]).toEqual(['caller', 'once', undefined, undefined, 'told', 'caller']);
    const requests = world.journal(({ kind, detail }) => kind === 'http-request' && detail['routeKey'] === from);
    expect(requests).toHaveLength(1);
    expect(world.entries('invocation-started', `function:${to}`)).toHaveLength(requests.length);
    const { most } = costRange(cost);
    const invocations = world.entries('invocation-started', `function:${to}`).length;
    expect(
      dollarsPerMillion([
        ['HTTP request', requests.length],
        ['invocation', invocations],
      ]),
    ).toBe(most);
  });

  it('has a lag metric, of the API', async () => {
    const [ApiId = ''] = new URL(world.system.apiUrl).host.split('.');
    expect(await world.highest({ ...(lag as NonNullable<typeof lag>), dimensions: { ApiId, Stage: '$default' } }, 30)).toBeGreaterThanOrEqual(0);
  });
});

import { MergeShardsCommand, PutRecordsCommand, SplitShardCommand, UpdateShardCountCommand } from '@aws-sdk/client-kinesis';
import { afterEach, expect, it } from 'vitest';
import { listOpenShards, type OpenShard } from '../world/shards.ts';
import { readTables } from '../world/tables.ts';
import { createWorld, type World } from '../world/world.ts';

/** 100,000 events over 1,000 keys, as `ORDER_EVENTS=100000 npx vitest run test/replay/order.test.ts`, take minutes; a tenth of the keys shows the same. */
const EVENTS = Number(process.env['ORDER_EVENTS'] ?? 2_000);
const KEYS = Math.max(20, Math.floor(EVENTS / 100));
const SHARDS = 8;
const PUT_MAX = 200;
/** One of so many writes of the handler is a crash: half of them before the effect, half after it. */
const CRASH_EVERY = 300;
const DUPLICATE_EVERY = 9;
const TIMEOUT_MS = 30_000 + EVENTS * 60;

let world: World;
afterEach(async () => {
  expect(world.bugs).toEqual([]);
  await world.close();
});

/** Numbers in [0, 1), the same in each run of a seed. */
function chanceOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const keyOf = (number: number): string => `order-${number}`;

function envelopeOf(key: string, version: number): string {
  const facts = { paymentId: `pay-${key}`, orderId: key, customerId: 'ada', email: 'ada@example.com', amountCents: version, currency: 'USD' };
  return JSON.stringify({
    specversion: '1.0',
    id: `${key}-${version}`,
    source: 'tickertape.payments',
    type: 'PaymentProcessed',
    time: '2026-01-05T08:00:00.000Z',
    subject: key,
    datacontenttype: 'application/json',
    dataschema: 'tickertape:payments/payment-processed/v1.0',
    correlationid: key,
    causationid: key,
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    partitionkey: key,
    flow: 'choreography',
    data: { ...facts, lines: [{ sku: 'CD-1', quantity: 1 }], processedAt: '2026-01-05T08:00:00.000Z' },
  });
}

/** All events, those of a key in order, some of them twice: the second time some events later. */
function streamOf(random: () => number): { readonly key: string; readonly body: string }[] {
  const versions = new Map<string, number>();
  const events: { key: string; body: string }[] = [];
  for (let count = 0; count < EVENTS; count += 1) {
    const key = keyOf(Math.floor(random() * KEYS));
    const version = (versions.get(key) ?? 0) + 1;
    versions.set(key, version);
    events.push({ key, body: envelopeOf(key, version) });
    const earlier = events[Math.floor(random() * events.length)];
    if (earlier && count % DUPLICATE_EVERY === 0) events.push(earlier);
  }
  return events;
}

async function reshard(random: () => number): Promise<'split' | 'merge' | undefined> {
  const StreamARN = world.system.streamArn;
  const shards = await world.complete(listOpenShards(world.clients.kinesis, StreamARN));
  const place = Math.floor(random() * (shards.length - 1));
  const [one, next] = [shards[place], shards[place + 1]] as [OpenShard, OpenShard];
  if (shards.length > SHARDS) {
    await world.complete(world.clients.kinesis.send(new MergeShardsCommand({ StreamARN, ShardToMerge: one.id, AdjacentShardToMerge: next.id })));
    return 'merge';
  }
  const NewStartingHashKey = String((one.from + one.to) / 2n);
  await world.complete(world.clients.kinesis.send(new SplitShardCommand({ StreamARN, ShardToSplit: one.id, NewStartingHashKey })));
  return 'split';
}

it(
  `has the effects of each key in order, exactly once: ${EVENTS} events over ${KEYS} keys through ${SHARDS} shards that split and merge, with duplicates and crashes`,
  async () => {
    world = await createWorld();
    const random = chanceOf(20_260_105);
    const StreamARN = world.system.streamArn;
    for (let count = (await world.complete(listOpenShards(world.clients.kinesis, StreamARN))).length * 2; count <= SHARDS; count *= 2) {
      await world.complete(world.clients.kinesis.send(new UpdateShardCountCommand({ StreamARN, TargetShardCount: count, ScalingType: 'UNIFORM_SCALING' })));
      await world.pass(120_000);
    }
    expect(await world.complete(listOpenShards(world.clients.kinesis, StreamARN))).toHaveLength(SHARDS);
    let [writes, crashes] = [0, 0];
    world.plane.kernel.setInterposer(({ operation, cause }) => {
      if (operation !== 'TransactWriteItems' || cause === undefined) return { kind: 'none' };
      writes += 1;
      if (writes % CRASH_EVERY !== 0) return { kind: 'none' };
      crashes += 1;
      return { kind: 'unanswered', takesPlace: crashes % 2 === 0 };
    });

    const events = streamOf(random);
    const reshards = { split: 0, merge: 0 };
    const every = Math.max(1, Math.floor(events.length / PUT_MAX / 10));
    for (let start = 0; start < events.length; start += PUT_MAX) {
      const Records = events.slice(start, start + PUT_MAX).map(({ key, body }) => ({ PartitionKey: key, Data: Buffer.from(body) }));
      const answer = await world.complete(world.clients.kinesis.send(new PutRecordsCommand({ StreamARN, Records })));
      expect(answer.FailedRecordCount).toBe(0);
      await world.pass(250);
      if ((start / PUT_MAX) % every !== 0) continue;
      const what = await reshard(random);
      if (what) reshards[what] += 1;
      // A stream that changes is not changed again for a moment.
      await world.pass(60_000);
    }
    await world.settle();
    await world.pass(600_000);
    await world.settle();

    expect(reshards.split).toBeGreaterThan(2);
    expect(reshards.merge).toBeGreaterThan(2);
    expect(crashes).toBeGreaterThan(Math.floor(EVENTS / CRASH_EVERY) - 2);
    const expected = new Map<string, number>();
    for (const { key, body } of events)
      expected.set(key, Math.max(expected.get(key) ?? 0, (JSON.parse(body) as { data: { amountCents: number } }).data.amountCents));
    const found = new Map<string, { number: number; amountCents: number }[]>();
    for (const item of (await readTables(world))[world.consumer('audit').tableName] ?? []) {
      if (item['entity'] !== 'AUDIT_ENTRY') continue;
      const key = String(item['orderId']);
      found.set(key, [...(found.get(key) ?? []), { number: Number(item['number']), amountCents: Number(item['amountCents']) }]);
    }
    expect(found.size).toBe(expected.size);
    for (const [key, last] of expected) {
      const lines = (found.get(key) ?? []).sort((a, b) => a.number - b.number).map(({ amountCents }) => amountCents);
      expect(lines, key).toEqual(Array.from({ length: last }, (_, index) => index + 1));
    }
    expect(await world.complete(world.operations.showDeadLetters({}))).toEqual([]);
  },
  TIMEOUT_MS,
);

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Chance, seededChance } from '../../../../local/kernel/chance.ts';
import { type KinesisEvent, mapped, texts } from './kinesis-world.ts';
import type { Script } from './world.ts';

/** Records that are put; `STREAM_PROPERTY_RECORDS=100000` for the long run. */
const RECORDS = Number(process.env['STREAM_PROPERTY_RECORDS'] ?? 2500);
const KEYS = Math.ceil(RECORDS / 100);
const RESHARDS = 6;

/** What has become of one key. A place is that of a record among those of its key; a version is what it says, and one record in ten says what was said before. */
interface KeyState {
  /** Effects so far: the next version that takes effect. */
  version: number;
  /** Places up to here have been brought. */
  reached: number;
  /** Places up to here have been acknowledged since the mapping was started last. */
  acknowledged: number;
}

/**
 * A consumer that takes a version once, and that notes whatever is out of order. It crashes before or after its effects, or says from which record on it has failed.
 */
function fallibleConsumer(seed: number) {
  const chance = seededChance(`consumer ${seed}`);
  const keys = new Map<string, KeyState>();
  const violations: string[] = [];
  let isBroken = true;
  const stateOf = (key: string): KeyState => {
    const state = keys.get(key) ?? { version: 0, reached: -1, acknowledged: -1 };
    keys.set(key, state);
    return state;
  };
  const take = (key: string, text: string): void => {
    const state = stateOf(key);
    const [version = 0, place = 0] = text.split(':').map(Number);
    if (place > state.reached + 1) violations.push(`${key}: place ${place} came after ${state.reached}`);
    if (place <= state.acknowledged) violations.push(`${key}: place ${place} came though ${state.acknowledged} was acknowledged`);
    state.reached = Math.max(state.reached, place);
    if (version > state.version) violations.push(`${key}: version ${version} came after ${state.version - 1}`);
    if (version === state.version) state.version += 1;
  };
  const acknowledge = (key: string, text: string): void => {
    stateOf(key).acknowledged = Number(text.split(':')[1]);
  };
  const work: Script = (event: KinesisEvent) => {
    const records = event.Records.map((record) => ({ key: record.kinesis.partitionKey, text: texts({ Records: [record] })[0] ?? '', record }));
    const fate = isBroken ? chance.random() : 1;
    if (fate < 0.08) throw new Error('crash before any effect');
    const end = fate < 0.3 ? Math.floor(chance.random() * records.length) : records.length;
    for (const { key, text } of records.slice(0, end)) take(key, text);
    if (fate < 0.18) throw new Error('crash after some effects');
    for (const { key, text } of records.slice(0, end)) acknowledge(key, text);
    return { batchItemFailures: records.slice(end, end + 1).map(({ record }) => ({ itemIdentifier: record.kinesis.sequenceNumber })) };
  };
  /** Another run of the mapping may bring again what was acknowledged and not checkpointed. */
  const restarted = (): void => {
    for (const state of keys.values()) state.acknowledged = -1;
  };
  const mend = (): void => {
    isBroken = false;
  };
  return { work, keys, violations, restarted, mend };
}

type World = Awaited<ReturnType<typeof mapped>>;

/** Splits a shard, or merges two that lie side by side. */
async function reshard(world: World, turn: number, chance: Chance): Promise<void> {
  const all: { ShardId: string; HashKeyRange: { StartingHashKey: string; EndingHashKey: string }; SequenceNumberRange: { EndingSequenceNumber?: string } }[] =
    await world.shards();
  const open = all
    .filter(({ SequenceNumberRange: range }) => range.EndingSequenceNumber === undefined)
    .map(({ ShardId, HashKeyRange: range }) => ({ ShardId, start: BigInt(range.StartingHashKey), end: BigInt(range.EndingHashKey) }))
    .sort((a, b) => (a.start < b.start ? -1 : 1));
  const place = Math.floor(chance.random() * (open.length - 1));
  const [shard, next] = open.slice(place);
  if (turn % 2 === 0) {
    const middle = (((shard?.start ?? 0n) + (shard?.end ?? 0n)) / 2n).toString();
    await world.call('kinesis', 'SplitShard', { StreamName: 'events', ShardToSplit: shard?.ShardId, NewStartingHashKey: middle });
  } else {
    await world.call('kinesis', 'MergeShards', { StreamName: 'events', ShardToMerge: shard?.ShardId, AdjacentShardToMerge: next?.ShardId });
  }
  await world.advance(31_000);
}

/** Puts the records of all keys, with duplicates, and splits and merges on the way; answers how many versions each key was given. */
async function produce(world: World, chance: Chance, hooks: { readonly eachRecord: () => void; readonly restarted: () => void }): Promise<Map<string, number>> {
  const versions = new Map<string, number>();
  const places = new Map<string, number>();
  const apart = Math.floor(RECORDS / (RESHARDS + 1));
  const setEnabled = (Enabled: boolean) => world.lambda('UpdateEventSourceMapping', { UUID: world.uuid, Enabled });
  for (let n = 0; n < RECORDS; n += 1) {
    const key = `key-${Math.floor(chance.random() * KEYS)}`;
    const [version, place] = [versions.get(key) ?? 0, places.get(key) ?? 0];
    const isDuplicate = version > 0 && chance.random() < 0.1;
    await world.put(`${isDuplicate ? version - 1 : version}:${place}`, key);
    if (!isDuplicate) versions.set(key, version + 1);
    places.set(key, place + 1);
    await world.advance(1);
    hooks.eachRecord();
    // Nothing is read around a reshard, so that records of a key lie in parent and child when reading goes on.
    const sinceReshard = (n % apart) - Math.floor(apart / 2);
    if (sinceReshard === -20) await setEnabled(false);
    if (sinceReshard === 0) await reshard(world, Math.floor(n / apart), chance);
    if (sinceReshard === 20) {
      hooks.restarted();
      await setEnabled(true);
    }
  }
  return versions;
}

describe('order in a mapping on a Kinesis stream', () => {
  it('has the effects of each key in order and once, through splits, merges, duplicates, and a function that crashes and fails in part', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1_000_000 }), async (seed) => {
        const consumer = fallibleConsumer(seed);
        const mapping = { FunctionResponseTypes: ['ReportBatchItemFailures'], ParallelizationFactor: 3, BisectBatchOnFunctionError: true };
        const world = await mapped(consumer.work, mapping, { shards: 8, seed });
        const positions = new Map<string, string>();
        const eachRecord = (): void => {
          for (const [shard, { sequenceNumber = '' }] of world.state.checkpoints.entries()) {
            if (sequenceNumber < (positions.get(shard) ?? '')) consumer.violations.push(`${shard}: the checkpoint went back`);
            positions.set(shard, sequenceNumber);
          }
        };
        const versions = await produce(world, seededChance(`producer ${seed}`), { eachRecord, restarted: consumer.restarted });
        consumer.mend();
        await world.advance(3_600_000);
        expect(consumer.violations).toEqual([]);
        expect(new Map([...consumer.keys].map(([key, { version }]) => [key, version]))).toEqual(versions);
      }),
      { numRuns: process.env['STREAM_PROPERTY_RECORDS'] === undefined ? 4 : 1 },
    );
  }, 1_200_000);
});

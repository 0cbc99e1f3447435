import type { GetRecordsCommandOutput, ListShardsCommandOutput, PutRecordsCommandOutput, Shard } from '@aws-sdk/client-kinesis';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytes, createWorld, textOf, type World } from './world.ts';

type Step =
  | { readonly kind: 'put'; readonly keys: readonly number[] }
  | { readonly kind: 'split' | 'merge'; readonly at: number }
  | { readonly kind: 'scale'; readonly factor: number }
  | { readonly kind: 'read'; readonly limit: number }
  | { readonly kind: 'wait'; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('put' as const), keys: fc.array(fc.nat(7), { minLength: 1, maxLength: 12 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('split' as const, 'merge' as const), at: fc.nat(99) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('scale' as const), factor: fc.double({ min: 0.5, max: 2, noNaN: true }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('read' as const), limit: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 5000 }) }) },
);

/** A consumer as the Kinesis client library is one: a shard is begun when its parents have been read to their end. */
class Consumer {
  readonly seen: { readonly key: string; readonly text: string; readonly sequence: bigint }[] = [];
  readonly #world: World;
  readonly #last = new Map<string, string>();
  readonly #ended = new Set<string>();

  constructor(world: World) {
    this.#world = world;
  }

  /** Reads one page of each shard that may be read; answers whether anything was found or ended. */
  async read(Limit: number): Promise<boolean> {
    let isProgress = false;
    for (const shard of await listShards(this.#world)) {
      const id = shard.ShardId as string;
      const parents = [shard.ParentShardId, shard.AdjacentParentShardId].filter((parent) => parent !== undefined);
      if (this.#ended.has(id) || !parents.every((parent) => this.#ended.has(parent))) continue;
      const page = await this.#page(id, Limit);
      for (const { PartitionKey = '', Data, SequenceNumber = '' } of page.Records ?? []) {
        this.seen.push({ key: PartitionKey, text: textOf(Data), sequence: BigInt(SequenceNumber) });
      }
      if (page.NextShardIterator === undefined) this.#ended.add(id);
      const last = page.Records?.at(-1)?.SequenceNumber;
      if (last !== undefined) this.#last.set(id, last);
      if (page.NextShardIterator === undefined || (page.Records ?? []).length > 0) isProgress = true;
    }
    return isProgress;
  }

  /** Two pages: the first begins after the last record, as after a restart, the second with the iterator of the first. */
  async #page(ShardId: string, Limit: number): Promise<GetRecordsCommandOutput> {
    const last = this.#last.get(ShardId);
    const position = last === undefined ? { ShardIteratorType: 'TRIM_HORIZON' } : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: last };
    const input = { StreamName: 's', ShardId, ...position, isUnmetered: true };
    const { ShardIterator } = await this.#world.call<{ ShardIterator: string }>('GetShardIterator', input);
    const page = await this.#world.call<GetRecordsCommandOutput>('GetRecords', { ShardIterator, Limit, isUnmetered: true });
    const next = page.NextShardIterator;
    const more =
      next === undefined ? undefined : await this.#world.call<GetRecordsCommandOutput>('GetRecords', { ShardIterator: next, Limit, isUnmetered: true });
    return more ? { ...more, Records: [...(page.Records ?? []), ...(more.Records ?? [])] } : page;
  }
}

async function listShards(world: World): Promise<Shard[]> {
  return (await world.call<ListShardsCommandOutput>('ListShards', { StreamName: 's' })).Shards ?? [];
}

const isOpen = ({ SequenceNumberRange: range }: Shard): boolean => range?.EndingSequenceNumber === undefined;

const byHashKey = (one: Shard, other: Shard): number =>
  BigInt(one.HashKeyRange?.StartingHashKey ?? 0) < BigInt(other.HashKeyRange?.StartingHashKey ?? 0) ? -1 : 1;

async function reshard(world: World, { kind, at }: { readonly kind: 'split' | 'merge'; readonly at: number }): Promise<void> {
  const open = (await listShards(world)).filter(isOpen).sort(byHashKey);
  const place = at % open.length;
  const { ShardId, HashKeyRange: range } = open[place] as Shard;
  if (kind === 'split') {
    const [start, end] = [BigInt(range?.StartingHashKey ?? 0), BigInt(range?.EndingHashKey ?? 0)];
    await world.call('SplitShard', { StreamName: 's', ShardToSplit: ShardId, NewStartingHashKey: String(start + ((end - start) * BigInt(at + 1)) / 101n) });
  } else if (open[place + 1]) {
    await world.call('MergeShards', { StreamName: 's', ShardToMerge: ShardId, AdjacentShardToMerge: open[place + 1]?.ShardId });
  }
}

async function scale(world: World, factor: number): Promise<void> {
  const count = (await listShards(world)).filter(isOpen).length;
  const target = Math.min(Math.max(Math.ceil(count / 2), Math.round(count * factor)), count * 2);
  // Ten times a day.
  await world.wait(2.4 * 3_600_000 + 1);
  await world.call('UpdateShardCount', { StreamName: 's', TargetShardCount: target, ScalingType: 'UNIFORM_SCALING' });
  const open = (await listShards(world)).filter(isOpen).sort(byHashKey);
  expect(open.map(({ HashKeyRange: range }) => range?.StartingHashKey)).toEqual(
    Array.from({ length: target }, (_, place) => String((2n ** 128n / BigInt(target)) * BigInt(place))),
  );
}

/** Sequence numbers of a child are greater than those of its parents, however fast one followed the other. */
function followsParents(shards: readonly Shard[]): void {
  const ends = new Map(shards.map(({ ShardId, SequenceNumberRange: range }) => [ShardId, BigInt(range?.EndingSequenceNumber ?? 0)]));
  for (const { ParentShardId, AdjacentParentShardId, SequenceNumberRange: range } of shards) {
    for (const parent of [ParentShardId, AdjacentParentShardId]) {
      if (parent !== undefined) expect(BigInt(range?.StartingSequenceNumber ?? 0) > (ends.get(parent) ?? 0n)).toBe(true);
    }
  }
}

describe('a stream that is split, merged and scaled', () => {
  it('loses no record, keeps the order of each key, and covers every hash key once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
        const world = createWorld();
        await world.call('CreateStream', { StreamName: 's', ShardCount: 2 });
        await world.call('IncreaseStreamRetentionPeriod', { StreamName: 's', RetentionPeriodHours: 8760 });
        const consumer = new Consumer(world);
        const put = new Map<string, string[]>();
        let count = 0;
        for (const one of steps) {
          if (one.kind === 'put') {
            const first = count;
            count += one.keys.length;
            const records = one.keys.map((key, place) => ({ PartitionKey: `key-${key}`, Data: bytes(String(first + place)) }));
            const { FailedRecordCount } = await world.call<PutRecordsCommandOutput>('PutRecords', { StreamName: 's', Records: records });
            expect(FailedRecordCount).toBe(0);
            for (const { PartitionKey, Data } of records) put.set(PartitionKey, [...(put.get(PartitionKey) ?? []), textOf(Data)]);
          } else if (one.kind === 'split' || one.kind === 'merge') await reshard(world, one);
          else if (one.kind === 'scale') await scale(world, one.factor);
          else if (one.kind === 'read') await consumer.read(one.limit);
          else if ('ms' in one) await world.wait(one.ms);
          if (one.kind !== 'put' && one.kind !== 'read') coversAll((await listShards(world)).filter(isOpen).sort(byHashKey));
        }
        followsParents(await listShards(world));
        await expectAll(consumer, put);
        await expectAll(new Consumer(world), put);
      }),
      { numRuns: 60 },
    );
  });
});

it('numbers a child after its parents in a long line of reshards at one instant', async () => {
  const world = createWorld();
  await world.call('CreateStream', { StreamName: 's', ShardCount: 1 });
  for (let round = 0; round < 12; round += 1) {
    await reshard(world, { kind: 'split', at: 50 });
    await reshard(world, { kind: 'merge', at: 0 });
  }
  const shards = await listShards(world);
  expect(shards).toHaveLength(37);
  followsParents(shards);
});

/** A consumer that reads to the end sees every record once, those of a key in order, with sequence numbers that grow over reshards. */
async function expectAll(consumer: Consumer, put: ReadonlyMap<string, readonly string[]>): Promise<void> {
  while (await consumer.read(7));
  const keys = new Set([...put.keys(), ...consumer.seen.map(({ key }) => key)]);
  for (const key of keys) {
    const seen = consumer.seen.filter((record) => record.key === key);
    expect(seen.map(({ text }) => text)).toEqual(put.get(key));
    for (const [place, { sequence }] of seen.entries()) if (place > 0) expect(sequence > (seen[place - 1]?.sequence ?? 0n)).toBe(true);
  }
}

/** Open shards lie end to end over all hash keys. */
function coversAll(open: readonly Shard[]): void {
  let next = 0n;
  for (const { HashKeyRange: range } of open) {
    expect(BigInt(range?.StartingHashKey ?? -1)).toBe(next);
    next = BigInt(range?.EndingHashKey ?? -1) + 1n;
  }
  expect(next).toBe(2n ** 128n);
}

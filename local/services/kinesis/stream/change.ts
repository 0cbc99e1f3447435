import { evenRanges, hexOf } from './hash-key.ts';
import type { ShardRecord, StreamChange, StreamRecord } from './records.ts';
import type { Shard, Stream } from './stream.ts';

/** What a stream says while a change is under way. */
export function statusDuring({ kind }: StreamChange): StreamRecord['status'] {
  if (kind === 'create') return 'CREATING';
  return kind === 'delete' ? 'DELETING' : 'UPDATING';
}

/**
 * Does a change of a stream's shards. Parents are closed and keep their records; children begin empty.
 *
 *     split   a ──▶ b, c (parent a)      merge   a, b ──▶ c (parent a, adjacent parent b)
 */
export function applyChange(stream: Stream, change: Exclude<StreamChange, { kind: 'delete' }>): void {
  switch (change.kind) {
    case 'create':
      for (const range of evenRanges(change.shardCount)) open(stream, range, []);
      return;
    case 'split':
      split(stream, shardAt(stream, change.shard), change.hashKey);
      return;
    case 'merge':
      merge(stream, shardAt(stream, change.shards[0]), shardAt(stream, change.shards[1]));
      return;
    case 'scale':
      scale(stream, change.shardCount);
      return;
    case 'settings':
      return;
  }
}

interface Range {
  readonly start: string;
  readonly end: string;
}

function shardAt(stream: Stream, number: number): Shard {
  return stream.shards.get(number) as Shard;
}

/** Opens a shard. Its sequence numbers begin a second after its parents', so that they are greater than all of theirs. */
function open(stream: Stream, { start, end }: Range, parents: readonly Shard[]): void {
  const nowMs = stream.kernel.nowMs();
  const createdSeconds = parents.reduce((seconds, { record }) => Math.max(seconds, record.createdSeconds + 1), Math.floor(nowMs / 1000));
  const record: ShardRecord = {
    number: stream.nextNumber,
    startingHashKey: start,
    endingHashKey: end,
    createdSeconds: parents.length > 0 ? Math.max(createdSeconds, Math.floor(nowMs / 1000) + 1) : createdSeconds,
    openedMs: nowMs,
    closedMs: undefined,
    parent: parents[0]?.record.number,
    adjacentParent: parents[1]?.record.number,
    firstIndex: 1,
  };
  stream.add(record);
}

function split(stream: Stream, parent: Shard, hashKey: string): void {
  const { startingHashKey, endingHashKey } = parent.record;
  stream.close(parent);
  open(stream, { start: startingHashKey, end: String(BigInt(hashKey) - 1n) }, [parent]);
  open(stream, { start: hashKey, end: endingHashKey }, [parent]);
  stream.kernel.notify(parent.topic);
}

function merge(stream: Stream, lower: Shard, upper: Shard): void {
  stream.close(lower);
  stream.close(upper);
  open(stream, { start: lower.record.startingHashKey, end: upper.record.endingHashKey }, [lower, upper]);
  for (const { topic } of [lower, upper]) stream.kernel.notify(topic);
}

/**
 * Makes the ranges of the open shards equal: splits at each boundary that is to be, then merges what lies between two. As on AWS there are shards on the way
 * that never take a record.
 */
function scale(stream: Stream, shardCount: number): void {
  const ranges = evenRanges(shardCount);
  for (const { start } of ranges) {
    const shard = stream.shardOf(hexOf(start));
    if (shard.record.startingHashKey !== start) split(stream, shard, start);
  }
  for (const { start, end } of ranges) {
    for (;;) {
      const lower = stream.shardOf(hexOf(start));
      if (lower.record.endingHashKey === end) break;
      merge(stream, lower, stream.shardOf(hexOf(String(BigInt(lower.record.endingHashKey) + 1n))));
    }
  }
}

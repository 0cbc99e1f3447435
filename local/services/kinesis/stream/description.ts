import type { ChildShard, Shard as WireShard } from '@aws-sdk/client-kinesis';
import { type ShardRecord, shardIdOf } from './records.ts';
import type { Shard, Stream } from './stream.ts';

/** A shard as clients see it. */
export function shardDescription({ record, id, sequences }: Shard): WireShard {
  return {
    ShardId: id,
    ...(record.parent !== undefined && { ParentShardId: shardIdOf(record.parent) }),
    ...(record.adjacentParent !== undefined && { AdjacentParentShardId: shardIdOf(record.adjacentParent) }),
    HashKeyRange: rangeOf(record),
    SequenceNumberRange: {
      StartingSequenceNumber: sequences.start,
      ...(record.closedMs !== undefined && { EndingSequenceNumber: sequences.end(record.closedMs) }),
    },
  };
}

const rangeOf = ({ startingHashKey, endingHashKey }: ShardRecord): { StartingHashKey: string; EndingHashKey: string } => ({
  StartingHashKey: startingHashKey,
  EndingHashKey: endingHashKey,
});

/** The shards that go on where a closed one ends. */
export function childShards({ shards }: Stream, { record: { number } }: Shard): ChildShard[] {
  const children: ChildShard[] = [];
  for (const { record, id } of shards.values()) {
    const parents = [record.parent, record.adjacentParent].filter((parent) => parent !== undefined);
    if (parents.includes(number)) children.push({ ShardId: id, ParentShards: parents.map(shardIdOf), HashKeyRange: rangeOf(record) });
  }
  return children;
}

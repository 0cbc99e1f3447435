import { type KinesisClient, ListShardsCommand } from '@aws-sdk/client-kinesis';

/** A shard that takes records, and its hash keys. */
export interface OpenShard {
  readonly id: string;
  readonly from: bigint;
  readonly to: bigint;
}

/** The open shards of a stream, in the order of their hash keys: neighbours can be merged. */
export async function listOpenShards(kinesis: KinesisClient, StreamARN: string): Promise<OpenShard[]> {
  const { Shards = [] } = await kinesis.send(new ListShardsCommand({ StreamARN, ShardFilter: { Type: 'AT_LATEST' } }));
  return Shards.map(({ ShardId = '', HashKeyRange: range }) => ({
    id: ShardId,
    from: BigInt(range?.StartingHashKey ?? 0),
    to: BigInt(range?.EndingHashKey ?? 0),
  })).sort((a, b) => (a.from < b.from ? -1 : 1));
}

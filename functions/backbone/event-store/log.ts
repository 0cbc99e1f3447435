import {
  type _Record,
  GetRecordsCommand,
  type GetRecordsCommandOutput,
  GetShardIteratorCommand,
  type GetShardIteratorCommandInput,
  type GetShardIteratorCommandOutput,
  ListShardsCommand,
  type ListShardsCommandInput,
  type ListShardsCommandOutput,
  type Shard,
} from '@aws-sdk/client-kinesis';
import type { Envelope } from '../envelope.ts';
import type { Ports, Sender } from '../ports.ts';

/** The log of all events, as a port: what came into it since a time, in the order of each key, and then what comes. */
export interface Log {
  /** Ends when `signal` says so. */
  since(time: string, signal: AbortSignal): AsyncGenerator<Envelope>;
}

/** The world of a reader of the stream. */
export interface LogPorts extends Pick<Ports, 'waitMs'> {
  readonly kinesis: Sender;
}

/** Five reads a second are allowed of a shard, and others read it too. @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html */
const PAUSE_MS = 400;
const IDLE_MS = 1_000;

const RECORDS_MAX = 1_000;

/** A shard that is being read. */
interface Cursor {
  readonly shardId: string;
  iterator: string;
  /** The last record that was read of it. */
  last: string | undefined;
}

/** The stream (Kinesis) as a log. Children of a shard are read when it, and what it was merged with, has been read to its end: an order of keys holds across splits and merges. */
export function streamLog(ports: LogPorts, streamName: string): Log {
  return { since: (time, signal) => read(ports, streamName, { time, signal }) };
}

async function* read(ports: LogPorts, StreamName: string, { time, signal }: { readonly time: string; readonly signal: AbortSignal }): AsyncGenerator<Envelope> {
  const shards = await listShards(ports, StreamName);
  const parents = new Map(shards.map((shard) => [shard.ShardId ?? '', parentsOf(shard)]));
  const known = new Set(parents.keys());
  const ended = new Set<string>();
  const open = new Map<string, Cursor>();
  const start = async (position: Omit<GetShardIteratorCommandInput, 'StreamName' | 'ShardId'>): Promise<void> => {
    for (const [shardId, before] of parents) {
      if (open.has(shardId) || ended.has(shardId) || before.some((parent) => known.has(parent) && !ended.has(parent))) continue;
      open.set(shardId, { shardId, iterator: await iteratorOf(ports, { StreamName, ShardId: shardId, ...position }), last: undefined });
    }
  };
  await start({ ShardIteratorType: 'AT_TIMESTAMP', Timestamp: new Date(time) });
  while (!signal.aborted) {
    let count = 0;
    for (const cursor of [...open.values()]) {
      const { Records = [], NextShardIterator, ChildShards = [] } = await recordsOf(ports, StreamName, cursor);
      for (const { Data } of Records) {
        yield JSON.parse(Buffer.from(Data ?? new Uint8Array()).toString('utf8')) as Envelope;
        if (signal.aborted) return;
      }
      count += Records.length;
      cursor.last = Records.at(-1)?.SequenceNumber ?? cursor.last;
      if (NextShardIterator) {
        cursor.iterator = NextShardIterator;
        continue;
      }
      open.delete(cursor.shardId);
      ended.add(cursor.shardId);
      for (const { ShardId = '', ParentShards = [] } of ChildShards) {
        known.add(ShardId);
        parents.set(ShardId, ParentShards);
      }
      await start({ ShardIteratorType: 'TRIM_HORIZON' });
    }
    await ports.waitMs(count > 0 ? PAUSE_MS : IDLE_MS);
  }
}

const parentsOf = ({ ParentShardId, AdjacentParentShardId }: Shard): readonly string[] =>
  [ParentShardId, AdjacentParentShardId].filter((parent) => parent !== undefined);

async function listShards({ kinesis }: LogPorts, StreamName: string): Promise<readonly Shard[]> {
  const shards: Shard[] = [];
  let input: ListShardsCommandInput | undefined = { StreamName };
  while (input) {
    const { Shards = [], NextToken } = (await kinesis.send(new ListShardsCommand(input))) as ListShardsCommandOutput;
    shards.push(...Shards);
    input = NextToken ? { NextToken } : undefined;
  }
  return shards;
}

async function iteratorOf({ kinesis }: LogPorts, input: GetShardIteratorCommandInput): Promise<string> {
  const { ShardIterator = '' } = (await kinesis.send(new GetShardIteratorCommand(input))) as GetShardIteratorCommandOutput;
  return ShardIterator;
}

interface ReadRecords {
  readonly Records?: readonly _Record[] | undefined;
  readonly NextShardIterator?: string | undefined;
  readonly ChildShards?: GetRecordsCommandOutput['ChildShards'];
}

/** Reads on; of what is throttled nothing, and an iterator that was used too late is made anew. */
async function recordsOf(ports: LogPorts, StreamName: string, cursor: Cursor): Promise<ReadRecords> {
  const { shardId: ShardId, iterator, last } = cursor;
  try {
    return (await ports.kinesis.send(new GetRecordsCommand({ ShardIterator: iterator, Limit: RECORDS_MAX }))) as GetRecordsCommandOutput;
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    if (name === 'ProvisionedThroughputExceededException') return { NextShardIterator: iterator };
    if (name !== 'ExpiredIteratorException' || last === undefined) throw error;
    const after = { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: last } as const;
    return { NextShardIterator: await iteratorOf(ports, { StreamName, ShardId, ...after }) };
  }
}

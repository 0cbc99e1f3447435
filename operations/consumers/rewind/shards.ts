import {
  GetRecordsCommand,
  type GetRecordsCommandOutput,
  GetShardIteratorCommand,
  type KinesisClient,
  type _Record as KinesisRecord,
} from '@aws-sdk/client-kinesis';
import { parseEnvelope } from '../../flow/summary.ts';
import type { RewindPosition, StreamFacts } from './position.ts';

/** A place in a shard. */
export interface ShardPlace {
  readonly sequenceNumber: string;
  readonly arrivedAt: string;
}

/** What a rewind means in one shard. */
export interface ShardRewind {
  readonly shardId: string;
  /** The newest record that was read: Lambda tells nobody where a mapping is, but not beyond this. Undefined: there is nothing to read again. */
  readonly from: ShardPlace | undefined;
  /** The record it begins with again. */
  readonly to: ShardPlace | undefined;
  readonly records: number;
  /** Records of the group's event types: the others do not invoke it. */
  readonly events: number;
  /** Whether all was read; else there are more. */
  readonly isWhole: boolean;
}

/** Reads of one shard at most, each of up to 10,000 records or 10 MB. */
const READS_MAX = 20;

/** A shard takes five reads a second, of all its readers together; this leaves most of them to the consumers. @see https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
const READ_EVERY_MS = 500;

/** How a stream is looked at. */
export interface ShardLook {
  readonly kinesis: KinesisClient;
  readonly stream: StreamFacts;
  readonly position: RewindPosition;
  /** `OrderPlaced.v1` */
  readonly on: readonly string[];
  wait(ms: number): Promise<void>;
}

/** Reads what a group would be given again, shard after shard. */
export async function lookAtShards(look: ShardLook): Promise<ShardRewind[]> {
  const found: ShardRewind[] = [];
  for (const { ShardId: shardId = '' } of look.stream.shards) found.push(await lookAt(look, shardId));
  return found;
}

async function lookAt({ kinesis, stream: { streamArn }, position, on, wait }: ShardLook, shardId: string): Promise<ShardRewind> {
  const types = new Set(on);
  const from =
    position.type === 'TRIM_HORIZON'
      ? { ShardIteratorType: 'TRIM_HORIZON' as const }
      : { ShardIteratorType: 'AT_TIMESTAMP' as const, Timestamp: new Date(position.seconds * 1000) };
  let { ShardIterator: iterator } = await kinesis.send(new GetShardIteratorCommand({ StreamARN: streamArn, ShardId: shardId, ...from }));
  let [first, last]: (ShardPlace | undefined)[] = [];
  let [records, events, reads] = [0, 0, 0];
  let isWhole = false;
  for (; iterator !== undefined && !isWhole && reads < READS_MAX; reads += 1) {
    if (reads > 0) await wait(READ_EVERY_MS);
    const answer: GetRecordsCommandOutput = await kinesis.send(new GetRecordsCommand({ StreamARN: streamArn, ShardIterator: iterator }));
    const found = answer.Records ?? [];
    first ??= placeOf(found[0]);
    last = placeOf(found.at(-1)) ?? last;
    records += found.length;
    events += found.filter((record) => isOf(types, record)).length;
    iterator = answer.NextShardIterator;
    isWhole = iterator === undefined || answer.MillisBehindLatest === 0;
  }
  return { shardId, from: last, to: first, records, events, isWhole: isWhole || iterator === undefined };
}

function placeOf(record: KinesisRecord | undefined): ShardPlace | undefined {
  if (!record) return undefined;
  return { sequenceNumber: record.SequenceNumber ?? '', arrivedAt: new Date(record.ApproximateArrivalTimestamp ?? 0).toISOString() };
}

function isOf(types: ReadonlySet<string>, { Data }: KinesisRecord): boolean {
  const envelope = parseEnvelope(Buffer.from(Data ?? []).toString('utf8'));
  return envelope !== undefined && types.has(`${envelope.type}.v${/\/v(\d+)\./.exec(envelope.dataschema ?? '')?.[1] ?? '1'}`);
}

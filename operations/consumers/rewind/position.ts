import {
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type KinesisClient,
  ListShardsCommand,
  type Shard,
} from '@aws-sdk/client-kinesis';
import { durationMs } from '../../dead-letters/filter/fields.ts';

/** Where a group is to begin again. Lambda begins at the trim horizon or at a time; a sequence number becomes the time at which its record arrived. */
export type RewindPosition =
  | { readonly type: 'TRIM_HORIZON' }
  /** Whole seconds, since 1970: what Lambda takes. */
  | { readonly type: 'AT_TIMESTAMP'; readonly seconds: number };

/** What a stream keeps. */
export interface StreamFacts {
  readonly streamArn: string;
  readonly retentionHours: number;
  /** Nothing older is there. */
  readonly horizonMs: number;
  readonly createdMs: number;
  readonly shards: readonly Shard[];
}

/** A rewind that cannot be, or not yet. */
export class RewindRefusedError extends Error {
  constructor(problem: string) {
    super(problem);
    this.name = 'RewindRefusedError';
  }
}

/** Pages of shards at most: a page has up to 10,000. */
const PAGES_MAX = 20;

/** Reads what a stream keeps, closed shards included: their records are there until they are too old. */
export async function streamFacts(kinesis: KinesisClient, streamArn: string, nowMs: number): Promise<StreamFacts> {
  const { StreamDescriptionSummary: summary } = await kinesis.send(new DescribeStreamSummaryCommand({ StreamARN: streamArn }));
  const shards: Shard[] = [];
  let NextToken: string | undefined;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const answer = await kinesis.send(new ListShardsCommand(NextToken === undefined ? { StreamARN: streamArn } : { NextToken }));
    shards.push(...(answer.Shards ?? []));
    NextToken = answer.NextToken;
    if (NextToken === undefined) break;
  }
  const retentionHours = summary?.RetentionPeriodHours ?? 24;
  const createdMs = summary?.StreamCreationTimestamp?.getTime() ?? 0;
  return { streamArn, retentionHours, createdMs, horizonMs: nowMs - retentionHours * 3_600_000, shards };
}

/** Sequence numbers of Kinesis have 56 digits; no moment has as many. */
const SEQUENCE = /^\d{20,}$/;

/** What `--to` says: `trim-horizon`, a sequence number, ISO 8601, or so long ago. @throws {RewindRefusedError} */
export async function positionOf(
  kinesis: KinesisClient,
  { to, stream, nowMs }: { readonly to: string; readonly stream: StreamFacts; readonly nowMs: number },
): Promise<RewindPosition> {
  if (to.toLowerCase().replace('_', '-') === 'trim-horizon') return { type: 'TRIM_HORIZON' };
  const ms = SEQUENCE.test(to) ? await arrivalOf(kinesis, stream, to) : momentOf(to, nowMs);
  if (ms > nowMs) throw new RewindRefusedError(`${to} is not over yet: a group is rewound to what was`);
  return { type: 'AT_TIMESTAMP', seconds: Math.floor(ms / 1000) };
}

function momentOf(text: string, nowMs: number): number {
  const agoMs = durationMs(text);
  const ms = agoMs === undefined ? Date.parse(text) : nowMs - agoMs;
  if (Number.isFinite(ms)) return ms;
  throw new RewindRefusedError(`"${text}" is no place in a stream, such as trim-horizon, 2026-11-20T10:00:00Z, 90m (so long ago) or a sequence number`);
}

/** When the record with a sequence number arrived. */
async function arrivalOf(kinesis: KinesisClient, { streamArn, shards }: StreamFacts, sequenceNumber: string): Promise<number> {
  const value = BigInt(sequenceNumber);
  for (const { ShardId, SequenceNumberRange: range } of shards) {
    const isWithin =
      BigInt(range?.StartingSequenceNumber ?? 0) <= value && (range?.EndingSequenceNumber === undefined || value <= BigInt(range.EndingSequenceNumber));
    if (!isWithin) continue;
    const ShardIterator = await iteratorAt(kinesis, { streamArn, shardId: ShardId, sequenceNumber });
    if (ShardIterator === undefined) continue;
    const { Records: [record] = [] } = await kinesis.send(new GetRecordsCommand({ StreamARN: streamArn, ShardIterator, Limit: 1 }));
    if (record?.SequenceNumber === sequenceNumber && record.ApproximateArrivalTimestamp) return record.ApproximateArrivalTimestamp.getTime();
  }
  throw new RewindRefusedError(
    `No shard has the record ${sequenceNumber}: the stream has forgotten it, or it is another stream's. \`--to trim-horizon\` begins with what is left`,
  );
}

/** A number that the shard cannot have given is refused. */
async function iteratorAt(
  kinesis: KinesisClient,
  { streamArn, shardId, sequenceNumber }: { readonly streamArn: string; readonly shardId: string | undefined; readonly sequenceNumber: string },
): Promise<string | undefined> {
  const from = { ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: sequenceNumber } as const;
  try {
    return (await kinesis.send(new GetShardIteratorCommand({ StreamARN: streamArn, ShardId: shardId, ...from }))).ShardIterator;
  } catch (error) {
    if ((error as Error).name === 'InvalidArgumentException') return undefined;
    throw error;
  }
}

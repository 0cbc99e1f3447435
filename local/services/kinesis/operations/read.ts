import type { GetRecordsCommandInput, GetRecordsCommandOutput, GetShardIteratorCommandInput, GetShardIteratorCommandOutput } from '@aws-sdk/client-kinesis';
import { NotEmulated } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { dryRun, noSuchShard, rateExceeded } from '../errors.ts';
import { findShard, findStream, placeOf, shardNumberOf, streamNameOf } from '../lookup.ts';
import { meter, meterShard } from '../metrics.ts';
import type { KinesisState } from '../state.ts';
import { iteratorText, readIterator } from '../stream/iterator.ts';
import { indexOf } from '../stream/position.ts';
import { type Page, readPage } from '../stream/reading.ts';
import { READ_BYTES_PER_SECOND, type Shard, type Stream } from '../stream/stream.ts';

type Kinesis = Context<KinesisState>;

/** A call answers up to 10,000 records or 10 MiB. @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html */
const RECORDS_MAX = 10_000;
const RECORDS_BYTES_MAX = 10 * 1024 * 1024;

/** Services of the plane wait for a shard's topic and read when they are woken: the limit that is made for clients that poll does not count for them. */
interface Unmetered {
  /** Not in the model: no request can have it. */
  readonly isUnmetered?: true;
}

export function getShardIterator(
  input: GetShardIteratorCommandInput & Unmetered,
  { kernel, state }: Kinesis,
): Omit<GetShardIteratorCommandOutput, '$metadata'> {
  const streamName = streamNameOf(input) ?? '';
  const number = shardNumberOf(input.ShardId ?? '', { kernel, streamName });
  if (streamName !== '' && !state.streams.has(streamName)) throw noSuchShard({ kernel, streamName }, number);
  const stream = findStream(input, { kernel, state });
  const shard = findShard(stream, number);
  const nowMs = kernel.nowMs();
  const position = { type: input.ShardIteratorType, sequenceNumber: input.StartingSequenceNumber, timestamp: input.Timestamp };
  const index = indexOf(stream, shard, position);
  if (input.DryRun === true) throw dryRun();
  if (input.isUnmetered !== true) {
    const { iterators } = shard.reads;
    if (!iterators.has(1, nowMs)) throw rateExceeded(placeOf(stream), number);
    iterators.take(1);
  }
  return { ShardIterator: iteratorText({ streamName: stream.name, shard: number, index, issuedMs: nowMs }) };
}

/** Answers what is there, at once, and where to go on; at the end of a closed shard these are its children. */
export function getRecords(input: GetRecordsCommandInput & Unmetered, { kernel, state }: Kinesis): Omit<GetRecordsCommandOutput, '$metadata'> {
  if (input.StreamId !== undefined) throw new NotEmulated('Kinesis with StreamId', 'kinesis');
  const nowMs = kernel.nowMs();
  const iterator = readIterator(input.ShardIterator ?? '', nowMs);
  const stream = state.streams.get(iterator.streamName);
  if (!stream) throw noSuchShard({ kernel, streamName: iterator.streamName }, iterator.shard);
  const shard = findShard(stream, iterator.shard);
  if (input.DryRun === true) throw dryRun();
  if (input.isUnmetered !== true) checkRate(stream, shard, nowMs);
  const page = readPage(stream, shard, iterator.index, { countMax: Math.min(input.Limit ?? RECORDS_MAX, RECORDS_MAX), bytesMax: RECORDS_BYTES_MAX });
  if (input.isUnmetered !== true) charge(shard, page.sizeBytes, nowMs);
  meterRead(stream, shard, page);
  return {
    Records: page.records,
    ...(page.next !== undefined && {
      NextShardIterator: iteratorText({ streamName: stream.name, shard: iterator.shard, index: page.next, issuedMs: nowMs }),
    }),
    MillisBehindLatest: page.millisBehindLatest,
    ...(page.children && { ChildShards: page.children }),
  };
}

/** Five calls a second, and two megabytes: after ten of them a shard gives nothing for five seconds. */
function checkRate(stream: Stream, shard: Shard, nowMs: number): void {
  const { calls, bytes } = shard.reads;
  if (calls.has(1, nowMs) && bytes.has(1, nowMs)) {
    calls.take(1);
    return;
  }
  meter(stream, 'ReadProvisionedThroughputExceeded', 1);
  meterShard(stream, shard, 'ReadProvisionedThroughputExceeded', 1);
  meter(stream, 'GetRecords.Success', 0);
  throw rateExceeded(placeOf(stream), shard.record.number);
}

function charge({ reads }: Shard, sizeBytes: number, nowMs: number): void {
  if (sizeBytes <= READ_BYTES_PER_SECOND) reads.bytes.take(sizeBytes);
  else reads.bytes.blockUntil(nowMs + (sizeBytes / READ_BYTES_PER_SECOND) * 1000);
}

function meterRead(stream: Stream, shard: Shard, { records, sizeBytes }: Page): void {
  const lastMs = records.at(-1)?.ApproximateArrivalTimestamp?.getTime();
  const ageMs = lastMs === undefined ? 0 : stream.kernel.nowMs() - lastMs;
  meter(stream, 'GetRecords.Success', 1);
  meter(stream, 'GetRecords.Records', records.length);
  meter(stream, 'GetRecords.Bytes', sizeBytes, 'Bytes');
  meter(stream, 'GetRecords.IteratorAgeMilliseconds', ageMs, 'Milliseconds');
  meterShard(stream, shard, 'OutgoingRecords', records.length);
  meterShard(stream, shard, 'OutgoingBytes', sizeBytes, 'Bytes');
  meterShard(stream, shard, 'IteratorAgeMilliseconds', ageMs, 'Milliseconds');
}

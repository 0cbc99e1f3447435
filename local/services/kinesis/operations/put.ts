import type {
  PutRecordCommandInput,
  PutRecordCommandOutput,
  PutRecordsCommandInput,
  PutRecordsCommandOutput,
  PutRecordsRequestEntry,
  PutRecordsResultEntry,
} from '@aws-sdk/client-kinesis';
import { refuseAllBut } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { dryRun, internalFailure, invalidArgument, RATE_EXCEEDED, rateExceeded, rateExceededMessage } from '../errors.ts';
import { findReadyStream, placeOf } from '../lookup.ts';
import { meter, meterShard } from '../metrics.ts';
import type { KinesisState } from '../state.ts';
import { touch } from '../state.ts';
import { hashOf, hexOf, isHashKey } from '../stream/hash-key.ts';
import { readSequenceNumber, shownSequenceNumber, UnknownVersion } from '../stream/sequence-number.ts';
import type { NewRecord } from '../stream/shard-log.ts';
import type { Shard, Stream } from '../stream/stream.ts';

type Kinesis = Context<KinesisState>;

/** A request takes 10 MiB, partition keys included. @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html */
const REQUEST_BYTES_MAX = 10 * 1024 * 1024;

/** Records of one request that go to the same shard, with their places in the request. */
interface ShardPart {
  readonly records: NewRecord[];
  readonly places: number[];
  sizeBytes: number;
}

const sizeOf = ({ Data: data, PartitionKey: key }: Pick<PutRecordsRequestEntry, 'Data' | 'PartitionKey'>): number =>
  (data?.byteLength ?? 0) + Buffer.byteLength(key ?? '');

function shardFor(
  stream: Stream,
  { PartitionKey: key = '', ExplicitHashKey: explicit }: Pick<PutRecordsRequestEntry, 'PartitionKey' | 'ExplicitHashKey'>,
): Shard {
  if (explicit === undefined) return stream.open.length === 1 ? (stream.open[0] as Shard) : stream.shardOf(hashOf(key));
  if (!isHashKey(explicit))
    throw invalidArgument(`Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was ${explicit}`);
  return stream.shardOf(hexOf(explicit));
}

function checkSize(stream: Stream, entry: Pick<PutRecordsRequestEntry, 'Data' | 'PartitionKey'>, sizeBytes: number): void {
  const limitBytes = stream.record.maxRecordKiB * 1024;
  if (sizeBytes <= limitBytes) return;
  throw invalidArgument(
    `The data blob of ${entry.Data?.byteLength ?? 0} bytes and its partition key are larger than the maximum record size of ${limitBytes} bytes of stream ${stream.name}.`,
  );
}

/** Whether the shard takes so much more in this second; takes it. */
function admit({ writes }: Shard, sizeBytes: number, nowMs: number): boolean {
  if (!writes.records.has(1, nowMs) || !writes.bytes.has(sizeBytes, nowMs)) return false;
  writes.records.take(1);
  writes.bytes.take(sizeBytes);
  return true;
}

/** Appends to a shard, drops what is too old there, and says that there is something new. Answers the index of the first. */
function append(stream: Stream, shard: Shard, part: Pick<ShardPart, 'records' | 'sizeBytes'>, state: KinesisState): number {
  const nowMs = stream.kernel.nowMs();
  if (stream.trimShard(shard, stream.oldestMs(nowMs))) touch(state, stream);
  const first = shard.log.append(part.records, { atMs: nowMs, isEncrypted: stream.record.keyId !== undefined });
  stream.kernel.notify(shard.topic);
  meterShard(stream, shard, 'IncomingRecords', part.records.length);
  meterShard(stream, shard, 'IncomingBytes', part.sizeBytes, 'Bytes');
  return first;
}

/** Measured once for a call, whatever shards its records went to. */
function meterIncoming(stream: Stream, count: number, sizeBytes: number): void {
  if (count === 0) return;
  meter(stream, 'IncomingRecords', count);
  meter(stream, 'IncomingBytes', sizeBytes, 'Bytes');
}

function throttled(stream: Stream, shard: Shard): void {
  meter(stream, 'WriteProvisionedThroughputExceeded', 1);
  meterShard(stream, shard, 'WriteProvisionedThroughputExceeded', 1);
}

const encryptionOf = ({ record }: Stream): { EncryptionType?: 'KMS' } => (record.keyId === undefined ? {} : { EncryptionType: 'KMS' });

export function putRecord(input: PutRecordCommandInput, context: Kinesis): Omit<PutRecordCommandOutput, '$metadata'> {
  refuseAllBut(['StreamName', 'StreamARN', 'Data', 'PartitionKey', 'ExplicitHashKey', 'SequenceNumberForOrdering', 'DryRun'], input, {
    operation: 'PutRecord',
    page: 'kinesis',
  });
  const stream = findReadyStream(input, context);
  const nowMs = context.kernel.nowMs();
  const shard = shardFor(stream, input);
  if (input.SequenceNumberForOrdering !== undefined) checkOrdering(input.SequenceNumberForOrdering, stream, nowMs);
  const sizeBytes = sizeOf(input);
  checkSize(stream, input, sizeBytes);
  if (input.DryRun === true) throw dryRun();
  const isAdmitted = admit(shard, sizeBytes, nowMs);
  meter(stream, 'PutRecord.Success', isAdmitted ? 1 : 0);
  if (!isAdmitted) {
    throttled(stream, shard);
    throw rateExceeded(placeOf(stream), shard.record.number);
  }
  meter(stream, 'PutRecord.Bytes', sizeBytes, 'Bytes');
  meterIncoming(stream, 1, sizeBytes);
  const record = { partitionKey: input.PartitionKey ?? '', data: input.Data ?? new Uint8Array() };
  const index = append(stream, shard, { records: [record], sizeBytes }, context.state);
  return { ShardId: shard.id, SequenceNumber: shard.sequences.of(index, nowMs), ...encryptionOf(stream) };
}

/** Sequence numbers of a shard grow in the order of the calls: nothing is left to do for the order but to refuse what is no sequence number. */
function checkOrdering(text: string, stream: Stream, nowMs: number): void {
  const read = readOrFail(text);
  const isFuture = read?.version === 2 && read.arrivalSeconds > Math.floor(nowMs / 1000);
  if (read && !isFuture) return;
  throw invalidArgument(
    `ExclusiveMinimumSequenceNumber ${shownSequenceNumber(text)} used in PutRecord on stream ${stream.name} under account ${stream.kernel.accountId} is invalid.`,
  );
}

function readOrFail(text: string): ReturnType<typeof readSequenceNumber> {
  try {
    return readSequenceNumber(text);
  } catch (error) {
    if (error instanceof UnknownVersion) throw internalFailure();
    throw error;
  }
}

export function putRecords(input: PutRecordsCommandInput, context: Kinesis): Omit<PutRecordsCommandOutput, '$metadata'> {
  refuseAllBut(['StreamName', 'StreamARN', 'Records', 'DryRun'], input, { operation: 'PutRecords', page: 'kinesis' });
  const entries = input.Records ?? [];
  const stream = findReadyStream(input, context);
  const nowMs = context.kernel.nowMs();
  const shards = entries.map((entry) => shardFor(stream, entry));
  checkSizes(stream, entries);
  if (input.DryRun === true) throw dryRun();
  const results = new Array<PutRecordsResultEntry>(entries.length);
  const parts = new Map<Shard, ShardPart>();
  let failed = 0;
  for (let place = 0; place < entries.length; place += 1) {
    const entry = entries[place] as PutRecordsRequestEntry;
    const shard = shards[place] as Shard;
    const sizeBytes = sizeOf(entry);
    if (admit(shard, sizeBytes, nowMs)) addTo(parts, shard, entry, { place, sizeBytes });
    else {
      failed += 1;
      throttled(stream, shard);
      results[place] = { ErrorCode: RATE_EXCEEDED, ErrorMessage: rateExceededMessage(placeOf(stream), shard.record.number) };
    }
  }
  let sizeBytes = 0;
  for (const [shard, part] of parts) {
    const first = append(stream, shard, part, context.state);
    sizeBytes += part.sizeBytes;
    for (const [offset, place] of part.places.entries()) results[place] = { SequenceNumber: shard.sequences.of(first + offset, nowMs), ShardId: shard.id };
  }
  meterIncoming(stream, entries.length - failed, sizeBytes);
  meterPutRecords(stream, { total: entries.length, failed, sizeBytes });
  return { FailedRecordCount: failed, Records: results, ...encryptionOf(stream) };
}

function addTo(parts: Map<Shard, ShardPart>, shard: Shard, entry: PutRecordsRequestEntry, { place, sizeBytes }: { place: number; sizeBytes: number }): void {
  let part = parts.get(shard);
  if (!part) {
    part = { records: [], places: [], sizeBytes: 0 };
    parts.set(shard, part);
  }
  part.records.push({ partitionKey: entry.PartitionKey ?? '', data: entry.Data ?? new Uint8Array() });
  part.places.push(place);
  part.sizeBytes += sizeBytes;
}

function checkSizes(stream: Stream, entries: readonly PutRecordsRequestEntry[]): void {
  let totalBytes = 0;
  for (const entry of entries) {
    const sizeBytes = sizeOf(entry);
    checkSize(stream, entry, sizeBytes);
    totalBytes += sizeBytes;
  }
  if (totalBytes > REQUEST_BYTES_MAX) throw invalidArgument(`Records size exceeds 10 MB limit: ${totalBytes} bytes`);
}

function meterPutRecords(stream: Stream, { total, failed, sizeBytes }: { readonly total: number; readonly failed: number; readonly sizeBytes: number }): void {
  meter(stream, 'PutRecords.Bytes', sizeBytes, 'Bytes');
  meter(stream, 'PutRecords.Success', failed < total ? 1 : 0);
  meter(stream, 'PutRecords.TotalRecords', total);
  meter(stream, 'PutRecords.SuccessfulRecords', total - failed);
  meter(stream, 'PutRecords.ThrottledRecords', failed);
  meter(stream, 'PutRecords.FailedRecords', 0);
}

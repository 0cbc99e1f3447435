import type {
  GetRecordsCommandInput,
  GetRecordsCommandOutput,
  GetShardIteratorCommandInput,
  GetShardIteratorCommandOutput,
  _Record as WireRecord,
} from '@aws-sdk/client-dynamodb-streams';
import type { Kernel } from '../../../kernel/kernel.ts';
import type { Context } from '../../../kernel/service.ts';
import { type Attributes, type AttributeValue, setAttribute } from '../../../languages/dynamodb-expression/attribute-value.ts';
import { itemOf } from '../../../languages/dynamodb-item/packed-item.ts';
import type { StoredRecord } from '../../../languages/dynamodb-item/stream-record.ts';
import { expiredIterator, shardNotFound, streamNotFound, trimmedDataAccess, validation } from '../errors.ts';
import { isIteratorExpired, iteratorText, readIterator } from '../rules.ts';
import { eventIdOf, findStream, recordAt, type StreamDescriptor, type StreamsState, sequenceOf, sequenceText, trimHorizon } from '../state.ts';

type Streams = Context<StreamsState>;

/** A call answers up to 1000 records or 1 MB. @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.html */
const RECORDS_MAX = 1000;
const RECORDS_BYTES_MAX = 1024 * 1024;

export function getShardIterator(input: GetShardIteratorCommandInput, { kernel, state }: Streams): Omit<GetShardIteratorCommandOutput, '$metadata'> {
  const { StreamArn: arn = '', ShardId: shardId = '' } = input;
  const descriptor = findStream(state, arn, kernel.nowMs());
  if (!descriptor) throw streamNotFound(arn);
  if (shardId !== descriptor.shardId) throw shardNotFound(shardId, arn);
  const sequence = startOf(kernel, descriptor, input);
  return { ShardIterator: iteratorText({ streamArn: arn, sequence, issuedMs: kernel.nowMs() }) };
}

/** Number of the record that an iterator begins with. */
function startOf(kernel: Kernel, descriptor: StreamDescriptor, input: GetShardIteratorCommandInput): number {
  switch (input.ShardIteratorType) {
    case 'TRIM_HORIZON':
      return trimHorizon(kernel, descriptor);
    case 'LATEST':
      return descriptor.nextSequence;
    default: {
      if (input.SequenceNumber === undefined) throw validation(`The SequenceNumber parameter is required for the ShardIteratorType ${input.ShardIteratorType}`);
      const sequence = sequenceOf(input.SequenceNumber);
      if (sequence === undefined) throw validation(`Invalid SequenceNumber: ${input.SequenceNumber}`);
      const start = input.ShardIteratorType === 'AFTER_SEQUENCE_NUMBER' ? sequence + 1 : sequence;
      if (start < trimHorizon(kernel, descriptor)) throw trimmedDataAccess();
      return start;
    }
  }
}

/** Answers what is there, at once, and where to go on; at the end of a closed shard there is nowhere to go. */
export function getRecords(input: GetRecordsCommandInput, { kernel, state }: Streams): Omit<GetRecordsCommandOutput, '$metadata'> {
  const iterator = readIterator(input.ShardIterator ?? '');
  const nowMs = kernel.nowMs();
  if (isIteratorExpired(iterator, nowMs)) throw expiredIterator();
  const descriptor = findStream(state, iterator.streamArn, nowMs);
  if (!descriptor) throw streamNotFound(iterator.streamArn);
  const limit = Math.min(input.Limit ?? RECORDS_MAX, RECORDS_MAX);
  const records: WireRecord[] = [];
  let { sequence } = iterator;
  if (sequence < trimHorizon(kernel, descriptor)) throw trimmedDataAccess();
  let sizeBytes = 0;
  for (; records.length < limit && sequence < descriptor.nextSequence; sequence += 1) {
    const record = recordAt(kernel, descriptor, sequence);
    if (!record) continue;
    sizeBytes += record.sizeBytes;
    if (records.length > 0 && sizeBytes > RECORDS_BYTES_MAX) break;
    records.push(wireRecord(kernel, descriptor, sequence, record));
  }
  const isAtEnd = descriptor.closedMs !== undefined && sequence >= descriptor.nextSequence;
  return { Records: records, ...(!isAtEnd && { NextShardIterator: iteratorText({ streamArn: descriptor.arn, sequence, issuedMs: nowMs }) }) };
}

function wireRecord(kernel: Kernel, descriptor: StreamDescriptor, sequence: number, record: StoredRecord): WireRecord {
  const newImage = record.newImage && itemOf(record.newImage);
  const oldImage = record.oldImage && itemOf(record.oldImage);
  return {
    eventID: eventIdOf(descriptor, sequence),
    eventName: record.name,
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: kernel.region,
    dynamodb: {
      // Whole seconds, as AWS has them.
      ApproximateCreationDateTime: new Date(Math.floor(record.atMs / 1000) * 1000),
      Keys: record.keys ?? keysOf(descriptor, (newImage ?? oldImage) as Attributes),
      ...(newImage && { NewImage: newImage }),
      ...(oldImage && { OldImage: oldImage }),
      SequenceNumber: sequenceText(sequence),
      SizeBytes: record.sizeBytes,
      StreamViewType: descriptor.viewType,
    },
    ...(record.isExpiry && { userIdentity: { Type: 'Service', PrincipalId: 'dynamodb.amazonaws.com' } }),
  };
}

/** The primary key in an image. */
function keysOf({ keySchema }: StreamDescriptor, image: Attributes): Attributes {
  const keys: Attributes = {};
  for (const name of [keySchema.hash, keySchema.range]) if (name !== undefined) setAttribute(keys, name, image[name] as AttributeValue);
  return keys;
}

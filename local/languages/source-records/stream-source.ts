import type * as dynamodb from '@aws-sdk/client-dynamodb-streams';
import type * as kinesis from '@aws-sdk/client-kinesis';
import { kinesisFilterView, kinesisRecord } from './kinesis-record.ts';
import { type StreamRecord, streamRecord } from './stream-record.ts';

/** Calls the service of the stream, as who reads it. */
export type StreamCall = <Output>(operation: string, input: object) => Promise<Output>;

/** A shard, and those that must be read to their end before it. */
export interface ShardLink {
  readonly shardId: string;
  readonly parents: readonly string[];
}

/** Where reading a shard begins. */
export type ShardPosition =
  | { readonly kind: 'TRIM_HORIZON' | 'LATEST' }
  | { readonly kind: 'AFTER_SEQUENCE_NUMBER'; readonly sequenceNumber: string }
  | { readonly kind: 'AT_TIMESTAMP'; readonly atMs: number };

/** Records and the iterator behind them: none where a closed shard was read to its end. */
export interface ShardPage {
  readonly records: readonly StreamRecord[];
  readonly next: string | undefined;
}

/** Which stream, and what its records say of the reader. */
export interface SourceOptions {
  readonly sourceArn: string;
  readonly region: string;
  /** Asked at each read: a function's role may change. */
  readonly roleArn: () => string;
}

/** What Lambda's mappings and Pipes need of a stream, the same for Kinesis and DynamoDB. */
export interface StreamSource {
  /** The service to call. */
  readonly service: 'kinesis' | 'dynamodb-streams';
  /** What tells of new shards, and with DynamoDB of new records. */
  readonly streamTopic: string;
  /** What tells of new records of one shard; `undefined` where the stream's topic does. */
  shardTopic(shardId: string): string | undefined;
  shards(call: StreamCall): Promise<readonly ShardLink[]>;
  iterator(call: StreamCall, shardId: string, position: ShardPosition): Promise<string | undefined>;
  read(call: StreamCall, shardId: string, iterator: string | undefined): Promise<ShardPage>;
  /** How long the stream keeps its records. */
  retentionMs(call: StreamCall): Promise<number>;
  /** What a filter sees of a record. */
  filterView(record: StreamRecord): Readonly<Record<string, unknown>>;
  /** The member of a pattern that looks into JSON text. */
  readonly filterField: 'data' | undefined;
  /** The member of a failure's report that says where the records lay. */
  readonly batchInfo: 'KinesisBatchInfo' | 'DDBStreamBatchInfo';
}

/** Records of one read at most. @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.html */
const READ_MAX = 1000;

const SHARD_PAGES_MAX = 100;

const HOUR_MS = 60 * 60 * 1000;

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html */
const TABLE_RETENTION_HOURS = 24;

const present = (parents: readonly (string | undefined)[]): string[] => parents.filter((parent) => parent !== undefined);

/** The stream that an ARN names; of a consumer with enhanced fan-out the stream that it reads. */
export function streamSource(options: SourceOptions): StreamSource {
  return options.sourceArn.split(':')[2] === 'kinesis' ? kinesisSource(options) : tableSource(options);
}

function kinesisSource({ sourceArn, region, roleArn }: SourceOptions): StreamSource {
  const [streamArn = sourceArn] = sourceArn.split('/consumer/');
  return {
    service: 'kinesis',
    streamTopic: streamArn,
    shardTopic: (shardId) => `${streamArn}/${shardId}`,
    filterView: kinesisFilterView,
    filterField: 'data',
    batchInfo: 'KinesisBatchInfo',
    retentionMs: async (call) => {
      const input = { StreamARN: streamArn };
      const { StreamDescriptionSummary: summary } = await call<kinesis.DescribeStreamSummaryCommandOutput>('DescribeStreamSummary', input);
      return (summary?.RetentionPeriodHours ?? Number.POSITIVE_INFINITY) * HOUR_MS;
    },
    shards: async (call) => {
      const links: ShardLink[] = [];
      let input: object = { StreamARN: streamArn };
      for (let page = 0; page < SHARD_PAGES_MAX; page += 1) {
        const { Shards = [], NextToken } = await call<kinesis.ListShardsCommandOutput>('ListShards', input);
        for (const { ShardId = '', ParentShardId, AdjacentParentShardId } of Shards) {
          links.push({ shardId: ShardId, parents: present([ParentShardId, AdjacentParentShardId]) });
        }
        if (NextToken === undefined) break;
        input = { NextToken };
      }
      return links;
    },
    iterator: async (call, shardId, position) => {
      const where = {
        ShardIteratorType: position.kind,
        ...(position.kind === 'AFTER_SEQUENCE_NUMBER' && { StartingSequenceNumber: position.sequenceNumber }),
        ...(position.kind === 'AT_TIMESTAMP' && { Timestamp: new Date(position.atMs) }),
      };
      const input = { StreamARN: streamArn, ShardId: shardId, ...where, isUnmetered: true };
      return (await call<kinesis.GetShardIteratorCommandOutput>('GetShardIterator', input)).ShardIterator;
    },
    read: async (call, shardId, iterator) => {
      const input = { ShardIterator: iterator, Limit: READ_MAX, isUnmetered: true };
      const { Records = [], NextShardIterator } = await call<kinesis.GetRecordsCommandOutput>('GetRecords', input);
      const origin = { shardId, sourceArn, region, roleArn: roleArn() };
      return { records: Records.map((record) => kinesisRecord(record, origin)), next: NextShardIterator };
    },
  };
}

function tableSource({ sourceArn }: SourceOptions): StreamSource {
  return {
    service: 'dynamodb-streams',
    streamTopic: sourceArn,
    shardTopic: () => undefined,
    filterView: ({ wire }) => wire,
    filterField: undefined,
    batchInfo: 'DDBStreamBatchInfo',
    retentionMs: () => Promise.resolve(TABLE_RETENTION_HOURS * HOUR_MS),
    shards: async (call) => {
      const links: ShardLink[] = [];
      let from: string | undefined;
      for (let page = 0; page < SHARD_PAGES_MAX; page += 1) {
        const input = { StreamArn: sourceArn, ...(from !== undefined && { ExclusiveStartShardId: from }) };
        const { StreamDescription: description } = await call<dynamodb.DescribeStreamCommandOutput>('DescribeStream', input);
        for (const { ShardId = '', ParentShardId } of description?.Shards ?? []) links.push({ shardId: ShardId, parents: present([ParentShardId]) });
        from = description?.LastEvaluatedShardId;
        if (from === undefined) break;
      }
      return links;
    },
    iterator: async (call, shardId, position) => {
      const where = {
        ShardIteratorType: position.kind,
        ...(position.kind === 'AFTER_SEQUENCE_NUMBER' && { SequenceNumber: position.sequenceNumber }),
      };
      const input = { StreamArn: sourceArn, ShardId: shardId, ...where };
      return (await call<dynamodb.GetShardIteratorCommandOutput>('GetShardIterator', input)).ShardIterator;
    },
    read: async (call, _shardId, iterator) => {
      const { Records = [], NextShardIterator } = await call<dynamodb.GetRecordsCommandOutput>('GetRecords', { ShardIterator: iterator, Limit: READ_MAX });
      return { records: Records.map((record) => streamRecord(record, sourceArn)), next: NextShardIterator };
    },
  };
}

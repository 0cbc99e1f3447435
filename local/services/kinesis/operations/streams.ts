import type {
  CreateStreamCommandInput,
  DeleteStreamCommandInput,
  DescribeLimitsCommandOutput,
  DescribeStreamCommandInput,
  DescribeStreamCommandOutput,
  DescribeStreamSummaryCommandInput,
  DescribeStreamSummaryCommandOutput,
  ListStreamsCommandInput,
  ListStreamsCommandOutput,
  StreamDescription,
} from '@aws-sdk/client-kinesis';
import { NotEmulated, refuseAllBut } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { shardLimitExceeded, streamExists, streamHasConsumers } from '../errors.ts';
import { findStream } from '../lookup.ts';
import { checkTags } from '../rules.ts';
import { addStream, change, consumersOf, type KinesisState, provisionedShards, touch } from '../state.ts';
import { shardDescription } from '../stream/description.ts';
import type { StreamRecord } from '../stream/records.ts';
import type { Shard, Stream } from '../stream/stream.ts';

type Kinesis = Context<KinesisState>;
type Output<T> = Omit<T, '$metadata'>;

/** @see https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html */
const SHARDS_ON_DEMAND = 4;
const RETENTION_HOURS = 24;
const RECORD_KIB_MAX = 1024;
const ON_DEMAND_STREAMS_MAX = 50;

const SHARDS_PER_PAGE = 100;
const STREAMS_PER_PAGE = 100;

/** Why no stream spreads its records by itself. */
export const AUTO_DISTRIBUTION = 'The record distribution strategy AUTO, which ignores partition keys and so the order of a key,';

/** Makes a stream. Without a mode it is provisioned where a shard count is given, and on demand where none is. Differs from AWS: a stream on demand keeps the number of its shards. */
export function createStream(input: CreateStreamCommandInput, context: Kinesis): Record<string, never> {
  refuseAllBut(['StreamName', 'ShardCount', 'StreamModeDetails', 'Tags', 'WarmThroughputMiBps', 'MaxRecordSizeInKiB', 'RecordDistributionStrategy'], input, {
    operation: 'CreateStream',
    page: 'kinesis',
  });
  create(input, context, context.state.transitionMs);
  return {};
}

/** Makes a stream that is there after `transitionMs`. */
export function create(input: CreateStreamCommandInput, { kernel, state }: Kinesis, transitionMs: number): Stream {
  const { StreamName: name = '', Tags: tags = {} } = input;
  if (input.RecordDistributionStrategy === 'AUTO') throw new NotEmulated(AUTO_DISTRIBUTION, 'kinesis');
  checkTags(tags, { kernel, streamName: name });
  if (state.streams.has(name)) throw streamExists({ kernel, streamName: name });
  const mode = input.StreamModeDetails?.StreamMode ?? (input.ShardCount === undefined ? 'ON_DEMAND' : 'PROVISIONED');
  const shardCount = mode === 'ON_DEMAND' ? SHARDS_ON_DEMAND : (input.ShardCount ?? 1);
  const current = provisionedShards(state);
  if (mode === 'PROVISIONED' && current + shardCount > state.shardLimit) {
    throw shardLimitExceeded(kernel, { current, limit: state.shardLimit, more: shardCount });
  }
  const record: StreamRecord = {
    name,
    arn: kernel.arn('kinesis', `stream/${name}`),
    createdMs: kernel.nowMs(),
    status: 'CREATING',
    pending: undefined,
    mode,
    retentionHours: RETENTION_HOURS,
    shards: [],
    shardLevelMetrics: [],
    keyId: undefined,
    maxRecordKiB: input.MaxRecordSizeInKiB ?? RECORD_KIB_MAX,
    warmThroughputMiBps: input.WarmThroughputMiBps,
    tags,
    policy: undefined,
    scaledMs: [],
    switchedMs: [],
  };
  const stream = addStream(kernel, state, record);
  change(kernel, state, stream, { kind: 'create', shardCount }, transitionMs);
  return stream;
}

export function deleteStream(input: DeleteStreamCommandInput, context: Kinesis): Record<string, never> {
  const { kernel, state } = context;
  refuseAllBut(['StreamName', 'StreamARN', 'EnforceConsumerDeletion'], input, { operation: 'DeleteStream', page: 'kinesis' });
  const stream = findStream(input, context);
  if (input.EnforceConsumerDeletion !== true && consumersOf(state, stream.arn).length > 0) throw streamHasConsumers({ kernel, streamName: stream.name });
  change(kernel, state, stream, { kind: 'delete' });
  return {};
}

/** The shards of a stream that are within its retention. */
export function listedShards(stream: Stream, { kernel, state }: Pick<Kinesis, 'kernel' | 'state'>): Shard[] {
  if (stream.trim(kernel.nowMs())) touch(state, stream);
  return [...stream.shards.values()];
}

function describe({ record }: Stream): Omit<StreamDescription, 'Shards' | 'HasMoreShards'> {
  return {
    StreamName: record.name,
    StreamARN: record.arn,
    StreamStatus: record.status,
    StreamModeDetails: { StreamMode: record.mode },
    RetentionPeriodHours: record.retentionHours,
    StreamCreationTimestamp: new Date(record.createdMs),
    EnhancedMonitoring: [{ ShardLevelMetrics: [...record.shardLevelMetrics] as never }],
    EncryptionType: record.keyId === undefined ? 'NONE' : 'KMS',
    ...(record.keyId !== undefined && { KeyId: record.keyId }),
  };
}

export function describeStream(input: DescribeStreamCommandInput, context: Kinesis): Output<DescribeStreamCommandOutput> {
  refuseAllBut(['StreamName', 'StreamARN', 'Limit', 'ExclusiveStartShardId'], input, { operation: 'DescribeStream', page: 'kinesis' });
  const { Limit: limit = SHARDS_PER_PAGE, ExclusiveStartShardId: after = '' } = input;
  const stream = findStream(input, context);
  const shards = listedShards(stream, context).filter(({ id }) => id > after);
  return {
    StreamDescription: { ...describe(stream), Shards: shards.slice(0, limit).map(shardDescription), HasMoreShards: shards.length > limit },
  };
}

export function describeStreamSummary(input: DescribeStreamSummaryCommandInput, context: Kinesis): Output<DescribeStreamSummaryCommandOutput> {
  const stream = findStream(input, context);
  const { maxRecordKiB, warmThroughputMiBps } = stream.record;
  return {
    StreamDescriptionSummary: {
      ...describe(stream),
      OpenShardCount: stream.open.length,
      ConsumerCount: consumersOf(context.state, stream.arn).length,
      MaxRecordSizeInKiB: maxRecordKiB,
      ...(warmThroughputMiBps !== undefined && { WarmThroughput: { TargetMiBps: warmThroughputMiBps, CurrentMiBps: warmThroughputMiBps } }),
    },
  };
}

export function listStreams(input: ListStreamsCommandInput, { state }: Kinesis): Output<ListStreamsCommandOutput> {
  const { Limit: limit = STREAMS_PER_PAGE, ExclusiveStartStreamName: start, NextToken: token } = input;
  const after = token === undefined ? (start ?? '') : Buffer.from(token, 'base64').toString();
  const names = [...state.streams.keys()].filter((name) => name > after).sort();
  const page = names.slice(0, limit);
  const hasMore = names.length > page.length;
  return {
    StreamNames: page,
    HasMoreStreams: hasMore,
    ...(hasMore && { NextToken: Buffer.from(page.at(-1) ?? '').toString('base64') }),
    StreamSummaries: page.map((name) => {
      const { record } = state.streams.get(name) as Stream;
      return {
        StreamName: name,
        StreamARN: record.arn,
        StreamStatus: record.status,
        StreamModeDetails: { StreamMode: record.mode },
        StreamCreationTimestamp: new Date(record.createdMs),
      };
    }),
  };
}

export function describeLimits(_input: object, { state }: Kinesis): Output<DescribeLimitsCommandOutput> {
  return {
    ShardLimit: state.shardLimit,
    OpenShardCount: provisionedShards(state),
    OnDemandStreamCount: [...state.streams.values()].filter(({ record }) => record.mode === 'ON_DEMAND').length,
    OnDemandStreamCountLimit: ON_DEMAND_STREAMS_MAX,
  };
}

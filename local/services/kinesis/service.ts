import type { Kinesis } from '@aws-sdk/client-kinesis';
import type { OperationsOf, Service } from '../../kernel/service.ts';
import { accessOf } from './access.ts';
import { receive } from './delivery.ts';
import { deregisterStreamConsumer, describeStreamConsumer, listStreamConsumers, registerStreamConsumer } from './operations/consumers.ts';
import { deleteResourcePolicy, getResourcePolicy, putResourcePolicy } from './operations/policies.ts';
import { putRecord, putRecords } from './operations/put.ts';
import { getRecords, getShardIterator } from './operations/read.ts';
import {
  decreaseStreamRetentionPeriod,
  describeAccountSettings,
  disableEnhancedMonitoring,
  enableEnhancedMonitoring,
  increaseStreamRetentionPeriod,
  startStreamEncryption,
  stopStreamEncryption,
  updateMaxRecordSize,
  updateStreamMode,
  updateStreamRecordDistributionStrategy,
  updateStreamWarmThroughput,
} from './operations/settings.ts';
import { listShards, mergeShards, splitShard, updateShardCount } from './operations/shards.ts';
import { createStream, deleteStream, describeLimits, describeStream, describeStreamSummary, listStreams } from './operations/streams.ts';
import { subscribeToShard } from './operations/subscribe.ts';
import { addTagsToStream, listTagsForResource, listTagsForStream, removeTagsFromStream, tagResource, untagResource } from './operations/tags.ts';
import { consumerResource, policyResource, streamResource } from './resources.ts';
import { createState, type KinesisState } from './state.ts';

const operations: Partial<OperationsOf<Kinesis, KinesisState>> = {
  AddTagsToStream: addTagsToStream,
  CreateStream: createStream,
  DecreaseStreamRetentionPeriod: decreaseStreamRetentionPeriod,
  DeleteResourcePolicy: deleteResourcePolicy,
  DeleteStream: deleteStream,
  DeregisterStreamConsumer: deregisterStreamConsumer,
  DescribeAccountSettings: describeAccountSettings,
  DescribeLimits: describeLimits,
  DescribeStream: describeStream,
  DescribeStreamConsumer: describeStreamConsumer,
  DescribeStreamSummary: describeStreamSummary,
  DisableEnhancedMonitoring: disableEnhancedMonitoring,
  EnableEnhancedMonitoring: enableEnhancedMonitoring,
  GetRecords: getRecords,
  GetResourcePolicy: getResourcePolicy,
  GetShardIterator: getShardIterator,
  IncreaseStreamRetentionPeriod: increaseStreamRetentionPeriod,
  ListShards: listShards,
  ListStreamConsumers: listStreamConsumers,
  ListStreams: listStreams,
  ListTagsForResource: listTagsForResource,
  ListTagsForStream: listTagsForStream,
  MergeShards: mergeShards,
  PutRecord: putRecord,
  PutRecords: putRecords,
  PutResourcePolicy: putResourcePolicy,
  RegisterStreamConsumer: registerStreamConsumer,
  RemoveTagsFromStream: removeTagsFromStream,
  SplitShard: splitShard,
  StartStreamEncryption: startStreamEncryption,
  StopStreamEncryption: stopStreamEncryption,
  SubscribeToShard: subscribeToShard,
  TagResource: tagResource,
  UntagResource: untagResource,
  UpdateMaxRecordSize: updateMaxRecordSize,
  UpdateShardCount: updateShardCount,
  UpdateStreamMode: updateStreamMode,
  UpdateStreamRecordDistributionStrategy: updateStreamRecordDistributionStrategy,
  UpdateStreamWarmThroughput: updateStreamWarmThroughput,
};

/**
 * Kinesis Data Streams. Whoever waits for records listens to the kernel's topic `<stream's ARN>/<shard's id>`; the topic named by the stream's ARN
 * tells that the stream's shards or its status have changed.
 */
export const kinesis: Service<KinesisState> = {
  name: 'kinesis',
  arnService: 'kinesis',
  createState,
  operations,
  access: accessOf,
  resourceTypes: {
    'AWS::Kinesis::Stream': streamResource,
    'AWS::Kinesis::StreamConsumer': consumerResource,
    'AWS::Kinesis::ResourcePolicy': policyResource,
  },
  delivery: receive,
};

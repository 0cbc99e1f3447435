import type { CreateStreamCommandInput, MetricsName } from '@aws-sdk/client-kinesis';
import type { PhysicalResource, Properties, ResourceType } from '../../kernel/resource.ts';
import type { Context } from '../../kernel/service.ts';
import { findResource, placeOf } from './lookup.ts';
import { deregister, register } from './operations/consumers.ts';
import { setPolicy } from './operations/policies.ts';
import { checkKey } from './operations/settings.ts';
import { scaleTo } from './operations/shards.ts';
import { create } from './operations/streams.ts';
import { checkTags } from './rules.ts';
import { change, type KinesisState, touch } from './state.ts';
import type { ConsumerRecord } from './stream/records.ts';
import type { Stream } from './stream/stream.ts';

type Kinesis = Context<KinesisState>;

const RETENTION_HOURS = 24;
const RECORD_KIB_MAX = 1024;

const numberOf = (value: unknown): number | undefined => (value === undefined ? undefined : Number(value));

function tagsOf(properties: Properties): Record<string, string> {
  const tags: readonly { Key: string; Value: string }[] = properties['Tags'] ?? [];
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
}

/** A template without a mode has a provisioned stream where it gives a shard count, and one on demand where it gives none. */
const modeOf = (properties: Properties): 'PROVISIONED' | 'ON_DEMAND' =>
  properties['StreamModeDetails']?.StreamMode ?? (properties['ShardCount'] === undefined ? 'ON_DEMAND' : 'PROVISIONED');

/** The key of a stream that is to be encrypted. Throws where it is not the service's own. */
function keyOf(properties: Properties): string | undefined {
  const encryption: { EncryptionType: string; KeyId: string } | undefined = properties['StreamEncryption'];
  if (encryption) checkKey(encryption.KeyId);
  return encryption?.KeyId;
}

/** Settings that are in force at once, on a new stream and on one that is there. */
function applySettings(stream: Stream, properties: Properties, { state }: Kinesis): void {
  const { record } = stream;
  const keyId = keyOf(properties);
  const tags = tagsOf(properties);
  checkTags(tags, placeOf(stream));
  record.retentionHours = numberOf(properties['RetentionPeriodHours']) ?? RETENTION_HOURS;
  record.maxRecordKiB = numberOf(properties['MaxRecordSizeInKiB']) ?? RECORD_KIB_MAX;
  record.warmThroughputMiBps = numberOf(properties['WarmThroughputMiBps']);
  record.shardLevelMetrics = (properties['DesiredShardLevelMetrics'] as MetricsName[] | undefined) ?? [];
  record.keyId = keyId;
  record.mode = modeOf(properties);
  record.tags = tags;
  touch(state, stream);
}

const physicalStream = ({ name, arn }: Stream): PhysicalResource => ({ ref: name, attributes: { Arn: arn } });

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kinesis-stream.html */
export const streamResource: ResourceType<KinesisState> = {
  properties: [
    'Name',
    'ShardCount',
    'StreamModeDetails',
    'RetentionPeriodHours',
    'StreamEncryption',
    'DesiredShardLevelMetrics',
    'MaxRecordSizeInKiB',
    'WarmThroughputMiBps',
    'Tags',
  ],
  create(properties, place, context) {
    const input: CreateStreamCommandInput = {
      StreamName: properties['Name'] ?? place.generatedName({ lengthMax: 128 }),
      StreamModeDetails: { StreamMode: modeOf(properties) },
      ShardCount: numberOf(properties['ShardCount']),
    };
    keyOf(properties);
    const stream = create(input, context, 0);
    applySettings(stream, properties, context);
    return physicalStream(stream);
  },
  update(properties, previous, physical, _place, context) {
    if (properties['Name'] !== previous['Name']) return 'replace';
    const stream = context.state.streams.get(physical.ref) as Stream;
    applySettings(stream, properties, context);
    const shardCount = numberOf(properties['ShardCount']);
    if (stream.record.mode === 'PROVISIONED' && shardCount !== undefined && shardCount !== stream.open.length) scaleTo(stream, shardCount, context, 0);
    stream.trim(context.kernel.nowMs());
    touch(context.state, stream);
    return physicalStream(stream);
  },
  delete(physical, _properties, { kernel, state }) {
    const stream = state.streams.get(physical.ref);
    if (stream) change(kernel, state, stream, { kind: 'delete' }, 0);
  },
};

const physicalConsumer = ({ arn, name, streamArn, createdMs }: ConsumerRecord): PhysicalResource => ({
  ref: arn,
  attributes: {
    ConsumerARN: arn,
    ConsumerName: name,
    ConsumerStatus: 'ACTIVE',
    ConsumerCreationTimestamp: String(Math.floor(createdMs / 1000)),
    StreamARN: streamArn,
  },
});

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kinesis-streamconsumer.html */
export const consumerResource: ResourceType<KinesisState> = {
  properties: ['ConsumerName', 'StreamARN', 'Tags'],
  create(properties, _place, context) {
    const input = { ConsumerName: properties['ConsumerName'], StreamARN: properties['StreamARN'], Tags: tagsOf(properties) };
    return physicalConsumer(register(input, context, 0));
  },
  update(properties, previous, physical, _place, { state }) {
    if (properties['ConsumerName'] !== previous['ConsumerName'] || properties['StreamARN'] !== previous['StreamARN']) return 'replace';
    const consumer = state.consumers.get(physical.ref) as ConsumerRecord;
    consumer.tags = tagsOf(properties);
    state.consumers.touch(consumer.arn);
    return physicalConsumer(consumer);
  },
  delete(physical, _properties, { state }) {
    deregister({ arn: physical.ref }, state);
  },
};

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kinesis-resourcepolicy.html */
export const policyResource: ResourceType<KinesisState> = {
  properties: ['ResourceArn', 'ResourcePolicy'],
  create(properties, _place, context) {
    const arn: string = properties['ResourceArn'];
    setPolicy(findResource(arn, context), properties['ResourcePolicy'], context);
    return { ref: arn, attributes: {} };
  },
  update(properties, previous, physical, _place, context) {
    if (properties['ResourceArn'] !== previous['ResourceArn']) return 'replace';
    setPolicy(findResource(physical.ref, context), properties['ResourcePolicy'], context);
    return physical;
  },
  /** The stream may have gone before its policy. */
  delete(physical, _properties, context) {
    const { state } = context;
    const [, streamName = '', ...consumer] = physical.ref.split('/');
    const isThere = consumer.length > 0 ? state.consumers.has(physical.ref) : state.streams.has(streamName);
    if (isThere) setPolicy(findResource(physical.ref, context), undefined, context);
  },
};

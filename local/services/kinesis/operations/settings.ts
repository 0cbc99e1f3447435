import type {
  DecreaseStreamRetentionPeriodCommandInput,
  DescribeAccountSettingsCommandOutput,
  DisableEnhancedMonitoringCommandInput,
  EnableEnhancedMonitoringCommandInput,
  EnableEnhancedMonitoringCommandOutput,
  IncreaseStreamRetentionPeriodCommandInput,
  MetricsName,
  StartStreamEncryptionCommandInput,
  StopStreamEncryptionCommandInput,
  UpdateMaxRecordSizeCommandInput,
  UpdateStreamModeCommandInput,
  UpdateStreamRecordDistributionStrategyCommandInput,
  UpdateStreamWarmThroughputCommandInput,
  UpdateStreamWarmThroughputCommandOutput,
} from '@aws-sdk/client-kinesis';
import { NotEmulated, refuseAllBut } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { limitExceeded, validation } from '../errors.ts';
import { checkActive, findReadyStream } from '../lookup.ts';
import { checkRetention } from '../rules.ts';
import { change, type KinesisState, touch } from '../state.ts';
import type { Stream } from '../stream/stream.ts';
import { AUTO_DISTRIBUTION } from './streams.ts';

type Kinesis = Context<KinesisState>;
type Nothing = Record<string, never>;

const PAGE = 'kinesis';
const DAY_MS = 86_400_000;

/** @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateStreamMode.html */
const MODE_SWITCHES_PER_DAY = 2;

/** All that enhanced monitoring knows. @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_EnableEnhancedMonitoring.html */
const SHARD_LEVEL_METRICS: readonly MetricsName[] = [
  'IncomingBytes',
  'IncomingRecords',
  'OutgoingBytes',
  'OutgoingRecords',
  'WriteProvisionedThroughputExceeded',
  'ReadProvisionedThroughputExceeded',
  'IteratorAgeMilliseconds',
];

export function increaseStreamRetentionPeriod(input: IncreaseStreamRetentionPeriodCommandInput, context: Kinesis): Nothing {
  return setRetention(input, 'increase', context);
}

export function decreaseStreamRetentionPeriod(input: DecreaseStreamRetentionPeriodCommandInput, context: Kinesis): Nothing {
  return setRetention(input, 'decrease', context);
}

/** Sets how long records are kept. What was too old before is dropped first: a longer period does not bring it back. */
function setRetention(input: IncreaseStreamRetentionPeriodCommandInput, direction: 'increase' | 'decrease', context: Kinesis): Nothing {
  const stream = findReadyStream(input, context);
  const { RetentionPeriodHours: hours = 0 } = input;
  checkRetention(hours, { streamName: stream.name, hours: stream.record.retentionHours, direction });
  checkActive(stream);
  stream.trim(context.kernel.nowMs());
  stream.record.retentionHours = hours;
  stream.trim(context.kernel.nowMs());
  settle(stream, context);
  return {};
}

function settle(stream: Stream, { kernel, state }: Kinesis): void {
  change(kernel, state, stream, { kind: 'settings' });
}

export function enableEnhancedMonitoring(
  input: EnableEnhancedMonitoringCommandInput,
  context: Kinesis,
): Omit<EnableEnhancedMonitoringCommandOutput, '$metadata'> {
  return setMonitoring(input, context, (present, named) => SHARD_LEVEL_METRICS.filter((metric) => present.includes(metric) || named.includes(metric)));
}

export function disableEnhancedMonitoring(
  input: DisableEnhancedMonitoringCommandInput,
  context: Kinesis,
): Omit<EnableEnhancedMonitoringCommandOutput, '$metadata'> {
  return setMonitoring(input, context, (present, named) => SHARD_LEVEL_METRICS.filter((metric) => present.includes(metric) && !named.includes(metric)));
}

function setMonitoring(
  input: EnableEnhancedMonitoringCommandInput,
  context: Kinesis,
  next: (present: readonly string[], named: readonly string[]) => MetricsName[],
): Omit<EnableEnhancedMonitoringCommandOutput, '$metadata'> {
  const stream = findReadyStream(input, context);
  checkActive(stream);
  const named: readonly string[] = input.ShardLevelMetrics ?? [];
  const current = [...stream.record.shardLevelMetrics] as MetricsName[];
  const desired = next(current, named.includes('ALL') ? SHARD_LEVEL_METRICS : named);
  stream.record.shardLevelMetrics = desired;
  settle(stream, context);
  return { StreamName: stream.name, CurrentShardLevelMetrics: current, DesiredShardLevelMetrics: desired, StreamARN: stream.arn };
}

/** Keys of the account are not emulated; the service's own is stored and shown. */
export function checkKey(keyId: string): void {
  if (keyId === 'alias/aws/kinesis' || keyId.endsWith(':alias/aws/kinesis')) return;
  throw new NotEmulated(`Encryption with the key ${keyId}`, PAGE);
}

/** Differs from AWS: nothing is encrypted; the setting is stored and shown. */
export function startStreamEncryption(input: StartStreamEncryptionCommandInput, context: Kinesis): Nothing {
  const { EncryptionType: type, KeyId: keyId = '' } = input;
  if (type !== 'KMS') throw validation(`StartStreamEncryption takes the encryption type KMS, not ${type}.`);
  return setKey(input, keyId, context);
}

export function stopStreamEncryption(input: StopStreamEncryptionCommandInput, context: Kinesis): Nothing {
  return setKey(input, undefined, context);
}

function setKey(input: Omit<StopStreamEncryptionCommandInput, 'EncryptionType'>, keyId: string | undefined, context: Kinesis): Nothing {
  const stream = findReadyStream(input, context);
  checkActive(stream);
  if (keyId !== undefined) checkKey(keyId);
  stream.record.keyId = keyId;
  settle(stream, context);
  return {};
}

export function updateStreamMode(input: UpdateStreamModeCommandInput, context: Kinesis): Nothing {
  refuseAllBut(['StreamARN', 'StreamModeDetails', 'WarmThroughputMiBps'], input, { operation: 'UpdateStreamMode', page: PAGE });
  const stream = findReadyStream({ StreamARN: input.StreamARN }, context);
  checkActive(stream);
  const { StreamMode: mode = 'PROVISIONED' } = input.StreamModeDetails ?? {};
  const { record } = stream;
  const nowMs = context.kernel.nowMs();
  const recent = record.switchedMs.filter((ms) => ms > nowMs - DAY_MS);
  if (recent.length >= MODE_SWITCHES_PER_DAY) {
    throw limitExceeded(`The capacity mode of stream ${stream.name} was switched ${MODE_SWITCHES_PER_DAY} times in the last 24 hours; no more is allowed.`);
  }
  record.switchedMs = [...recent, nowMs];
  record.mode = mode;
  record.warmThroughputMiBps = mode === 'ON_DEMAND' ? (input.WarmThroughputMiBps ?? record.warmThroughputMiBps) : undefined;
  settle(stream, context);
  return {};
}

export function updateMaxRecordSize(input: UpdateMaxRecordSizeCommandInput, context: Kinesis): Nothing {
  refuseAllBut(['StreamARN', 'MaxRecordSizeInKiB'], input, { operation: 'UpdateMaxRecordSize', page: PAGE });
  const stream = findReadyStream({ StreamARN: input.StreamARN }, context);
  checkActive(stream);
  stream.record.maxRecordKiB = input.MaxRecordSizeInKiB ?? stream.record.maxRecordKiB;
  settle(stream, context);
  return {};
}

/** Differs from AWS: warm throughput is stored and shown; a stream on demand keeps its shards. */
export function updateStreamWarmThroughput(
  input: UpdateStreamWarmThroughputCommandInput,
  context: Kinesis,
): Omit<UpdateStreamWarmThroughputCommandOutput, '$metadata'> {
  const stream = findReadyStream(input, context);
  checkActive(stream);
  if (stream.record.mode !== 'ON_DEMAND') throw validation(`Request is invalid. Stream ${stream.name} is not in On-Demand mode.`);
  const { warmThroughputMiBps: current } = stream.record;
  stream.record.warmThroughputMiBps = input.WarmThroughputMiBps;
  settle(stream, context);
  return {
    StreamARN: stream.arn,
    StreamName: stream.name,
    WarmThroughput: { TargetMiBps: input.WarmThroughputMiBps, ...(current !== undefined && { CurrentMiBps: current }) },
  };
}

export function updateStreamRecordDistributionStrategy(input: UpdateStreamRecordDistributionStrategyCommandInput, context: Kinesis): Nothing {
  if (input.RecordDistributionStrategy === 'AUTO') throw new NotEmulated(AUTO_DISTRIBUTION, PAGE);
  touch(context.state, findReadyStream({ StreamARN: input.StreamARN }, context));
  return {};
}

/** Differs from AWS: no throughput is committed to, for none is paid. */
export function describeAccountSettings(): Omit<DescribeAccountSettingsCommandOutput, '$metadata'> {
  return { MinimumThroughputBillingCommitment: { Status: 'DISABLED' } };
}

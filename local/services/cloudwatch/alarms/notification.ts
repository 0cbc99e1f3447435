import type { Kernel } from '../../../kernel/kernel.ts';
import { type AlarmRecord, type AlarmState, alarmTime, type MetricCondition } from './records.ts';

/** A change of state, with what came before. */
export interface Transition {
  readonly alarm: AlarmRecord;
  readonly previous: AlarmState;
}

/** Names of regions as notifications spell them; of others, the code. @see https://docs.aws.amazon.com/general/latest/gr/rande.html */
const REGION_NAMES: Readonly<Record<string, string>> = {
  'us-east-1': 'US East (N. Virginia)',
  'us-east-2': 'US East (Ohio)',
  'us-west-1': 'US West (N. California)',
  'us-west-2': 'US West (Oregon)',
  'eu-west-1': 'EU (Ireland)',
  'eu-west-2': 'EU (London)',
  'eu-central-1': 'EU (Frankfurt)',
  'eu-north-1': 'EU (Stockholm)',
  'ap-southeast-1': 'Asia Pacific (Singapore)',
  'ap-southeast-2': 'Asia Pacific (Sydney)',
  'ap-northeast-1': 'Asia Pacific (Tokyo)',
  'ap-south-1': 'Asia Pacific (Mumbai)',
};

export const regionName = (region: string): string => REGION_NAMES[region] ?? region;

const STATISTIC_NAMES: Readonly<Record<string, string>> = {
  Average: 'AVERAGE',
  Sum: 'SUM',
  Minimum: 'MINIMUM',
  Maximum: 'MAXIMUM',
  SampleCount: 'SAMPLE_COUNT',
};

function trigger(condition: MetricCondition): object {
  const { answered, comparison, threshold, evaluationPeriods, datapointsToAlarm, treatMissingData } = condition;
  const common = {
    EvaluationPeriods: evaluationPeriods,
    ...(datapointsToAlarm !== undefined && { DatapointsToAlarm: datapointsToAlarm }),
    ComparisonOperator: comparison,
    Threshold: threshold,
    TreatMissingData: treatMissingData ?? 'missing',
    EvaluateLowSampleCountPercentile: answered['EvaluateLowSampleCountPercentile'] ?? '',
  };
  if (answered['Metrics']) return { ...common, Period: condition.periodMs / 1000, Metrics: answered['Metrics'] };
  const dimensions = answered['Dimensions'] as readonly { Name?: string; Value?: string }[];
  const extended = answered['ExtendedStatistic'];
  return {
    MetricName: answered['MetricName'],
    Namespace: answered['Namespace'],
    ...(extended === undefined
      ? { StatisticType: 'Statistic', Statistic: STATISTIC_NAMES[String(answered['Statistic'])] }
      : { StatisticType: 'ExtendedStatistic', ExtendedStatistic: extended }),
    Unit: answered['Unit'] ?? null,
    Dimensions: dimensions.map(({ Name, Value }) => ({ value: Value, name: Name })),
    Period: answered['Period'],
    ...common,
  };
}

/** What a topic is sent. */
export function topicMessage({ alarm, previous }: Transition, kernel: Kernel): { readonly subject: string; readonly body: string } {
  const { condition, state } = alarm;
  const message = {
    AlarmName: alarm.name,
    AlarmDescription: alarm.description ?? null,
    AWSAccountId: kernel.accountId,
    AlarmConfigurationUpdatedTimestamp: alarmTime(alarm.configuredMs),
    NewStateValue: state.value,
    NewStateReason: state.reason,
    StateChangeTime: alarmTime(state.transitionedMs),
    Region: regionName(kernel.region),
    AlarmArn: alarm.arn,
    OldStateValue: previous.value,
    OKActions: alarm.okActions,
    AlarmActions: alarm.alarmActions,
    InsufficientDataActions: alarm.insufficientDataActions,
    ActionExecutedAfterMuteWindow: false,
    ...(condition.kind === 'metric' ? { Trigger: trigger(condition) } : { AlarmRule: condition.rule, TriggeringChildren: triggeringChildren(state) }),
  };
  return { subject: `${state.value}: "${alarm.name}" in ${regionName(kernel.region)}`, body: JSON.stringify(message) };
}

function triggeringChildren({ reasonData }: AlarmState): readonly object[] {
  const { triggeringAlarms = [] } = JSON.parse(reasonData ?? '{}') as { triggeringAlarms?: { arn: string; state: { value: string; timestamp: string } }[] };
  return triggeringAlarms.map(({ arn, state }) => ({ Arn: arn, State: { Value: state.value, Timestamp: state.timestamp } }));
}

function wireState({ value, reason, reasonData, transitionedMs }: AlarmState): object {
  return { value, reason, ...(reasonData !== undefined && { reasonData }), timestamp: alarmTime(transitionedMs) };
}

function configuration({ condition, description }: AlarmRecord): object {
  const described = description === undefined ? {} : { description };
  if (condition.kind === 'composite') return { ...described, alarmRule: condition.rule };
  const metrics = condition.queries.map(({ id, label, returnData, source }) => ({
    id,
    ...(label !== undefined && { label }),
    ...(source.kind === 'expression'
      ? { expression: source.text }
      : {
          metricStat: {
            metric: { namespace: source.namespace, name: source.name, dimensions: Object.fromEntries(source.dimensions) },
            period: source.periodMs / 1000,
            stat: source.statistic,
            ...(source.unit !== undefined && { unit: source.unit }),
          },
        }),
    returnData,
  }));
  return { ...described, metrics };
}

/** What a function is invoked with. @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions.html */
export function functionEvent({ alarm, previous }: Transition, kernel: Kernel): string {
  return JSON.stringify({
    source: 'aws.cloudwatch',
    alarmArn: alarm.arn,
    accountId: kernel.accountId,
    time: alarmTime(alarm.state.transitionedMs),
    region: kernel.region,
    alarmData: { alarmName: alarm.name, state: wireState(alarm.state), previousState: wireState(previous), configuration: configuration(alarm) },
  });
}

/** The entry for the default event bus. @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html */
export function busEntry({ alarm, previous }: Transition): object {
  return {
    Source: 'aws.cloudwatch',
    DetailType: 'CloudWatch Alarm State Change',
    Resources: [alarm.arn],
    Time: new Date(alarm.state.transitionedMs),
    Detail: JSON.stringify({ alarmName: alarm.name, state: wireState(alarm.state), previousState: wireState(previous), configuration: configuration(alarm) }),
  };
}

import type {
  CompositeAlarm,
  DescribeAlarmHistoryCommandInput,
  DescribeAlarmHistoryCommandOutput,
  DescribeAlarmsCommandInput,
  DescribeAlarmsCommandOutput,
  DescribeAlarmsForMetricCommandInput,
  DescribeAlarmsForMetricCommandOutput,
  MetricAlarm,
} from '@aws-sdk/client-cloudwatch';
import { refuseAllBut } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { alarmsOf, parseAlarmRule } from '../../../languages/alarm-rule/alarm-rule.ts';
import type { AlarmRecord } from '../alarms/records.ts';
import { sortDimensions } from '../metrics/series.ts';
import { dimensionPairs } from '../rules.ts';
import type { CloudWatchState } from '../state.ts';

type CloudWatch = Context<CloudWatchState>;
type Output<T> = Omit<T, '$metadata'>;

const PAGE_DEFAULT = 50;
const HISTORY_PAGE_DEFAULT = 100;

function common(alarm: AlarmRecord) {
  const { state } = alarm;
  return {
    AlarmName: alarm.name,
    AlarmArn: alarm.arn,
    ...(alarm.description !== undefined && { AlarmDescription: alarm.description }),
    AlarmConfigurationUpdatedTimestamp: new Date(alarm.configuredMs),
    ActionsEnabled: alarm.actionsEnabled,
    OKActions: [...alarm.okActions],
    AlarmActions: [...alarm.alarmActions],
    InsufficientDataActions: [...alarm.insufficientDataActions],
    StateValue: state.value,
    StateReason: state.reason,
    ...(state.reasonData !== undefined && { StateReasonData: state.reasonData }),
    StateUpdatedTimestamp: new Date(state.updatedMs),
    StateTransitionedTimestamp: new Date(state.transitionedMs),
  };
}

function metricAlarm(alarm: AlarmRecord): MetricAlarm[] {
  const { condition } = alarm;
  if (condition.kind !== 'metric') return [];
  const { comparison, threshold, evaluationPeriods, datapointsToAlarm, treatMissingData, answered } = condition;
  return [
    {
      ...common(alarm),
      ...answered,
      ComparisonOperator: comparison,
      Threshold: threshold,
      EvaluationPeriods: evaluationPeriods,
      ...(datapointsToAlarm !== undefined && { DatapointsToAlarm: datapointsToAlarm }),
      ...(treatMissingData !== undefined && { TreatMissingData: treatMissingData }),
    },
  ];
}

function compositeAlarm(alarm: AlarmRecord): CompositeAlarm[] {
  return alarm.condition.kind === 'composite' ? [{ ...common(alarm), AlarmRule: alarm.condition.rule }] : [];
}

const DESCRIBED = [
  'AlarmNames',
  'AlarmNamePrefix',
  'AlarmTypes',
  'ChildrenOfAlarmName',
  'ParentsOfAlarmName',
  'StateValue',
  'ActionPrefix',
  'MaxRecords',
  'NextToken',
];

/** Without `AlarmTypes` only metric alarms are answered, as on AWS. */
export function describeAlarms(input: DescribeAlarmsCommandInput, { state }: CloudWatch): Output<DescribeAlarmsCommandOutput> {
  refuseAllBut(DESCRIBED, input, { operation: 'DescribeAlarms', page: 'cloudwatch' });
  const {
    AlarmNames: names,
    AlarmNamePrefix: prefix = '',
    ChildrenOfAlarmName: parent,
    ParentsOfAlarmName: child,
    StateValue: value,
    ActionPrefix: action,
  } = input;
  const types = input.AlarmTypes ?? (parent !== undefined || child !== undefined ? ['MetricAlarm', 'CompositeAlarm'] : ['MetricAlarm']);
  const childrenOf = (name: string): string[] => {
    const condition = state.alarms.get(name)?.condition;
    return condition?.kind === 'composite' ? alarmsOf(parseAlarmRule(condition.rule)) : [];
  };
  const children = parent === undefined ? undefined : childrenOf(parent);
  const found = [...state.alarms.values()]
    .filter(
      (alarm) =>
        types.includes(alarm.condition.kind === 'metric' ? 'MetricAlarm' : 'CompositeAlarm') &&
        (names === undefined || names.includes(alarm.name)) &&
        alarm.name.startsWith(prefix) &&
        (children === undefined || children.includes(alarm.name)) &&
        (child === undefined || childrenOf(alarm.name).includes(child)) &&
        (value === undefined || alarm.state.value === value) &&
        (action === undefined || [...alarm.okActions, ...alarm.alarmActions, ...alarm.insufficientDataActions].some((each) => each.startsWith(action))),
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const start = Number(input.NextToken ?? 0);
  const end = start + (input.MaxRecords ?? (names ? found.length : PAGE_DEFAULT));
  const page = found.slice(start, end);
  return {
    MetricAlarms: page.flatMap(metricAlarm),
    CompositeAlarms: page.flatMap(compositeAlarm),
    ...(end < found.length && { NextToken: String(end) }),
  };
}

export function describeAlarmsForMetric(input: DescribeAlarmsForMetricCommandInput, { state }: CloudWatch): Output<DescribeAlarmsForMetricCommandOutput> {
  const { Namespace, MetricName, Statistic, ExtendedStatistic, Period, Unit } = input;
  const wanted = { Namespace, MetricName, Statistic, ExtendedStatistic, Period, Unit };
  const dimensions = JSON.stringify(sortDimensions(dimensionPairs(input.Dimensions)));
  const found = [...state.alarms.values()].filter(({ condition }) => {
    if (condition.kind !== 'metric' || condition.answered['MetricName'] === undefined) return false;
    const own = dimensionPairs(condition.answered['Dimensions'] as { Name: string; Value: string }[]);
    const isSame = Object.entries(wanted).every(([member, value]) => value === undefined || condition.answered[member] === value);
    return isSame && JSON.stringify(sortDimensions(own)) === dimensions;
  });
  return { MetricAlarms: found.flatMap(metricAlarm) };
}

export function describeAlarmHistory(input: DescribeAlarmHistoryCommandInput, { state }: CloudWatch): Output<DescribeAlarmHistoryCommandOutput> {
  const members = ['AlarmName', 'AlarmTypes', 'HistoryItemType', 'StartDate', 'EndDate', 'MaxRecords', 'NextToken', 'ScanBy'];
  refuseAllBut(members, input, { operation: 'DescribeAlarmHistory', page: 'cloudwatch' });
  const { AlarmName: name, AlarmTypes: types, HistoryItemType: type, StartDate: from, EndDate: until } = input;
  const found = state.history.filter(
    (item) =>
      (name === undefined || item.alarmName === name) &&
      (types === undefined || types.includes(item.alarmType)) &&
      (type === undefined || item.type === type) &&
      (from === undefined || item.atMs >= from.getTime()) &&
      (until === undefined || item.atMs <= until.getTime()),
  );
  if (input.ScanBy !== 'TimestampAscending') found.reverse();
  const start = Number(input.NextToken ?? 0);
  const end = start + (input.MaxRecords ?? HISTORY_PAGE_DEFAULT);
  const items = found.slice(start, end).map((item) => ({
    AlarmName: item.alarmName,
    AlarmType: item.alarmType,
    Timestamp: new Date(item.atMs),
    HistoryItemType: item.type,
    HistorySummary: item.summary,
    HistoryData: item.data,
  }));
  return { AlarmHistoryItems: items, ...(end < found.length && { NextToken: String(end) }) };
}

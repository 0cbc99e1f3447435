import type { PutCompositeAlarmCommandInput, PutMetricAlarmCommandInput } from '@aws-sdk/client-cloudwatch';
import type { Properties, ResourceType } from '../../kernel/resource.ts';
import { putCompositeAlarm, putMetricAlarm, removeAlarm } from './operations/alarms.ts';
import { putDashboard } from './operations/dashboards.ts';
import type { CloudWatchState } from './state.ts';

const ACTIONS = ['AlarmName', 'AlarmDescription', 'ActionsEnabled', 'OKActions', 'AlarmActions', 'InsufficientDataActions', 'Tags'];
const NUMBERS = ['Period', 'EvaluationPeriods', 'DatapointsToAlarm', 'Threshold'];

/** Templates may write numbers and booleans as texts. */
function alarmInput(properties: Properties, name: string): object {
  const input: Record<string, unknown> = { ...properties, AlarmName: name };
  for (const member of NUMBERS) if (input[member] !== undefined) input[member] = Number(input[member]);
  if (input['ActionsEnabled'] !== undefined) input['ActionsEnabled'] = String(input['ActionsEnabled']) === 'true';
  return input;
}

function alarmResource(
  more: readonly string[],
  put: (input: object, context: Parameters<ResourceType<CloudWatchState>['create']>[2]) => void,
): ResourceType<CloudWatchState> {
  return {
    properties: [...ACTIONS, ...more],
    create(properties, place, context) {
      const name: string = properties['AlarmName'] ?? place.generatedName({ lengthMax: 255 });
      put(alarmInput(properties, name), context);
      return { ref: name, attributes: { Arn: context.kernel.arn('cloudwatch', `alarm:${name}`) } };
    },
    update(properties, previous, physical, _place, context) {
      if (properties['AlarmName'] !== previous['AlarmName']) return 'replace';
      put(alarmInput(properties, physical.ref), context);
      return physical;
    },
    delete(physical, _properties, context) {
      removeAlarm(context, physical.ref);
    },
  };
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-alarm.html */
export const alarm = alarmResource(
  [
    'Namespace',
    'MetricName',
    'Dimensions',
    'Statistic',
    'ExtendedStatistic',
    'Unit',
    'Metrics',
    'ComparisonOperator',
    'TreatMissingData',
    'EvaluateLowSampleCountPercentile',
    ...NUMBERS,
  ],
  (input, context) => putMetricAlarm(input as PutMetricAlarmCommandInput, context),
);

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-compositealarm.html */
export const compositeAlarm = alarmResource(['AlarmRule'], (input, context) => putCompositeAlarm(input as PutCompositeAlarmCommandInput, context));

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-dashboard.html */
export const dashboard: ResourceType<CloudWatchState> = {
  properties: ['DashboardName', 'DashboardBody'],
  create(properties, place, context) {
    const name: string = properties['DashboardName'] ?? place.generatedName({ lengthMax: 255 });
    putDashboard({ DashboardName: name, DashboardBody: properties['DashboardBody'] }, context);
    return { ref: name, attributes: {} };
  },
  update(properties, previous, physical, _place, context) {
    if (properties['DashboardName'] !== previous['DashboardName']) return 'replace';
    putDashboard({ DashboardName: physical.ref, DashboardBody: properties['DashboardBody'] }, context);
    return physical;
  },
  delete(physical, _properties, { state }) {
    state.dashboards.delete(physical.ref);
  },
};

import type { CloudWatch } from '@aws-sdk/client-cloudwatch';
import type { OperationsOf, Service } from '../../kernel/service.ts';
import { deleteAlarms, disableAlarmActions, enableAlarmActions, putCompositeAlarm, putMetricAlarm, setAlarmState } from './operations/alarms.ts';
import { deleteDashboards, getDashboard, listDashboards, putDashboard } from './operations/dashboards.ts';
import { describeAlarmHistory, describeAlarms, describeAlarmsForMetric } from './operations/describe-alarms.ts';
import { getMetricData, getMetricStatistics, listMetrics, putMetricData } from './operations/metrics.ts';
import { listTagsForResource, tagResource, untagResource } from './operations/tags.ts';
import { alarm, compositeAlarm, dashboard } from './resources.ts';
import { type CloudWatchState, createState } from './state.ts';

const operations: Partial<OperationsOf<CloudWatch, CloudWatchState>> = {
  DeleteAlarms: deleteAlarms,
  DeleteDashboards: deleteDashboards,
  DescribeAlarmHistory: describeAlarmHistory,
  DescribeAlarms: describeAlarms,
  DescribeAlarmsForMetric: describeAlarmsForMetric,
  DisableAlarmActions: disableAlarmActions,
  EnableAlarmActions: enableAlarmActions,
  GetDashboard: getDashboard,
  GetMetricData: getMetricData,
  GetMetricStatistics: getMetricStatistics,
  ListDashboards: listDashboards,
  ListMetrics: listMetrics,
  ListTagsForResource: listTagsForResource,
  PutCompositeAlarm: putCompositeAlarm,
  PutDashboard: putDashboard,
  PutMetricAlarm: putMetricAlarm,
  PutMetricData: putMetricData,
  SetAlarmState: setAlarmState,
  TagResource: tagResource,
  UntagResource: untagResource,
};

/** CloudWatch: metrics, alarms that evaluate, dashboards. */
export const cloudwatch: Service<CloudWatchState> = {
  name: 'cloudwatch',
  arnService: 'cloudwatch',
  createState,
  operations,
  access(operation, input, { kernel }) {
    const names: readonly string[] = input.AlarmNames ?? (input.AlarmName === undefined ? [] : [input.AlarmName]);
    const dashboards: readonly string[] = input.DashboardNames ?? (input.DashboardName === undefined ? [] : [input.DashboardName]);
    const resources = [
      ...names.map((name) => kernel.arn('cloudwatch', `alarm:${name}`)),
      ...dashboards.map((name) => `arn:${kernel.partition}:cloudwatch::${kernel.accountId}:dashboard/${name}`),
      ...(input.ResourceARN === undefined ? [] : [input.ResourceARN]),
    ];
    return (resources.length > 0 ? resources : ['*']).map((resource) => ({
      action: `cloudwatch:${operation}`,
      resource,
      ...(input.Namespace !== undefined && { conditionKeys: { 'cloudwatch:namespace': input.Namespace } }),
    }));
  },
  resourceTypes: { 'AWS::CloudWatch::Alarm': alarm, 'AWS::CloudWatch::CompositeAlarm': compositeAlarm, 'AWS::CloudWatch::Dashboard': dashboard },
};

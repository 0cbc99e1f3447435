import type { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import type { OperationsOf, Service } from '../../kernel/service.ts';
import { filterLogEvents, getLogEvents, putLogEvents } from './operations/events.ts';
import {
  createLogGroup,
  deleteLogGroup,
  deleteRetentionPolicy,
  describeLogGroups,
  listTagsForResource,
  putRetentionPolicy,
  tagResource,
  untagResource,
} from './operations/groups.ts';
import { deleteMetricFilter, describeMetricFilters, putMetricFilter, testMetricFilter } from './operations/metric-filters.ts';
import { describeQueries, getQueryResults, startQuery, stopQuery } from './operations/queries.ts';
import { deleteResourcePolicy, describeResourcePolicies, putResourcePolicy } from './operations/resource-policies.ts';
import { createLogStream, deleteLogStream, describeLogStreams } from './operations/streams.ts';
import { logGroup, logStream, metricFilter, resourcePolicy } from './resources.ts';
import { accountPolicy, createState, groupName, type LogsState } from './state.ts';

const operations: Partial<OperationsOf<CloudWatchLogs, LogsState>> = {
  CreateLogGroup: createLogGroup,
  CreateLogStream: createLogStream,
  DeleteLogGroup: deleteLogGroup,
  DeleteLogStream: deleteLogStream,
  DeleteMetricFilter: deleteMetricFilter,
  DeleteResourcePolicy: deleteResourcePolicy,
  DeleteRetentionPolicy: deleteRetentionPolicy,
  DescribeLogGroups: describeLogGroups,
  DescribeLogStreams: describeLogStreams,
  DescribeMetricFilters: describeMetricFilters,
  DescribeQueries: describeQueries,
  DescribeResourcePolicies: describeResourcePolicies,
  FilterLogEvents: filterLogEvents,
  GetLogEvents: getLogEvents,
  GetQueryResults: getQueryResults,
  ListTagsForResource: listTagsForResource,
  PutLogEvents: putLogEvents,
  PutMetricFilter: putMetricFilter,
  PutResourcePolicy: putResourcePolicy,
  PutRetentionPolicy: putRetentionPolicy,
  StartQuery: startQuery,
  StopQuery: stopQuery,
  TagResource: tagResource,
  TestMetricFilter: testMetricFilter,
  UntagResource: untagResource,
};

/** Operations that are about no group. */
const OF_THE_ACCOUNT = new Set(['GetQueryResults', 'StopQuery', 'DescribeQueries', 'PutResourcePolicy', 'DescribeResourcePolicies', 'DeleteResourcePolicy']);

/**
 * CloudWatch Logs: groups, streams, filter patterns, metric filters, metrics embedded in lines, resource policies, queries of Logs Insights.
 * Differs from AWS: events live in memory, bounded for each group (the oldest go first), and do not survive a restart; groups, streams and metric filters do.
 */
export const cloudwatchLogs: Service<LogsState> = {
  name: 'cloudwatch-logs',
  arnService: 'logs',
  createState,
  operations,
  access(operation, input, { kernel, state }) {
    // A group's ARN ends in `:log-stream:` in access checks, so that grants on `<group>:*` cover it as they do on AWS.
    const groups: readonly string[] = input.logGroupIdentifiers ?? input.logGroupNames ?? [];
    if (groups.length > 0)
      return groups.map((name) => ({ action: `logs:${operation}`, resource: kernel.arn('logs', `log-group:${groupName(name)}:log-stream:`) }));
    if (OF_THE_ACCOUNT.has(operation)) return [{ action: `logs:${operation}`, resource: '*' }];
    const group = groupName(input.logGroupName, input.logGroupIdentifier ?? input.resourceArn);
    return [
      {
        action: `logs:${operation}`,
        resource: kernel.arn('logs', `log-group:${group}:log-stream:${input.logStreamName ?? ''}`),
        resourcePolicy: accountPolicy(state),
      },
    ];
  },
  resourceTypes: {
    'AWS::Logs::LogGroup': logGroup,
    'AWS::Logs::LogStream': logStream,
    'AWS::Logs::MetricFilter': metricFilter,
    'AWS::Logs::ResourcePolicy': resourcePolicy,
  },
};

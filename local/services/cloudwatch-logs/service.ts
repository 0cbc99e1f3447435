import type { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import type { OperationsOf, Service } from '../../kernel/service.ts';
import { filterLogEvents, getLogEvents, putLogEvents } from './operations/events.ts';
import * as groups from './operations/groups.ts';
import { resourceTypes } from './resources.ts';
import { createState, type LogsState } from './state.ts';

const operations: Partial<OperationsOf<CloudWatchLogs, LogsState>> = {
  CreateLogGroup: groups.createLogGroup,
  CreateLogStream: groups.createLogStream,
  DeleteLogGroup: groups.deleteLogGroup,
  DeleteLogStream: groups.deleteLogStream,
  DeleteRetentionPolicy: groups.deleteRetentionPolicy,
  DescribeLogGroups: groups.describeLogGroups,
  DescribeLogStreams: groups.describeLogStreams,
  FilterLogEvents: filterLogEvents,
  GetLogEvents: getLogEvents,
  PutLogEvents: putLogEvents,
  PutRetentionPolicy: groups.putRetentionPolicy,
};

const GROUP_ACTIONS = new Set([
  'CreateLogGroup',
  'DeleteLogGroup',
  'DescribeLogStreams',
  'FilterLogEvents',
  'PutRetentionPolicy',
  'DeleteRetentionPolicy',
  'CreateLogStream',
]);

/** CloudWatch Logs. */
export const cloudwatchLogs: Service<LogsState> = {
  name: 'cloudwatch-logs',
  arnService: 'logs',
  createState,
  operations,
  access(operation, input, { kernel }) {
    if (operation === 'DescribeLogGroups') return [{ action: 'logs:DescribeLogGroups', resource: '*' }];
    const group = kernel.arn('logs', `log-group:${input.logGroupName ?? ''}`);
    const resource = GROUP_ACTIONS.has(operation) ? `${group}:*` : `${group}:log-stream:${input.logStreamName ?? ''}`;
    return [{ action: `logs:${operation}`, resource }];
  },
  resourceTypes,
};

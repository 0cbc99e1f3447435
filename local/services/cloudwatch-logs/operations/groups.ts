import type {
  CreateLogGroupCommandInput,
  CreateLogStreamCommandInput,
  DeleteLogGroupCommandInput,
  DeleteLogStreamCommandInput,
  DeleteRetentionPolicyCommandInput,
  DescribeLogGroupsCommandInput,
  DescribeLogGroupsCommandOutput,
  DescribeLogStreamsCommandInput,
  DescribeLogStreamsCommandOutput,
  PutRetentionPolicyCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import { refuseAllBut } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { groupExists, groupNotFound, streamExists, streamNotFound } from '../errors.ts';
import { checkRetention } from '../rules.ts';
import { createGroup, createStream, deleteGroup, type LogGroup, type LogStream, type LogsState, saveGroup } from '../state.ts';

export type Logs = Context<LogsState>;
export type Output<T> = Omit<T, '$metadata'>;

/** A group by its name or ARN. */
export function findGroup({ state }: Logs, nameOrArn: string | undefined): LogGroup {
  const name = (nameOrArn ?? '').replace(/^arn:[^:]+:logs:[^:]*:[^:]*:log-group:/, '').replace(/:\*$/, '');
  const group = state.groups.get(name);
  if (!group) throw groupNotFound();
  return group;
}

export function findStream(group: LogGroup, name: string | undefined): LogStream {
  const stream = group.streams.get(name ?? '');
  if (!stream) throw streamNotFound();
  return stream;
}

export function createLogGroup(input: CreateLogGroupCommandInput, { kernel, state }: Logs): object {
  refuseAllBut(['logGroupName', 'tags', 'logGroupClass'], input, { operation: 'CreateLogGroup', page: 'cloudwatch-logs' });
  if (state.groups.has(input.logGroupName ?? '')) throw groupExists();
  const group = createGroup(kernel, state, input.logGroupName ?? '');
  Object.assign(group.tags, input.tags);
  saveGroup(kernel, group);
  return {};
}

export function deleteLogGroup(input: DeleteLogGroupCommandInput, context: Logs): object {
  deleteGroup(context.kernel, context.state, findGroup(context, input.logGroupName).name);
  return {};
}

export function createLogStream(input: CreateLogStreamCommandInput, context: Logs): object {
  const group = findGroup(context, input.logGroupName);
  if (group.streams.has(input.logStreamName ?? '')) throw streamExists();
  createStream(context.kernel, group, input.logStreamName ?? '');
  return {};
}

export function deleteLogStream(input: DeleteLogStreamCommandInput, context: Logs): object {
  const group = findGroup(context, input.logGroupName);
  group.storedBytes -= findStream(group, input.logStreamName).storedBytes;
  group.streams.delete(input.logStreamName ?? '');
  return {};
}

export function putRetentionPolicy(input: PutRetentionPolicyCommandInput, context: Logs): object {
  const group = findGroup(context, input.logGroupName);
  checkRetention(input.retentionInDays ?? 0);
  group.retentionDays = input.retentionInDays;
  saveGroup(context.kernel, group);
  return {};
}

export function deleteRetentionPolicy(input: DeleteRetentionPolicyCommandInput, context: Logs): object {
  const group = findGroup(context, input.logGroupName);
  group.retentionDays = undefined;
  saveGroup(context.kernel, group);
  return {};
}

/** A page of what is named after `token`. */
export function pageOf(
  names: readonly string[],
  token: string | undefined,
  limit: number,
): { readonly page: readonly string[]; readonly nextToken: string | undefined } {
  const after = names.filter((name) => token === undefined || name > token);
  const page = after.slice(0, limit);
  return { page, nextToken: page.length < after.length ? page.at(-1) : undefined };
}

const PAGE_MAX = 50;

export function describeLogGroups(input: DescribeLogGroupsCommandInput, { state }: Logs): Output<DescribeLogGroupsCommandOutput> {
  const { logGroupNamePrefix: prefix = '', logGroupNamePattern: pattern = '' } = input;
  const names = [...state.groups.keys()].filter((name) => name.startsWith(prefix) && name.includes(pattern)).sort();
  const { page, nextToken } = pageOf(names, input.nextToken, input.limit ?? PAGE_MAX);
  return {
    logGroups: page.map((name) => {
      const group = state.groups.get(name) as LogGroup;
      return {
        logGroupName: name,
        arn: `${group.arn}:*`,
        logGroupArn: group.arn,
        creationTime: group.createdMs,
        storedBytes: group.storedBytes,
        metricFilterCount: group.metricFilters.size,
        logGroupClass: 'STANDARD' as const,
        ...(group.retentionDays !== undefined && { retentionInDays: group.retentionDays }),
      };
    }),
    ...(nextToken !== undefined && { nextToken }),
  };
}

export function describeLogStreams(input: DescribeLogStreamsCommandInput, context: Logs): Output<DescribeLogStreamsCommandOutput> {
  const group = findGroup(context, input.logGroupName ?? input.logGroupIdentifier);
  const names = [...group.streams.keys()].filter((name) => name.startsWith(input.logStreamNamePrefix ?? '')).sort();
  if (input.orderBy === 'LastEventTime')
    names.sort((a, b) => (group.streams.get(a)?.events.at(-1)?.timestampMs ?? 0) - (group.streams.get(b)?.events.at(-1)?.timestampMs ?? 0));
  if (input.descending) names.reverse();
  const start = input.nextToken === undefined ? 0 : names.indexOf(input.nextToken) + 1;
  const page = names.slice(start, start + (input.limit ?? PAGE_MAX));
  const isMore = start + page.length < names.length;
  return {
    logStreams: page.map((name) => {
      const stream = group.streams.get(name) as LogStream;
      const [first, last] = [stream.events[0], stream.events.at(-1)];
      return {
        logStreamName: name,
        arn: stream.arn,
        creationTime: stream.createdMs,
        storedBytes: stream.storedBytes,
        ...(first && { firstEventTimestamp: first.timestampMs }),
        ...(last && { lastEventTimestamp: last.timestampMs, lastIngestionTime: last.ingestedMs }),
      };
    }),
    ...(isMore && { nextToken: page.at(-1) }),
  };
}

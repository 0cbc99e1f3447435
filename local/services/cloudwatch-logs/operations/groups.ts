import type {
  CreateLogGroupCommandInput,
  DeleteLogGroupCommandInput,
  DeleteRetentionPolicyCommandInput,
  DescribeLogGroupsCommandInput,
  DescribeLogGroupsCommandOutput,
  ListTagsForResourceCommandInput,
  ListTagsForResourceCommandOutput,
  PutRetentionPolicyCommandInput,
  TagResourceCommandInput,
  UntagResourceCommandInput,
  LogGroup as WireLogGroup,
} from '@aws-sdk/client-cloudwatch-logs';
import { refuseAllBut } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { checkGroupName, checkRetention } from '../rules.ts';
import { createGroup, findGroup, groupName, type LogGroup, type LogsState, deleteGroup as remove } from '../state.ts';

type Logs = Context<LogsState>;
type Output<T> = Omit<T, '$metadata'>;

const PAGE_DEFAULT = 50;

export function createLogGroup(input: CreateLogGroupCommandInput, { kernel, state }: Logs): Record<string, never> {
  refuseAllBut(['logGroupName', 'tags', 'logGroupClass'], input, { operation: 'CreateLogGroup', page: 'cloudwatch-logs' });
  const { logGroupName: name = '', tags = {}, logGroupClass = 'STANDARD' } = input;
  checkGroupName(name);
  createGroup(state, { name, createdMs: kernel.nowMs(), retentionDays: undefined, logGroupClass, tags, filters: {} });
  return {};
}

export function deleteLogGroup(input: DeleteLogGroupCommandInput, { state }: Logs): Record<string, never> {
  remove(state, groupName(input.logGroupName));
  return {};
}

function wireGroup({ name, createdMs, retentionDays, logGroupClass, filters }: LogGroup, { kernel, state }: Logs): WireLogGroup {
  const arn = kernel.arn('logs', `log-group:${name}`);
  return {
    logGroupName: name,
    creationTime: createdMs,
    ...(retentionDays !== undefined && { retentionInDays: retentionDays }),
    metricFilterCount: Object.keys(filters).length,
    arn: `${arn}:*`,
    storedBytes: state.events.get(name)?.bytes ?? 0,
    logGroupClass: logGroupClass as NonNullable<WireLogGroup['logGroupClass']>,
    logGroupArn: arn,
  };
}

export function describeLogGroups(input: DescribeLogGroupsCommandInput, context: Logs): Output<DescribeLogGroupsCommandOutput> {
  const members = ['logGroupNamePrefix', 'logGroupNamePattern', 'logGroupIdentifiers', 'limit', 'nextToken'];
  refuseAllBut(members, input, { operation: 'DescribeLogGroups', page: 'cloudwatch-logs' });
  const { logGroupNamePrefix: prefix = '', logGroupNamePattern: part = '', logGroupIdentifiers: identifiers, limit = PAGE_DEFAULT } = input;
  const names = identifiers?.map((identifier) => groupName(undefined, identifier));
  const found = [...context.state.groups.values()]
    .filter(({ name }) => name.startsWith(prefix) && name.toLowerCase().includes(part.toLowerCase()) && (names === undefined || names.includes(name)))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const start = Number(input.nextToken ?? 0);
  const end = start + limit;
  return { logGroups: found.slice(start, end).map((group) => wireGroup(group, context)), ...(end < found.length && { nextToken: String(end) }) };
}

export function putRetentionPolicy(input: PutRetentionPolicyCommandInput, { state }: Logs): Record<string, never> {
  const { retentionInDays: days = 0 } = input;
  const group = findGroup(state, groupName(input.logGroupName));
  checkRetention(days);
  state.groups.put(group.name, { ...group, retentionDays: days });
  return {};
}

export function deleteRetentionPolicy(input: DeleteRetentionPolicyCommandInput, { state }: Logs): Record<string, never> {
  const group = findGroup(state, groupName(input.logGroupName));
  state.groups.put(group.name, { ...group, retentionDays: undefined });
  return {};
}

export function listTagsForResource(input: ListTagsForResourceCommandInput, { state }: Logs): Output<ListTagsForResourceCommandOutput> {
  return { tags: { ...findGroup(state, groupName(undefined, input.resourceArn)).tags } };
}

export function tagResource(input: TagResourceCommandInput, { state }: Logs): Record<string, never> {
  const group = findGroup(state, groupName(undefined, input.resourceArn));
  state.groups.put(group.name, { ...group, tags: { ...group.tags, ...input.tags } });
  return {};
}

export function untagResource(input: UntagResourceCommandInput, { state }: Logs): Record<string, never> {
  const group = findGroup(state, groupName(undefined, input.resourceArn));
  const tags = Object.fromEntries(Object.entries(group.tags).filter(([key]) => !input.tagKeys?.includes(key)));
  state.groups.put(group.name, { ...group, tags });
  return {};
}

import type {
  CreateLogStreamCommandInput,
  DeleteLogStreamCommandInput,
  DescribeLogStreamsCommandInput,
  DescribeLogStreamsCommandOutput,
  LogStream as WireLogStream,
} from '@aws-sdk/client-cloudwatch-logs';
import { refuseAllBut } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { checkStreamName } from '../rules.ts';
import { createStream, deleteStream, eventsOf, findGroup, findStream, groupName, type LogEvent, type LogsState, streamsOf } from '../state.ts';

type Logs = Context<LogsState>;
type Output<T> = Omit<T, '$metadata'>;

const PAGE_DEFAULT = 50;

export function createLogStream(input: CreateLogStreamCommandInput, { kernel, state }: Logs): Record<string, never> {
  const { logStreamName: name = '' } = input;
  const group = findGroup(state, groupName(input.logGroupName));
  checkStreamName(name);
  createStream(state, { groupName: group.name, name, createdMs: kernel.nowMs() });
  return {};
}

export function deleteLogStream(input: DeleteLogStreamCommandInput, { state }: Logs): Record<string, never> {
  deleteStream(state, findStream(state, findGroup(state, groupName(input.logGroupName)), input.logStreamName ?? ''));
  return {};
}

export function describeLogStreams(input: DescribeLogStreamsCommandInput, { kernel, state }: Logs): Output<DescribeLogStreamsCommandOutput> {
  const members = ['logGroupName', 'logGroupIdentifier', 'logStreamNamePrefix', 'orderBy', 'descending', 'limit', 'nextToken'];
  refuseAllBut(members, input, { operation: 'DescribeLogStreams', page: 'cloudwatch-logs' });
  const group = findGroup(state, groupName(input.logGroupName, input.logGroupIdentifier));
  const { logStreamNamePrefix: prefix = '', orderBy, limit = PAGE_DEFAULT } = input;
  const events = groupByStream(eventsOf(state, group, kernel.nowMs()));
  const found = streamsOf(state, group)
    .filter(({ name }) => name.startsWith(prefix))
    .map(({ name, createdMs }): WireLogStream => {
      const own = events.get(name) ?? [];
      const [first] = own;
      const last = own.at(-1);
      return {
        logStreamName: name,
        creationTime: createdMs,
        ...(first && last && { firstEventTimestamp: first.timestampMs, lastEventTimestamp: last.timestampMs, lastIngestionTime: last.ingestedMs }),
        arn: kernel.arn('logs', `log-group:${group.name}:log-stream:${name}`),
        storedBytes: 0,
      };
    });
  const key = (stream: WireLogStream): string | number => (orderBy === 'LastEventTime' ? (stream.lastEventTimestamp ?? 0) : (stream.logStreamName ?? ''));
  found.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  if (input.descending) found.reverse();
  const start = Number(input.nextToken ?? 0);
  const end = start + limit;
  return { logStreams: found.slice(start, end), ...(end < found.length && { nextToken: String(end) }) };
}

function groupByStream(events: readonly LogEvent[]): Map<string, LogEvent[]> {
  const groups = new Map<string, LogEvent[]>();
  for (const event of events) {
    const own = groups.get(event.streamName);
    if (own) own.push(event);
    else groups.set(event.streamName, [event]);
  }
  return groups;
}

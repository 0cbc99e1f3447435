import type {
  FilterLogEventsCommandInput,
  FilterLogEventsCommandOutput,
  GetLogEventsCommandInput,
  GetLogEventsCommandOutput,
  PutLogEventsCommandInput,
  PutLogEventsCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { refuseAllBut } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { matches } from '../../../languages/filter-pattern/match.ts';
import { publishEmbeddedMetrics } from '../embedded-metrics.ts';
import { invalidParameter } from '../errors.ts';
import { applyMetricFilters } from '../metric-filters.ts';
import { checkBatch, readPattern } from '../rules.ts';
import { appendEvent, eventsOf, findGroup, findStream, groupName, type LogEvent, type LogsState } from '../state.ts';

type Logs = Context<LogsState>;
type Output<T> = Omit<T, '$metadata'>;

const EVENTS_PAGE_MAX = 10_000;
const DAY_MS = 24 * 60 * 60 * 1000;
/** Events older than this, or newer than that, are not taken. @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
const PAST_MS_MAX = 14 * DAY_MS;
const FUTURE_MS_MAX = 2 * 60 * 60 * 1000;

/** Takes the events in time; lines in embedded metric format and metric filters become metrics. */
export function putLogEvents(input: PutLogEventsCommandInput, { kernel, state }: Logs): Output<PutLogEventsCommandOutput> {
  refuseAllBut(['logGroupName', 'logStreamName', 'logEvents', 'sequenceToken'], input, { operation: 'PutLogEvents', page: 'cloudwatch-logs' });
  const { logEvents = [], logStreamName: streamName = '' } = input;
  const group = findGroup(state, groupName(input.logGroupName));
  findStream(state, group, streamName);
  checkBatch(logEvents);
  const nowMs = kernel.nowMs();
  const expiredMs = group.retentionDays === undefined ? Number.NEGATIVE_INFINITY : nowMs - group.retentionDays * DAY_MS;
  const times = logEvents.map(({ timestamp = 0 }) => timestamp);
  const taken = logEvents.filter(({ timestamp = 0 }) => timestamp >= nowMs - PAST_MS_MAX && timestamp >= expiredMs && timestamp <= nowMs + FUTURE_MS_MAX);
  for (const { timestamp = 0, message = '' } of taken) {
    appendEvent(state, group, { streamName, timestampMs: timestamp, ingestedMs: nowMs, message });
    publishEmbeddedMetrics(kernel, message);
  }
  applyMetricFilters(
    kernel,
    group,
    taken.map(({ message = '' }) => message),
  );
  if (taken.length === logEvents.length) return {};
  const before = (limitMs: number): number => times.filter((time) => time < limitMs).length;
  const tooNew = times.findIndex((time) => time > nowMs + FUTURE_MS_MAX);
  return {
    rejectedLogEventsInfo: {
      ...(tooNew >= 0 && { tooNewLogEventStartIndex: tooNew }),
      ...(before(nowMs - PAST_MS_MAX) > 0 && { tooOldLogEventEndIndex: before(nowMs - PAST_MS_MAX) }),
      ...(before(expiredMs) > 0 && { expiredLogEventEndIndex: before(expiredMs) }),
    },
  };
}

const inRange =
  ({ startTime, endTime }: { startTime?: number | undefined; endTime?: number | undefined }, isEndIncluded: boolean) =>
  ({ timestampMs }: LogEvent): boolean =>
    (startTime === undefined || timestampMs >= startTime) && (endTime === undefined || timestampMs < endTime || (isEndIncluded && timestampMs === endTime));

/** A token names the place beside an event: `f/7` after event 7, `b/7` before it. */
function pageOf(events: readonly LogEvent[], limit: number, options: { readonly token: string | undefined; readonly fromHead: boolean }): readonly LogEvent[] {
  const { token, fromHead } = options;
  if (token === undefined) return fromHead ? events.slice(0, limit) : events.slice(-limit);
  const [, direction, id] = /^([fb])\/(\d+)$/.exec(token) ?? [];
  if (id === undefined) throw invalidParameter('The specified nextToken is invalid.');
  const at = events.findIndex((event) => event.id === Number(id));
  if (direction === 'f') return events.slice(at + 1, at + 1 + limit);
  return events.slice(Math.max(0, at - limit), Math.max(0, at));
}

export function getLogEvents(input: GetLogEventsCommandInput, { kernel, state }: Logs): Output<GetLogEventsCommandOutput> {
  const members = ['logGroupName', 'logGroupIdentifier', 'logStreamName', 'startTime', 'endTime', 'nextToken', 'limit', 'startFromHead'];
  refuseAllBut(members, input, { operation: 'GetLogEvents', page: 'cloudwatch-logs' });
  const group = findGroup(state, groupName(input.logGroupName, input.logGroupIdentifier));
  const { name } = findStream(state, group, input.logStreamName ?? '');
  const { limit = EVENTS_PAGE_MAX, nextToken: token, startFromHead: fromHead = false } = input;
  const events = eventsOf(state, group, kernel.nowMs())
    .filter(({ streamName }) => streamName === name)
    .filter(inRange(input, false));
  const page = pageOf(events, limit, { token, fromHead });
  // At either end the token that was given comes back, which is how a reader knows that there is no more.
  const edge = token?.slice(2) ?? '0';
  return {
    events: page.map(({ timestampMs, message, ingestedMs }) => ({ timestamp: timestampMs, message, ingestionTime: ingestedMs })),
    nextForwardToken: `f/${page.at(-1)?.id ?? edge}`,
    nextBackwardToken: `b/${page[0]?.id ?? edge}`,
  };
}

/** Differs from AWS: a page is full where there are enough events, never empty before the last. */
export function filterLogEvents(input: FilterLogEventsCommandInput, { kernel, state }: Logs): Output<FilterLogEventsCommandOutput> {
  const members = [
    'logGroupName',
    'logGroupIdentifier',
    'logStreamNames',
    'logStreamNamePrefix',
    'startTime',
    'endTime',
    'filterPattern',
    'nextToken',
    'limit',
    'interleaved',
  ];
  refuseAllBut(members, input, { operation: 'FilterLogEvents', page: 'cloudwatch-logs' });
  const group = findGroup(state, groupName(input.logGroupName, input.logGroupIdentifier));
  const { logStreamNames: names, logStreamNamePrefix: prefix = '', limit = EVENTS_PAGE_MAX, nextToken: token } = input;
  const pattern = readPattern(input.filterPattern);
  const found = eventsOf(state, group, kernel.nowMs())
    .filter(inRange(input, true))
    .filter(({ streamName, message }) => (names === undefined || names.includes(streamName)) && streamName.startsWith(prefix) && matches(pattern, message));
  const page = pageOf(found, limit, { token, fromHead: true });
  const last = page.at(-1);
  return {
    events: page.map(({ id, streamName, timestampMs, ingestedMs, message }) => ({
      logStreamName: streamName,
      timestamp: timestampMs,
      message,
      ingestionTime: ingestedMs,
      eventId: String(id).padStart(56, '0'),
    })),
    searchedLogStreams: [],
    ...(last && last !== found.at(-1) && { nextToken: `f/${last.id}` }),
  };
}

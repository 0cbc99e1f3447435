import type {
  FilterLogEventsCommandInput,
  FilterLogEventsCommandOutput,
  GetLogEventsCommandInput,
  GetLogEventsCommandOutput,
  PutLogEventsCommandInput,
  PutLogEventsCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { compileFilterPattern, type FilterPattern, FilterPatternError } from '../../../languages/filter-pattern/filter-pattern.ts';
import { meterEmbedded } from '../embedded-metrics.ts';
import { invalidParameter } from '../errors.ts';
import { meterFiltered } from '../metric-filters.ts';
import { acceptedRange, checkBatch } from '../rules.ts';
import { appendEvents, type LogEvent } from '../state.ts';
import { findGroup, findStream, type Logs, type Output } from './groups.ts';

export function putLogEvents(input: PutLogEventsCommandInput, context: Logs): Output<PutLogEventsCommandOutput> {
  const group = findGroup(context, input.logGroupName);
  const stream = findStream(group, input.logStreamName);
  const events = (input.logEvents ?? []).map(({ timestamp = 0, message = '' }) => ({ timestamp, message }));
  checkBatch(events);
  const nowMs = context.kernel.nowMs();
  const { from, to } = acceptedRange(events, nowMs);
  const accepted = events.slice(from, to);
  appendEvents(
    context.state,
    group,
    stream,
    accepted.map(({ timestamp, message }) => ({ timestampMs: timestamp, ingestedMs: nowMs, message })),
  );
  for (const { message } of accepted) {
    meterEmbedded(context.kernel, message);
    if (group.metricFilters.size > 0) meterFiltered(context.kernel, group, message);
  }
  const rejected = { ...(from > 0 && { tooOldLogEventEndIndex: from }), ...(to < events.length && { tooNewLogEventStartIndex: to }) };
  return { nextSequenceToken: 'unused', ...(Object.keys(rejected).length > 0 && { rejectedLogEventsInfo: rejected }) };
}

/** A page is 10,000 events. @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html */
const PAGE_MAX = 10_000;

function isWithin({ timestampMs }: LogEvent, startMs: number | undefined, endMs: number | undefined): boolean {
  return timestampMs >= (startMs ?? 0) && timestampMs < (endMs ?? Number.POSITIVE_INFINITY);
}

export function getLogEvents(input: GetLogEventsCommandInput, context: Logs): Output<GetLogEventsCommandOutput> {
  const group = findGroup(context, input.logGroupName ?? input.logGroupIdentifier);
  const events = findStream(group, input.logStreamName).events.filter((event) => isWithin(event, input.startTime, input.endTime));
  const limit = input.limit ?? PAGE_MAX;
  const [, direction, position] = /^([fb])\/(\d+)$/.exec(input.nextToken ?? '') ?? [];
  const first = events[0]?.eventId ?? '0';
  let page: LogEvent[];
  if (direction === 'f') page = events.filter(({ eventId }) => BigInt(eventId) > BigInt(position ?? 0)).slice(0, limit);
  else if (direction === 'b') page = events.filter(({ eventId }) => BigInt(eventId) < BigInt(position ?? 0)).slice(-limit);
  else page = input.startFromHead ? events.slice(0, limit) : events.slice(-limit);
  const forward = BigInt(page.at(-1)?.eventId ?? position ?? '0');
  const backward = BigInt(page[0]?.eventId ?? position ?? first);
  return {
    events: page.map(({ timestampMs, ingestedMs, message }) => ({ timestamp: timestampMs, ingestionTime: ingestedMs, message })),
    nextForwardToken: `f/${forward}`,
    nextBackwardToken: `b/${backward}`,
  };
}

function compiled(pattern: string): FilterPattern {
  try {
    return compileFilterPattern(pattern);
  } catch (error) {
    throw error instanceof FilterPatternError ? invalidParameter(error.message) : error;
  }
}

export function filterLogEvents(input: FilterLogEventsCommandInput, context: Logs): Output<FilterLogEventsCommandOutput> {
  const group = findGroup(context, input.logGroupName ?? input.logGroupIdentifier);
  const matches = compiled(input.filterPattern ?? '');
  const names = input.logStreamNames ?? [...group.streams.keys()].filter((name) => name.startsWith(input.logStreamNamePrefix ?? ''));
  const found = names
    .flatMap((name) => (group.streams.get(name)?.events ?? []).map((event) => ({ ...event, logStreamName: name })))
    .filter((event) => isWithin(event, input.startTime, input.endTime) && matches(event.message))
    .sort((a, b) => a.timestampMs - b.timestampMs || (a.eventId < b.eventId ? -1 : 1));
  const start = input.nextToken === undefined ? 0 : Number(input.nextToken);
  const end = start + (input.limit ?? PAGE_MAX);
  return {
    events: found
      .slice(start, end)
      .map(({ eventId, logStreamName, timestampMs, ingestedMs, message }) => ({
        eventId,
        logStreamName,
        timestamp: timestampMs,
        ingestionTime: ingestedMs,
        message,
      })),
    searchedLogStreams: [],
    ...(end < found.length && { nextToken: String(end) }),
  };
}

import type { Kernel } from '../../kernel/kernel.ts';

/** One line of a log. */
export interface LogEvent {
  readonly eventId: string;
  readonly timestampMs: number;
  readonly ingestedMs: number;
  readonly message: string;
}

export interface LogStream {
  readonly name: string;
  readonly arn: string;
  readonly createdMs: number;
  /** In the order in which they came; the oldest are dropped beyond the group's bound. */
  readonly events: LogEvent[];
  storedBytes: number;
}

export interface MetricFilter {
  readonly name: string;
  readonly pattern: string;
  readonly namespace: string;
  readonly metricName: string;
  /** A number, or `$.path` into a JSON line. */
  readonly value: string;
  readonly defaultValue: number | undefined;
  readonly createdMs: number;
}

export interface LogGroup {
  readonly name: string;
  readonly arn: string;
  readonly createdMs: number;
  retentionDays: number | undefined;
  readonly tags: Record<string, string>;
  readonly streams: Map<string, LogStream>;
  readonly metricFilters: Map<string, MetricFilter>;
  storedBytes: number;
}

/** Differs from AWS: log events live in memory, do not survive a restart, and a group keeps its last bytes only. Groups come back with the template. */
export interface LogsState {
  readonly groups: Map<string, LogGroup>;
  eventCount: number;
}

/** Bytes of messages that a group keeps. */
const GROUP_BYTES_MAX = 2 * 1024 * 1024;

/** What CloudWatch Logs counts for each event beside its message. @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
export const EVENT_OVERHEAD_BYTES = 26;

/** A group as the collections keep it. */
interface StoredGroup {
  readonly createdMs: number;
  readonly retentionDays: number | undefined;
  readonly tags: Record<string, string>;
  readonly metricFilters: readonly MetricFilter[];
}

const stored = (kernel: Kernel) => kernel.collection<StoredGroup>('logs.groups');

export function createState(kernel: Kernel): LogsState {
  const state: LogsState = { groups: new Map(), eventCount: 0 };
  for (const [name, group] of stored(kernel).entries()) {
    const filters = new Map(group.metricFilters.map((filter) => [filter.name, filter]));
    state.groups.set(name, { name, arn: groupArn(kernel, name), streams: new Map(), storedBytes: 0, ...group, metricFilters: filters });
  }
  return state;
}

const groupArn = (kernel: Kernel, name: string): string => kernel.arn('logs', `log-group:${name}`);

/** Makes a group. */
export function createGroup(kernel: Kernel, state: LogsState, name: string): LogGroup {
  const group: LogGroup = {
    name,
    arn: groupArn(kernel, name),
    createdMs: kernel.nowMs(),
    retentionDays: undefined,
    tags: {},
    streams: new Map(),
    metricFilters: new Map(),
    storedBytes: 0,
  };
  state.groups.set(name, group);
  saveGroup(kernel, group);
  return group;
}

/** Keeps what a change of a group's settings made of it. */
export function saveGroup(kernel: Kernel, { name, createdMs, retentionDays, tags, metricFilters }: LogGroup): void {
  stored(kernel).put(name, { createdMs, retentionDays, tags, metricFilters: [...metricFilters.values()] });
}

export function deleteGroup(kernel: Kernel, state: LogsState, name: string): void {
  state.groups.delete(name);
  stored(kernel).delete(name);
}

export function createStream(kernel: Kernel, group: LogGroup, name: string): LogStream {
  const stream: LogStream = { name, arn: `${group.arn}:log-stream:${name}`, createdMs: kernel.nowMs(), events: [], storedBytes: 0 };
  group.streams.set(name, stream);
  return stream;
}

/** Appends events and drops the oldest of the group's streams beyond its bound. */
export function appendEvents(state: LogsState, group: LogGroup, stream: LogStream, events: readonly Omit<LogEvent, 'eventId'>[]): void {
  for (const event of events) {
    state.eventCount += 1;
    stream.events.push({ ...event, eventId: String(state.eventCount).padStart(56, '0') });
    const bytes = Buffer.byteLength(event.message) + EVENT_OVERHEAD_BYTES;
    stream.storedBytes += bytes;
    group.storedBytes += bytes;
  }
  while (group.storedBytes > GROUP_BYTES_MAX) dropOldest(group);
}

/** Events dropped at once: dropping them one by one would move the rest each time. */
const DROPPED_AT_ONCE = 256;

function dropOldest(group: LogGroup): void {
  let oldest: LogStream | undefined;
  for (const stream of group.streams.values()) {
    const first = stream.events[0];
    if (first && (!oldest || first.ingestedMs < (oldest.events[0]?.ingestedMs ?? 0))) oldest = stream;
  }
  if (!oldest) return;
  for (const { message } of oldest.events.splice(0, DROPPED_AT_ONCE)) {
    const bytes = Buffer.byteLength(message) + EVENT_OVERHEAD_BYTES;
    oldest.storedBytes -= bytes;
    group.storedBytes -= bytes;
  }
}

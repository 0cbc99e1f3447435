import type { Collection } from '../../kernel/collection.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { PolicyDocument } from '../../kernel/principal.ts';
import type { FilterPattern } from '../../languages/filter-pattern/parse.ts';
import type { InsightsResult } from '../../languages/log-insights/query.ts';
import { logGroupAlreadyExists, logGroupNotFound, logStreamAlreadyExists, logStreamNotFound } from './errors.ts';

/** What a metric filter makes of a matching event. */
export interface MetricTransformation {
  readonly metricName: string;
  readonly metricNamespace: string;
  /** A number, or a selector of one in the event. */
  readonly metricValue: string;
  readonly defaultValue: number | undefined;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly unit: string;
}

export interface MetricFilter {
  readonly name: string;
  readonly pattern: string;
  readonly parsed: FilterPattern;
  readonly transformations: readonly MetricTransformation[];
  readonly createdMs: number;
}

/** A log group as it is kept. */
export interface LogGroup {
  readonly name: string;
  readonly createdMs: number;
  readonly retentionDays: number | undefined;
  readonly logGroupClass: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly filters: Readonly<Record<string, MetricFilter>>;
}

/** A log stream as it is kept. */
export interface LogStream {
  readonly groupName: string;
  readonly name: string;
  readonly createdMs: number;
}

export interface LogEvent {
  /** Counts up over all groups: the order of arrival. */
  readonly id: number;
  readonly streamName: string;
  readonly timestampMs: number;
  readonly ingestedMs: number;
  readonly message: string;
}

/** The events of a group, in order of arrival, from `start` on. */
export interface GroupEvents {
  events: LogEvent[];
  start: number;
  bytes: number;
}

/** A policy of the account that lets other services write into log groups. */
export interface NamedPolicy {
  readonly name: string;
  readonly text: string;
  readonly document: PolicyDocument;
  readonly updatedMs: number;
}

/** A query of Logs Insights that has run. */
export interface RunQuery {
  readonly id: string;
  readonly text: string;
  readonly groupNames: readonly string[];
  readonly createdMs: number;
  readonly result: InsightsResult;
  readonly scanned: number;
  readonly scannedBytes: number;
}

export interface LogsState {
  readonly groups: Collection<LogGroup>;
  readonly streams: Collection<LogStream>;
  readonly policies: Collection<NamedPolicy>;
  /** In memory only: log events do not survive a restart. */
  readonly events: Map<string, GroupEvents>;
  /** In memory only, and the latest only. */
  readonly queries: Map<string, RunQuery>;
  nextId: number;
}

/**
 * What a group holds before its oldest events go.
 * Differs from AWS: there events stay until their retention ends.
 */
const EVENTS_MAX = 5_000;
const BYTES_MAX = 1024 * 1024;
const DAY_MS = 24 * 60 * 60 * 1000;

export function createState(kernel: Kernel): LogsState {
  return {
    groups: kernel.collection('logs.groups'),
    streams: kernel.collection('logs.streams'),
    policies: kernel.collection('logs.policies'),
    events: new Map(),
    queries: new Map(),
    nextId: 1,
  };
}

const combined = new WeakMap<PolicyDocument, { readonly of: readonly PolicyDocument[]; readonly document: PolicyDocument }>();

/** All policies of the account as one; the same object as long as they are the same, for whoever compiles it. */
export function accountPolicy({ policies }: LogsState): PolicyDocument | undefined {
  const of = [...policies.values()].map(({ document }) => document);
  const [first] = of;
  if (first === undefined || of.length === 1) return first;
  const known = combined.get(first);
  if (known && known.of.length === of.length && known.of.every((each, index) => each === of[index])) return known.document;
  const document: PolicyDocument = { ...first, Statement: of.flatMap(({ Statement }) => Statement) };
  combined.set(first, { of, document });
  return document;
}

/** A group is named by its name or by its ARN, with or without `:*`. */
export function groupName(name: string | undefined, identifier?: string): string {
  const text = name ?? identifier ?? '';
  return /^arn:[^:]+:logs:[^:]*:[^:]*:log-group:([^:]+)/.exec(text)?.[1] ?? text;
}

export function findGroup(state: LogsState, name: string): LogGroup {
  const group = state.groups.get(name);
  if (!group) throw logGroupNotFound();
  return group;
}

const streamKey = (groupNameGiven: string, streamName: string): string => `${groupNameGiven}\n${streamName}`;

export function findStream(state: LogsState, group: LogGroup, name: string): LogStream {
  const stream = state.streams.get(streamKey(group.name, name));
  if (!stream) throw logStreamNotFound();
  return stream;
}

export function streamsOf(state: LogsState, group: LogGroup): LogStream[] {
  return [...state.streams.values()].filter((stream) => stream.groupName === group.name);
}

export function createGroup(state: LogsState, group: LogGroup): void {
  if (state.groups.has(group.name)) throw logGroupAlreadyExists();
  state.groups.put(group.name, group);
}

export function createStream(state: LogsState, stream: LogStream): void {
  const key = streamKey(stream.groupName, stream.name);
  if (state.streams.has(key)) throw logStreamAlreadyExists();
  state.streams.put(key, stream);
}

export function deleteGroup(state: LogsState, name: string): void {
  const group = findGroup(state, name);
  for (const stream of streamsOf(state, group)) state.streams.delete(streamKey(name, stream.name));
  state.groups.delete(name);
  state.events.delete(name);
}

export function deleteStream(state: LogsState, stream: LogStream): void {
  state.streams.delete(streamKey(stream.groupName, stream.name));
  const held = state.events.get(stream.groupName);
  if (!held) return;
  const events = held.events.slice(held.start).filter(({ streamName }) => streamName !== stream.name);
  state.events.set(stream.groupName, { events, start: 0, bytes: events.reduce((sum, { message }) => sum + message.length, 0) });
}

/** Appends an event, and drops the oldest where the group holds too many. */
export function appendEvent(state: LogsState, group: LogGroup, event: Omit<LogEvent, 'id'>): void {
  const held = state.events.get(group.name) ?? { events: [], start: 0, bytes: 0 };
  state.events.set(group.name, held);
  // Member by member: V8 gives each object that is spread and then added to a hidden class of its own, as large as the event.
  const { streamName, timestampMs, ingestedMs, message } = event;
  held.events.push({ id: state.nextId, streamName, timestampMs, ingestedMs, message });
  state.nextId += 1;
  held.bytes += event.message.length;
  while (held.events.length - held.start > EVENTS_MAX || held.bytes > BYTES_MAX) {
    const oldest = held.events[held.start];
    if (!oldest) break;
    held.bytes -= oldest.message.length;
    held.start += 1;
  }
  if (held.start > held.events.length / 4) {
    held.events = held.events.slice(held.start);
    held.start = 0;
  }
}

/** The events of a group that its retention has not ended, by time and then by arrival. */
export function eventsOf(state: LogsState, group: LogGroup, nowMs: number): LogEvent[] {
  const held = state.events.get(group.name);
  if (!held) return [];
  const oldestMs = group.retentionDays === undefined ? Number.NEGATIVE_INFINITY : nowMs - group.retentionDays * DAY_MS;
  return held.events
    .slice(held.start)
    .filter(({ timestampMs }) => timestampMs >= oldestMs)
    .sort((a, b) => a.timestampMs - b.timestampMs || a.id - b.id);
}

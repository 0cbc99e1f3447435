import type { ActionAfterCompletion, FlexibleTimeWindow, ScheduleState, Target } from '@aws-sdk/client-scheduler';
import type { Collection } from '../../kernel/collection.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Timer } from '../../kernel/scheduler.ts';
import type { Context } from '../../kernel/service.ts';
import { timeZone } from '../../languages/schedule-expression/time-zone.ts';
import { nextZonedTime, parseZonedSchedule } from '../../languages/schedule-expression/zoned-schedule.ts';
import type { PendingInvocation } from './invoking/pending-invocation.ts';

export type Tags = Readonly<Record<string, string>>;

export type Scheduling = Context<SchedulerState>;

export interface ScheduleGroup {
  readonly name: string;
  readonly arn: string;
  readonly createdMs: number;
  readonly modifiedMs: number;
  readonly clientToken: string | undefined;
  readonly tags: Tags;
}

/** What a request says of a schedule; an update replaces all of it. */
export interface ScheduleSettings {
  readonly expression: string;
  readonly zone: string;
  readonly startMs: number | undefined;
  readonly endMs: number | undefined;
  readonly description: string | undefined;
  readonly state: ScheduleState;
  readonly target: Target;
  readonly window: FlexibleTimeWindow;
  readonly actionAfterCompletion: ActionAfterCompletion;
}

/** A time that the schedule names, and when within the flexible time window the target is invoked. */
export interface Occurrence {
  readonly scheduledMs: number;
  readonly invokeMs: number;
}

export interface Schedule extends ScheduleSettings {
  readonly name: string;
  readonly groupName: string;
  readonly arn: string;
  readonly createdMs: number;
  readonly modifiedMs: number;
  readonly clientToken: string | undefined;
  /** A rate without a start date counts from here. */
  readonly countsFromMs: number;
  /** `undefined` where nothing is to come: disabled, or completed. */
  readonly next: Occurrence | undefined;
}

export interface SchedulerState {
  readonly kernel: Kernel;
  readonly groups: Collection<ScheduleGroup>;
  /** By `group/schedule`. */
  readonly schedules: Collection<Schedule>;
  readonly invocations: Collection<PendingInvocation>;
  /** Timers of the schedules that have a next time, by key. */
  readonly timers: Map<string, Timer>;
  /** Names of the schedules in each group. */
  readonly inGroup: Map<string, Set<string>>;
  /** What happens when a schedule falls due. */
  readonly onDue: (state: SchedulerState, schedule: Schedule, occurrence: Occurrence) => void;
}

export const DEFAULT_GROUP = 'default';

const MINUTE_MS = 60_000;

/** Opens the schedules. What fell due while the plane was down happens once, now. */
export function createState(kernel: Kernel, onDue: SchedulerState['onDue']): SchedulerState {
  const state: SchedulerState = {
    kernel,
    groups: kernel.collection('scheduler.groups'),
    schedules: kernel.collection('scheduler.schedules'),
    invocations: kernel.collection('scheduler.invocations'),
    timers: new Map(),
    inGroup: new Map(),
    onDue,
  };
  if (!state.groups.has(DEFAULT_GROUP)) state.groups.put(DEFAULT_GROUP, newGroup(kernel, { name: DEFAULT_GROUP, clientToken: undefined, tags: {} }));
  for (const schedule of state.schedules.values()) {
    namesIn(state, schedule.groupName).add(schedule.name);
    arm(state, schedule);
  }
  return state;
}

export function scheduleKey(groupName: string, name: string): string {
  return `${groupName}/${name}`;
}

export function newGroup(kernel: Kernel, group: Pick<ScheduleGroup, 'name' | 'clientToken' | 'tags'>): ScheduleGroup {
  const nowMs = kernel.nowMs();
  return { ...group, arn: kernel.arn('scheduler', `schedule-group/${group.name}`), createdMs: nowMs, modifiedMs: nowMs };
}

export function scheduleArn(kernel: Kernel, groupName: string, name: string): string {
  return kernel.arn('scheduler', `schedule/${groupName}/${name}`);
}

/** Deletes a group and the schedules in it. Differs from AWS: there it is `DELETING` until they are gone. */
export function deleteGroup(state: SchedulerState, name: string): void {
  for (const schedule of schedulesIn(state, name)) deleteSchedule(state, schedule);
  state.inGroup.delete(name);
  state.groups.delete(name);
}

/** Stores a schedule as new or changed, and plans its next time from now on. */
export function putSchedule(state: SchedulerState, schedule: Omit<Schedule, 'next'>): Schedule {
  const planned = { ...schedule, next: nextOccurrence(state.kernel, schedule, state.kernel.nowMs()) };
  store(state, planned);
  return planned;
}

export function deleteSchedule(state: SchedulerState, { groupName, name }: Pick<Schedule, 'groupName' | 'name'>): void {
  const key = scheduleKey(groupName, name);
  state.timers.get(key)?.cancel();
  state.timers.delete(key);
  state.schedules.delete(key);
  namesIn(state, groupName).delete(name);
}

/** The schedules of a group, by name. */
export function schedulesIn(state: SchedulerState, groupName: string): Schedule[] {
  const names = [...namesIn(state, groupName)].sort();
  return names.flatMap((name) => state.schedules.get(scheduleKey(groupName, name)) ?? []);
}

function namesIn(state: SchedulerState, groupName: string): Set<string> {
  let names = state.inGroup.get(groupName);
  if (!names) {
    names = new Set();
    state.inGroup.set(groupName, names);
  }
  return names;
}

function store(state: SchedulerState, schedule: Schedule): void {
  state.schedules.put(scheduleKey(schedule.groupName, schedule.name), schedule);
  namesIn(state, schedule.groupName).add(schedule.name);
  arm(state, schedule);
}

function arm(state: SchedulerState, schedule: Schedule): void {
  const key = scheduleKey(schedule.groupName, schedule.name);
  state.timers.get(key)?.cancel();
  state.timers.delete(key);
  if (!schedule.next) return;
  state.timers.set(
    key,
    state.kernel.at(schedule.next.invokeMs, `schedule ${key}`, () => fallDue(state, key)),
  );
}

/** One transition: the invocation is noted, and the next time planned. */
function fallDue(state: SchedulerState, key: string): void {
  const schedule = state.schedules.get(key);
  if (!schedule?.next) return;
  const { next } = schedule;
  const fromMs = Math.max(next.scheduledMs + 1, state.kernel.nowMs());
  const after = { ...schedule, next: nextOccurrence(state.kernel, schedule, fromMs) };
  store(state, after);
  state.onDue(state, after, next);
}

/** The next time at or after `fromMs`; a time drawn within the flexible window is the kernel's chance. */
function nextOccurrence(kernel: Kernel, schedule: Omit<Schedule, 'next'>, fromMs: number): Occurrence | undefined {
  const expression = parseZonedSchedule(schedule.expression);
  const zone = timeZone(schedule.zone);
  if (!expression || !zone || schedule.state === 'DISABLED') return undefined;
  // A schedule that is to happen once has no use for start and end. @see https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
  const isOnce = expression.kind === 'at';
  const startMs = schedule.startMs ?? schedule.countsFromMs;
  const scheduledMs = nextZonedTime(expression, { fromMs: isOnce ? fromMs : Math.max(fromMs, startMs), startMs, zone });
  if (scheduledMs === undefined || (!isOnce && schedule.endMs !== undefined && scheduledMs > schedule.endMs)) return undefined;
  const windowMs = schedule.window.Mode === 'FLEXIBLE' ? (schedule.window.MaximumWindowInMinutes ?? 0) * MINUTE_MS : 0;
  return { scheduledMs, invokeMs: windowMs === 0 ? scheduledMs : scheduledMs + kernel.chance.below(windowMs) };
}

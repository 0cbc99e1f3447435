import type { Target } from '@aws-sdk/client-eventbridge';
import type { Collection } from '../../kernel/collection.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { PolicyDocument } from '../../kernel/principal.ts';
import type { Timer } from '../../kernel/scheduler.ts';
import { PatternSet, parsePattern } from '../../languages/event-pattern/index.ts';
import { nextTime, parseSchedule } from '../../languages/schedule-expression/index.ts';
import { type ArchiveStore, openArchives } from './archive/archive-store.ts';
import { openReplays, type ReplayStore } from './archive/replay-store.ts';
import { attempt } from './delivering/attempt.ts';
import { type DeliveryLine, openDeliveryLine } from './delivering/line.ts';

export type Tags = Readonly<Record<string, string>>;

export interface EventBus {
  readonly name: string;
  readonly arn: string;
  readonly description: string | undefined;
  readonly policy: PolicyDocument | undefined;
  readonly deadLetterArn: string | undefined;
  readonly tags: Tags;
  readonly createdMs: number;
  readonly modifiedMs: number;
}

export interface Rule {
  readonly name: string;
  readonly busName: string;
  readonly arn: string;
  readonly pattern: string | undefined;
  readonly schedule: string | undefined;
  readonly state: 'ENABLED' | 'DISABLED';
  readonly description: string | undefined;
  readonly roleArn: string | undefined;
  readonly tags: Tags;
  /** A rate counts from here. */
  readonly enabledMs: number;
  /** In the order in which they were put. */
  readonly targets: readonly Target[];
  /** The service that made the rule and alone may change it. */
  readonly managedBy?: string | undefined;
}

/** What is derived of a bus: its rules, and the patterns of those that are enabled. */
interface LiveBus {
  readonly rules: Map<string, Rule>;
  readonly patterns: PatternSet;
}

export interface EventsState {
  readonly kernel: Kernel;
  readonly buses: Collection<EventBus>;
  /** By `bus/rule`. */
  readonly rules: Collection<Rule>;
  readonly live: Map<string, LiveBus>;
  /** Timers of the rules with a schedule, by ARN. */
  readonly timers: Map<string, Timer>;
  /** What happens when a rule's schedule names the present. */
  readonly onScheduleDue: (state: EventsState, rule: Rule) => void;
  readonly line: DeliveryLine;
  readonly archives: ArchiveStore;
  readonly replays: ReplayStore;
}

export const DEFAULT_BUS = 'default';

export function createState(kernel: Kernel, onScheduleDue: EventsState['onScheduleDue']): EventsState {
  const buses = kernel.collection<EventBus>('events.buses');
  const rules = kernel.collection<Rule>('events.rules');
  const line = openDeliveryLine(kernel, attempt);
  const state: EventsState = {
    kernel,
    buses,
    rules,
    live: new Map(),
    timers: new Map(),
    onScheduleDue,
    line,
    archives: openArchives(kernel),
    replays: openReplays(kernel),
  };
  if (!buses.has(DEFAULT_BUS)) putBus(state, newBus(kernel, DEFAULT_BUS));
  for (const rule of rules.values()) bringAlive(state, rule);
  return state;
}

export function busArn(kernel: Kernel, name: string): string {
  return kernel.arn('events', `event-bus/${name}`);
}

export function newBus(kernel: Kernel, name: string): EventBus {
  const nowMs = kernel.nowMs();
  return {
    name,
    arn: busArn(kernel, name),
    description: undefined,
    policy: undefined,
    deadLetterArn: undefined,
    tags: {},
    createdMs: nowMs,
    modifiedMs: nowMs,
  };
}

export function putBus(state: EventsState, bus: EventBus): void {
  state.buses.put(bus.name, bus);
}

/** Deletes a bus and, as AWS does, the rules on it. */
export function deleteBus(state: EventsState, name: string): void {
  for (const rule of rulesOf(state, name)) deleteRule(state, rule);
  state.live.delete(name);
  state.buses.delete(name);
}

/** ARN of a rule. On the default bus it does not name the bus. */
export function ruleArn(kernel: Kernel, busName: string, name: string): string {
  return kernel.arn('events', busName === DEFAULT_BUS ? `rule/${name}` : `rule/${busName}/${name}`);
}

export function ruleKey(busName: string, name: string): string {
  return `${busName}/${name}`;
}

/** Stores a rule, which takes effect at once. Differs from AWS: there a change takes a short period to act. */
export function putRule(state: EventsState, rule: Rule): void {
  state.rules.put(ruleKey(rule.busName, rule.name), rule);
  bringAlive(state, rule);
}

export function deleteRule(state: EventsState, rule: Rule): void {
  state.rules.delete(ruleKey(rule.busName, rule.name));
  liveBus(state, rule.busName).rules.delete(rule.name);
  liveBus(state, rule.busName).patterns.delete(rule.name);
  state.timers.get(rule.arn)?.cancel();
  state.timers.delete(rule.arn);
}

export function rulesOf(state: EventsState, busName: string): readonly Rule[] {
  const rules = [...liveBus(state, busName).rules.values()];
  return rules.sort((a, b) => (a.name < b.name ? -1 : 1));
}

export function liveBus(state: EventsState, busName: string): LiveBus {
  let live = state.live.get(busName);
  if (!live) {
    live = { rules: new Map(), patterns: new PatternSet() };
    state.live.set(busName, live);
  }
  return live;
}

function bringAlive(state: EventsState, rule: Rule): void {
  const { rules, patterns } = liveBus(state, rule.busName);
  const previous = rules.get(rule.name);
  rules.set(rule.name, rule);
  const isSamePattern = previous?.pattern === rule.pattern && previous?.state === rule.state;
  if (!isSamePattern) {
    if (rule.pattern !== undefined && rule.state === 'ENABLED') patterns.set(rule.name, parsePattern(rule.pattern));
    else patterns.delete(rule.name);
  }
  const isSameSchedule = previous?.schedule === rule.schedule && previous?.state === rule.state && previous?.enabledMs === rule.enabledMs;
  if (!isSameSchedule) armSchedule(state, rule);
}

/**
 * Sets the timer for the next time a rule's schedule names. Times that passed while the plane was down are not made up for.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html
 */
function armSchedule(state: EventsState, rule: Rule): void {
  state.timers.get(rule.arn)?.cancel();
  state.timers.delete(rule.arn);
  const schedule = rule.schedule === undefined ? undefined : parseSchedule(rule.schedule);
  if (!schedule || rule.state === 'DISABLED') return;
  const dueMs = nextTime(schedule, { afterMs: state.kernel.nowMs(), startMs: rule.enabledMs });
  if (dueMs === undefined) return;
  const timer = state.kernel.at(dueMs, `schedule of ${rule.arn}`, () => {
    const current = state.rules.get(ruleKey(rule.busName, rule.name));
    if (!current) return;
    state.onScheduleDue(state, current);
    armSchedule(state, current);
  });
  state.timers.set(rule.arn, timer);
}

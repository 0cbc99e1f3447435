import { parseArn } from '../../../kernel/arn.ts';
import { Fault, NotEmulated } from '../../../kernel/errors.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import { type AlarmStateValue, alarmsOf, holds, parseAlarmRule } from '../../../languages/alarm-rule/alarm-rule.ts';
import type { CloudWatchState } from '../state.ts';
import { busEntry, functionEvent, type Transition, topicMessage } from './notification.ts';
import { type AlarmRecord, alarmTime, alarmTypeOf, type HistoryItem } from './records.ts';

export interface World {
  readonly kernel: Kernel;
  readonly state: CloudWatchState;
}

/** Items of history kept, over all alarms. */
const HISTORY_MAX = 5000;

export function addHistory({ state }: World, item: HistoryItem): void {
  state.history.push(item);
  if (state.history.length > HISTORY_MAX * 2) state.history.splice(0, state.history.length - HISTORY_MAX);
}

/** What a state is changed to, and why. */
export interface Change {
  readonly value: AlarmStateValue;
  readonly reason: string;
  readonly reasonData: string | undefined;
  readonly cause?: number | undefined;
}

/** Gives an alarm another state; the journal, the history, the default bus, the actions and composite alarms follow. Nothing happens where it is the same. */
export function changeState(world: World, name: string, change: Change): void {
  const { kernel, state } = world;
  const before = state.alarms.get(name);
  if (!before || before.state.value === change.value) return;
  const nowMs = kernel.nowMs();
  const { value, reason, reasonData } = change;
  const alarm: AlarmRecord = { ...before, state: { value, reason, reasonData, updatedMs: nowMs, transitionedMs: nowMs } };
  state.alarms.put(name, alarm);
  const transition = { alarm, previous: before.state };
  const detail = { alarmName: name, state: value, previousState: before.state.value, reason };
  const cause = kernel.journal.append({ service: 'cloudwatch', kind: 'alarm-state-changed', arn: alarm.arn, cause: change.cause, detail });
  addHistory(world, stateHistory(transition, nowMs));
  void announce(world, transition, cause);
  reviewComposites(world, alarm, cause);
}

function stateHistory({ alarm, previous }: Transition, nowMs: number): HistoryItem {
  const half = ({ value, reason, reasonData }: AlarmRecord['state']) => ({
    stateValue: value,
    stateReason: reason,
    ...(reasonData !== undefined && { stateReasonData: JSON.parse(reasonData) }),
  });
  return {
    alarmName: alarm.name,
    alarmType: alarmTypeOf(alarm),
    atMs: nowMs,
    type: 'StateUpdate',
    summary: `Alarm updated from ${previous.value} to ${alarm.state.value}`,
    data: JSON.stringify({ version: '1.0', oldState: half(previous), newState: half(alarm.state) }),
  };
}

function actionsOf({ actionsEnabled, state, okActions, alarmActions, insufficientDataActions }: AlarmRecord): readonly string[] {
  if (!actionsEnabled) return [];
  switch (state.value) {
    case 'OK':
      return okActions;
    case 'ALARM':
      return alarmActions;
    case 'INSUFFICIENT_DATA':
      return insufficientDataActions;
  }
}

async function announce(world: World, transition: Transition, cause: number): Promise<void> {
  await putEvent(world, transition, cause);
  for (const action of actionsOf(transition.alarm)) await act(world, transition, { action, cause });
}

/** A plane without a bus has nobody to tell. */
async function putEvent({ kernel }: World, transition: Transition, cause: number): Promise<void> {
  const { arn } = transition.alarm;
  try {
    await kernel.request({
      service: 'eventbridge',
      operation: 'PutEvents',
      input: { Entries: [busEntry(transition)] },
      principal: { type: 'service', service: 'cloudwatch.amazonaws.com', sourceArn: arn },
      cause,
    });
  } catch (error) {
    if (!(error instanceof Fault || error instanceof NotEmulated)) throw error;
    kernel.journal.append({ service: 'cloudwatch', kind: 'alarm-event-not-put', arn, cause, detail: { error: error.name, message: error.message } });
  }
}

async function act(world: World, transition: Transition, { action, cause }: { readonly action: string; readonly cause: number }): Promise<void> {
  const { kernel } = world;
  const { alarm } = transition;
  const isFunction = parseArn(action)?.service === 'lambda';
  const service = isFunction ? 'lambda.alarms.cloudwatch.amazonaws.com' : 'cloudwatch.amazonaws.com';
  const payload = isFunction ? { body: functionEvent(transition, kernel) } : topicMessage(transition, kernel);
  let error: string | undefined;
  try {
    const outcome = await kernel.deliver({ to: action, payload, principal: { type: 'service', service, sourceArn: alarm.arn }, cause });
    if (outcome.status === 'refused') error = `${outcome.code}: ${outcome.message}`;
  } catch (thrown) {
    if (!(thrown instanceof NotEmulated)) throw thrown;
    error = thrown.message;
  }
  const summary = error === undefined ? `Successfully executed action ${action}` : `Failed to execute action ${action}. Received error: "${error}"`;
  const data = {
    actionState: error === undefined ? 'Succeeded' : 'Failed',
    stateUpdateTimestamp: alarm.state.updatedMs,
    notificationResource: action,
    error: error ?? null,
  };
  addHistory(world, { alarmName: alarm.name, alarmType: alarmTypeOf(alarm), atMs: kernel.nowMs(), type: 'Action', summary, data: JSON.stringify(data) });
  const kind = error === undefined ? 'alarm-action-executed' : 'alarm-action-failed';
  kernel.journal.append({ service: 'cloudwatch', kind, arn: alarm.arn, cause, detail: { action, ...(error !== undefined && { error }) } });
}

function reviewComposites(world: World, changed: AlarmRecord, cause: number): void {
  for (const { name, condition } of world.state.alarms.values()) {
    if (condition.kind === 'composite' && alarmsOf(parseAlarmRule(condition.rule)).includes(changed.name)) reviewComposite(world, name, { changed, cause });
  }
}

/** Evaluates a composite alarm, because it was made or because one of its alarms changed. */
export function reviewComposite(world: World, name: string, trigger: { readonly changed: AlarmRecord; readonly cause: number } | undefined): void {
  const alarm = world.state.alarms.get(name);
  if (alarm?.condition.kind !== 'composite') return;
  const value = holds(parseAlarmRule(alarm.condition.rule), (other) => world.state.alarms.get(other)?.state.value) ? 'ALARM' : 'OK';
  if (!trigger) {
    changeState(world, name, {
      value,
      reason: `${alarm.arn} was created and its alarm rule evaluates to ${value}`,
      reasonData: JSON.stringify({ triggeringAlarms: [] }),
    });
    return;
  }
  const { arn, state } = trigger.changed;
  const reason = `${arn} transitioned to ${state.value} at ${new Date(state.transitionedMs).toUTCString().replace('GMT', 'UTC')}`;
  const reasonData = JSON.stringify({ triggeringAlarms: [{ arn, state: { value: state.value, timestamp: alarmTime(state.transitionedMs) } }] });
  changeState(world, name, { value, reason, reasonData, cause: trigger.cause });
}

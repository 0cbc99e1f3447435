import type {
  DeleteAlarmsCommandInput,
  DisableAlarmActionsCommandInput,
  EnableAlarmActionsCommandInput,
  PutCompositeAlarmCommandInput,
  PutMetricAlarmCommandInput,
  SetAlarmStateCommandInput,
  Tag,
} from '@aws-sdk/client-cloudwatch';
import { refuseAllBut } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { AlarmRuleError, parseAlarmRule } from '../../../languages/alarm-rule/alarm-rule.ts';
import { type AlarmRecord, alarmTypeOf, type CompositeCondition, type MetricCondition } from '../alarms/records.ts';
import { addHistory, changeState, reviewComposite } from '../alarms/transition.ts';
import { reconsider, unwatch, watch } from '../alarms/watch.ts';
import { resourceNotFound, validationError } from '../errors.ts';
import { readCondition } from '../rules.ts';
import type { CloudWatchState } from '../state.ts';

type CloudWatch = Context<CloudWatchState>;

const INITIAL_REASON = 'Unchecked: Initial alarm creation';
const STATES = ['INSUFFICIENT_DATA', 'ALARM', 'OK'] as const;
const COMPOSITE_MEMBERS = ['AlarmName', 'AlarmDescription', 'AlarmRule', 'ActionsEnabled', 'OKActions', 'AlarmActions', 'InsufficientDataActions', 'Tags'];

type AlarmInput = Pick<
  PutMetricAlarmCommandInput,
  'AlarmName' | 'AlarmDescription' | 'ActionsEnabled' | 'OKActions' | 'AlarmActions' | 'InsufficientDataActions' | 'Tags'
>;

export const tagRecord = (tags: readonly Tag[] | undefined): Record<string, string> =>
  Object.fromEntries((tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));

/** Stores an alarm. One that is there already keeps its state and its tags. */
function putAlarm(context: CloudWatch, input: AlarmInput, condition: MetricCondition | CompositeCondition): AlarmRecord {
  const { kernel, state } = context;
  const { AlarmName: name } = input;
  if (!name) throw validationError("1 validation error detected: Value null at 'alarmName' failed to satisfy constraint: Member must not be null");
  const existing = state.alarms.get(name);
  const nowMs = kernel.nowMs();
  const alarm: AlarmRecord = {
    name,
    arn: kernel.arn('cloudwatch', `alarm:${name}`),
    description: input.AlarmDescription,
    actionsEnabled: input.ActionsEnabled ?? true,
    okActions: input.OKActions ?? [],
    alarmActions: input.AlarmActions ?? [],
    insufficientDataActions: input.InsufficientDataActions ?? [],
    configuredMs: nowMs,
    tags: existing?.tags ?? tagRecord(input.Tags),
    condition,
    state: existing?.state ?? { value: 'INSUFFICIENT_DATA', reason: INITIAL_REASON, reasonData: undefined, updatedMs: nowMs, transitionedMs: nowMs },
  };
  state.alarms.put(name, alarm);
  const verb = existing ? 'updated' : 'created';
  const data = JSON.stringify({ version: '1.0', type: existing ? 'Update' : 'Create' });
  addHistory(context, { alarmName: name, alarmType: alarmTypeOf(alarm), atMs: nowMs, type: 'ConfigurationUpdate', summary: `Alarm "${name}" ${verb}`, data });
  return alarm;
}

export function putMetricAlarm(input: PutMetricAlarmCommandInput, context: CloudWatch): Record<string, never> {
  watch(context, putAlarm(context, input, readCondition(input)), { isRestart: false });
  return {};
}

export function putCompositeAlarm(input: PutCompositeAlarmCommandInput, context: CloudWatch): Record<string, never> {
  refuseAllBut(COMPOSITE_MEMBERS, input, { operation: 'PutCompositeAlarm', page: 'cloudwatch' });
  const { AlarmRule: rule = '' } = input;
  try {
    parseAlarmRule(rule);
  } catch (error) {
    if (error instanceof AlarmRuleError) throw validationError(`AlarmRule syntax error: ${error.message}.`);
    throw error;
  }
  const { name } = putAlarm(context, input, { kind: 'composite', rule });
  unwatch(context, name);
  reviewComposite(context, name, undefined);
  return {};
}

export function deleteAlarms(input: DeleteAlarmsCommandInput, context: CloudWatch): Record<string, never> {
  const names = input.AlarmNames ?? [];
  if (names.some((name) => !context.state.alarms.has(name))) throw resourceNotFound();
  for (const name of names) removeAlarm(context, name);
  return {};
}

export function removeAlarm(context: CloudWatch, name: string): void {
  unwatch(context, name);
  context.state.alarms.delete(name);
}

export function setAlarmState(input: SetAlarmStateCommandInput, context: CloudWatch): Record<string, never> {
  const { AlarmName: name = '', StateValue: value, StateReason: reason = '', StateReasonData: reasonData } = input;
  const known = STATES.find((each) => each === value);
  if (!known) {
    throw validationError(
      `1 validation error detected: Value '${value}' at 'stateValue' failed to satisfy constraint: Member must satisfy enum value set: [${STATES.join(', ')}]`,
    );
  }
  if (!context.state.alarms.has(name)) throw resourceNotFound();
  changeState(context, name, { value: known, reason, reasonData, cause: context.cause });
  reconsider(context, name);
  return {};
}

function setActionsEnabled({ state }: CloudWatch, names: readonly string[], actionsEnabled: boolean): Record<string, never> {
  for (const name of names) {
    const alarm = state.alarms.get(name);
    if (alarm) state.alarms.put(name, { ...alarm, actionsEnabled });
  }
  return {};
}

export const enableAlarmActions = (input: EnableAlarmActionsCommandInput, context: CloudWatch): Record<string, never> =>
  setActionsEnabled(context, input.AlarmNames ?? [], true);

export const disableAlarmActions = (input: DisableAlarmActionsCommandInput, context: CloudWatch): Record<string, never> =>
  setActionsEnabled(context, input.AlarmNames ?? [], false);

import type {
  CreateScheduleCommandInput,
  CreateScheduleCommandOutput,
  DeleteScheduleCommandInput,
  GetScheduleCommandInput,
  GetScheduleCommandOutput,
  ListSchedulesCommandInput,
  ListSchedulesCommandOutput,
  ScheduleSummary,
  UpdateScheduleCommandInput,
  UpdateScheduleCommandOutput,
} from '@aws-sdk/client-scheduler';
import { scheduleExists } from '../errors.ts';
import { findGroup, findSchedule, type Output, page } from '../naming.ts';
import { checkRole } from '../role-trust.ts';
import { settingsOf } from '../rules.ts';
import { putSchedule, deleteSchedule as removeSchedule, type Schedule, type Scheduling, scheduleArn, scheduleKey, schedulesIn } from '../state.ts';

/** Creates a schedule. The same client token again answers the schedule that it made. */
export async function createSchedule(input: CreateScheduleCommandInput, context: Scheduling): Promise<Output<CreateScheduleCommandOutput>> {
  const { kernel, state } = context;
  const settings = settingsOf(input, { operation: 'CreateSchedule', kernel });
  const group = findGroup(state, input.GroupName);
  await checkRole(settings.target.RoleArn ?? '', group.arn, context);
  const { Name: name = '', ClientToken: clientToken } = input;
  const existing = state.schedules.get(scheduleKey(group.name, name));
  if (existing && clientToken !== undefined && existing.clientToken === clientToken) return { ScheduleArn: existing.arn };
  if (existing) throw scheduleExists(name);
  // The group may have gone while the role was looked up.
  findGroup(state, group.name);
  const nowMs = kernel.nowMs();
  const arn = scheduleArn(kernel, group.name, name);
  putSchedule(state, { ...settings, name, groupName: group.name, arn, createdMs: nowMs, modifiedMs: nowMs, clientToken, countsFromMs: nowMs });
  return { ScheduleArn: arn };
}

/** Replaces all that a schedule says: what the request leaves out is the default again. */
export async function updateSchedule(input: UpdateScheduleCommandInput, context: Scheduling): Promise<Output<UpdateScheduleCommandOutput>> {
  const { kernel, state } = context;
  const settings = settingsOf(input, { operation: 'UpdateSchedule', kernel });
  const group = findGroup(state, input.GroupName);
  const place = { name: input.Name, groupName: input.GroupName };
  findSchedule(state, place);
  await checkRole(settings.target.RoleArn ?? '', group.arn, context);
  const previous = findSchedule(state, place);
  const isSameExpression = previous.expression === settings.expression && previous.state === settings.state;
  const nowMs = kernel.nowMs();
  const { arn } = putSchedule(state, { ...previous, ...settings, modifiedMs: nowMs, countsFromMs: isSameExpression ? previous.countsFromMs : nowMs });
  return { ScheduleArn: arn };
}

export function getSchedule(input: GetScheduleCommandInput, { state }: Scheduling): Output<GetScheduleCommandOutput> {
  const schedule = findSchedule(state, { name: input.Name, groupName: input.GroupName });
  const { startMs, endMs, description } = schedule;
  return {
    ActionAfterCompletion: schedule.actionAfterCompletion,
    Arn: schedule.arn,
    CreationDate: new Date(schedule.createdMs),
    Description: description,
    EndDate: endMs === undefined ? undefined : new Date(endMs),
    FlexibleTimeWindow: schedule.window,
    GroupName: schedule.groupName,
    LastModificationDate: new Date(schedule.modifiedMs),
    Name: schedule.name,
    ScheduleExpression: schedule.expression,
    ScheduleExpressionTimezone: schedule.zone,
    StartDate: startMs === undefined ? undefined : new Date(startMs),
    State: schedule.state,
    Target: withDefaults(schedule),
  };
}

/** AWS shows the retry policy that applies, given or not. @see https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html */
function withDefaults({ target }: Schedule): Schedule['target'] {
  return { ...target, RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185, ...target.RetryPolicy } };
}

export function listSchedules(input: ListSchedulesCommandInput, { state }: Scheduling): Output<ListSchedulesCommandOutput> {
  const { GroupName: groupName, NamePrefix: prefix = '', State: wanted, MaxResults: limit, NextToken: token } = input;
  const groups = groupName === undefined ? [...state.groups.keys()].sort() : [findGroup(state, groupName).name];
  const schedules = groups.flatMap((name) => schedulesIn(state, name));
  const found = schedules.filter(({ name, state: is }) => name.startsWith(prefix) && (wanted === undefined || is === wanted));
  const { items, nextToken } = page(found, ({ arn }) => arn, { limit, token });
  return { Schedules: items.map(summary), NextToken: nextToken };
}

function summary({ arn, name, groupName, state, createdMs, modifiedMs, target }: Schedule): ScheduleSummary {
  return {
    Arn: arn,
    Name: name,
    GroupName: groupName,
    State: state,
    CreationDate: new Date(createdMs),
    LastModificationDate: new Date(modifiedMs),
    Target: { Arn: target.Arn },
  };
}

export function deleteSchedule(input: DeleteScheduleCommandInput, { state }: Scheduling): Record<string, never> {
  removeSchedule(state, findSchedule(state, { name: input.Name, groupName: input.GroupName }));
  return {};
}

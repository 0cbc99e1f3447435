import { parseArn } from '../../kernel/arn.ts';
import { groupDoesNotExist, invalidNextToken, scheduleDoesNotExist } from './errors.ts';
import { DEFAULT_GROUP, type Schedule, type ScheduleGroup, type SchedulerState, scheduleKey } from './state.ts';

export type Output<T> = Omit<T, '$metadata'>;

export function findGroup(state: SchedulerState, name: string = DEFAULT_GROUP): ScheduleGroup {
  const group = state.groups.get(name);
  if (!group) throw groupDoesNotExist(name);
  return group;
}

export function findSchedule(
  state: SchedulerState,
  { name = '', groupName = DEFAULT_GROUP }: { name: string | undefined; groupName: string | undefined },
): Schedule {
  const schedule = state.schedules.get(scheduleKey(groupName, name));
  if (!schedule) throw scheduleDoesNotExist(name);
  return schedule;
}

/** The group behind an ARN: only groups have tags. */
export function findTagged(state: SchedulerState, arn: string | undefined): ScheduleGroup {
  const [kind, name = ''] = (parseArn(arn ?? '')?.resource ?? '').split('/');
  if (kind !== 'schedule-group') throw groupDoesNotExist(name);
  return findGroup(state, name);
}

/** One page of a list; the token is the name after which the next page begins. */
export function page<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  { limit = 100, token }: { readonly limit?: number | undefined; readonly token?: string | undefined },
): { readonly items: readonly T[]; readonly nextToken: string | undefined } {
  let start = 0;
  if (token !== undefined) {
    const after = Buffer.from(token, 'base64url').toString();
    start = items.findIndex((item) => nameOf(item) === after) + 1;
    if (start === 0) throw invalidNextToken();
  }
  const shown = items.slice(start, start + limit);
  const last = shown.at(-1);
  const hasMore = start + shown.length < items.length;
  return { items: shown, nextToken: hasMore && last !== undefined ? Buffer.from(nameOf(last)).toString('base64url') : undefined };
}

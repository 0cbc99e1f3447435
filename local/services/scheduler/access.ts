import type { AccessCheck } from '../../kernel/principal.ts';
import { DEFAULT_GROUP, type Scheduling, scheduleArn } from './state.ts';

/** The permissions a call needs; to name a role takes `iam:PassRole` on it. @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridgescheduler.html */
// biome-ignore lint/suspicious/noExplicitAny: one of many inputs
export function accessOf(operation: string, input: any, { kernel }: Scheduling): readonly AccessCheck[] {
  const action = `scheduler:${operation}`;
  if (input.ResourceArn !== undefined) return [{ action, resource: input.ResourceArn }];
  if (operation.startsWith('List')) return [{ action, resource: '*' }];
  if (operation.endsWith('Group')) return [{ action, resource: kernel.arn('scheduler', `schedule-group/${input.Name}`) }];
  const onSchedule = { action, resource: scheduleArn(kernel, input.GroupName ?? DEFAULT_GROUP, input.Name ?? '') };
  const roleArn = input.Target?.RoleArn;
  if (roleArn === undefined) return [onSchedule];
  return [onSchedule, { action: 'iam:PassRole', resource: roleArn, conditionKeys: { 'iam:PassedToService': 'scheduler.amazonaws.com' } }];
}

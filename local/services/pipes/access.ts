import type { AccessCheck } from '../../kernel/principal.ts';
import { type Pipes, pipeArn } from './state.ts';

/** The permissions a call needs; to name a role takes `iam:PassRole` on it. @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridgepipes.html */
// biome-ignore lint/suspicious/noExplicitAny: one of many inputs
export function accessOf(operation: string, input: any, { kernel }: Pipes): readonly AccessCheck[] {
  const action = `pipes:${operation}`;
  if (input.resourceArn !== undefined) return [{ action, resource: input.resourceArn }];
  if (operation === 'ListPipes') return [{ action, resource: '*' }];
  const onPipe = { action, resource: pipeArn(kernel, input.Name ?? '') };
  if (input.RoleArn === undefined) return [onPipe];
  return [onPipe, { action: 'iam:PassRole', resource: input.RoleArn, conditionKeys: { 'iam:PassedToService': 'pipes.amazonaws.com' } }];
}

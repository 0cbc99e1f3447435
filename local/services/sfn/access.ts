import type { AccessCheck } from '../../kernel/principal.ts';
import { readToken } from './engine/waiting/token.ts';
import { activityArn, stateMachineArn } from './naming.ts';
import type { States } from './state.ts';

/** Operations that act on no resource, or on all. */
const ON_ALL = new Set(['ListStateMachines', 'ListActivities', 'ValidateStateMachineDefinition', 'TestState']);

/** The permissions a call needs; to name a role takes `iam:PassRole` on it. @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsstepfunctions.html */
// biome-ignore lint/suspicious/noExplicitAny: one of many inputs
export function accessOf(operation: string, input: any, context: States): readonly AccessCheck[] {
  const action = `states:${operation}`;
  const check = { action, ...resourceOf(operation, input, context) };
  const { roleArn } = input;
  if (roleArn === undefined || operation === 'TestState') return [check];
  return [check, { action: 'iam:PassRole', resource: roleArn, conditionKeys: { 'iam:PassedToService': 'states.amazonaws.com' } }];
}

// biome-ignore lint/suspicious/noExplicitAny: one of many inputs
function resourceOf(operation: string, input: any, { kernel, state }: States): Omit<AccessCheck, 'action'> {
  if (ON_ALL.has(operation)) return { resource: '*' };
  if (operation === 'CreateStateMachine') return { resource: stateMachineArn(kernel, input.name ?? '') };
  if (operation === 'CreateActivity') return { resource: activityArn(kernel, input.name ?? '') };
  if (input.taskToken !== undefined) {
    const executionArn = readToken(input.taskToken)?.executionArn;
    return { resource: (executionArn !== undefined && state.executions.get(executionArn)?.stateMachineArn) || '*' };
  }
  const arn: string | undefined =
    input.stateMachineArn ??
    input.executionArn ??
    input.activityArn ??
    input.mapRunArn ??
    input.resourceArn ??
    input.stateMachineVersionArn ??
    input.stateMachineAliasArn ??
    input.routingConfiguration?.[0]?.stateMachineVersionArn;
  return arn === undefined ? { resource: '*' } : unqualified(arn);
}

/** Versions and aliases are told by a condition key; the resource is their machine. @see https://docs.aws.amazon.com/step-functions/latest/dg/auth-version-alias.html */
function unqualified(arn: string): Omit<AccessCheck, 'action'> {
  const [, machine, qualifier] = /^(arn:[^:]*:states:[^:]*:[^:]*:stateMachine:[^:]+):(.+)$/.exec(arn) ?? [];
  if (machine === undefined || qualifier === undefined) return { resource: arn };
  return { resource: machine, conditionKeys: { 'states:StateMachineQualifier': qualifier } };
}

import type { GetRoleCommandOutput } from '@aws-sdk/client-iam';
import { Fault } from '../../kernel/errors.ts';
import type { PolicyDocument } from '../../kernel/principal.ts';
import { compilePolicy } from '../../languages/policy/policy.ts';
import { roleNotAssumable } from './errors.ts';
import type { Scheduling } from './state.ts';

const SERVICE = 'scheduler.amazonaws.com';

/**
 * Throws where the target's role is not there, or does not let Scheduler assume it.
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html#setting-up-execution-role
 */
export async function checkRole(roleArn: string, groupArn: string, { kernel, cause }: Scheduling): Promise<void> {
  const { accountId } = kernel;
  const trust = await trustOf(roleArn, { kernel, cause });
  const principal = { type: 'Service', names: [SERVICE], accountId } as const;
  const conditionKeys = new Map([
    ['aws:sourceaccount', [accountId]],
    ['aws:sourcearn', [groupArn]],
  ]);
  const request = { action: 'sts:AssumeRole', resource: roleArn, principal, conditionKeys };
  if (!trust || compilePolicy(trust).verdict(request) !== 'allow') throw roleNotAssumable();
}

async function trustOf(roleArn: string, { kernel, cause }: Pick<Scheduling, 'kernel' | 'cause'>): Promise<PolicyDocument | undefined> {
  try {
    const input = { RoleName: roleArn.slice(roleArn.lastIndexOf('/') + 1) };
    const { Role: role } = await kernel.request<GetRoleCommandOutput>({ service: 'iam', operation: 'GetRole', input, principal: { type: 'root' }, cause });
    if (role?.Arn !== roleArn) return undefined;
    return JSON.parse(decodeURIComponent(role.AssumeRolePolicyDocument ?? '')) as PolicyDocument;
  } catch (error) {
    if (error instanceof Fault && error.code === 'NoSuchEntityException') return undefined;
    throw error;
  }
}

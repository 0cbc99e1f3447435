import type { GetRoleCommandOutput } from '@aws-sdk/client-iam';
import { Fault } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { PolicyDocument } from '../../kernel/principal.ts';
import { compilePolicy } from '../../languages/policy/policy.ts';
import { roleNotAssumable } from './errors.ts';

/** Throws where the role is not there, or does not let Step Functions assume it. @see https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html */
export async function checkRole(
  roleArn: string,
  machineArn: string,
  { kernel, cause }: { readonly kernel: Kernel; readonly cause?: number | undefined },
): Promise<void> {
  const { accountId, region } = kernel;
  const trust = await trustOf(roleArn, { kernel, cause });
  const principal = { type: 'Service', names: ['states.amazonaws.com', `states.${region}.amazonaws.com`], accountId } as const;
  const conditionKeys = new Map([
    ['aws:sourceaccount', [accountId]],
    ['aws:sourcearn', [machineArn]],
  ]);
  const request = { action: 'sts:AssumeRole', resource: roleArn, principal, conditionKeys };
  if (!trust || compilePolicy(trust).verdict(request) !== 'allow') throw roleNotAssumable(roleArn);
}

async function trustOf(
  roleArn: string,
  { kernel, cause }: { readonly kernel: Kernel; readonly cause?: number | undefined },
): Promise<PolicyDocument | undefined> {
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

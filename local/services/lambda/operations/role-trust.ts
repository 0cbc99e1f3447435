import type { GetRoleCommandOutput } from '@aws-sdk/client-iam';
import { Fault } from '../../../kernel/errors.ts';
import type { PolicyDocument } from '../../../kernel/principal.ts';
import { compilePolicy } from '../../../languages/policy/policy.ts';
import { roleNotAssumable } from '../errors.ts';
import { functionArn } from '../naming.ts';
import type { Lambda } from '../state.ts';

const SERVICE = 'lambda.amazonaws.com';

/**
 * Throws where the execution role of a function is not there, or does not let Lambda assume it. A plane without IAM has no roles to look at.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
 */
export async function checkRole(roleArn: string, functionName: string, { kernel, cause }: Lambda): Promise<void> {
  if (!hasIam({ kernel })) return;
  const { accountId } = kernel;
  const trust = await trustOf(roleArn, { kernel, cause });
  const principal = { type: 'Service', names: [SERVICE], accountId } as const;
  const conditionKeys = new Map([
    ['aws:sourceaccount', [accountId]],
    ['aws:sourcearn', [functionArn(kernel, functionName)]],
  ]);
  const request = { action: 'sts:AssumeRole', resource: roleArn, principal, conditionKeys };
  if (!trust || compilePolicy(trust).verdict(request) !== 'allow') throw roleNotAssumable();
}

async function trustOf(roleArn: string, { kernel, cause }: Pick<Lambda, 'kernel' | 'cause'>): Promise<PolicyDocument | undefined> {
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

function hasIam({ kernel }: Pick<Lambda, 'kernel'>): boolean {
  for (const { service } of kernel.installed()) if (service.name === 'iam') return true;
  return false;
}

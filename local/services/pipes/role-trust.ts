import type { GetRoleCommandOutput } from '@aws-sdk/client-iam';
import { Fault } from '../../kernel/errors.ts';
import type { PolicyDocument } from '../../kernel/principal.ts';
import { compilePolicy } from '../../languages/policy/policy.ts';
import { roleNotAssumable } from './errors.ts';
import type { Pipes } from './state.ts';

const SERVICE = 'pipes.amazonaws.com';

/** Throws where the role is not there, or does not let Pipes assume it. Differs from AWS: there the pipe is made, and its state is `CREATE_FAILED`. */
export async function checkRole(roleArn: string, pipeArn: string, { kernel, cause }: Pipes): Promise<void> {
  const { accountId } = kernel;
  const trust = await trustOf(roleArn, { kernel, cause });
  const principal = { type: 'Service', names: [SERVICE], accountId } as const;
  const conditionKeys = new Map([
    ['aws:sourceaccount', [accountId]],
    ['aws:sourcearn', [pipeArn]],
  ]);
  const request = { action: 'sts:AssumeRole', resource: roleArn, principal, conditionKeys };
  if (!trust || compilePolicy(trust).verdict(request) !== 'allow') throw roleNotAssumable(roleArn);
}

async function trustOf(roleArn: string, { kernel, cause }: Pick<Pipes, 'kernel' | 'cause'>): Promise<PolicyDocument | undefined> {
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

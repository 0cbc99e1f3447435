import type { GetRoleCommandOutput } from '@aws-sdk/client-iam';
import type { AssumeRoleCommandInput, AssumeRoleCommandOutput, GetCallerIdentityCommandInput, GetCallerIdentityCommandOutput } from '@aws-sdk/client-sts';
import { Fault, refuseAllBut } from '../../../kernel/errors.ts';
import { type PolicyDocument, type Principal, principalName } from '../../../kernel/principal.ts';
import type { Context } from '../../../kernel/service.ts';
import { compilePolicy } from '../../../languages/policy/policy.ts';
import { accessDenied } from '../errors.ts';

type Sts = Context<undefined>;
type Output<T> = Omit<T, '$metadata'>;

/** @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
const SESSION_SECONDS_DEFAULT = 3600;

/** `UserId` is the account of the operator, and `<role id>:<session>` of a role. @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html */
export async function getCallerIdentity(_input: GetCallerIdentityCommandInput, context: Sts): Promise<Output<GetCallerIdentityCommandOutput>> {
  const { kernel, principal } = context;
  const role = principal.type === 'role' ? await trustOf(principal.roleArn, context) : undefined;
  const userId = principal.type === 'role' && role ? `${role.roleId}:${principal.sessionName}` : kernel.accountId;
  return { Account: kernel.accountId, Arn: principalName(principal, kernel.accountId), UserId: userId };
}

/** The role's trust policy and id, from IAM; a role that is not there is refused as one that may not be assumed, as AWS does. */
async function trustOf(roleArn: string, { kernel, cause }: Sts): Promise<{ policy: PolicyDocument; roleId: string } | undefined> {
  const name = roleArn.slice(roleArn.lastIndexOf('/') + 1);
  try {
    const { Role: role } = await kernel.request<GetRoleCommandOutput>({
      service: 'iam',
      operation: 'GetRole',
      input: { RoleName: name },
      principal: { type: 'root' },
      cause,
    });
    if (role?.Arn !== roleArn) return undefined;
    return { policy: JSON.parse(decodeURIComponent(role.AssumeRolePolicyDocument ?? '')) as PolicyDocument, roleId: role.RoleId ?? '' };
  } catch (error) {
    if (error instanceof Fault && error.code === 'NoSuchEntityException') return undefined;
    throw error;
  }
}

function mayAssume(policy: PolicyDocument, principal: Principal, roleArn: string, { kernel }: Sts): boolean {
  const { accountId } = kernel;
  const name = principalName(principal, accountId);
  // A trust policy that names the account hands the decision to identity policies. Differs from AWS: they are not asked here.
  const names = [accountId, `arn:aws:iam::${accountId}:root`, name, ...(principal.type === 'role' ? [principal.roleArn] : [])];
  const type = principal.type === 'service' ? 'Service' : 'AWS';
  const request = { action: 'sts:AssumeRole', resource: roleArn, principal: { type, names, accountId } as const, conditionKeys: new Map() };
  return compilePolicy(policy).verdict(request) === 'allow';
}

/** Issues credentials of a role to whom its trust policy names. The operator may assume every role of the account. */
export async function assumeRole(input: AssumeRoleCommandInput, context: Sts): Promise<Output<AssumeRoleCommandOutput>> {
  refuseAllBut(['RoleArn', 'RoleSessionName', 'DurationSeconds'], input, { operation: 'AssumeRole', page: 'sts' });
  const { RoleArn: roleArn = '', RoleSessionName: sessionName = '', DurationSeconds: seconds = SESSION_SECONDS_DEFAULT } = input;
  const { kernel, principal } = context;
  const trust = await trustOf(roleArn, context);
  if (!trust || (principal.type !== 'root' && !mayAssume(trust.policy, principal, roleArn, context))) {
    throw accessDenied(`User: ${principalName(principal, kernel.accountId)} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`);
  }
  const assumed: Principal = { type: 'role', roleArn, sessionName };
  const { accessKeyId, secretAccessKey, sessionToken } = kernel.credentials.issue(assumed);
  return {
    Credentials: {
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      SessionToken: sessionToken,
      Expiration: new Date(kernel.nowMs() + seconds * 1000),
    },
    AssumedRoleUser: { Arn: principalName(assumed, kernel.accountId), AssumedRoleId: `${trust.roleId}:${sessionName}` },
  };
}

import type {
  AttachRolePolicyCommandInput,
  CreatePolicyCommandInput,
  CreatePolicyCommandOutput,
  DeleteRolePolicyCommandInput,
  DetachRolePolicyCommandInput,
  GetPolicyCommandInput,
  GetPolicyCommandOutput,
  GetPolicyVersionCommandInput,
  GetPolicyVersionCommandOutput,
  GetRolePolicyCommandInput,
  GetRolePolicyCommandOutput,
  ListAttachedRolePoliciesCommandInput,
  ListAttachedRolePoliciesCommandOutput,
  ListRolePoliciesCommandInput,
  ListRolePoliciesCommandOutput,
  PutRolePolicyCommandInput,
} from '@aws-sdk/client-iam';
import { refuseAllBut } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { policyExists, policyNotFound, rolePolicyNotFound } from '../errors.ts';
import { checkAttachable, readPolicy } from '../rules.ts';
import { attachablePolicy, type IamState, type ManagedPolicy, savePolicy, saveRole } from '../state.ts';
import { encodeDocument, findRole } from './roles.ts';

type Iam = Context<IamState>;
type Output<T> = Omit<T, '$metadata'>;

const ID_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Managed policies here have one version. */
const VERSION = 'v1';

export function putRolePolicy(input: PutRolePolicyCommandInput, { state }: Iam): object {
  const role = findRole(state, input.RoleName);
  const document = readPolicy(input.PolicyDocument ?? '');
  saveRole(state, { ...role, inlinePolicies: { ...role.inlinePolicies, [input.PolicyName ?? '']: document } });
  return {};
}

export function getRolePolicy(input: GetRolePolicyCommandInput, { state }: Iam): Output<GetRolePolicyCommandOutput> {
  const { PolicyName: name = '' } = input;
  const role = findRole(state, input.RoleName);
  const document = role.inlinePolicies[name];
  if (!document) throw rolePolicyNotFound(name);
  return { RoleName: role.name, PolicyName: name, PolicyDocument: encodeDocument(document) };
}

export function deleteRolePolicy(input: DeleteRolePolicyCommandInput, { state }: Iam): object {
  const { PolicyName: name = '' } = input;
  const role = findRole(state, input.RoleName);
  const { [name]: document, ...rest } = role.inlinePolicies;
  if (!document) throw rolePolicyNotFound(name);
  saveRole(state, { ...role, inlinePolicies: rest });
  return {};
}

export function listRolePolicies(input: ListRolePoliciesCommandInput, { state }: Iam): Output<ListRolePoliciesCommandOutput> {
  return { PolicyNames: Object.keys(findRole(state, input.RoleName).inlinePolicies).sort(), IsTruncated: false };
}

export function listAttachedRolePolicies(input: ListAttachedRolePoliciesCommandInput, { state }: Iam): Output<ListAttachedRolePoliciesCommandOutput> {
  const arns = findRole(state, input.RoleName).attachedPolicyArns;
  return { AttachedPolicies: arns.map((arn) => ({ PolicyArn: arn, PolicyName: arn.slice(arn.lastIndexOf('/') + 1) })), IsTruncated: false };
}

export function attachRolePolicy(input: AttachRolePolicyCommandInput, { state }: Iam): object {
  const { PolicyArn: arn = '' } = input;
  const role = findRole(state, input.RoleName);
  checkAttachable(state, arn);
  if (!attachablePolicy(state, arn)) throw policyNotFound(arn);
  saveRole(state, { ...role, attachedPolicyArns: [...role.attachedPolicyArns.filter((attached) => attached !== arn), arn] });
  return {};
}

export function detachRolePolicy(input: DetachRolePolicyCommandInput, { state }: Iam): object {
  const { PolicyArn: arn = '' } = input;
  const role = findRole(state, input.RoleName);
  if (!role.attachedPolicyArns.includes(arn)) throw policyNotFound(arn);
  saveRole(state, { ...role, attachedPolicyArns: role.attachedPolicyArns.filter((attached) => attached !== arn) });
  return {};
}

export function createPolicy(input: CreatePolicyCommandInput, { kernel, state }: Iam): Output<CreatePolicyCommandOutput> {
  refuseAllBut(['PolicyName', 'Path', 'PolicyDocument', 'Description', 'Tags'], input, { operation: 'CreatePolicy', page: 'iam' });
  const { PolicyName: name = '', Path: path = '/' } = input;
  const arn = `arn:aws:iam::${kernel.accountId}:policy${path}${name}`;
  if (state.policies.has(arn)) throw policyExists(name);
  const policy: ManagedPolicy = {
    name,
    path,
    arn,
    policyId: `ANPA${kernel.chance.text(17, ID_ALPHABET)}`,
    description: input.Description,
    createdMs: kernel.nowMs(),
    document: readPolicy(input.PolicyDocument ?? ''),
  };
  savePolicy(state, policy);
  return getPolicy({ PolicyArn: arn }, { state } as Iam);
}

export function getPolicy(input: GetPolicyCommandInput, { state }: Iam): Output<GetPolicyCommandOutput> {
  const { PolicyArn: arn = '' } = input;
  const policy = state.policies.get(arn);
  if (!attachablePolicy(state, arn)) throw policyNotFound(arn);
  const attachments = [...state.roles.values()].filter((role) => role.attachedPolicyArns.includes(arn)).length;
  return {
    Policy: {
      PolicyName: arn.slice(arn.lastIndexOf('/') + 1),
      Arn: arn,
      DefaultVersionId: VERSION,
      AttachmentCount: attachments,
      IsAttachable: true,
      ...(policy && { PolicyId: policy.policyId, Path: policy.path, CreateDate: new Date(policy.createdMs) }),
    },
  };
}

export function getPolicyVersion(input: GetPolicyVersionCommandInput, { state }: Iam): Output<GetPolicyVersionCommandOutput> {
  const { PolicyArn: arn = '', VersionId: version = '' } = input;
  const document = attachablePolicy(state, arn);
  if (!document || version !== VERSION) throw policyNotFound(arn);
  return { PolicyVersion: { Document: encodeDocument(document), VersionId: version, IsDefaultVersion: true } };
}

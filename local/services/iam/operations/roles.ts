import type {
  CreateRoleCommandInput,
  CreateRoleCommandOutput,
  DeleteRoleCommandInput,
  GetRoleCommandInput,
  GetRoleCommandOutput,
  ListRolesCommandInput,
  ListRolesCommandOutput,
  Role as WireRole,
} from '@aws-sdk/client-iam';
import { refuseAllBut } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { deleteConflict, roleExists, roleNotFound } from '../errors.ts';
import { readPolicy } from '../rules.ts';
import { type IamState, type Role, deleteRole as remove, saveRole } from '../state.ts';

type Iam = Context<IamState>;
type Output<T> = Omit<T, '$metadata'>;

const ID_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The role of that name. Throws `NoSuchEntity`. */
export function findRole(state: IamState, name: string | undefined): Role {
  const role = state.roles.get(name ?? '');
  if (!role) throw roleNotFound(name ?? '');
  return role;
}

/** Policy documents travel percent-encoded. @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRolePolicy.html */
export const encodeDocument = (document: object): string => encodeURIComponent(JSON.stringify(document));

function wireRole(role: Role): WireRole {
  return {
    RoleName: role.name,
    Path: role.path,
    Arn: role.arn,
    RoleId: role.roleId,
    CreateDate: new Date(role.createdMs),
    AssumeRolePolicyDocument: encodeDocument(role.trustPolicy),
    MaxSessionDuration: role.maxSessionDurationSeconds,
    ...(role.description !== undefined && { Description: role.description }),
  };
}

export function createRole(input: CreateRoleCommandInput, { kernel, state }: Iam): Output<CreateRoleCommandOutput> {
  refuseAllBut(['RoleName', 'Path', 'AssumeRolePolicyDocument', 'Description', 'MaxSessionDuration', 'Tags'], input, { operation: 'CreateRole', page: 'iam' });
  const { RoleName: name = '', Path: path = '/' } = input;
  if (state.roles.has(name)) throw roleExists(name);
  const role: Role = {
    name,
    path,
    arn: `arn:aws:iam::${kernel.accountId}:role${path}${name}`,
    roleId: `AROA${kernel.chance.text(17, ID_ALPHABET)}`,
    description: input.Description,
    maxSessionDurationSeconds: input.MaxSessionDuration ?? 3600,
    createdMs: kernel.nowMs(),
    cdkPath: undefined,
    trustPolicy: readPolicy(input.AssumeRolePolicyDocument ?? ''),
    inlinePolicies: {},
    attachedPolicyArns: [],
  };
  saveRole(state, role);
  return { Role: wireRole(role) };
}

export function getRole(input: GetRoleCommandInput, { state }: Iam): Output<GetRoleCommandOutput> {
  return { Role: wireRole(findRole(state, input.RoleName)) };
}

export function listRoles(input: ListRolesCommandInput, { state }: Iam): Output<ListRolesCommandOutput> {
  const { PathPrefix: prefix = '/', Marker: after = '', MaxItems: limit = 100 } = input;
  const names = [...state.roles.keys()].filter((name) => name > after && state.roles.get(name)?.path.startsWith(prefix)).sort();
  const page = names.slice(0, limit);
  const isTruncated = page.length < names.length;
  return {
    Roles: page.map((name) => wireRole(findRole(state, name))),
    IsTruncated: isTruncated,
    ...(isTruncated && { Marker: page.at(-1) }),
  };
}

export function deleteRole(input: DeleteRoleCommandInput, { state }: Iam): object {
  const role = findRole(state, input.RoleName);
  if (Object.keys(role.inlinePolicies).length > 0) throw deleteConflict('Cannot delete entity, must delete policies first.');
  if (role.attachedPolicyArns.length > 0) throw deleteConflict('Cannot delete entity, must detach all policies first.');
  remove(state, role.name);
  return {};
}

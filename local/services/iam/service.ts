import type { IAM } from '@aws-sdk/client-iam';
import type { OperationsOf, Service } from '../../kernel/service.ts';
import * as policies from './operations/policies.ts';
import * as roles from './operations/roles.ts';
import { resourceTypes } from './resources.ts';
import { createState, type IamState } from './state.ts';

const operations: Partial<OperationsOf<IAM, IamState>> = {
  AttachRolePolicy: policies.attachRolePolicy,
  CreatePolicy: policies.createPolicy,
  CreateRole: roles.createRole,
  DeleteRole: roles.deleteRole,
  DeleteRolePolicy: policies.deleteRolePolicy,
  DetachRolePolicy: policies.detachRolePolicy,
  GetPolicy: policies.getPolicy,
  GetPolicyVersion: policies.getPolicyVersion,
  GetRole: roles.getRole,
  GetRolePolicy: policies.getRolePolicy,
  ListAttachedRolePolicies: policies.listAttachedRolePolicies,
  ListRolePolicies: policies.listRolePolicies,
  ListRoles: roles.listRoles,
  PutRolePolicy: policies.putRolePolicy,
};

/** Identity and Access Management: roles and their policies. Users, groups and boundaries are not emulated. */
export const iam: Service<IamState> = {
  name: 'iam',
  arnService: 'iam',
  createState,
  operations,
  access(operation, input, { kernel, state }) {
    const arn: string = input.RoleName
      ? (state.roles.get(input.RoleName)?.arn ?? `arn:aws:iam::${kernel.accountId}:role/${input.RoleName}`)
      : (input.PolicyArn ?? '*');
    return [{ action: `iam:${operation}`, resource: arn }];
  },
  resourceTypes,
};

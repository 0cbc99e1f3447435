import type { Collection } from '../../kernel/collection.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { PolicyDocument } from '../../kernel/principal.ts';
import { AWS_MANAGED_POLICIES } from './managed-policies.ts';

/** A role with everything that decides what it may do. */
export interface Role {
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  readonly roleId: string;
  readonly description: string | undefined;
  readonly maxSessionDurationSeconds: number;
  readonly createdMs: number;
  /** Where the role stands in the CDK app, for messages. */
  readonly cdkPath: string | undefined;
  trustPolicy: PolicyDocument;
  /** Inline policies, by name. */
  readonly inlinePolicies: Record<string, PolicyDocument>;
  attachedPolicyArns: string[];
}

/** A policy of the account that can be attached to roles. */
export interface ManagedPolicy {
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  readonly policyId: string;
  readonly description: string | undefined;
  readonly createdMs: number;
  document: PolicyDocument;
}

export interface IamState {
  /** By name. */
  readonly roles: Collection<Role>;
  /** By ARN. */
  readonly policies: Collection<ManagedPolicy>;
  /** Counts changes: a cached decision of an earlier count is void. */
  revision: number;
}

export function createState(kernel: Kernel): IamState {
  return { roles: kernel.collection('iam.roles'), policies: kernel.collection('iam.policies'), revision: 0 };
}

/** Stores a role after a change of it. */
export function saveRole(state: IamState, role: Role): void {
  state.roles.put(role.name, role);
  state.revision += 1;
}

export function deleteRole(state: IamState, name: string): void {
  state.roles.delete(name);
  state.revision += 1;
}

/** Stores a managed policy after a change of it. */
export function savePolicy(state: IamState, policy: ManagedPolicy): void {
  state.policies.put(policy.arn, policy);
  state.revision += 1;
}

export function deletePolicy(state: IamState, arn: string): void {
  state.policies.delete(arn);
  state.revision += 1;
}

/** A policy that can be attached: of the account, or one of AWS's that is known here. */
export function attachablePolicy(state: IamState, arn: string): PolicyDocument | undefined {
  return state.policies.get(arn)?.document ?? AWS_MANAGED_POLICIES[arn];
}

/** Every policy document that speaks for a role. */
export function policiesOf(state: IamState, role: Role): PolicyDocument[] {
  const attached = role.attachedPolicyArns.map((arn) => attachablePolicy(state, arn)).filter((document) => document !== undefined);
  return [...Object.values(role.inlinePolicies), ...attached];
}

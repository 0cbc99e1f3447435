import { NotEmulated } from '../../kernel/errors.ts';
import type { PhysicalResource, Properties, ResourcePlace, ResourceType } from '../../kernel/resource.ts';
import type { Context } from '../../kernel/service.ts';
import { roleNotFound } from './errors.ts';
import { checkAttachable, readPolicy } from './rules.ts';
import { deletePolicy, deleteRole, type IamState, type ManagedPolicy, type Role, savePolicy, saveRole } from './state.ts';

type Iam = Context<IamState>;

const ID_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

const INERT_TAGS = { Tags: 'tags of IAM entities are not looked at' };

function newId(prefix: string, { kernel }: Iam): string {
  return prefix + kernel.chance.text(17, ID_ALPHABET);
}

function inlinePolicies(properties: Properties): Role['inlinePolicies'] {
  const given: { PolicyName: string; PolicyDocument: string }[] = properties['Policies'] ?? [];
  return Object.fromEntries(given.map(({ PolicyName, PolicyDocument }) => [PolicyName, readPolicy(PolicyDocument)]));
}

function attachedArns(properties: Properties, state: IamState): string[] {
  const arns: string[] = properties['ManagedPolicyArns'] ?? [];
  for (const arn of arns) checkAttachable(state, arn);
  return [...arns];
}

const roleResource = (role: Role): PhysicalResource => ({ ref: role.name, attributes: { Arn: role.arn, RoleId: role.roleId } });

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html */
const role: ResourceType<IamState> = {
  properties: ['RoleName', 'Path', 'AssumeRolePolicyDocument', 'Policies', 'ManagedPolicyArns', 'Description', 'MaxSessionDuration'],
  inert: INERT_TAGS,
  create(properties, place, context) {
    const name: string = properties['RoleName'] ?? place.generatedName({ lengthMax: 64 });
    const path: string = properties['Path'] ?? '/';
    const created: Role = {
      name,
      path,
      arn: `arn:aws:iam::${context.kernel.accountId}:role${path}${name}`,
      roleId: newId('AROA', context),
      description: properties['Description'],
      maxSessionDurationSeconds: Number(properties['MaxSessionDuration'] ?? 3600),
      createdMs: context.kernel.nowMs(),
      cdkPath: place.metadata['aws:cdk:path'] as string | undefined,
      trustPolicy: readPolicy(properties['AssumeRolePolicyDocument']),
      inlinePolicies: inlinePolicies(properties),
      attachedPolicyArns: attachedArns(properties, context.state),
    };
    saveRole(context.state, created);
    return roleResource(created);
  },
  update(properties, previous, physical, _place, { state }) {
    if (properties['RoleName'] !== previous['RoleName'] || properties['Path'] !== previous['Path']) return 'replace';
    const current = state.roles.get(physical.ref);
    if (!current) throw roleNotFound(physical.ref);
    const before = Object.keys(inlinePolicies(previous));
    const kept = Object.entries(current.inlinePolicies).filter(([name]) => !before.includes(name));
    const others = current.attachedPolicyArns.filter((arn) => !(previous['ManagedPolicyArns'] ?? []).includes(arn));
    saveRole(state, {
      ...current,
      trustPolicy: readPolicy(properties['AssumeRolePolicyDocument']),
      inlinePolicies: { ...Object.fromEntries(kept), ...inlinePolicies(properties) },
      attachedPolicyArns: [...others, ...attachedArns(properties, state)],
      maxSessionDurationSeconds: Number(properties['MaxSessionDuration'] ?? 3600),
      description: properties['Description'],
    });
    return physical;
  },
  delete: (physical, _properties, { state }) => deleteRole(state, physical.ref),
};

function refuseOtherOwners(properties: Properties, type: string): void {
  for (const owner of ['Users', 'Groups']) {
    if ((properties[owner] ?? []).length > 0) throw new NotEmulated(`${type} with ${owner}`, 'iam');
  }
}

function setInline(state: IamState, roleName: string, policyName: string, document: Role['trustPolicy'] | undefined): void {
  const owner = state.roles.get(roleName);
  if (!owner) {
    if (document === undefined) return;
    throw roleNotFound(roleName);
  }
  const { [policyName]: _replaced, ...rest } = owner.inlinePolicies;
  saveRole(state, { ...owner, inlinePolicies: document === undefined ? rest : { ...rest, [policyName]: document } });
}

function removeInline(properties: Properties, state: IamState): void {
  for (const name of properties['Roles'] ?? []) setInline(state, name, properties['PolicyName'], undefined);
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-policy.html */
const inlinePolicy: ResourceType<IamState> = {
  properties: ['PolicyName', 'PolicyDocument', 'Roles', 'Users', 'Groups'],
  create(properties, _place, { state }) {
    refuseOtherOwners(properties, 'AWS::IAM::Policy');
    const document = readPolicy(properties['PolicyDocument']);
    for (const name of properties['Roles'] ?? []) setInline(state, name, properties['PolicyName'], document);
    return { ref: properties['PolicyName'], attributes: { Id: properties['PolicyName'] } };
  },
  update(properties, previous, _physical, place, context) {
    removeInline(previous, context.state);
    return inlinePolicy.create(properties, place, context);
  },
  delete: (_physical, properties, { state }) => removeInline(properties, state),
};

function attachToRoles(state: IamState, arn: string, names: readonly string[]): void {
  for (const owner of state.roles.values()) {
    const others = owner.attachedPolicyArns.filter((attached) => attached !== arn);
    const isWanted = names.includes(owner.name);
    if (isWanted || others.length !== owner.attachedPolicyArns.length) saveRole(state, { ...owner, attachedPolicyArns: isWanted ? [...others, arn] : others });
  }
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-managedpolicy.html */
const managedPolicy: ResourceType<IamState> = {
  properties: ['ManagedPolicyName', 'Path', 'Description', 'PolicyDocument', 'Roles', 'Users', 'Groups'],
  create(properties, place: ResourcePlace, context) {
    refuseOtherOwners(properties, 'AWS::IAM::ManagedPolicy');
    const name: string = properties['ManagedPolicyName'] ?? place.generatedName({ lengthMax: 128 });
    const path: string = properties['Path'] ?? '/';
    const created: ManagedPolicy = {
      name,
      path,
      arn: `arn:aws:iam::${context.kernel.accountId}:policy${path}${name}`,
      policyId: newId('ANPA', context),
      description: properties['Description'],
      createdMs: context.kernel.nowMs(),
      document: readPolicy(properties['PolicyDocument']),
    };
    savePolicy(context.state, created);
    attachToRoles(context.state, created.arn, properties['Roles'] ?? []);
    return { ref: created.arn, attributes: { PolicyArn: created.arn, PolicyId: created.policyId } };
  },
  update(properties, previous, physical, _place, { state }) {
    if (properties['ManagedPolicyName'] !== previous['ManagedPolicyName'] || properties['Path'] !== previous['Path']) return 'replace';
    const current = state.policies.get(physical.ref);
    if (current) savePolicy(state, { ...current, document: readPolicy(properties['PolicyDocument']) });
    attachToRoles(state, physical.ref, properties['Roles'] ?? []);
    return physical;
  },
  delete(physical, _properties, { state }) {
    attachToRoles(state, physical.ref, []);
    deletePolicy(state, physical.ref);
  },
};

export const resourceTypes: Readonly<Record<string, ResourceType<IamState>>> = {
  'AWS::IAM::Role': role,
  'AWS::IAM::Policy': inlinePolicy,
  'AWS::IAM::ManagedPolicy': managedPolicy,
};

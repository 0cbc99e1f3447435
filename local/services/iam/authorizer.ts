import type { Kernel } from '../../kernel/kernel.ts';
import { type AccessCheck, type Authorizer, type PolicyDocument, type Principal, principalName } from '../../kernel/principal.ts';
import { compilePolicy, type Policy, verdictOf } from '../../languages/policy/policy.ts';
import type { PolicyPrincipal, PolicyRequest } from '../../languages/policy/request.ts';
import { accessDenied } from './errors.ts';
import { type IamState, policiesOf, type Role } from './state.ts';

/** Why a call is refused, in AWS's words. */
type Refusal = 'identity-deny' | 'resource-deny' | 'identity-none' | 'resource-none';

const REFUSALS: Readonly<Record<Refusal, (action: string) => string>> = {
  'identity-deny': () => 'with an explicit deny in an identity-based policy',
  'resource-deny': () => 'with an explicit deny in a resource-based policy',
  'identity-none': (action) => `because no identity-based policy allows the ${action} action`,
  'resource-none': (action) => `because no resource-based policy allows the ${action} action`,
};

/** Decisions kept; beyond it all are forgotten. */
const DECISIONS_MAX = 20_000;

/**
 * Decides calls by the policies of roles and resources of one account.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html
 */
class Evaluator {
  readonly #kernel: Kernel;
  readonly #state: IamState;
  readonly #compiled = new WeakMap<PolicyDocument, { readonly policy: Policy; readonly id: number }>();
  readonly #rolePolicies = new Map<string, Policy[]>();
  readonly #decisions = new Map<string, Refusal | undefined>();
  #revision = -1;
  #documents = 0;

  constructor(kernel: Kernel, state: IamState) {
    this.#kernel = kernel;
    this.#state = state;
  }

  /** The refusal of a call, or nothing where it is allowed. */
  decide(principal: Principal, check: AccessCheck): Refusal | undefined {
    if (principal.type === 'root') return undefined;
    if (this.#revision !== this.#state.revision || this.#decisions.size > DECISIONS_MAX) this.#forget();
    const key = this.#cacheKey(principal, check);
    if (this.#decisions.has(key)) return this.#decisions.get(key);
    const { refusal, isLasting } = this.#evaluate(principal, check);
    if (isLasting) this.#decisions.set(key, refusal);
    return refusal;
  }

  #forget(): void {
    this.#decisions.clear();
    this.#rolePolicies.clear();
    this.#revision = this.#state.revision;
  }

  #cacheKey(principal: Principal, check: AccessCheck): string {
    const who = principal.type === 'role' ? principal.roleArn : principal.type === 'service' ? `${principal.service} ${principal.sourceArn}` : principal.type;
    const policy = check.resourcePolicy === undefined ? 0 : this.#compile(check.resourcePolicy).id;
    return `${who} ${check.action} ${check.resource} ${policy}`;
  }

  #compile(document: PolicyDocument): { readonly policy: Policy; readonly id: number } {
    let compiled = this.#compiled.get(document);
    if (!compiled) {
      this.#documents += 1;
      compiled = { policy: compilePolicy(document), id: this.#documents };
      this.#compiled.set(document, compiled);
    }
    return compiled;
  }

  #policiesOfRole(roleArn: string): Policy[] {
    let policies = this.#rolePolicies.get(roleArn);
    if (!policies) {
      const role = roleByArn(this.#state, roleArn);
      policies = role ? policiesOf(this.#state, role).map((document) => this.#compile(document).policy) : [];
      this.#rolePolicies.set(roleArn, policies);
    }
    return policies;
  }

  #evaluate(principal: Principal, check: AccessCheck): { refusal: Refusal | undefined; isLasting: boolean } {
    const identity = principal.type === 'role' ? this.#policiesOfRole(principal.roleArn) : [];
    const resource = check.resourcePolicy === undefined ? [] : [this.#compile(check.resourcePolicy).policy];
    const request = this.#request(principal, check);
    const looksAt = new Set([...identity, ...resource].flatMap((policy) => [...policy.conditionKeys]));
    const isLasting =
      !Object.keys(check.conditionKeys ?? {}).some((key) => looksAt.has(key.toLowerCase())) && !looksAt.has('aws:currenttime') && !looksAt.has('aws:epochtime');
    return { refusal: refusalOf(principal, verdictOf(identity, request), verdictOf(resource, request), check), isLasting };
  }

  #request(principal: Principal, check: AccessCheck): PolicyRequest {
    const { accountId, region } = this.#kernel;
    const nowMs = this.#kernel.nowMs();
    const keys = new Map<string, readonly string[]>([
      ['aws:principalaccount', [accountId]],
      ['aws:requestedregion', [region]],
      ['aws:securetransport', ['true']],
      ['aws:currenttime', [new Date(nowMs).toISOString()]],
      ['aws:epochtime', [String(Math.floor(nowMs / 1000))]],
    ]);
    if (principal.type === 'service') {
      keys.set('aws:sourceaccount', [accountId]);
      if (principal.sourceArn !== undefined) keys.set('aws:sourcearn', [principal.sourceArn]);
      keys.set('aws:principalisawsservice', ['true']);
      keys.set('aws:principalservicename', [principal.service]);
    } else {
      keys.set('aws:principalarn', [principal.type === 'role' ? principal.roleArn : principalName(principal, accountId)]);
      keys.set('aws:principaltype', [principal.type === 'role' ? 'AssumedRole' : 'User']);
      keys.set('aws:principalisawsservice', ['false']);
    }
    for (const [key, value] of Object.entries(check.conditionKeys ?? {})) keys.set(key.toLowerCase(), typeof value === 'string' ? [value] : value);
    return { action: check.action, resource: check.resource, principal: policyPrincipal(principal, accountId), conditionKeys: keys };
  }
}

function policyPrincipal(principal: Principal, accountId: string): PolicyPrincipal {
  if (principal.type === 'service') return { type: 'Service', names: [principal.service], accountId };
  const name = principalName(principal, accountId);
  return { type: 'AWS', names: principal.type === 'role' ? [principal.roleArn, name] : [name], accountId };
}

function refusalOf(principal: Principal, identity: 'allow' | 'deny' | 'none', resource: 'allow' | 'deny' | 'none', check: AccessCheck): Refusal | undefined {
  if (identity === 'deny') return 'identity-deny';
  if (resource === 'deny') return 'resource-deny';
  if (identity === 'allow' || resource === 'allow') return undefined;
  if (principal.type !== 'service') return 'identity-none';
  // AWS services put their own events on the default bus without being granted it.
  return check.action === 'events:PutEvents' && check.resource.endsWith(':event-bus/default') ? undefined : 'resource-none';
}

function roleByArn(state: IamState, roleArn: string): Role | undefined {
  const role = state.roles.get(roleArn.slice(roleArn.lastIndexOf('/') + 1));
  return role?.arn === roleArn ? role : undefined;
}

/** The statement that would allow the call, and where it belongs. */
function missingGrant(state: IamState, principal: Principal, check: AccessCheck): string {
  const statement = { Effect: 'Allow', Action: check.action, Resource: check.resource };
  if (principal.type === 'service') {
    const source = principal.sourceArn === undefined ? {} : { Condition: { ArnEquals: { 'aws:SourceArn': principal.sourceArn } } };
    return `Missing grant: ${JSON.stringify({ ...statement, Principal: { Service: principal.service }, ...source })} in the policy of ${check.resource}.`;
  }
  if (principal.type !== 'role') return `Missing grant: ${JSON.stringify(statement)}.`;
  const role = roleByArn(state, principal.roleArn);
  if (!role) return `The role ${principal.roleArn} does not exist.`;
  return `Missing grant: ${JSON.stringify(statement)} in a policy of role ${role.name}${role.cdkPath === undefined ? '' : ` (${role.cdkPath})`}.`;
}

/**
 * The authorizer of a plane: throws `AccessDeniedException` in AWS's words, followed by the statement that would allow the call and the role it belongs to.
 * Differs from AWS: the operator (root) is never asked.
 */
export function createAuthorizer(kernel: Kernel, state: IamState): Authorizer {
  const evaluator = new Evaluator(kernel, state);
  return (principal, check) => {
    const refusal = evaluator.decide(principal, check);
    if (refusal === undefined) return;
    const who = principalName(principal, kernel.accountId);
    const on = check.resource === '*' ? '' : ` on resource: ${check.resource}`;
    throw accessDenied(
      `User: ${who} is not authorized to perform: ${check.action}${on} ${REFUSALS[refusal](check.action)}. ${missingGrant(state, principal, check)}`,
    );
  };
}

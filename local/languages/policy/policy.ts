import type { PolicyDocument, PolicyStatement } from '../../kernel/principal.ts';
import { type Condition, compileCondition } from './conditions.ts';
import { matchesGlob } from './glob.ts';
import type { PolicyPrincipal, PolicyRequest, Verdict } from './request.ts';

interface Statement {
  readonly effect: 'allow' | 'deny';
  matches(request: PolicyRequest): boolean;
}

/** A policy, ready to be asked. */
export interface Policy {
  /** Condition keys that its statements look at, lower-case: an answer depends on no others. */
  readonly conditionKeys: ReadonlySet<string>;
  verdict(request: PolicyRequest): Verdict;
}

const list = (value: unknown): string[] => (value === undefined ? [] : Array.isArray(value) ? value.map(String) : [String(value)]);

/** Replaces `${aws:PrincipalAccount}` and its like; `${*}`, `${?}` and `${$}` stand for the characters themselves. */
function fillVariables(text: string, request: PolicyRequest): string {
  if (!text.includes('${')) return text;
  return text.replace(/\$\{([^}]+)\}/g, (whole, name: string) => {
    if (name === '*' || name === '?' || name === '$') return name;
    return request.conditionKeys.get(name.toLowerCase())?.[0] ?? whole;
  });
}

function compileActions(statement: PolicyStatement): (action: string) => boolean {
  const patterns = list(statement.Action ?? statement.NotAction).map((pattern) => pattern.toLowerCase());
  const isListed = (action: string): boolean => patterns.some((pattern) => matchesGlob(pattern, action.toLowerCase()));
  return statement.NotAction === undefined ? isListed : (action) => !isListed(action);
}

function compileResources(statement: PolicyStatement): (request: PolicyRequest) => boolean {
  const given = statement.Resource ?? statement.NotResource;
  // A trust policy names no resource: it is the role's own.
  if (given === undefined) return () => true;
  const patterns = list(given);
  const isListed = (request: PolicyRequest): boolean => patterns.some((pattern) => matchesGlob(fillVariables(pattern, request), request.resource));
  return statement.NotResource === undefined ? isListed : (request) => !isListed(request);
}

/**
 * Whether `principals` names that principal. `{ AWS: '*' }` is everyone, services too, as `*` alone is: recorded of a topic that delivers to a queue. Naming the account (or its root) denies every principal of it; it allows none by itself, for it only
 * hands the decision to the account's identity policies.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
function isNamed(principals: PolicyStatement['Principal'], principal: PolicyPrincipal, effect: PolicyStatement['Effect']): boolean {
  if (principals === '*' || list(principals?.['AWS']).includes('*')) return true;
  const isAccount = (name: string): boolean => name === principal.accountId || name === `arn:aws:iam::${principal.accountId}:root`;
  return list(principals?.[principal.type]).some(
    (name) => name === '*' || principal.names.includes(name) || (effect === 'Deny' && principal.type === 'AWS' && isAccount(name)),
  );
}

/** Whether the statement is about that principal; a policy of an identity names none and is about its owner. */
function compilePrincipals({ Principal: named, NotPrincipal: excepted, Effect: effect }: PolicyStatement): (principal: PolicyPrincipal) => boolean {
  if (named !== undefined) return (principal) => isNamed(named, principal, effect);
  if (excepted !== undefined) return (principal) => !isNamed(excepted, principal, 'Deny');
  return () => true;
}

function compileConditions(statement: PolicyStatement): Condition[] {
  return Object.entries(statement.Condition ?? {}).flatMap(([operator, tests]) =>
    Object.entries(tests).map(([key, wanted]) => compileCondition(operator, key.toLowerCase(), list(wanted))),
  );
}

function compileStatement(statement: PolicyStatement, keys: Set<string>): Statement {
  const isAction = compileActions(statement);
  const isResource = compileResources(statement);
  const isPrincipal = compilePrincipals(statement);
  const conditions = compileConditions(statement);
  for (const { key } of conditions) keys.add(key);
  for (const [, name = ''] of JSON.stringify(statement).matchAll(/\$\{([^}]+)\}/g)) keys.add(name.toLowerCase());
  return {
    effect: statement.Effect === 'Deny' ? 'deny' : 'allow',
    matches: (request) =>
      isAction(request.action) &&
      isResource(request) &&
      isPrincipal(request.principal) &&
      conditions.every((condition) => condition.holds(request.conditionKeys.get(condition.key), (text) => fillVariables(text, request))),
  };
}

/**
 * Compiles a policy document. Throws `ConditionError` for an operator that does not exist.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function compilePolicy(document: PolicyDocument): Policy {
  const conditionKeys = new Set<string>();
  const written = Array.isArray(document.Statement) ? (document.Statement as readonly PolicyStatement[]) : [document.Statement as PolicyStatement];
  const statements = written.map((statement) => compileStatement(statement, conditionKeys));
  return {
    conditionKeys,
    verdict: (request) => {
      let verdict: Verdict = 'none';
      for (const statement of statements) {
        if (verdict === 'allow' && statement.effect === 'allow') continue;
        if (!statement.matches(request)) continue;
        if (statement.effect === 'deny') return 'deny';
        verdict = 'allow';
      }
      return verdict;
    },
  };
}

/** What several policies say together: a deny wins. */
export function verdictOf(policies: Iterable<Policy>, request: PolicyRequest): Verdict {
  let together: Verdict = 'none';
  for (const policy of policies) {
    const verdict = policy.verdict(request);
    if (verdict === 'deny') return 'deny';
    if (verdict === 'allow') together = 'allow';
  }
  return together;
}

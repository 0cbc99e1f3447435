import type { PolicyDocument } from '../../kernel/principal.ts';
import { ConditionError } from './conditions.ts';
import { compilePolicy } from './policy.ts';

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads a policy from its text, or takes the object of a template. `undefined` where it is none: no JSON, no statements, a statement that neither allows
 * nor denies, a condition operator that does not exist.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
export function readPolicyDocument(given: unknown): PolicyDocument | undefined {
  const document = typeof given === 'string' ? parsed(given) : given;
  if (!isObject(document) || document['Statement'] === undefined) return undefined;
  const statements = [document['Statement']].flat();
  if (!statements.every((statement) => isObject(statement) && (statement['Effect'] === 'Allow' || statement['Effect'] === 'Deny'))) return undefined;
  const policy = document as unknown as PolicyDocument;
  return canBeEvaluated(policy) ? policy : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function canBeEvaluated(policy: PolicyDocument): boolean {
  try {
    compilePolicy(policy);
    return true;
  } catch (error) {
    if (error instanceof ConditionError || error instanceof TypeError) return false;
    throw error;
  }
}

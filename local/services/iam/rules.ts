import { NotEmulated } from '../../kernel/errors.ts';
import type { PolicyDocument } from '../../kernel/principal.ts';
import { compilePolicy } from '../../languages/policy/policy.ts';
import { malformedPolicy } from './errors.ts';
import { attachablePolicy, type IamState } from './state.ts';

/** Reads a policy document from its text, or takes the object of a template; refuses what could never be evaluated. */
export function readPolicy(given: string | PolicyDocument): PolicyDocument {
  let document: PolicyDocument;
  try {
    document = typeof given === 'string' ? (JSON.parse(given) as PolicyDocument) : given;
    compilePolicy(document);
  } catch (error) {
    throw malformedPolicy(`Syntax errors in policy: ${(error as Error).message}`);
  }
  return document;
}

/** Refuses to attach a policy whose content is not known: what it allows could not be enforced. */
export function checkAttachable(state: IamState, arn: string): void {
  if (!attachablePolicy(state, arn) && arn.startsWith('arn:aws:iam::aws:policy/')) throw new NotEmulated(`The AWS managed policy ${arn}`, 'iam');
}

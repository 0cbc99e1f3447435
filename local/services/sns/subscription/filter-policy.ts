import { type EventPattern, type FlatEvent, matchesFlat, PatternError, parsePattern } from '../../../languages/event-pattern/index.ts';
import { invalidParameter } from '../errors.ts';
import type { ReasonPrefix } from '../topic/attributes.ts';
import { compactJson, syntaxError } from './json-syntax.ts';

/** What a filter policy looks at. */
export type FilterScope = 'MessageAttributes' | 'MessageBody';

/** A filter policy, ready to match. */
export interface FilterPolicy {
  readonly scope: FilterScope;
  readonly pattern: EventPattern;
}

/** @see https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html */
const KEYS_MAX = 5;
const COMBINATIONS_MAX = 150;
const POLICY_BYTES_MAX = 256 * 1024;

/** A JSON object of a policy, whose form the matching engine has checked. */
type Node = { readonly [key: string]: readonly unknown[] | Node };

/**
 * Checks and compiles a filter policy. Messages of the matching engine are EventBridge's, the limits are SNS's own.
 * Differs from AWS: numbers are compared as doubles and not limited to five decimals between -10^9 and 10^9; `anything-but` takes every operator that its documentation names.
 */
export function parseFilterPolicy(text: string, scope: FilterScope, prefix: ReasonPrefix): FilterPolicy {
  const refuse = (reason: string) => invalidParameter(`${prefix}FilterPolicy: ${reason}`);
  const syntax = syntaxError(text);
  if (syntax !== undefined) throw refuse(`failed to parse JSON. ${syntax}`);
  if (Buffer.byteLength(text) > POLICY_BYTES_MAX) throw refuse('Filter policy can not be larger than 256 KB');
  const pattern = compile(compactJson(text), refuse);
  const policy = JSON.parse(text) as Node;
  if (scope === 'MessageAttributes' && isNested(policy)) {
    throw invalidParameter(`${prefix}Filter policy scope MessageAttributes does not support nested filter policy`);
  }
  if (keysOf(policy) > KEYS_MAX) throw refuse('Filter policy can not have more than 5 keys');
  if (combinationsOf(policy, 1) > COMBINATIONS_MAX) throw refuse('Filter policy is too complex');
  return { scope, pattern };
}

function compile(text: string, refuse: (reason: string) => Error): EventPattern {
  try {
    return parsePattern(text);
  } catch (error) {
    if (error instanceof PatternError) throw refuse(error.message);
    throw error;
  }
}

const alternativesOf = (value: Node[string]): readonly Node[] => value as readonly Node[];

function isNested(policy: Node): boolean {
  return Object.entries(policy).some(([key, value]) => (key === '$or' ? alternativesOf(value).some(isNested) : !Array.isArray(value)));
}

/** Keys of a policy: of a nested one its outermost, of `$or` those of its alternatives. */
function keysOf(policy: Node): number {
  return Object.entries(policy).reduce(
    (sum, [key, value]) => sum + (key === '$or' ? alternativesOf(value).reduce((keys, one) => keys + keysOf(one), 0) : 1),
    0,
  );
}

/** The product of the lengths of its lists, each times how deep it lies; alternatives of `$or` are added up. Both recorded from AWS. */
function combinationsOf(policy: Node, depth: number): number {
  return Object.entries(policy).reduce((product, [key, value]) => {
    if (key === '$or') return product * alternativesOf(value).reduce((sum, one) => sum + combinationsOf(one, depth), 0);
    return product * (Array.isArray(value) ? value.length * depth : combinationsOf(value as Node, depth + 1));
  }, 1);
}

/** Whether what the policy looks at matches. */
export function passesFilter({ pattern }: FilterPolicy, seen: FlatEvent): boolean {
  return matchesFlat(pattern, seen);
}

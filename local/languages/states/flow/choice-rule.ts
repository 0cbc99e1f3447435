import type { ChoiceRule } from '../definition/model.ts';
import { runtimeError } from '../errors.ts';
import type { Json } from '../json.ts';
import { findPath, type PathScope } from '../json-path/resolve.ts';
import { parseTimestamp } from './timestamp.ts';

type Order = 'Equals' | 'LessThan' | 'LessThanEquals' | 'GreaterThan' | 'GreaterThanEquals';

/** Numbers that tell how two values of one type stand; undefined where one is not of the type. */
const ORDERS: Readonly<Record<string, (left: Json, right: Json) => number | undefined>> = {
  String: (left, right) => (typeof left === 'string' && typeof right === 'string' ? sign(left, right) : undefined),
  Numeric: (left, right) => (typeof left === 'number' && typeof right === 'number' ? sign(left, right) : undefined),
  Boolean: (left, right) => (typeof left === 'boolean' && typeof right === 'boolean' ? sign(left, right) : undefined),
  Timestamp: (left, right) => {
    const [leftMs, rightMs] = [timestampMs(left), timestampMs(right)];
    return leftMs === undefined || rightMs === undefined ? undefined : sign(leftMs, rightMs);
  },
};

const TYPE_TESTS: Readonly<Record<string, (value: Json) => boolean>> = {
  IsNull: (value) => value === null,
  IsString: (value) => typeof value === 'string',
  IsNumeric: (value) => typeof value === 'number',
  IsBoolean: (value) => typeof value === 'boolean',
  IsTimestamp: (value) => timestampMs(value) !== undefined,
};

const COMPARISON = /^(String|Numeric|Timestamp|Boolean)(Equals|LessThanEquals|LessThan|GreaterThanEquals|GreaterThan)(Path)?$/;

/** What kind of comparison a member of a rule is; undefined where it is none. */
export function comparisonOf(member: string): 'order' | 'path' | 'type' | 'matches' | 'present' | undefined {
  if (member === 'StringMatches') return 'matches';
  if (member === 'IsPresent') return 'present';
  if (Object.hasOwn(TYPE_TESTS, member)) return 'type';
  const found = COMPARISON.exec(member);
  if (found === null || (found[1] === 'Boolean' && found[2] !== 'Equals')) return undefined;
  return found[3] === undefined ? 'order' : 'path';
}

/**
 * Whether a rule of a JSONPath `Choice` holds.
 *
 * @throws StatesError where a path leads nowhere.
 */
export function holds(rule: ChoiceRule, scope: PathScope): boolean {
  if (rule.And !== undefined) return rule.And.every((one) => holds(one, scope));
  if (rule.Or !== undefined) return rule.Or.some((one) => holds(one, scope));
  if (rule.Not !== undefined) return !holds(rule.Not, scope);
  const member = Object.keys(rule).find((key) => comparisonOf(key) !== undefined);
  if (member === undefined || rule.Variable === undefined) throw runtimeError('A choice rule has no comparison');
  return compares(member, rule.Variable, rule[member] as Json, scope);
}

function compares(member: string, path: string, wanted: Json, scope: PathScope): boolean {
  const kind = comparisonOf(member);
  if (kind === 'present') return (findPath(path, scope) !== undefined) === wanted;
  const value = valueAt(path, scope);
  if (kind === 'type') return (TYPE_TESTS[member] as (value: Json) => boolean)(value) === wanted;
  if (kind === 'matches') return typeof value === 'string' && typeof wanted === 'string' && matchesWildcard(value, wanted);
  const [, type = '', order] = COMPARISON.exec(member) ?? [];
  const other = kind === 'path' ? valueAt(wanted as string, scope) : wanted;
  const standing = ORDERS[type]?.(value, other);
  return standing !== undefined && stands(standing, order as Order);
}

function valueAt(path: string, scope: PathScope): Json {
  const value = findPath(path, scope);
  if (value === undefined) throw runtimeError(`Invalid path '${path}': The choice state's condition path references an invalid value.`);
  return value;
}

function stands(standing: number, order: Order): boolean {
  switch (order) {
    case 'Equals':
      return standing === 0;
    case 'LessThan':
      return standing < 0;
    case 'LessThanEquals':
      return standing <= 0;
    case 'GreaterThan':
      return standing > 0;
    case 'GreaterThanEquals':
      return standing >= 0;
  }
}

function sign<T extends string | number | boolean>(left: T, right: T): number {
  return left === right ? 0 : left < right ? -1 : 1;
}

function timestampMs(value: Json): number | undefined {
  return typeof value === 'string' ? parseTimestamp(value) : undefined;
}

/** Whether a text matches a pattern in which `*` stands for any characters and `\*` for a star. It takes time in proportion to the lengths' product at most. */
export function matchesWildcard(text: string, pattern: string): boolean {
  const parts = pattern.match(/\\[*\\]|[\s\S]/gu) ?? [];
  const chars = [...text];
  let [at, part, star, resume] = [0, 0, -1, 0];
  while (at < chars.length) {
    const next = parts[part];
    if (next === '*') {
      star = part++;
      resume = at;
    } else if (next !== undefined && (next.length === 2 && next.startsWith('\\') ? next[1] : next) === chars[at]) {
      at++;
      part++;
    } else if (star >= 0) {
      part = star + 1;
      at = ++resume;
    } else return false;
  }
  while (parts[part] === '*') part++;
  return part === parts.length;
}

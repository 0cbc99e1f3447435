import { matchesGlob } from './glob.ts';

type Compare = (wanted: string, actual: string) => boolean;

const number = (text: string): number => Number(text);
const time = (text: string): number => (/^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text));

/** ARNs are compared part by part: a `*` does not reach across a colon of the first five parts. */
function matchesArn(pattern: string, arn: string): boolean {
  const wanted = pattern.split(':');
  const actual = arn.split(':');
  const head = Array.from({ length: 5 }, (_, index) => matchesGlob(wanted[index] ?? '', actual[index] ?? ''));
  return head.every(Boolean) && matchesGlob(wanted.slice(5).join(':'), actual.slice(5).join(':'));
}

function ipv4(text: string): number | undefined {
  const parts = text.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

function isInRange(range: string, address: string): boolean {
  const [base = '', bits = '32'] = range.split('/');
  const [low, value] = [ipv4(base), ipv4(address)];
  if (low === undefined || value === undefined) return range === address;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(low / size) === Math.floor(value / size);
}

/** Operators that hold where any wanted value fits; their `Not` forms hold where none does. */
const OPERATORS: Readonly<Record<string, Compare>> = {
  StringEquals: (wanted, actual) => wanted === actual,
  StringEqualsIgnoreCase: (wanted, actual) => wanted.toLowerCase() === actual.toLowerCase(),
  StringLike: matchesGlob,
  NumericEquals: (wanted, actual) => number(wanted) === number(actual),
  NumericLessThan: (wanted, actual) => number(actual) < number(wanted),
  NumericLessThanEquals: (wanted, actual) => number(actual) <= number(wanted),
  NumericGreaterThan: (wanted, actual) => number(actual) > number(wanted),
  NumericGreaterThanEquals: (wanted, actual) => number(actual) >= number(wanted),
  DateEquals: (wanted, actual) => time(wanted) === time(actual),
  DateLessThan: (wanted, actual) => time(actual) < time(wanted),
  DateLessThanEquals: (wanted, actual) => time(actual) <= time(wanted),
  DateGreaterThan: (wanted, actual) => time(actual) > time(wanted),
  DateGreaterThanEquals: (wanted, actual) => time(actual) >= time(wanted),
  Bool: (wanted, actual) => wanted.toLowerCase() === actual.toLowerCase(),
  BinaryEquals: (wanted, actual) => wanted === actual,
  IpAddress: isInRange,
  ArnEquals: matchesArn,
  ArnLike: matchesArn,
};

const NEGATED: Readonly<Record<string, string>> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  NumericNotEquals: 'NumericEquals',
  DateNotEquals: 'DateEquals',
  NotIpAddress: 'IpAddress',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
};

/** A test of one condition key. `wanted` may hold policy variables, replaced before it is compared. */
export interface Condition {
  readonly key: string;
  holds(actual: readonly string[] | undefined, fill: (text: string) => string): boolean;
}

/** A condition that is spelled wrongly, or an operator that does not exist. */
export class ConditionError extends Error {
  constructor(operator: string) {
    super(`The condition operator ${operator} does not exist`);
    this.name = 'ConditionError';
  }
}

/**
 * Compiles one operator's test of one key.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
export function compileCondition(operator: string, key: string, wanted: readonly string[]): Condition {
  const [, quantifier, bare = '', ifExists] = /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/.exec(operator) ?? [];
  if (bare === 'Null') return { key, holds: (actual) => wanted.some((text) => (text === 'true') === (actual === undefined)) };
  const positive = Object.hasOwn(NEGATED, bare) ? NEGATED[bare] : undefined;
  const name = positive ?? bare;
  const compare = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
  if (!compare) throw new ConditionError(operator);
  const isNegated = positive !== undefined;
  return {
    key,
    holds: (actual, fill) => {
      if (actual === undefined || actual.length === 0) return ifExists !== undefined || isNegated || quantifier === 'ForAllValues';
      const fits = (value: string): boolean => wanted.some((text) => compare(fill(text), value)) !== isNegated;
      return quantifier === 'ForAllValues' || (isNegated && quantifier === undefined) ? actual.every(fits) : actual.some(fits);
    },
  };
}

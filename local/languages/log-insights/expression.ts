import { compareValues, instantOf, numberOf, type Row, type Value } from './record.ts';
import { InsightsError, type TokenReader } from './tokens.ts';

/** What an expression is of a row. */
export type Expression = (row: Row) => Value;

const PERIODS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** `5m`, `30s`, `1h` as milliseconds. */
export function periodOf(text: string): number {
  const [, count, unit = ''] = /^(\d+)([a-z]+)$/.exec(text) ?? [];
  const names: Readonly<Record<string, string>> = { second: 's', sec: 's', minute: 'm', min: 'm', hour: 'h', hr: 'h', day: 'd', week: 'w' };
  const ms = PERIODS_MS[unit] ?? PERIODS_MS[names[unit.replace(/s$/, '')] ?? ''];
  if (count === undefined || ms === undefined) throw new InsightsError(`${text} is not a period`);
  return Number(count) * ms;
}

/** Start of the period that the time lies in, as it is shown. */
export function binOf(row: Row, periodMs: number): Value {
  const at = Date.parse(`${String(row.get('@timestamp')).replace(' ', 'T')}Z`);
  return Number.isNaN(at) ? undefined : instantOf(Math.floor(at / periodMs) * periodMs);
}

const text = (value: Value): string => (value === undefined ? '' : String(value));
const number =
  (change: (value: number) => number) =>
  (values: readonly Value[]): Value => {
    const value = numberOf(values[0]);
    return value === undefined ? undefined : change(value);
  };

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-operations-functions.html */
const FUNCTIONS: Readonly<Record<string, (values: readonly Value[]) => Value>> = {
  abs: number(Math.abs),
  ceil: number(Math.ceil),
  floor: number(Math.floor),
  sqrt: number(Math.sqrt),
  greatest: (values) => [...values].sort(compareValues).at(-1),
  least: (values) => [...values].sort(compareValues)[0],
  ispresent: ([value]) => value !== undefined,
  isempty: ([value]) => value === undefined || value === '',
  isblank: ([value]) => text(value).trim() === '',
  coalesce: (values) => values.find((value) => value !== undefined),
  concat: (values) => values.map(text).join(''),
  strlen: ([value]) => text(value).length,
  toupper: ([value]) => text(value).toUpperCase(),
  tolower: ([value]) => text(value).toLowerCase(),
  trim: ([value]) => text(value).trim(),
  strcontains: ([value, part]) => Number(text(value).includes(text(part))),
  substr: ([value, start, length]) => text(value).substr(numberOf(start) ?? 0, numberOf(length)),
  replace: ([value, part, by]) => text(value).replaceAll(text(part), text(by)),
};

const isTrue = (value: Value): boolean => value === true || (typeof value === 'number' && value !== 0);

/** Reads an expression: `or`, `and`, `not`, comparisons, sums, products, and what they are made of. */
export function readExpression(reader: TokenReader): Expression {
  let left = readAnd(reader);
  while (reader.takes('or')) {
    const [first, second] = [left, readAnd(reader)];
    left = (row) => isTrue(first(row)) || isTrue(second(row));
  }
  return left;
}

function readAnd(reader: TokenReader): Expression {
  let left = readNot(reader);
  while (reader.takes('and')) {
    const [first, second] = [left, readNot(reader)];
    left = (row) => isTrue(first(row)) && isTrue(second(row));
  }
  return left;
}

function readNot(reader: TokenReader): Expression {
  if (!reader.takes('not')) return readComparison(reader);
  const inner = readNot(reader);
  return (row) => !isTrue(inner(row));
}

const COMPARISONS: Readonly<Record<string, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '!=': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

function readComparison(reader: TokenReader): Expression {
  const left = readSum(reader);
  for (const [symbol, holds] of Object.entries(COMPARISONS)) {
    if (!reader.takes(symbol)) continue;
    const right = readSum(reader);
    return (row) => {
      const [a, b] = [left(row), right(row)];
      return (a !== undefined && b !== undefined) || symbol === '!=' ? holds(compareValues(a, b)) : false;
    };
  }
  const isNegated = reader.takes('not');
  if (reader.takes('like') || reader.takes('=~')) return negate(readLike(reader, left), isNegated);
  if (reader.takes('in')) return negate(readIn(reader, left), isNegated);
  if (isNegated) throw new InsightsError('expected like or in after not');
  return left;
}

function negate(expression: Expression, isNegated: boolean): Expression {
  return isNegated ? (row) => expression(row) !== true : expression;
}

/** `like "text"` looks for the text, `like /expression/` for a match. */
function readLike(reader: TokenReader, value: Expression): Expression {
  const token = reader.take();
  if (token.kind === 'regex') {
    const pattern = compileRegex(token.text);
    return (row) => pattern.test(text(value(row)));
  }
  if (token.kind !== 'string') throw new InsightsError(`unexpected symbol found ${token.text}`);
  return (row) => text(value(row)).includes(token.text);
}

function readIn(reader: TokenReader, value: Expression): Expression {
  reader.expect('[');
  const choices: Expression[] = [];
  while (!reader.takes(']')) {
    if (choices.length > 0) reader.expect(',');
    choices.push(readSum(reader));
  }
  return (row) => {
    const found = value(row);
    return found !== undefined && choices.some((choice) => compareValues(found, choice(row)) === 0);
  };
}

/** Insights writes inline flags at the start, `(?i)`, which JavaScript does not take. */
export function compileRegex(source: string): RegExp {
  const [, flags = '', rest = source] = /^\(\?([ims]+)\)(.*)$/s.exec(source) ?? [];
  try {
    return new RegExp(rest.replace(/\(\?P</g, '(?<'), flags);
  } catch (error) {
    throw new InsightsError(`Invalid regular expression: ${(error as Error).message}`);
  }
}

const arithmetic =
  (operands: Readonly<Record<string, (a: number, b: number) => number>>, inner: (reader: TokenReader) => Expression) =>
  (reader: TokenReader): Expression => {
    let left = inner(reader);
    for (;;) {
      const symbol = Object.keys(operands).find((each) => reader.takes(each));
      if (symbol === undefined) return left;
      const [first, second, apply] = [left, inner(reader), operands[symbol]];
      left = (row) => {
        const [a, b] = [numberOf(first(row)), numberOf(second(row))];
        return a === undefined || b === undefined ? undefined : apply?.(a, b);
      };
    }
  };

const readProduct = arithmetic({ '*': (a, b) => a * b, '/': (a, b) => a / b, '%': (a, b) => a % b, '^': (a, b) => a ** b }, readPrimary);
const readSum = arithmetic({ '+': (a, b) => a + b, '-': (a, b) => a - b }, readProduct);

function readPrimary(reader: TokenReader): Expression {
  if (reader.takes('(')) {
    const inner = readExpression(reader);
    reader.expect(')');
    return inner;
  }
  if (reader.takes('-')) {
    const inner = readPrimary(reader);
    return (row) => {
      const value = numberOf(inner(row));
      return value === undefined ? undefined : -value;
    };
  }
  const token = reader.take();
  if (token.kind === 'string') return () => token.text;
  if (token.kind === 'number') return () => Number(token.text);
  if (token.kind !== 'word') throw new InsightsError(`unexpected symbol found ${token.text}`);
  if (!reader.takes('(')) return (row) => row.get(token.text);
  return readCall(reader, token.text.toLowerCase());
}

function readCall(reader: TokenReader, name: string): Expression {
  if (name === 'bin') {
    const first = reader.take().text;
    const periodMs = periodOf(/^\d+$/.test(first) ? `${first}${reader.word()}` : first);
    reader.expect(')');
    return (row) => binOf(row, periodMs);
  }
  const apply = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (!apply) throw new InsightsError(`The function ${name}`, { isUnsupported: true });
  const inputs: Expression[] = [];
  while (!reader.takes(')')) {
    if (inputs.length > 0) reader.expect(',');
    inputs.push(readExpression(reader));
  }
  return (row) => apply(inputs.map((input) => input(row)));
}

/** Whether the row satisfies the expression. */
export const satisfies = (expression: Expression, row: Row): boolean => isTrue(expression(row));

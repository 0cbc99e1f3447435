import { type Clause, type Interval, withinNumbers } from './clause.ts';
import type { JsonTokens, Token } from './json-tokens.ts';
import type { PatternError } from './pattern-error.ts';

const LEAST: Pick<Interval, 'low' | 'isLowOpen'> = { low: Number.NEGATIVE_INFINITY, isLowOpen: false };
const GREATEST: Pick<Interval, 'high' | 'isHighOpen'> = { high: Number.POSITIVE_INFINITY, isHighOpen: false };

/** Reads the value of `numeric` and the brace after it. Messages are the engine's. */
export function parseNumeric(tokens: JsonTokens): (source: string) => Clause {
  if (tokens.next() !== 'start-array') throw tokens.error('Value of numeric must be an array.');
  if (tokens.next() !== 'string') throw tokens.error(`Invalid member in numeric match: ${tokens.text()}`);
  const interval = parseInterval(tokens, tokens.text());
  if (tokens.next() !== 'end-object') throw tooManyElements(tokens);
  return (source) => withinNumbers(interval, source);
}

function parseInterval(tokens: JsonTokens, operator: string): Interval {
  const token = tokens.next();
  switch (operator) {
    case '=': {
      const literal = parseOperand(tokens, token, 'equals');
      closeList(tokens);
      const value = finite(literal, tokens);
      return { low: value, isLowOpen: false, high: value, isHighOpen: false };
    }
    case '<':
    case '<=': {
      const literal = parseOperand(tokens, token, operator);
      closeList(tokens);
      return { ...LEAST, high: finite(literal, tokens), isHighOpen: operator === '<' };
    }
    case '>':
    case '>=': {
      return { isLowOpen: operator === '>', ...parseFromLow(tokens, parseOperand(tokens, token, operator)) };
    }
    default:
      throw tokens.error(`Unrecognized numeric range operator: ${operator}`);
  }
}

function parseFromLow(tokens: JsonTokens, literal: string): Omit<Interval, 'isLowOpen'> {
  const token = tokens.next();
  if (token === 'end-array') return { low: finite(literal, tokens), ...GREATEST };
  if (token !== 'string') throw tokens.error(`Bad value in numeric range: ${tokens.text()}`);
  const operator = tokens.text();
  if (operator !== '<' && operator !== '<=') throw tokens.error(`Bad numeric range operator: ${operator}`);
  const highLiteral = parseOperand(tokens, tokens.next(), operator);
  if (tokens.next() !== 'end-array') throw tokens.error('Too many terms in numeric range expression');
  const low = finite(literal, tokens);
  const high = finite(highLiteral, tokens);
  if (low >= high) throw tokens.error('Bottom must be less than top');
  return { low, high, isHighOpen: operator === '<' };
}

function parseOperand(tokens: JsonTokens, token: Token, operator: string): string {
  if (token !== 'number') throw tokens.error(`Value of ${operator} must be numeric`);
  return tokens.text();
}

/** A literal as a double. The engine refuses one that is too great only after it has read on. */
export function finite(literal: string, tokens: JsonTokens): number {
  const value = Number(literal);
  if (!Number.isFinite(value)) throw tokens.error(`Cannot compare number : ${literal}`);
  return value;
}

function closeList(tokens: JsonTokens): void {
  if (tokens.next() !== 'end-array') throw tooManyElements(tokens);
}

export function tooManyElements(tokens: JsonTokens): PatternError {
  return tokens.error('Too many elements in numeric expression');
}

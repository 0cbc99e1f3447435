import {
  absent,
  beginsWith,
  type Clause,
  endsWith,
  equals,
  equalTo,
  ignoringCase,
  like,
  noneOf,
  noneOfValues,
  present,
  type TextTest,
  textClause,
  withinAddresses,
} from './clause.ts';
import { parseCidr } from './ip-address.ts';
import type { JsonTokens, Token } from './json-tokens.ts';
import { finite, parseNumeric, tooManyElements } from './numeric-expression.ts';
import { PatternError } from './pattern-error.ts';
import { isTooComplex, parseWildcard } from './wildcard.ts';

const ONE_KEY = 'Only one key allowed in match expression';

/** What an `anything-but` excludes besides plain values, and what AWS says where its value is no string. */
const EXCLUSIONS: Readonly<Record<string, { readonly make: (text: string, tokens: JsonTokens) => TextTest; readonly notText: string }>> = {
  prefix: { make: (text, tokens) => beginsWith(notEmpty(text, tokens)), notText: 'prefix/suffix match pattern must be a string' },
  suffix: { make: (text, tokens) => endsWith(notEmpty(text, tokens)), notText: 'prefix/suffix match pattern must be a string' },
  wildcard: { make: (text, tokens) => wildcardTest(text, tokens), notText: 'wildcard match pattern must be a string' },
  'equals-ignore-case': {
    make: (text) => ignoringCase(equals, text),
    notText: 'Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.',
  },
};

/** Reads `{"operator": …}`; its brace is behind. Messages and places are the engine's. @see https://github.com/aws/event-ruler */
export function parseMatchExpression(tokens: JsonTokens): Clause {
  const start = tokens.tokenStart;
  if (tokens.next() !== 'name') throw tokens.error('Match expression name not found');
  const make = parseOperator(tokens.text(), tokens);
  return make(tokens.source.slice(start, tokens.offset));
}

/** A clause that lacks its own text, which is known once its last brace is read. */
type Unnamed = (source: string) => Clause;

function parseOperator(operator: string, tokens: JsonTokens): Unnamed {
  switch (operator) {
    case 'exactly': {
      const value = parseText(tokens, tokens.next(), 'exact match pattern must be a string');
      closeExpression(tokens);
      return (source) => equalTo(value, source);
    }
    case 'prefix':
      return parseAffix(tokens, { operator, make: beginsWith });
    case 'suffix':
      return parseAffix(tokens, { operator, make: endsWith });
    case 'equals-ignore-case':
      return asTextClause(tokens, ignoringCase(equals, parseText(tokens, tokens.next(), 'equals-ignore-case match pattern must be a string')));
    case 'wildcard':
      return asTextClause(tokens, wildcardTest(parseText(tokens, tokens.next(), 'wildcard match pattern must be a string'), tokens));
    case 'numeric':
      return parseNumeric(tokens);
    case 'cidr':
      return parseAddresses(tokens);
    case 'exists':
      return parseExists(tokens);
    case 'anything-but':
      return parseAnythingBut(tokens);
    default:
      throw tokens.error(`Unrecognized match type ${operator}`);
  }
}

function parseText(tokens: JsonTokens, token: Token, message: string): string {
  if (token !== 'string') throw tokens.error(message);
  return tokens.text();
}

function closeExpression(tokens: JsonTokens): void {
  if (tokens.next() !== 'end-object') throw tokens.error(ONE_KEY);
}

function asTextClause(tokens: JsonTokens, test: TextTest): Unnamed {
  closeExpression(tokens);
  return (source) => textClause(test, source);
}

function parseAffix(tokens: JsonTokens, { operator, make }: { operator: 'prefix' | 'suffix'; make: (value: string) => TextTest }): Unnamed {
  const token = tokens.next();
  if (token !== 'start-object') return asTextClause(tokens, make(parseText(tokens, token, `${operator} match pattern must be a string`)));
  if (tokens.next() !== 'name') throw tokens.error(`${operator === 'prefix' ? 'Prefix' : 'Suffix'} expression name not found`);
  if (tokens.text() !== 'equals-ignore-case') throw tokens.error(`Unsupported ${operator} pattern: ${tokens.text()}`);
  const value = parseText(tokens, tokens.next(), 'equals-ignore-case match pattern must be a string');
  closeExpression(tokens);
  return asTextClause(tokens, ignoringCase(make, value));
}

function wildcardTest(text: string, tokens: JsonTokens): TextTest {
  const parts = engineChecked(() => parseWildcard(text), tokens);
  if (isTooComplex(parts)) {
    throw new PatternError('Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character');
  }
  return like(parts);
}

/** Gives an error of a value's own syntax the place where it stands. */
function engineChecked<T>(parse: () => T, tokens: JsonTokens): T {
  try {
    return parse();
  } catch (error) {
    throw tokens.error((error as Error).message);
  }
}

function parseAddresses(tokens: JsonTokens): Unnamed {
  // The service says "prefix" here, of an address range.
  const text = parseText(tokens, tokens.next(), 'prefix match pattern must be a string');
  let range: ReturnType<typeof parseCidr>;
  try {
    range = parseCidr(text);
  } catch (error) {
    throw new PatternError((error as Error).message);
  }
  closeExpression(tokens);
  return (source) => withinAddresses(range, source);
}

function parseExists(tokens: JsonTokens): Unnamed {
  const token = tokens.next();
  if (token !== 'true' && token !== 'false') throw tokens.error('exists match pattern must be either true or false.');
  closeExpression(tokens);
  return token === 'true' ? present : absent;
}

function notEmpty(text: string, tokens: JsonTokens): string {
  if (text === '') throw tokens.error('Null prefix/suffix not allowed');
  return text;
}

function parseAnythingBut(tokens: JsonTokens): Unnamed {
  const first = tokens.next();
  if (first === 'start-object') return parseExclusion(tokens);
  checkAnythingButValue(first, tokens);
  if (first === 'start-array') {
    const values = parseExcludedValues(tokens);
    if (tokens.next() !== 'end-object') throw tooManyElements(tokens);
    return (source) => noneOfValues(values, source);
  }
  const value = first === 'string' ? tokens.text() : finite(tokens.text(), tokens);
  if (tokens.next() !== 'end-object') throw tooManyElements(tokens);
  return (source) => noneOfValues([value], source);
}

function checkAnythingButValue(token: Token, tokens: JsonTokens): void {
  if (token !== 'start-array' && token !== 'string' && token !== 'number') {
    throw tokens.error('Value of anything-but must be an array or single string/number value.');
  }
}

function parseExclusion(tokens: JsonTokens): Unnamed {
  if (tokens.next() !== 'name') throw tokens.error('Anything-But expression name not found');
  const exclusion = EXCLUSIONS[tokens.text()];
  if (!exclusion) throw tokens.error(`Unsupported anything-but pattern: ${tokens.text()}`);
  const first = tokens.next();
  checkAnythingButValue(first, tokens);
  const tests: TextTest[] = [];
  if (first === 'start-array') {
    inList(tokens, (token) => tests.push(exclusion.make(parseText(tokens, token, exclusion.notText), tokens)));
  } else tests.push(exclusion.make(parseText(tokens, first, exclusion.notText), tokens));
  if (tokens.next() !== 'end-object' || tokens.next() !== 'end-object') throw tooManyElements(tokens);
  return (source) => noneOf(tests, source);
}

function parseExcludedValues(tokens: JsonTokens): (string | number)[] {
  const values: (string | number)[] = [];
  inList(tokens, (token) => {
    if (token === 'string') values.push(tokens.text());
    else if (token === 'number') values.push(finite(tokens.text(), tokens));
    else throw tokens.error('Inside anything but list, start|null|boolean is not supported.');
  });
  const types = new Set(values.map((value) => typeof value));
  if (types.size !== 1) throw tokens.error('Inside anything but list, either all values are number or string, mixed type is not supported');
  return values;
}

/** Reads a list to its end. Inside one the engine reports the place twice. */
function inList(tokens: JsonTokens, read: (token: Token) => void): void {
  try {
    for (let token = tokens.next(); token !== 'end-array'; token = tokens.next()) read(token);
  } catch (error) {
    if (error instanceof PatternError && error.message.includes('\n at [Source')) throw tokens.error(error.message);
    throw error;
  }
}

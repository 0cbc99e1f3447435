import { NotEmulated } from '../../kernel/errors.ts';

/** A filter pattern of CloudWatch Logs as a tree. */
export type FilterPattern =
  | { readonly kind: 'everything' }
  | { readonly kind: 'terms'; readonly required: readonly string[]; readonly optional: readonly string[]; readonly excluded: readonly string[] }
  | { readonly kind: 'json'; readonly condition: JsonCondition };

export type JsonCondition =
  | { readonly kind: 'and' | 'or'; readonly left: JsonCondition; readonly right: JsonCondition }
  | { readonly kind: 'comparison'; readonly selector: Selector; readonly operator: '=' | '!=' | '<' | '>' | '<=' | '>='; readonly value: string | number }
  | { readonly kind: 'is'; readonly selector: Selector; readonly value: true | false | null }
  | { readonly kind: 'not-exists'; readonly selector: Selector };

/** A way into a JSON document; `*` stands for every member or element. */
export type Selector = readonly (string | number | '*')[];

/** A pattern that is none. */
export class FilterPatternError extends Error {}

/**
 * Parses a filter pattern: terms, `"quoted terms"`, `?optional`, `-excluded`, and `{ $.selector = value && … }` on JSON.
 * Differs from AWS: patterns for space-delimited events (`[a, b]`) and regular expressions (`%…%`) are not emulated.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
export function parseFilterPattern(pattern: string): FilterPattern {
  const text = pattern.trim();
  if (text === '') return { kind: 'everything' };
  if (text.startsWith('[')) throw new NotEmulated('A filter pattern for space-delimited events', 'cloudwatch-logs');
  if (text.startsWith('{')) {
    if (!text.endsWith('}')) throw new FilterPatternError('The braces are not closed');
    return { kind: 'json', condition: parseCondition(text.slice(1, -1)) };
  }
  return parseTerms(text);
}

const TERM = /\s*([?-]?)(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))/y;

function parseTerms(text: string): FilterPattern {
  const required: string[] = [];
  const optional: string[] = [];
  const excluded: string[] = [];
  TERM.lastIndex = 0;
  while (text.slice(TERM.lastIndex).trim() !== '') {
    const match = TERM.exec(text);
    if (!match) throw new FilterPatternError('A quotation mark is not closed');
    const [, sign, quoted, bare] = match;
    if (bare?.startsWith('%')) throw new NotEmulated('A regular expression in a filter pattern', 'cloudwatch-logs');
    const term = quoted?.replace(/\\(.)/g, '$1') ?? bare ?? '';
    if (sign === '?') optional.push(term);
    else if (sign === '-') excluded.push(term);
    else required.push(term);
  }
  return { kind: 'terms', required, optional, excluded };
}

const TOKEN =
  /\s*(?:(\$(?:\.[A-Za-z0-9_@-]+|\.?\[(?:\d+|\*|'[^']*'|"[^"]*")\]|\.\*)*)|(&&|\|\||!=|<=|>=|[=<>()])|"((?:[^"\\]|\\.)*)"|(IS|NOT|EXISTS)\b|([^\s()&|=<>!"]+))/y;

type Token = { readonly kind: 'selector'; readonly selector: Selector } | { readonly kind: 'sign' | 'text' | 'word' | 'bare'; readonly text: string };

function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (source.slice(TOKEN.lastIndex).trim() !== '') {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(source);
    if (!match) throw new FilterPatternError(`Unexpected ${source.slice(at).trim().slice(0, 10)}`);
    const [, selector, sign, quoted, word, bare = ''] = match;
    if (selector !== undefined) tokens.push({ kind: 'selector', selector: parseSelector(selector) });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign });
    else if (quoted !== undefined) tokens.push({ kind: 'text', text: quoted.replace(/\\(.)/g, '$1') });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else tokens.push({ kind: 'bare', text: bare });
  }
  return tokens;
}

/** Reads `$.a.b[0].*` as a path. */
export function parseSelector(text: string): Selector {
  const path: (string | number)[] = [];
  for (const [, name, index, key] of text.matchAll(/\.([A-Za-z0-9_@-]+|\*)|\[(\d+|\*)\]|\[(?:'([^']*)'|"[^"]*")\]/g)) {
    if (index !== undefined) path.push(index === '*' ? '*' : Number(index));
    else path.push(name ?? key ?? '');
  }
  return path;
}

function parseCondition(source: string): JsonCondition {
  const tokens = tokenize(source);
  let at = 0;
  const takeText = (text: string): boolean => {
    const token = tokens[at];
    if (!token || token.kind === 'selector' || token.text !== text || token.kind === 'text') return false;
    at += 1;
    return true;
  };
  const operand = (): JsonCondition => {
    if (takeText('(')) {
      const inner = disjunction();
      if (!takeText(')')) throw new FilterPatternError('A parenthesis is not closed');
      return inner;
    }
    const token = tokens[at];
    at += 1;
    if (token?.kind !== 'selector') throw new FilterPatternError('A selector such as $.level is expected');
    return condition(token.selector);
  };
  const condition = (selector: Selector): JsonCondition => {
    if (takeText('NOT')) {
      if (!takeText('EXISTS')) throw new FilterPatternError('NOT is followed by EXISTS');
      return { kind: 'not-exists', selector };
    }
    const operator = tokens[at];
    const value = tokens[at + 1];
    at += 2;
    if (!operator || operator.kind === 'selector' || !value || value.kind === 'selector' || value.kind === 'sign')
      throw new FilterPatternError('The condition ends too early');
    if (operator.text === 'IS') return { kind: 'is', selector, value: constant(value.text) };
    if (operator.kind !== 'sign') throw new FilterPatternError(`Unexpected ${operator.text}`);
    return { kind: 'comparison', selector, operator: operator.text as '=', value: comparand(value) };
  };
  const conjunction = (): JsonCondition => {
    let left = operand();
    while (takeText('&&')) left = { kind: 'and', left, right: operand() };
    return left;
  };
  const disjunction = (): JsonCondition => {
    let left = conjunction();
    while (takeText('||')) left = { kind: 'or', left, right: conjunction() };
    return left;
  };
  const parsed = disjunction();
  if (at < tokens.length) throw new FilterPatternError('The pattern goes on after its end');
  return parsed;
}

function constant(text: string): true | false | null {
  if (text === 'TRUE') return true;
  if (text === 'FALSE') return false;
  if (text === 'NULL') return null;
  throw new FilterPatternError(`IS takes TRUE, FALSE or NULL, not ${text}`);
}

/** A bare number is a number; everything else, and whatever is quoted, is a text. */
function comparand(token: { readonly kind: string; readonly text: string }): string | number {
  if (token.text.startsWith('%') && token.kind === 'bare') throw new NotEmulated('A regular expression in a filter pattern', 'cloudwatch-logs');
  const isNumber = token.kind === 'bare' && Number.isFinite(Number(token.text));
  return isNumber ? Number(token.text) : token.text;
}

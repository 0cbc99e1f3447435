import { type Condition, parseCondition } from './condition.ts';
import { FilterPatternError } from './errors.ts';
import { readRegularExpression } from './regular-expression.ts';
import { type FieldsPattern, parseFields } from './space-delimited.ts';

/** What is sought in a message that is taken as plain text. */
export type Term = string | RegExp;

/** A filter pattern of CloudWatch Logs as a tree. */
export type FilterPattern =
  | { readonly kind: 'everything' }
  | { readonly kind: 'terms'; readonly required: readonly Term[]; readonly optional: readonly Term[]; readonly excluded: readonly Term[] }
  | { readonly kind: 'json'; readonly condition: Condition }
  | FieldsPattern;

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/regex-expressions.html */
const REGULAR_EXPRESSIONS_MAX = 2;

/**
 * Parses a filter pattern: terms, `"quoted terms"`, `?optional`, `-excluded`, `%regular expressions%`, `{ $.selector = value && … }` on JSON, and
 * `[name, name = value, ...]` on space-delimited fields.
 * @throws FilterPatternError
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
export function parseFilterPattern(pattern: string): FilterPattern {
  const text = pattern.trim();
  if (text === '') return { kind: 'everything' };
  const regularExpressions = text.match(/%(?:[^%\\]|\\.)*%/g)?.length ?? 0;
  if (/^[[{]/.test(text) && regularExpressions > REGULAR_EXPRESSIONS_MAX)
    throw new FilterPatternError(`A pattern has at most ${REGULAR_EXPRESSIONS_MAX} regular expressions, not ${regularExpressions}`);
  if (text.startsWith('[')) {
    if (!text.endsWith(']')) throw new FilterPatternError('The brackets are not closed');
    return parseFields(text.slice(1, -1));
  }
  if (text.startsWith('{')) {
    if (!text.endsWith('}')) throw new FilterPatternError('The braces are not closed');
    return { kind: 'json', condition: parseCondition(text.slice(1, -1)) };
  }
  return parseTerms(text);
}

const TERM = /\s*([?-]?)(?:"((?:[^"\\]|\\.)*)"|%((?:[^%\\]|\\.)*)%|([^\s"%][^\s"]*))/y;

function parseTerms(text: string): FilterPattern {
  const required: Term[] = [];
  const optional: Term[] = [];
  const excluded: Term[] = [];
  TERM.lastIndex = 0;
  while (text.slice(TERM.lastIndex).trim() !== '') {
    const match = TERM.exec(text);
    if (!match) throw new FilterPatternError('A quotation mark or a percent sign is not closed');
    const [, sign, quoted, regex, bare = ''] = match;
    const term = regex === undefined ? (quoted?.replace(/\\(.)/g, '$1') ?? bare) : readRegularExpression(regex);
    if (sign === '?') optional.push(term);
    else if (sign === '-') excluded.push(term);
    else required.push(term);
  }
  return { kind: 'terms', required, optional, excluded };
}

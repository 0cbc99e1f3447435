import { FilterPatternError } from './errors.ts';
import { readRegularExpression } from './regular-expression.ts';

/** What is asked of the members of a JSON event, or of the fields of a space-delimited one. */
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | {
      readonly kind: 'comparison';
      readonly selector: Selector;
      readonly operator: '=' | '!=' | '<' | '>' | '<=' | '>=';
      readonly value: string | number | RegExp;
    }
  | { readonly kind: 'is'; readonly selector: Selector; readonly value: true | false | null }
  | { readonly kind: 'exists' | 'not-exists'; readonly selector: Selector };

/** A way into a document; `*` stands for every member or element. */
export type Selector = readonly (string | number | '*')[];

type Token =
  | { readonly kind: 'selector'; readonly selector: Selector }
  | { readonly kind: 'regex'; readonly value: RegExp }
  | { readonly kind: 'sign' | 'text' | 'word' | 'bare'; readonly text: string };

const TOKEN =
  /\s*(?:(\$(?:\.[A-Za-z0-9_@-]+|\.?\[(?:\d+|\*|'[^']*'|"[^"]*")\]|\.\*)*)|(&&|\|\||!=|<=|>=|[=<>()])|"((?:[^"\\]|\\.)*)"|%((?:[^%\\]|\\.)*)%|(IS|NOT|EXISTS)\b|([^\s()&|=<>!"]+))/y;

/** Reads `$.a.b[0].*`, or the `$name` of a field, as a path. */
export function parseSelector(text: string): Selector {
  if (/^\$\w/.test(text)) return [text.slice(1)];
  const path: (string | number)[] = [];
  for (const [, name, index, key] of text.matchAll(/\.([A-Za-z0-9_@-]+|\*)|\[(\d+|\*)\]|\[(?:'([^']*)'|"[^"]*")\]/g)) {
    if (index !== undefined) path.push(index === '*' ? '*' : Number(index));
    else path.push(name ?? key ?? '');
  }
  return path;
}

function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (source.slice(TOKEN.lastIndex).trim() !== '') {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(source);
    if (!match) throw new FilterPatternError(`Unexpected ${source.slice(at).trim().slice(0, 10)}`);
    const [, selector, sign, quoted, regex, word, bare = ''] = match;
    if (selector !== undefined) tokens.push({ kind: 'selector', selector: parseSelector(selector) });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign });
    else if (quoted !== undefined) tokens.push({ kind: 'text', text: quoted.replace(/\\(.)/g, '$1') });
    else if (regex !== undefined) tokens.push({ kind: 'regex', value: readRegularExpression(regex) });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else tokens.push({ kind: 'bare', text: bare });
  }
  return tokens;
}

/**
 * Parses comparisons joined by `&&`, `||` and parentheses.
 * @param field the field of a space-delimited event that this is about; without it the subjects are selectors (`$.level`)
 */
export function parseCondition(source: string, field?: string): Condition {
  const parser = new ConditionParser(tokenize(source), field);
  return parser.whole();
}

class ConditionParser {
  readonly #tokens: readonly Token[];
  readonly #field: string | undefined;
  #at = 0;

  constructor(tokens: readonly Token[], field: string | undefined) {
    this.#tokens = tokens;
    this.#field = field;
  }

  whole(): Condition {
    const parsed = this.#disjunction();
    if (this.#at < this.#tokens.length) throw new FilterPatternError('The pattern goes on after its end');
    return parsed;
  }

  #disjunction(): Condition {
    let left = this.#conjunction();
    while (this.#takes('||')) left = { kind: 'or', left, right: this.#conjunction() };
    return left;
  }

  #conjunction(): Condition {
    let left = this.#operand();
    while (this.#takes('&&')) left = { kind: 'and', left, right: this.#operand() };
    return left;
  }

  #operand(): Condition {
    if (this.#takes('(')) {
      const inner = this.#disjunction();
      if (!this.#takes(')')) throw new FilterPatternError('A parenthesis is not closed');
      return inner;
    }
    return this.#condition(this.#subject());
  }

  #subject(): Selector {
    const token = this.#tokens[this.#at];
    this.#at += 1;
    if (this.#field !== undefined) {
      if (token?.kind === 'bare' && token.text === this.#field) return [token.text];
      throw new FilterPatternError(`The condition of a field begins with its name, ${this.#field}`);
    }
    if (token?.kind !== 'selector') throw new FilterPatternError('A selector such as $.level is expected');
    return token.selector;
  }

  #condition(selector: Selector): Condition {
    if (this.#takes('EXISTS')) return { kind: 'exists', selector };
    if (this.#takes('NOT')) {
      if (!this.#takes('EXISTS')) throw new FilterPatternError('NOT is followed by EXISTS');
      return { kind: 'not-exists', selector };
    }
    const operator = this.#tokens[this.#at];
    const value = this.#tokens[this.#at + 1];
    this.#at += 2;
    if (!operator || !value || value.kind === 'selector' || value.kind === 'sign') throw new FilterPatternError('The condition ends too early');
    if (operator.kind === 'word' && operator.text === 'IS') return { kind: 'is', selector, value: constantOf(value) };
    if (operator.kind !== 'sign') throw new FilterPatternError('A comparison is =, !=, <, >, <= or >=');
    const compared = comparandOf(value);
    if (compared instanceof RegExp && operator.text !== '=' && operator.text !== '!=')
      throw new FilterPatternError(`A regular expression is compared by = or !=, not by ${operator.text}`);
    return { kind: 'comparison', selector, operator: operator.text as '=', value: compared };
  }

  #takes(text: string): boolean {
    const token = this.#tokens[this.#at];
    if ((token?.kind !== 'sign' && token?.kind !== 'word') || token.text !== text) return false;
    this.#at += 1;
    return true;
  }
}

function constantOf(token: Exclude<Token, { kind: 'selector' }>): true | false | null {
  const text = token.kind === 'regex' ? '%…%' : token.text;
  if (text === 'TRUE') return true;
  if (text === 'FALSE') return false;
  if (text === 'NULL') return null;
  throw new FilterPatternError(`IS takes TRUE, FALSE or NULL, not ${text}`);
}

/** A bare number is a number; everything else, and whatever is quoted, is a text. */
function comparandOf(token: Exclude<Token, { kind: 'selector' }>): string | number | RegExp {
  if (token.kind === 'regex') return token.value;
  const isNumber = token.kind === 'bare' && Number.isFinite(Number(token.text));
  return isNumber ? Number(token.text) : token.text;
}

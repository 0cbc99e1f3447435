import { ExpressionError } from './syntax.ts';

export interface Token {
  readonly kind: 'word' | 'name' | 'value' | 'number' | 'symbol' | 'other' | 'end';
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const TOKEN = /\s*(?:([A-Za-z_]\w*)|(#\w+)|(:\w+)|(\d+)|(<>|<=|>=|[<>=()[\].,+-])|(\S))/y;
const KINDS = ['word', 'name', 'value', 'number', 'symbol', 'other'] as const;

/** Longest text of an expression. @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html */
const EXPRESSION_BYTES_MAX = 4096;

/** Walks over the tokens of an expression and notes which placeholders it meets. */
export class TokenReader {
  readonly placeholders: string[] = [];
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #position = 0;

  constructor(text: string) {
    if (Buffer.byteLength(text) > EXPRESSION_BYTES_MAX) {
      throw new ExpressionError(`Expression size has exceeded the maximum allowed size; expression size: ${Buffer.byteLength(text)}`);
    }
    this.#text = text;
    this.#tokens = tokensOf(text);
    if (this.peek().kind === 'end') throw new ExpressionError('The expression can not be empty;');
  }

  peek(ahead = 0): Token {
    return (this.#tokens[this.#position + ahead] ?? this.#tokens[this.#tokens.length - 1]) as Token;
  }

  next(): Token {
    const token = this.peek();
    if ((token.kind === 'name' || token.kind === 'value') && !this.placeholders.includes(token.text)) this.placeholders.push(token.text);
    if (token.kind !== 'end') this.#position += 1;
    return token;
  }

  isSymbol(text: string): boolean {
    const token = this.peek();
    return token.kind === 'symbol' && token.text === text;
  }

  isKeyword(keyword: string): boolean {
    const token = this.peek();
    return token.kind === 'word' && token.text.toUpperCase() === keyword;
  }

  /** Takes the symbol where it comes next. */
  takeSymbol(text: string): boolean {
    const isNext = this.isSymbol(text);
    if (isNext) this.next();
    return isNext;
  }

  /** Takes the keyword, in any case, where it comes next. */
  takeKeyword(keyword: string): boolean {
    const isNext = this.isKeyword(keyword);
    if (isNext) this.next();
    return isNext;
  }

  expectSymbol(text: string): void {
    if (!this.takeSymbol(text)) throw this.syntaxError();
  }

  /** The fault at the present token; `near` is the text from the token before it to the one behind it. */
  syntaxError(): ExpressionError {
    const token = this.peek();
    const before = this.#tokens[this.#position - 1] ?? token;
    const after = this.peek(1);
    const shown = token.kind === 'end' ? '<EOF>' : token.text;
    return new ExpressionError(`Syntax error; token: "${shown}", near: "${this.#text.slice(before.start, after.end)}"`);
  }
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) {
    const group = match.findIndex((part, index) => index > 0 && part !== undefined);
    const found = match[group] as string;
    tokens.push({ kind: KINDS[group - 1] as (typeof KINDS)[number], text: found, start: TOKEN.lastIndex - found.length, end: TOKEN.lastIndex });
  }
  tokens.push({ kind: 'end', text: '', start: text.length, end: text.length });
  return tokens;
}

/** A piece of a query. */
export type Token =
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'regex'; readonly text: string }
  | { readonly kind: 'symbol'; readonly text: string };

/** A query that is not valid: what of it, and where. */
export class InsightsError extends Error {
  readonly isUnsupported: boolean;

  constructor(message: string, { isUnsupported = false }: { readonly isUnsupported?: boolean } = {}) {
    super(message);
    this.name = 'InsightsError';
    this.isUnsupported = isUnsupported;
  }
}

const TOKEN =
  /\s+|#[^\n]*|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|`([^`]+)`|\/((?:[^/\\\n]|\\.)+)\/|(\d+(?:\.\d+)?)(?![\w.@])|([@A-Za-z_][\w.@-]*|\d+[a-z]+)|(!=|<=|>=|=~|[=<>(),|[\]*+%^-])/y;

/** Cuts a query into its pieces. A slash begins a regular expression only where one can stand. */
export function tokensOf(query: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < query.length) {
    const at = TOKEN.lastIndex;
    if (query[at] === '/' && isDivision(tokens)) {
      tokens.push({ kind: 'symbol', text: '/' });
      TOKEN.lastIndex = at + 1;
      continue;
    }
    const found = TOKEN.exec(query);
    if (!found) throw new InsightsError(`unexpected symbol found ${query[at]} at position ${at}`);
    const [, double, single, quoted, regex, number, word, symbol] = found;
    const text = double ?? single;
    if (text !== undefined) tokens.push({ kind: 'string', text: text.replace(/\\(["'\\])/g, '$1') });
    else if (quoted !== undefined) tokens.push({ kind: 'word', text: quoted });
    else if (regex !== undefined) tokens.push({ kind: 'regex', text: regex });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else if (symbol !== undefined) tokens.push({ kind: 'symbol', text: symbol });
  }
  return tokens;
}

/** A slash divides where a value stands before it; in a `parse` command and after `like` it begins a regular expression. */
function isDivision(before: readonly Token[]): boolean {
  const last = before.at(-1);
  if (!last || (last.kind === 'symbol' && last.text !== ')') || (last.kind === 'word' && last.text.toLowerCase() === 'like')) return false;
  const command = before[before.findLastIndex(({ kind, text }) => kind === 'symbol' && text === '|') + 1];
  return command?.text.toLowerCase() !== 'parse';
}

/** The tokens of one command, read from left to right. */
export class TokenReader {
  readonly #tokens: readonly Token[];
  #place = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get next(): Token | undefined {
    return this.#tokens[this.#place];
  }

  take(): Token {
    const token = this.next;
    if (!token) throw new InsightsError('unexpected end of the query');
    this.#place += 1;
    return token;
  }

  /** Takes the next token where it is that word or symbol. */
  takes(text: string): boolean {
    const { next } = this;
    const isIt = next !== undefined && (next.kind === 'word' || next.kind === 'symbol') && next.text.toLowerCase() === text;
    if (isIt) this.#place += 1;
    return isIt;
  }

  expect(text: string): void {
    if (!this.takes(text)) throw new InsightsError(`expected ${text}, found ${this.next?.text ?? 'the end'}`);
  }

  word(): string {
    const token = this.take();
    if (token.kind !== 'word') throw new InsightsError(`unexpected symbol found ${token.text}`);
    return token.text;
  }

  /** The place where the reader stands, to be handed to `since`. */
  mark(): number {
    return this.#place;
  }

  /** What was read from a place on, as it is written. */
  since(place: number): string {
    const written = this.#tokens.slice(place, this.#place).map(({ text }) => text);
    return written
      .join(' ')
      .replace(/ ?([(),]) ?/g, '$1')
      .replaceAll(',', ', ');
  }

  end(): void {
    if (this.next) throw new InsightsError(`unexpected symbol found ${this.next.text}`);
  }
}

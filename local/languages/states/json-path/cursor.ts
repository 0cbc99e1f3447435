import { PathSyntaxError } from './syntax.ts';

/** The deepest nesting read: beyond it the text is refused, before the stack overflows. */
const DEPTH_MAX = 100;
const NAME = /[\p{L}\p{N}_\-$]/u;

/** A text and how far it has been read. */
export class Cursor {
  readonly text: string;
  at = 0;
  #depth = 0;

  constructor(text: string) {
    this.text = text;
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  peek(): string {
    return this.text[this.at] ?? '';
  }

  /** Reads what lies one level deeper. */
  within<T>(read: () => T): T {
    if (++this.#depth > DEPTH_MAX) throw this.error(`more than ${DEPTH_MAX} levels`);
    const value = read();
    this.#depth--;
    return value;
  }

  /** Reads a text if it comes next. */
  take(text: string): boolean {
    if (!this.text.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  /** Reads a text that has to come next. */
  expect(text: string): void {
    if (!this.take(text)) throw this.error(`expected '${text}'`);
  }

  skipSpace(): void {
    while (/\s/.test(this.peek())) this.at++;
  }

  /** Reads what a sticky pattern matches here. */
  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found === undefined) return undefined;
    this.at += found.length;
    return found;
  }

  /** Reads a name as it stands after a dot. */
  name(): string {
    const from = this.at;
    for (let char = this.#char(); char !== '' && NAME.test(char); char = this.#char()) this.at += char.length;
    if (this.at === from) throw this.error('expected a name');
    return this.text.slice(from, this.at);
  }

  /** Reads a quoted text; a backslash escapes the quote and itself, and stands for itself before anything else. */
  quoted(): string {
    const quote = this.peek();
    let value = '';
    for (this.at++; !this.isAtEnd; this.at++) {
      const char = this.peek();
      if (char === quote) {
        this.at++;
        return value;
      }
      if (char === '\\' && [quote, '\\'].includes(this.text[this.at + 1] ?? '')) this.at++;
      value += this.peek();
    }
    throw this.error('a quote is not closed');
  }

  error(what: string): PathSyntaxError {
    return new PathSyntaxError(`${what} at character ${this.at} of '${this.text}'`);
  }

  #char(): string {
    const code = this.text.codePointAt(this.at);
    return code === undefined ? '' : String.fromCodePoint(code);
  }
}

import { PatternError } from './pattern-error.ts';

/** What stands at a place in JSON text. `end` follows the last token. */
export type Token = 'start-object' | 'end-object' | 'start-array' | 'end-array' | 'name' | 'string' | 'number' | 'true' | 'false' | 'null' | 'end';

/** Characters of the text that a message quotes. */
const QUOTED_TEXT_MAX = 500;

const ESCAPES: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORD = /[A-Za-z0-9_$]+/y;
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const SPACE = /[ \t\n\r]*/y;
const HEX4 = /^[0-9a-fA-F]{4}$/;

/**
 * Reads JSON token by token, where `JSON.parse` would forget what a pattern depends on: the literal form of numbers, repeated keys, and places.
 * EventBridge reports a place as its parser has it: a string is read on only when its text is asked for, and with a key the parser has already
 * seen the first character of the value (all of it, for a number or a word). `location` follows that.
 */
export class JsonTokens {
  readonly source: string;
  readonly #containers: ('object' | 'array')[] = [];
  #at = 0;
  #tokenStart = 0;
  #isStringOpen = false;
  #hasEntries = false;
  /** The value after a name: its first character is read with the name. */
  #pending: { readonly token: Token; readonly text: string } | undefined;
  #text = '';

  constructor(source: string) {
    this.source = source;
  }

  /** Where the present token begins. */
  get tokenStart(): number {
    return this.#tokenStart;
  }

  /** The first character not yet read. */
  get offset(): number {
    return this.#at;
  }

  /** Steps to the next token. Throws `PatternError` where the text is no JSON. */
  next(): Token {
    const pending = this.#pending;
    if (pending) {
      this.#pending = undefined;
      this.#text = pending.text;
      this.#isStringOpen = pending.token === 'string';
      this.#enter(pending.token);
      return pending.token;
    }
    if (this.#isStringOpen) this.#readString();
    this.#skipSpace();
    const container = this.#containers.at(-1);
    const first = this.source[this.#at];
    if (first === undefined) {
      if (container) throw this.error(`Unexpected end-of-input: expected close marker for ${container === 'object' ? 'Object' : 'Array'}`);
      return 'end';
    }
    if (first === '}' || first === ']') return this.#leave(first, container);
    if (this.#hasEntries && container) this.#readComma(container);
    if (container === 'object') return this.#readName();
    const token = this.#startValue();
    this.#enter(token);
    return token;
  }

  /** The present token's text: a name's or string's characters, a number's literal form. */
  text(): string {
    if (this.#isStringOpen) this.#text = this.#readString();
    return this.#text;
  }

  /** An error at the place where reading stands. */
  error(message: string, at = this.#at): PatternError {
    return new PatternError(`${message}${this.location(at)}`);
  }

  /** The place where reading stands, as EventBridge writes it. */
  location(at = this.#at): string {
    const before = this.source.slice(0, at);
    const line = before.split('\n').length;
    const column = at - (before.lastIndexOf('\n') + 1) + 1;
    const rest = this.source.length - QUOTED_TEXT_MAX;
    const quoted = `"${this.source.slice(0, QUOTED_TEXT_MAX)}"${rest > 0 ? `[truncated ${rest} chars]` : ''}`;
    return `\n at [Source: (String)${quoted}; line: ${line}, column: ${column}]`;
  }

  #enter(token: Token): void {
    if (token === 'start-object') this.#containers.push('object');
    else if (token === 'start-array') this.#containers.push('array');
    this.#hasEntries = token !== 'start-object' && token !== 'start-array';
  }

  #leave(close: '}' | ']', container: 'object' | 'array' | undefined): Token {
    const token = close === '}' ? 'end-object' : 'end-array';
    this.#tokenStart = this.#at;
    this.#at += 1;
    if (container !== (close === '}' ? 'object' : 'array')) {
      const expected = container === 'object' ? '}' : ']';
      throw this.error(container ? `Unexpected close marker '${close}': expected '${expected}'` : this.#unexpected(close, 'a value'));
    }
    this.#containers.pop();
    this.#hasEntries = true;
    return token;
  }

  #readComma(container: 'object' | 'array'): void {
    const found = this.source[this.#at] ?? '';
    this.#at += 1;
    if (found !== ',') throw this.error(this.#unexpected(found, `comma to separate ${container === 'object' ? 'Object' : 'Array'} entries`));
    this.#skipSpace();
  }

  #readName(): Token {
    if (this.source[this.#at] !== '"') throw this.error(this.#unexpected(this.source[this.#at] ?? '', 'double-quote to start field name'));
    this.#tokenStart = this.#at;
    this.#at += 1;
    this.#text = this.#readString();
    this.#skipSpace();
    const colon = this.source[this.#at] ?? '';
    this.#at += 1;
    if (colon !== ':') throw this.error(this.#unexpected(colon, 'a colon to separate field name and value'));
    this.#skipSpace();
    const name = this.#text;
    this.#pending = { token: this.#startValue(), text: this.#text };
    this.#isStringOpen = false;
    this.#text = name;
    return 'name';
  }

  #startValue(): Token {
    const source = this.source;
    const first = source[this.#at] ?? '';
    this.#tokenStart = this.#at;
    if (first === '{' || first === '[' || first === '"') {
      this.#at += 1;
      this.#isStringOpen = first === '"';
      return first === '{' ? 'start-object' : first === '[' ? 'start-array' : 'string';
    }
    NUMBER.lastIndex = this.#at;
    const number = NUMBER.exec(source)?.[0];
    if (number) {
      this.#at += number.length;
      this.#text = number;
      return 'number';
    }
    WORD.lastIndex = this.#at;
    const word = WORD.exec(source)?.[0];
    this.#at += word?.length ?? 1;
    if (word === 'true' || word === 'false' || word === 'null') {
      this.#text = word;
      return word;
    }
    const expected = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
    throw this.error(word ? `Unrecognized token '${word}': was expecting ${expected}` : this.#unexpected(first, expected));
  }

  /** Reads on to the closing quote; the opening one is behind. */
  #readString(): string {
    const source = this.source;
    this.#isStringOpen = false;
    let text = '';
    for (;;) {
      PLAIN.lastIndex = this.#at;
      const plain = PLAIN.exec(source)?.[0] ?? '';
      this.#at += plain.length;
      text += plain;
      const stop = source[this.#at];
      if (stop === undefined) throw this.error('Unexpected end-of-input: was expecting closing quote for a string value');
      this.#at += 1;
      if (stop === '"') return text;
      if (stop !== '\\') {
        const control = `Illegal unquoted character ((CTRL-CHAR, code ${stop.charCodeAt(0)}))`;
        throw this.error(`${control}: has to be escaped using backslash to be included in string value`);
      }
      text += this.#readEscape();
    }
  }

  #readEscape(): string {
    const escaped = this.source[this.#at] ?? '';
    this.#at += 1;
    if (escaped !== 'u') {
      const character = ESCAPES[escaped];
      if (character === undefined) throw this.error(`Unrecognized character escape '${escaped}' (code ${escaped.charCodeAt(0)})`);
      return character;
    }
    const digits = this.source.slice(this.#at, this.#at + 4);
    if (!HEX4.test(digits)) throw this.error('Unexpected character in a character escape: expected a hex-digit');
    this.#at += 4;
    return String.fromCharCode(Number.parseInt(digits, 16));
  }

  #skipSpace(): void {
    SPACE.lastIndex = this.#at;
    this.#at += SPACE.exec(this.source)?.[0].length ?? 0;
  }

  #unexpected(character: string, expected: string): string {
    return `Unexpected character ('${character}' (code ${character.charCodeAt(0)})): was expecting ${expected}`;
  }
}

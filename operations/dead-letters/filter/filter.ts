import type { DeadLetter } from '../dead-letter.ts';
import { durationMs, FIELD_NAMES, fieldOf } from './fields.ts';
import { FilterInvalid, type Token, tokensOf } from './tokens.ts';

/** Whether a dead letter is meant. */
export type LetterFilter = (letter: DeadLetter, nowMs: number) => boolean;

const ORDERS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '=': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
};

/** `Order*` stands for every text that begins so. */
function matcherOf(value: string): (text: string) => boolean {
  if (!value.includes('*')) return (text) => text === value;
  const pattern = new RegExp(
    `^${value
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('[^]*')}$`,
  );
  return (text) => pattern.test(text);
}

/** Reads a filter from left to right; one method a rule of the grammar. */
class Reader {
  readonly #filter: string;
  readonly #tokens: readonly Token[];
  #position = 0;

  constructor(filter: string) {
    this.#filter = filter;
    this.#tokens = tokensOf(filter);
  }

  read(): LetterFilter {
    const found = this.#either();
    const next = this.#next();
    if (next.kind !== 'end') throw this.#refuse(next, 'Here `and`, `or` or the end is expected');
    return found;
  }

  #either(): LetterFilter {
    const parts = [this.#both()];
    while (this.#take('or')) parts.push(this.#both());
    return (letter, nowMs) => parts.some((part) => part(letter, nowMs));
  }

  #both(): LetterFilter {
    const parts = [this.#single()];
    while (this.#take('and')) parts.push(this.#single());
    return (letter, nowMs) => parts.every((part) => part(letter, nowMs));
  }

  #single(): LetterFilter {
    if (this.#take('not')) {
      const negated = this.#single();
      return (letter, nowMs) => !negated(letter, nowMs);
    }
    if (this.#next().kind !== 'open') return this.#comparison();
    this.#position += 1;
    const inner = this.#either();
    const close = this.#next();
    if (close.kind !== 'close') throw this.#refuse(close, 'Here `)` is expected');
    this.#position += 1;
    return inner;
  }

  #comparison(): LetterFilter {
    const name = this.#next();
    const field = name.kind === 'word' ? fieldOf(name.text) : undefined;
    if (!field) throw this.#refuse(name, name.text === '' ? 'A field is expected' : `There is no field "${name.text}". There are: ${FIELD_NAMES.join(', ')}`);
    this.#position += 1;
    const operator = this.#next();
    if (operator.kind !== 'operator') throw this.#refuse(operator, 'Here one of = != ~ !~ > >= < <= is expected');
    this.#position += 1;
    const value = this.#next();
    if (value.kind !== 'word' && value.kind !== 'text') throw this.#refuse(value, 'A value is expected; one with blanks stands in quotes');
    this.#position += 1;
    if (field.kind === 'number' || field.kind === 'duration') return this.#number(field, operator, value);
    const test = this.#textTest(field.kind, operator, value.text);
    return (letter, nowMs) => test(field.read(letter, nowMs) as string | undefined);
  }

  #number({ kind, read }: NonNullable<ReturnType<typeof fieldOf>>, operator: Token, { text, at }: Token): LetterFilter {
    const wanted = kind === 'duration' ? durationMs(text) : Number(text);
    if (wanted === undefined || !Number.isFinite(wanted)) {
      throw this.#refuse({ at }, kind === 'duration' ? `"${text}" is no duration, such as 90s, 15m, 1h or 2d` : `"${text}" is no number`);
    }
    const order = ORDERS[operator.text];
    if (!order) throw this.#refuse(operator, `A ${kind} is compared with = != > >= < <=`);
    return (letter, nowMs) => {
      const found = read(letter, nowMs);
      return typeof found === 'number' && order(found, wanted);
    };
  }

  #textTest(kind: 'text' | 'prefix', operator: Token, value: string): (text: string | undefined) => boolean {
    const isEqual = kind === 'prefix' ? (text: string) => text.startsWith(value) : matcherOf(value);
    const contains = (text: string): boolean => text.toLowerCase().includes(value.toLowerCase());
    switch (operator.text) {
      case '=':
        return (text) => text !== undefined && isEqual(text);
      case '!=':
        return (text) => text === undefined || !isEqual(text);
      case '~':
        return (text) => text !== undefined && contains(text);
      case '!~':
        return (text) => text === undefined || !contains(text);
      default:
        throw this.#refuse(operator, 'A text is compared with = != ~ !~');
    }
  }

  #next(): Token {
    return this.#tokens[this.#position] as Token;
  }

  #take(keyword: string): boolean {
    const { kind, text } = this.#next();
    if (kind !== 'word' || text.toLowerCase() !== keyword) return false;
    this.#position += 1;
    return true;
  }

  #refuse({ at }: Pick<Token, 'at'>, problem: string): FilterInvalid {
    return new FilterInvalid(this.#filter, { at, problem });
  }
}

/**
 * Reads a filter of dead letters: comparisons joined by `and`, `or`, `not` and parentheses. Texts: `=` (with `*` for anything), `!=`, `~` (contains, whatever
 * the case), `!~`; a fingerprint or code is equal to its beginning. Numbers and ages: `= != > >= < <=`. A field that a letter lacks equals nothing.
 * @throws {FilterInvalid}
 */
export function parseFilter(filter: string): LetterFilter {
  return new Reader(filter).read();
}

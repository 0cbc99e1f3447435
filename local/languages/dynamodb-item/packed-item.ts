import { type Attributes, type AttributeType, type AttributeValue, member, setAttribute, typeOf } from '../dynamodb-expression/attribute-value.ts';

/**
 * An item as it is kept: one text instead of a tree of objects, which takes a fifth of the memory. Never changed in place, so that a table and the records
 * of its stream share it.
 *
 *     attributes  count (name value)…
 *     value       letter content: a text, a truth (no content), a count and members, or attributes
 *     text        length characters
 *
 * Counts and lengths are numbers of base 128, lowest digit first, each digit a character; all but the last have 128 added. Bytes are characters up to 255.
 */
export interface PackedItem {
  readonly packed: string;
}

/** An item as a data folder may hold it: those of its first format are not packed. */
export type KeptItem = PackedItem | Attributes;

/** Says whether a kept item is packed. An attribute of the name `packed` is an object. */
export function isPacked(item: KeptItem): item is PackedItem {
  return typeof item['packed'] === 'string';
}

/** The letter of each type; those of a truth come with it. */
const LETTERS = { S: 'S', N: 'N', B: 'B', SS: 's', NS: 'n', BS: 'b', L: 'L', M: 'M', NULL: '0' } as const satisfies Partial<Record<AttributeType, string>>;
const TRUE = 'T';
const FALSE = 'F';

const DIGIT_BITS = 7;
const DIGIT_BASE = 1 << DIGIT_BITS;

const DIGITS = Array.from({ length: 2 * DIGIT_BASE }, (_, code) => String.fromCharCode(code));

/** Packs an item. */
export function packItem(item: Attributes): PackedItem {
  const parts: string[] = [];
  pushAttributes(parts, item);
  // Joined, the text is one flat piece that holds on to no other.
  return { packed: parts.join('') };
}

/** The item, made anew on each call. */
export function unpackItem({ packed }: PackedItem): Attributes {
  return new Reader(packed).attributes();
}

/** The item that is kept, packed or not. */
export function itemOf(kept: KeptItem): Attributes {
  return isPacked(kept) ? unpackItem(kept) : kept;
}

function pushAttributes(parts: string[], attributes: Attributes): void {
  const names = Object.keys(attributes);
  pushNumber(parts, names.length);
  for (const name of names) {
    pushText(parts, name);
    pushValue(parts, attributes[name] as AttributeValue);
  }
}

function pushNumber(parts: string[], value: number): void {
  let rest = value;
  for (; rest >= DIGIT_BASE; rest >>>= DIGIT_BITS) parts.push(DIGITS[DIGIT_BASE + (rest % DIGIT_BASE)] as string);
  parts.push(DIGITS[rest] as string);
}

function pushText(parts: string[], text: string): void {
  pushNumber(parts, text.length);
  parts.push(text);
}

const textOfBytes = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');

const bytesOfText = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));

function pushMembers<Member>(parts: string[], members: readonly Member[], push: (parts: string[], member: Member) => void): void {
  pushNumber(parts, members.length);
  for (const one of members) push(parts, one);
}

function pushValue(parts: string[], value: AttributeValue): void {
  const type = typeOf(value);
  if (type === 'BOOL') {
    parts.push(member(value, 'BOOL') ? TRUE : FALSE);
    return;
  }
  parts.push(LETTERS[type]);
  switch (type) {
    case 'S':
    case 'N':
      pushText(parts, member(value, type) as string);
      break;
    case 'B':
      pushText(parts, textOfBytes(member(value, 'B') as Uint8Array));
      break;
    case 'SS':
    case 'NS':
      pushMembers(parts, member(value, type) as string[], pushText);
      break;
    case 'BS':
      pushMembers(parts, (member(value, 'BS') as Uint8Array[]).map(textOfBytes), pushText);
      break;
    case 'L':
      pushMembers(parts, member(value, 'L') as AttributeValue[], pushValue);
      break;
    case 'M':
      pushAttributes(parts, member(value, 'M') as Attributes);
      break;
    case 'NULL':
      break;
  }
}

/** Reads a packed text from its beginning to its end. */
class Reader {
  readonly #packed: string;
  #at = 0;

  constructor(packed: string) {
    this.#packed = packed;
  }

  attributes(): Attributes {
    const attributes: Attributes = {};
    for (let left = this.#number(); left > 0; left -= 1) {
      const name = this.#text();
      setAttribute(attributes, name, this.#value());
    }
    return attributes;
  }

  #number(): number {
    let value = 0;
    for (let shift = 0; ; shift += DIGIT_BITS) {
      const digit = this.#packed.charCodeAt(this.#at);
      this.#at += 1;
      if (digit < DIGIT_BASE) return value + (digit << shift);
      value += (digit - DIGIT_BASE) << shift;
    }
  }

  #text(): string {
    const length = this.#number();
    const start = this.#at;
    this.#at += length;
    return this.#packed.slice(start, this.#at);
  }

  #members<Member>(read: () => Member): Member[] {
    const members: Member[] = [];
    for (let left = this.#number(); left > 0; left -= 1) members.push(read());
    return members;
  }

  #value(): AttributeValue {
    const letter = this.#packed[this.#at];
    this.#at += 1;
    switch (letter) {
      case LETTERS.S:
        return { S: this.#text() };
      case LETTERS.N:
        return { N: this.#text() };
      case LETTERS.B:
        return { B: bytesOfText(this.#text()) };
      case LETTERS.SS:
        return { SS: this.#members(() => this.#text()) };
      case LETTERS.NS:
        return { NS: this.#members(() => this.#text()) };
      case LETTERS.BS:
        return { BS: this.#members(() => bytesOfText(this.#text())) };
      case LETTERS.L:
        return { L: this.#members(() => this.#value()) };
      case LETTERS.M:
        return { M: this.attributes() };
      case LETTERS.NULL:
        return { NULL: true };
      case TRUE:
        return { BOOL: true };
      case FALSE:
        return { BOOL: false };
      default:
        throw new Error(`A packed item has no value at ${this.#at - 1}`);
    }
  }
}

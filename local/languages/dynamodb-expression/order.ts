import { type AttributeValue, member, typeOf } from './attribute-value.ts';
import { compareDecimals } from './decimal.ts';

/** First UTF-16 unit whose order differs between UTF-16 and UTF-8. */
const SURROGATE_FIRST = 0xd800;
const PRIVATE_USE_FIRST = 0xe000;

/** Orders text by its UTF-8 bytes, as DynamoDB does; that is by code points, which UTF-16 orders differently above U+D7FF. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left === right) continue;
    if (left < SURROGATE_FIRST || right < SURROGATE_FIRST) return left - right;
    return byCodePoint(left) - byCodePoint(right);
  }
  return a.length - b.length;
}

/** Moves surrogates, which stand for code points above U+FFFF, behind all other units. */
function byCodePoint(unit: number): number {
  return unit >= PRIVATE_USE_FIRST ? unit - 0x800 : unit + 0x2000;
}

/** Orders bytes, unsigned; a prefix comes first. */
function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const difference = (a[index] as number) - (b[index] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Orders two values of one scalar type (S, N or B); `undefined` where they are of different types or have no order. */
export function compareValues(a: AttributeValue, b: AttributeValue): number | undefined {
  const type = typeOf(a);
  if (type !== typeOf(b)) return undefined;
  switch (type) {
    case 'S':
      return compareText(member(a, 'S') as string, member(b, 'S') as string);
    case 'N':
      return compareDecimals(member(a, 'N') as string, member(b, 'N') as string);
    case 'B':
      return compareBytes(member(a, 'B') as Uint8Array, member(b, 'B') as Uint8Array);
    default:
      return undefined;
  }
}

/** Equality of values: by type and content; sets have no order. */
export function equalValues(a: AttributeValue, b: AttributeValue): boolean {
  if (a === b) return true;
  const type = typeOf(a);
  if (type !== typeOf(b)) return false;
  switch (type) {
    case 'S':
    case 'N':
    case 'BOOL':
      return member(a, type) === member(b, type);
    case 'NULL':
      return true;
    case 'B':
      return compareBytes(member(a, 'B') as Uint8Array, member(b, 'B') as Uint8Array) === 0;
    case 'SS':
    case 'NS':
      return equalSets(member(a, type) as string[], member(b, type) as string[]);
    case 'BS':
      return equalSets((member(a, 'BS') as Uint8Array[]).map(bytesKey), (member(b, 'BS') as Uint8Array[]).map(bytesKey));
    case 'L':
      return equalLists(member(a, 'L') as AttributeValue[], member(b, 'L') as AttributeValue[]);
    case 'M':
      return equalAttributes(member(a, 'M') as Record<string, AttributeValue>, member(b, 'M') as Record<string, AttributeValue>);
  }
}

/** A text that stands for bytes: equal exactly when the bytes are. */
export function bytesKey(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function equalSets(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  const members = new Set(a);
  return b.every((value) => members.has(value));
}

function equalLists(a: readonly AttributeValue[], b: readonly AttributeValue[]): boolean {
  return a.length === b.length && a.every((value, index) => equalValues(value, b[index] as AttributeValue));
}

/** Equality of two items or maps. */
export function equalAttributes(a: Record<string, AttributeValue>, b: Record<string, AttributeValue>): boolean {
  if (a === b) return true;
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => Object.hasOwn(b, name) && equalValues(a[name] as AttributeValue, b[name] as AttributeValue));
}

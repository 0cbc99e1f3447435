import { type Attributes, type AttributeValue, member, typeOf } from './attribute-value.ts';
import { decimalSizeBytes } from './decimal.ts';

/** Overhead of a list or map, and of each of its elements. @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
const CONTAINER_BYTES = 3;
const ELEMENT_BYTES = 1;

/** Up to here counting here is faster than asking the machine. */
const SHORT_LENGTH_MAX = 32;

/** UTF-8 bytes of a text. */
export function textSizeBytes(text: string): number {
  const { length } = text;
  if (length > SHORT_LENGTH_MAX) return Buffer.byteLength(text);
  for (let index = 0; index < length; index += 1) if (text.charCodeAt(index) > 0x7f) return Buffer.byteLength(text);
  return length;
}

/** Bytes a value counts for. */
function valueSizeBytes(value: AttributeValue): number {
  const type = typeOf(value);
  switch (type) {
    case 'S':
      return textSizeBytes(member(value, 'S') as string);
    case 'N':
      return decimalSizeBytes(member(value, 'N') as string);
    case 'B':
      return (member(value, 'B') as Uint8Array).length;
    case 'NULL':
    case 'BOOL':
      return 1;
    case 'SS':
      return (member(value, 'SS') as string[]).reduce((sum, text) => sum + textSizeBytes(text), 0);
    case 'NS':
      return (member(value, 'NS') as string[]).reduce((sum, text) => sum + decimalSizeBytes(text), 0);
    case 'BS':
      return (member(value, 'BS') as Uint8Array[]).reduce((sum, bytes) => sum + bytes.length, 0);
    case 'L':
      return (member(value, 'L') as AttributeValue[]).reduce((sum, element) => sum + ELEMENT_BYTES + valueSizeBytes(element), CONTAINER_BYTES);
    case 'M': {
      let sum = CONTAINER_BYTES;
      const map = member(value, 'M') as Attributes;
      for (const name of Object.keys(map)) sum += ELEMENT_BYTES + textSizeBytes(name) + valueSizeBytes(map[name] as AttributeValue);
      return sum;
    }
  }
}

/** Bytes an item (or a key) counts for: names and values. */
export function itemSizeBytes(item: Attributes): number {
  let sum = 0;
  for (const name in item) sum += textSizeBytes(name) + valueSizeBytes(item[name] as AttributeValue);
  return sum;
}

/** What the function `size` of an expression gives; `undefined` for types that have no size. */
export function functionSize(value: AttributeValue): number | undefined {
  switch (typeOf(value)) {
    case 'S':
      return textSizeBytes(member(value, 'S') as string);
    case 'B':
      return (member(value, 'B') as Uint8Array).length;
    case 'SS':
      return (member(value, 'SS') as string[]).length;
    case 'NS':
      return (member(value, 'NS') as string[]).length;
    case 'BS':
      return (member(value, 'BS') as Uint8Array[]).length;
    case 'L':
      return (member(value, 'L') as AttributeValue[]).length;
    case 'M':
      return Object.keys(member(value, 'M') as Attributes).length;
    default:
      return undefined;
  }
}

import { type Attributes, type AttributeType, type AttributeValue, setAttribute } from './attribute-value.ts';
import { canonicalDecimal, DecimalError } from './decimal.ts';
import { bytesKey } from './order.ts';

/** Why a value is not acceptable. The texts are AWS's. `isFormal` where it is not even one value. */
export class ValueError extends Error {
  readonly isFormal: boolean;

  constructor(message: string, options: { readonly isFormal?: boolean; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.isFormal = options.isFormal === true;
  }
}

/** Levels of lists and maps within one attribute. @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html */
const NESTING_LEVELS_MAX = 32;

const INVALID = 'One or more parameter values were invalid: ';

/** A value as it comes from a client: any number of members, of which exactly one must be set. */
export type RawValue = object;

type RawMembers = Partial<Record<AttributeType, unknown>>;

/**
 * Checks a client's value and answers a copy of it that shares nothing mutable with the original but bytes: numbers canonical, one member only.
 * Throws `ValueError`.
 */
export function canonicalValue(raw: RawValue, depth = 0): AttributeValue {
  let found: AttributeValue | undefined;
  let count = 0;
  for (const type in raw) {
    const given = (raw as RawMembers)[type as AttributeType];
    if (given === undefined || given === null) continue;
    const value = canonicalMember(type, given, depth);
    if (!value) continue;
    found = value;
    count += 1;
  }
  if (!found) throw new ValueError('Supplied AttributeValue is empty, must contain exactly one of the supported datatypes', { isFormal: true });
  if (count > 1)
    throw new ValueError('Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes', { isFormal: true });
  return found;
}

function canonicalMember(type: string, given: unknown, depth: number): AttributeValue | undefined {
  switch (type) {
    case 'S':
      return { S: given as string };
    case 'N':
      return { N: number(given as string) };
    case 'B':
      return { B: given as Uint8Array };
    case 'BOOL':
      return { BOOL: given as boolean };
    case 'NULL':
      if (given !== true) throw new ValueError(`${INVALID}Null attribute value types must have the value of true`, { isFormal: true });
      return { NULL: true };
    case 'SS':
      return { SS: stringSet(given as string[]) };
    case 'NS':
      return { NS: numberSet(given as string[]) };
    case 'BS':
      return { BS: binarySet(given as Uint8Array[]) };
    case 'L':
      checkDepth(depth);
      return { L: (given as RawValue[]).map((element) => canonicalValue(element, depth + 1)) };
    case 'M':
      checkDepth(depth);
      return { M: canonicalAttributes(given as Record<string, RawValue>, depth + 1) };
    default:
      return undefined;
  }
}

function checkDepth(depth: number): void {
  if (depth >= NESTING_LEVELS_MAX)
    throw new ValueError('Nesting Levels have exceeded supported limits: Attributes cannot have more than 32 levels of nesting.');
}

function number(text: string): string {
  try {
    return canonicalDecimal(text);
  } catch (error) {
    if (error instanceof DecimalError) throw new ValueError(error.message, { cause: error });
    throw error;
  }
}

function stringSet(members: readonly string[]): string[] {
  if (members.length === 0) throw new ValueError(`${INVALID}An string set  may not be empty`, { isFormal: true });
  if (new Set(members).size < members.length) throw new ValueError(`${INVALID}Input collection [${members.join(', ')}] contains duplicates.`);
  return [...members];
}

function numberSet(members: readonly string[]): string[] {
  if (members.length === 0) throw new ValueError(`${INVALID}An number set  may not be empty`);
  const numbers = members.map(number);
  if (new Set(numbers).size < numbers.length) throw new ValueError('Input collection contains duplicates');
  return numbers;
}

function binarySet(members: readonly Uint8Array[]): Uint8Array[] {
  if (members.length === 0) throw new ValueError(`${INVALID}Binary sets should not be empty`, { isFormal: true });
  if (new Set(members.map(bytesKey)).size < members.length) {
    const shown = members.map((bytes) => Buffer.from(bytes).toString('base64')).join(', ');
    throw new ValueError(`${INVALID}Input collection [${shown}]of type BS contains duplicates.`);
  }
  return [...members];
}

/** Checks and copies all attributes of an item, a key or a map. Throws `ValueError`. */
export function canonicalAttributes(raw: Readonly<Record<string, RawValue>>, depth = 0): Attributes {
  const attributes: Attributes = {};
  for (const name of Object.keys(raw)) setAttribute(attributes, name, canonicalValue(raw[name] as RawValue, depth));
  return attributes;
}

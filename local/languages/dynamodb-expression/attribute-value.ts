/** A DynamoDB value. Exactly one member is set. Values are never changed in place: a change makes new ones. */
export type AttributeValue =
  | { S: string }
  | { N: string }
  | { B: Uint8Array }
  | { SS: string[] }
  | { NS: string[] }
  | { BS: Uint8Array[] }
  | { M: Record<string, AttributeValue> }
  | { L: AttributeValue[] }
  | { NULL: true }
  | { BOOL: boolean };

export type AttributeType = 'S' | 'N' | 'B' | 'SS' | 'NS' | 'BS' | 'M' | 'L' | 'NULL' | 'BOOL';

/** Attributes by name: an item, a key, or the inside of a map. */
export type Attributes = Record<string, AttributeValue>;

/** Any member of a value, for code that asks for the type first. */
interface AnyValue {
  readonly S?: string;
  readonly N?: string;
  readonly B?: Uint8Array;
  readonly SS?: string[];
  readonly NS?: string[];
  readonly BS?: Uint8Array[];
  readonly M?: Attributes;
  readonly L?: AttributeValue[];
  readonly NULL?: true;
  readonly BOOL?: boolean;
}

/** The type of a value. */
export function typeOf(value: AttributeValue): AttributeType {
  for (const type in value) return type as AttributeType;
  throw new Error('A value without a type');
}

/** The member of that type, or `undefined` where the value is of another. */
export function member<Type extends AttributeType>(value: AttributeValue, type: Type): AnyValue[Type] {
  return (value as AnyValue)[type];
}

/** The attribute of that name. Names are data: `constructor` and `__proto__` are names like any other. */
export function attributeOf(attributes: Attributes, name: string): AttributeValue | undefined {
  return Object.hasOwn(attributes, name) ? attributes[name] : undefined;
}

/** Sets an attribute, whatever its name. */
export function setAttribute(attributes: Attributes, name: string, value: AttributeValue): void {
  if (name === '__proto__') Object.defineProperty(attributes, name, { value, enumerable: true, configurable: true, writable: true });
  else attributes[name] = value;
}

/** A shallow copy that keeps names such as `__proto__` as data. */
export function copyAttributes(attributes: Attributes): Attributes {
  return { ...attributes };
}

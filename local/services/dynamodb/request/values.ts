import type { Attributes, AttributeValue } from '../../../languages/dynamodb-expression/attribute-value.ts';
import { canonicalAttributes, canonicalValue, type RawValue, ValueError } from '../../../languages/dynamodb-expression/canonical-value.ts';
import { validation } from '../errors.ts';

/** Checks and copies an item or key of a request. Throws the fault that AWS answers. */
export function readAttributes(raw: Readonly<Record<string, RawValue>> | undefined): Attributes {
  return checked(() => canonicalAttributes(raw ?? {}), '');
}

/** Checks and copies one value. */
export function readValue(raw: RawValue): AttributeValue {
  return checked(() => canonicalValue(raw), '');
}

/** Checks and copies the values of an expression. */
export function readBoundValues(raw: Readonly<Record<string, RawValue>>): Record<string, AttributeValue> {
  const values: Record<string, AttributeValue> = {};
  for (const key of Object.keys(raw)) values[key] = checked(() => canonicalValue(raw[key] as RawValue), key);
  return values;
}

function checked<Value>(read: () => Value, key: string): Value {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    throw validation(key === '' ? error.message : `ExpressionAttributeValues contains invalid value: ${error.message} for key ${key}`);
  }
}

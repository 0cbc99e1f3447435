import type { Attributes, AttributeValue } from '../../../languages/dynamodb-expression/attribute-value.ts';
import { canonicalAttributes, canonicalValue, type RawValue, ValueError } from '../../../languages/dynamodb-expression/canonical-value.ts';
import { validation } from '../errors.ts';

/** Checks and copies an item or key of a request. Throws the fault that AWS answers. */
export function readAttributes(raw: Readonly<Record<string, RawValue>> | undefined): Attributes {
  return checked(() => canonicalAttributes(raw ?? {}));
}

/** Checks and copies the key from which a query or scan starts. */
export function readStartKey(raw: Readonly<Record<string, RawValue>> | undefined): Attributes | undefined {
  if (!raw) return undefined;
  return checked(
    () => canonicalAttributes(raw),
    ({ isFormal, message }) => (isFormal ? `The provided starting key is invalid: ${message}` : message),
  );
}

/** Checks and copies one value. */
export function readValue(raw: RawValue): AttributeValue {
  return checked(() => canonicalValue(raw));
}

/** Checks and copies the values of an expression. */
export function readBoundValues(raw: Readonly<Record<string, RawValue>>): Record<string, AttributeValue> {
  const values: Record<string, AttributeValue> = {};
  for (const key of Object.keys(raw)) {
    values[key] = checked(
      () => canonicalValue(raw[key] as RawValue),
      ({ message }) => `ExpressionAttributeValues contains invalid value: ${message} for key ${key}`,
    );
  }
  return values;
}

function checked<Value>(read: () => Value, word: (error: ValueError) => string = ({ message }) => message): Value {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    throw validation(word(error));
  }
}

import { Fault } from '../../kernel/errors.ts';

/** The body cannot be read as the operation's input. Members in it are not to be trusted, so no operation runs. */
export const serializationException = (message: string): Fault => new Fault('SerializationException', message, { status: 400 });

/** How AWS's own reader names the JSON token it found. Recorded from DynamoDB, whose reader the other JSON services share. */
function tokenOf(value: unknown): string {
  switch (typeof value) {
    case 'number':
      return Number.isInteger(value) ? 'NUMBER_VALUE' : 'DECIMAL_VALUE';
    case 'boolean':
      return value ? 'TRUE_VALUE' : 'FALSE_VALUE';
    default:
      return 'STRING_VALUE';
  }
}

/** A JSON value of the wrong type where a scalar belongs. `target` is AWS's name of the type: `String`, `Integer`. */
export function wrongScalar(value: unknown, target: string): Fault {
  if (Array.isArray(value)) return serializationException(`Unrecognized collection type class java.lang.${target}`);
  if (typeof value === 'object') return serializationException('Start of structure or map found where not expected');
  return serializationException(`${tokenOf(value)} cannot be converted to ${target}`);
}

/** A JSON value of the wrong type where a list, map or structure belongs. */
export function wrongAggregate(value: unknown, kind: 'list' | 'map' | 'structure'): Fault {
  if (Array.isArray(value)) return serializationException('Unrecognized collection type');
  if (typeof value === 'object') return serializationException('Start of structure or map found where not expected');
  return serializationException(kind === 'structure' ? 'Unexpected value type in payload' : 'Unexpected field type');
}

/** `null` where a list or map has no place for it: no service is written for members that are not there. */
export const nullFound = (): Fault => serializationException('Null value found in a collection whose members must not be null');

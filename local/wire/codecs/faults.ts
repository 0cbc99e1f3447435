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

/** A list where none belongs. `type` is Java's name of what does, `undefined` where its package is not known. */
function listFound(type: string | undefined): Fault {
  if (type === undefined) return serializationException('Unrecognized collection type');
  return serializationException(`Unrecognized collection type ${type.includes('<') ? '' : 'class '}${type}`);
}

/** A JSON value of the wrong type where a scalar of that Java type belongs. */
export function wrongScalar(value: unknown, type: string): Fault {
  if (Array.isArray(value)) return listFound(type);
  if (typeof value === 'object') return serializationException('Start of structure or map found where not expected');
  if (type === 'java.nio.ByteBuffer') return serializationException('only base-64-encoded strings are convertible to bytes');
  if (type === 'java.lang.Boolean' && typeof value === 'string') return serializationException('Unexpected token received from parser');
  return serializationException(`${tokenOf(value)} cannot be converted to ${type.slice(type.lastIndexOf('.') + 1)}`);
}

/** A JSON value of the wrong type where a list, map or structure belongs. */
export function wrongAggregate(value: unknown, type: string | undefined, where: { readonly isElement: boolean }): Fault {
  if (Array.isArray(value)) return listFound(type);
  if (typeof value === 'object') return serializationException('Start of structure or map found where not expected');
  if (!where.isElement) return serializationException('Unexpected field type');
  return serializationException(type?.includes('<') ? PARAMETERIZED : 'Unexpected value type in payload');
}

/** AWS's reader trips over its own types, and says so. */
const PARAMETERIZED =
  'class sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl cannot be cast to class java.lang.Class ' +
  "(sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl and java.lang.Class are in module java.base of loader 'bootstrap')";

/** `null` where a list or map has no place for it: no service is written for members that are not there. */
export const nullFound = (): Fault => serializationException('Null value found in a collection whose members must not be null');

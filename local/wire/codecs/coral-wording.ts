import { Fault } from '../../kernel/errors.ts';
import type { Shape } from '../shapes.ts';
import { serializationException } from './faults.ts';
import { decodeBlob } from './scalars.ts';

const LIST_FOUND = 'Start of list found where not expected';
const MAP_FOUND = 'Start of structure or map found where not expected.';

/** How a member is called in a message where its value is of another type. */
const SCALARS: Readonly<Partial<Record<Shape['kind'], string>>> = { string: 'an String', number: 'an Integer', boolean: 'an Boolean', blob: 'a Blob' };

/** Java's class of a JSON value. */
const CLASSES: Readonly<Record<string, string>> = {
  boolean: 'java.lang.Boolean',
  number: 'com.amazon.coral.value.json.numbers.TruncatingBigNumber',
  string: 'java.lang.String',
};

/**
 * Words an input that cannot be read as the older readers of AWS do: Kinesis has one, DynamoDB had. Called when reading has failed.
 * @see https://github.com/mhart/kinesalite/blob/master/test/helpers.js where the messages were asserted of the service
 */
export function coralFault(error: unknown, shape: Shape, input: unknown): unknown {
  const message = error instanceof Fault && error.code === 'SerializationException' ? wrongPart(shape, input) : undefined;
  return message === undefined ? error : serializationException(message);
}

/** What the first value says that is of the wrong type; `undefined` where none is. */
function wrongPart(shape: Shape, value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  switch (shape.kind) {
    case 'list':
      if (!Array.isArray(value)) return typeof value === 'object' ? MAP_FOUND : 'Expected list or null';
      return first(value.map((item) => () => wrongPart(shape.item.shape, item)));
    case 'map':
      if (typeof value !== 'object') return 'Expected map or null';
      if (Array.isArray(value)) return LIST_FOUND;
      return first(Object.values(value).map((item) => () => wrongPart(shape.value.shape, item)));
    case 'structure':
    case 'union':
      if (typeof value !== 'object') return 'Expected null';
      if (Array.isArray(value)) return LIST_FOUND;
      return first(shape.members.map((member) => () => wrongPart(member.shape, (value as Record<string, unknown>)[member.name])));
    default:
      return wrongScalar(shape.kind, value);
  }
}

function first(parts: readonly (() => string | undefined)[]): string | undefined {
  for (const part of parts) {
    const message = part();
    if (message !== undefined) return message;
  }
  return undefined;
}

function wrongScalar(kind: Shape['kind'], value: unknown): string | undefined {
  const name = SCALARS[kind];
  if (name === undefined) return undefined;
  if (Array.isArray(value)) return LIST_FOUND;
  if (typeof value === 'object') return MAP_FOUND;
  if (kind === 'blob' && typeof value === 'string') return wrongBlob(value);
  if (typeof value === kind) return undefined;
  return kind === 'boolean' && typeof value === 'string'
    ? `'${value}' can not be converted to ${name}`
    : `class ${CLASSES[typeof value]} can not be converted to ${name}`;
}

function wrongBlob(text: string): string | undefined {
  try {
    decodeBlob(text);
    return undefined;
  } catch (error) {
    const character = /^[A-Za-z0-9+/]*(=)=?[^=]/.exec(text)?.[1] ?? /[^A-Za-z0-9+/=]/.exec(text)?.[0];
    const reason = character === undefined ? (error as Error).message : `Invalid Base64 character: '${character}'`;
    return `'${text}' can not be converted to a Blob: ${text.length % 4 === 0 ? reason : (error as Error).message}`;
  }
}

import { jsonNameOf, type Member, type Shape, type StructureShape } from '../shapes.ts';
import { nullFound, wrongAggregate, wrongScalar } from './faults.ts';
import { type JavaTypes, javaTypeOf } from './java-type.ts';
import { decodeBlob, parseTimestamp } from './scalars.ts';

/**
 * Turns a value of `JSON.parse` into the typed input, in place where nothing needs converting. Throws `SerializationException`, which AWS words otherwise
 * for an element of a list or map than for a member.
 */
export type JsonRead = (value: unknown, isElement?: boolean) => unknown;

type JsonObject = Record<string, unknown>;

const readString: JsonRead = (value) => {
  if (typeof value === 'string') return value;
  throw wrongScalar(value, 'java.lang.String');
};

/** Recorded from DynamoDB: words and digits for the two truth values are taken, other text is not. */
const TRUTH_WORDS: Readonly<Record<string, boolean>> = { true: true, yes: true, '1': true, false: false, no: false, '0': false };

const readBoolean: JsonRead = (value) => {
  if (typeof value === 'boolean') return value;
  const truth = typeof value === 'string' && Object.hasOwn(TRUTH_WORDS, value) ? TRUTH_WORDS[value] : undefined;
  if (truth !== undefined) return truth;
  throw wrongScalar(value, 'java.lang.Boolean');
};

const numberRead =
  (type: string): JsonRead =>
  (value) => {
    if (typeof value === 'number') return value;
    if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value);
    throw wrongScalar(value, type);
  };

const readInteger = numberRead('java.lang.Integer');
const readLong = numberRead('java.lang.Long');

const readBlob: JsonRead = (value) => {
  if (typeof value === 'string') return decodeBlob(value);
  throw wrongScalar(value, 'java.nio.ByteBuffer');
};

const readTimestamp: JsonRead = (value) => {
  if (typeof value === 'number' || typeof value === 'string') return parseTimestamp(value);
  throw wrongScalar(value, 'java.util.Date');
};

const readAsIs: JsonRead = (value) => value;

/** Sets a member even where it is called `__proto__`, which attribute names of DynamoDB may be. */
function setOwn(target: JsonObject, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  else target[key] = value;
}

/** What is read for a `null` in a list or map. @see https://smithy.io/2.0/spec/type-refinement-traits.html#sparse-trait */
function readNull(isSparse: boolean): undefined {
  if (!isSparse) throw nullFound();
  return undefined;
}

function mapRead(read: JsonRead, isSparse: boolean, type: string | undefined): JsonRead {
  return (value, isElement = false) => {
    if (typeof value !== 'object' || Array.isArray(value)) throw wrongAggregate(value, type, { isElement });
    const map = value as JsonObject;
    for (const key of Object.keys(map)) {
      const before = map[key];
      const after = before === null ? readNull(isSparse) : read(before, true);
      if (after !== before) setOwn(map, key, after);
    }
    return map;
  };
}

function listRead(read: JsonRead, isSparse: boolean, type: string | undefined): JsonRead {
  return (value, isElement = false) => {
    if (!Array.isArray(value)) throw wrongAggregate(value, type, { isElement });
    for (let index = 0; index < value.length; index += 1) {
      const before: unknown = value[index];
      const after = before === null ? readNull(isSparse) : read(before, true);
      if (after !== before) value[index] = after;
    }
    return value;
  };
}

/** Unknown members vanish, as on AWS; `null` is as good as absent. */
function structureRead(members: ReadonlyMap<string, { readonly name: string; readonly read: JsonRead }>, type: string | undefined): JsonRead {
  return (value, isElement = false) => {
    if (typeof value !== 'object' || Array.isArray(value)) throw wrongAggregate(value, type, { isElement });
    const structure = value as JsonObject;
    for (const key of Object.keys(structure)) {
      const member = members.get(key);
      const before = structure[key];
      if (member === undefined || before === null) {
        delete structure[key];
        continue;
      }
      const after = member.read(before);
      if (member.name !== key) delete structure[key];
      if (after !== before || member.name !== key) structure[member.name] = after;
    }
    return structure;
  };
}

/** Compiles readers; each structure once, so that recursive shapes end. */
export class JsonReaders {
  readonly #types: JavaTypes;
  readonly #structures = new Map<StructureShape, JsonRead>();

  constructor(types: JavaTypes = {}) {
    this.#types = types;
  }

  /** The reader of a shape. */
  of(shape: Shape): JsonRead {
    switch (shape.kind) {
      case 'string':
        return readString;
      case 'boolean':
        return readBoolean;
      case 'number':
        return readInteger;
      case 'blob':
        return readBlob;
      case 'timestamp':
        return readTimestamp;
      case 'document':
      case 'unit':
        return readAsIs;
      case 'list':
        return listRead(this.of(shape.item.shape), shape.isSparse, javaTypeOf(shape, this.#types));
      case 'map':
        return mapRead(this.of(shape.value.shape), shape.isSparse, javaTypeOf(shape, this.#types));
      default:
        return this.#structure(shape);
    }
  }

  #structure(shape: StructureShape): JsonRead {
    const known = this.#structures.get(shape);
    if (known) return known;
    const members = new Map<string, { readonly name: string; readonly read: JsonRead }>();
    const read = structureRead(members, javaTypeOf(shape, this.#types));
    this.#structures.set(shape, read);
    for (const member of shape.members) members.set(jsonNameOf(member), { name: member.name, read: this.#memberRead(member) });
    return read;
  }

  #memberRead({ name, shape }: Member): JsonRead {
    return shape.kind === 'number' && this.#types.longMembers?.includes(name) ? readLong : this.of(shape);
  }
}

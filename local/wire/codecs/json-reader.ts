import { jsonNameOf, type Shape, type StructureShape } from '../shapes.ts';
import { nullFound, wrongAggregate, wrongScalar } from './faults.ts';
import { decodeBlob, parseTimestamp } from './scalars.ts';

/** Turns a value of `JSON.parse` into the typed input, in place where nothing needs converting. Throws `SerializationException`. */
export type JsonRead = (value: unknown) => unknown;

type JsonObject = Record<string, unknown>;

const readString: JsonRead = (value) => {
  if (typeof value === 'string') return value;
  throw wrongScalar(value, 'String');
};

const readBoolean: JsonRead = (value) => {
  if (typeof value === 'boolean') return value;
  throw wrongScalar(value, 'Boolean');
};

const readNumber: JsonRead = (value) => {
  if (typeof value === 'number') return value;
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value);
  throw wrongScalar(value, 'Integer');
};

const readBlob: JsonRead = (value) => {
  if (typeof value === 'string') return decodeBlob(value);
  throw wrongScalar(value, 'String');
};

const readTimestamp: JsonRead = (value) => {
  if (typeof value === 'number' || typeof value === 'string') return parseTimestamp(value);
  throw wrongScalar(value, 'Date');
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

function mapRead(read: JsonRead, isSparse: boolean): JsonRead {
  return (value) => {
    if (typeof value !== 'object' || Array.isArray(value)) throw wrongAggregate(value, 'map');
    const map = value as JsonObject;
    for (const key of Object.keys(map)) {
      const before = map[key];
      const after = before === null ? readNull(isSparse) : read(before);
      if (after !== before) setOwn(map, key, after);
    }
    return map;
  };
}

function listRead(read: JsonRead, isSparse: boolean): JsonRead {
  return (value) => {
    if (!Array.isArray(value)) throw wrongAggregate(value, 'list');
    for (let index = 0; index < value.length; index += 1) {
      const before: unknown = value[index];
      const after = before === null ? readNull(isSparse) : read(before);
      if (after !== before) value[index] = after;
    }
    return value;
  };
}

/** Unknown members vanish, as on AWS; `null` is as good as absent. */
function structureRead(members: ReadonlyMap<string, { readonly name: string; readonly read: JsonRead }>): JsonRead {
  return (value) => {
    if (typeof value !== 'object' || Array.isArray(value)) throw wrongAggregate(value, 'structure');
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
  readonly #structures = new Map<StructureShape, JsonRead>();

  /** The reader of a shape. */
  of(shape: Shape): JsonRead {
    switch (shape.kind) {
      case 'string':
        return readString;
      case 'boolean':
        return readBoolean;
      case 'number':
        return readNumber;
      case 'blob':
        return readBlob;
      case 'timestamp':
        return readTimestamp;
      case 'document':
      case 'unit':
        return readAsIs;
      case 'list':
        return listRead(this.of(shape.item.shape), shape.isSparse);
      case 'map':
        return mapRead(this.of(shape.value.shape), shape.isSparse);
      default:
        return this.#structure(shape);
    }
  }

  #structure(shape: StructureShape): JsonRead {
    const known = this.#structures.get(shape);
    if (known) return known;
    const members = new Map<string, { readonly name: string; readonly read: JsonRead }>();
    const read = structureRead(members);
    this.#structures.set(shape, read);
    for (const member of shape.members) members.set(jsonNameOf(member), { name: member.name, read: this.of(member.shape) });
    return read;
  }
}

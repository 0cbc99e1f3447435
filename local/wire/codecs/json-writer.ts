import { jsonNameOf, type Shape, type StructureShape, type TimestampFormat } from '../shapes.ts';
import { encodeBlob, formatTimestamp } from './scalars.ts';

/** Turns a typed value into one that `JSON.stringify` writes as AWS does. Answers the value itself where nothing in it needs converting. */
export type JsonConvert = (value: unknown) => unknown;

type JsonObject = Record<string, unknown>;

const convertNumber: JsonConvert = (value) => (Number.isFinite(value) ? value : String(value));

function convertList(convert: JsonConvert): JsonConvert {
  return (value) => {
    const list = value as readonly unknown[];
    let copy: unknown[] | undefined;
    for (let index = 0; index < list.length; index += 1) {
      const after = convert(list[index]);
      if (after === list[index]) continue;
      copy ??= list.slice();
      copy[index] = after;
    }
    return copy ?? list;
  };
}

function convertMap(convert: JsonConvert): JsonConvert {
  return (value) => {
    const map = value as JsonObject;
    let copy: JsonObject | undefined;
    for (const key of Object.keys(map)) {
      const before = map[key];
      const after = before === undefined || before === null ? before : convert(before);
      if (after === before) continue;
      copy ??= { ...map };
      copy[key] = after;
    }
    return copy ?? map;
  };
}

function convertStructure(members: readonly { readonly name: string; readonly jsonName: string; readonly convert: JsonConvert }[]): JsonConvert {
  return (value) => {
    const structure = value as JsonObject;
    let copy: JsonObject | undefined;
    for (const { name, jsonName, convert } of members) {
      const before = structure[name];
      if (before === undefined || before === null) continue;
      const after = convert(before);
      if (after === before && jsonName === name) continue;
      copy ??= { ...structure };
      if (jsonName !== name) delete copy[name];
      copy[jsonName] = after;
    }
    return copy ?? structure;
  };
}

/** How a protocol writes what JSON has no type for. `undefined` for a number: as it is. */
export interface ScalarConverts {
  readonly number: JsonConvert | undefined;
  readonly blob: JsonConvert;
  timestamp(value: unknown, format: TimestampFormat): unknown;
}

const JSON_SCALARS: ScalarConverts = {
  number: convertNumber,
  blob: encodeBlob,
  timestamp: (value, format) => formatTimestamp(value as Date, format, 'epoch-seconds'),
};

/** Compiles converters; `undefined` where the protocol's own writer alone does. */
export class JsonConverters {
  readonly #scalars: ScalarConverts;
  readonly #structures = new Map<StructureShape, JsonConvert | undefined>();

  constructor(scalars: ScalarConverts = JSON_SCALARS) {
    this.#scalars = scalars;
  }

  /** The converter of a shape. */
  of(shape: Shape): JsonConvert | undefined {
    switch (shape.kind) {
      case 'string':
      case 'boolean':
      case 'document':
      case 'unit':
        return undefined;
      case 'number':
        return this.#scalars.number;
      case 'blob':
        return this.#scalars.blob;
      case 'timestamp':
        return (value) => this.#scalars.timestamp(value, shape.format);
      case 'list': {
        const item = this.of(shape.item.shape);
        return item && convertList(item);
      }
      case 'map': {
        const value = this.of(shape.value.shape);
        return value && convertMap(value);
      }
      default:
        return this.#structure(shape);
    }
  }

  #structure(shape: StructureShape): JsonConvert | undefined {
    if (this.#structures.has(shape)) return this.#structures.get(shape);
    const members: { name: string; jsonName: string; convert: JsonConvert }[] = [];
    const convert = convertStructure(members);
    // Inside its own recursion a structure counts as one that needs converting.
    this.#structures.set(shape, convert);
    for (const member of shape.members) {
      const memberConvert = this.of(member.shape);
      const { name } = member;
      const jsonName = jsonNameOf(member);
      if (memberConvert || jsonName !== name) members.push({ name, jsonName, convert: memberConvert ?? ((value) => value) });
    }
    if (members.length > 0) return convert;
    this.#structures.set(shape, undefined);
    return undefined;
  }
}

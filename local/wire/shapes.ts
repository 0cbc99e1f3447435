import { NormalizedSchema } from '@smithy/core/schema';
import type { $SchemaRef, SchemaTraitsObject } from '@smithy/types';

/** How a timestamp is written: seconds as a number, ISO 8601, or as HTTP dates are. `default` leaves it to the protocol. */
export type TimestampFormat = 'default' | 'date-time' | 'http-date' | 'epoch-seconds';

/** What codecs and checkers are compiled from: an SDK schema, read once. Shapes can be recursive. */
export type Shape =
  | { readonly kind: 'string' | 'boolean' | 'number' | 'blob' | 'document' | 'unit' }
  | { readonly kind: 'timestamp'; readonly format: TimestampFormat }
  /** Only a sparse list or map has a place for `null`. */
  | { readonly kind: 'list'; readonly item: Member; readonly isSparse: boolean }
  | { readonly kind: 'map'; readonly key: Member; readonly value: Member; readonly isSparse: boolean }
  | StructureShape;

export interface StructureShape {
  readonly kind: 'structure' | 'union';
  readonly name: string;
  readonly members: readonly Member[];
  /** What its element is called where that is not its name. */
  readonly xmlName?: string | undefined;
}

/** A member of a structure, list or map with the traits that bind it to the wire. */
export interface Member {
  readonly name: string;
  readonly shape: Shape;
  readonly traits: SchemaTraitsObject;
}

const SIMPLE: Readonly<Record<number, Shape>> = {
  0: { kind: 'string' },
  1: { kind: 'number' },
  2: { kind: 'boolean' },
  4: { kind: 'timestamp', format: 'default' },
  5: { kind: 'timestamp', format: 'date-time' },
  6: { kind: 'timestamp', format: 'http-date' },
  7: { kind: 'timestamp', format: 'epoch-seconds' },
  15: { kind: 'document' },
  17: { kind: 'number' },
  19: { kind: 'number' },
  21: { kind: 'blob' },
  42: { kind: 'blob' },
};

/** What a member is called in JSON: `apiId` for API Gateway's `ApiId`. */
export function jsonNameOf({ name, traits }: Member): string {
  return traits.jsonName ?? name;
}

/** The name that a structure's own traits, not a member's, give its element. */
function ownXmlName(schema: unknown): string | undefined {
  const traits = Array.isArray(schema) ? schema[3] : undefined;
  return typeof traits === 'object' && traits !== null ? (traits as SchemaTraitsObject).xmlName : undefined;
}

/** Reads SDK schemas into shapes; each structure once, so that recursion ends. */
export class ShapeReader {
  readonly #structures = new Map<unknown, StructureShape>();

  /** The shape of a schema reference, as an operation or a member holds it. */
  read(ref: $SchemaRef): Shape {
    return this.#shapeOf(NormalizedSchema.of(ref));
  }

  #shapeOf(schema: NormalizedSchema): Shape {
    if (schema.isUnitSchema()) return { kind: 'unit' };
    if (schema.isStructSchema()) return this.#structureOf(schema);
    const isSparse = schema.getMergedTraits().sparse !== undefined;
    if (schema.isListSchema()) return { kind: 'list', item: this.#memberOf('member', schema.getValueSchema()), isSparse };
    if (schema.isMapSchema()) {
      return { kind: 'map', key: this.#memberOf('key', schema.getKeySchema()), value: this.#memberOf('value', schema.getValueSchema()), isSparse };
    }
    const simple = SIMPLE[schema.getSchema() as number];
    if (!simple) throw new Error(`The schema ${schema.getName(true)} is of a kind that the wire does not know: ${String(schema.getSchema())}`);
    return simple;
  }

  #memberOf(name: string, schema: NormalizedSchema): Member {
    return { name, shape: this.#shapeOf(schema), traits: schema.getMergedTraits() };
  }

  #structureOf(schema: NormalizedSchema): StructureShape {
    const raw = schema.getSchema();
    const known = this.#structures.get(raw);
    if (known) return known;
    const members: Member[] = [];
    const shape: StructureShape = { kind: schema.isUnionSchema() ? 'union' : 'structure', name: schema.getName() ?? '', members, xmlName: ownXmlName(raw) };
    this.#structures.set(raw, shape);
    for (const [name, member] of schema.structIterator()) {
      members.push(this.#memberOf(name, member));
    }
    return shape;
  }
}

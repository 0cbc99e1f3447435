import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContractKind } from '../contract.ts';

/** The part of JSON Schema (draft 07) that our sources use, and our own annotations. */
export interface Schema {
  readonly $schema?: string;
  readonly $id?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: boolean | Schema;
  readonly 'x-kind'?: ContractKind;
  readonly 'x-summary'?: string;
  readonly 'x-key'?: string;
  readonly 'x-partition-key'?: string;
  readonly 'x-personal'?: boolean;
  readonly 'x-secret'?: boolean;
}

/** One schema file: what its name says, and what it contains. */
export interface SchemaSource {
  /** Path below the schemas folder: `orders/order-placed.v1.0.json`. */
  readonly file: string;
  readonly context: string;
  readonly name: string;
  readonly major: number;
  readonly minor: number;
  readonly text: string;
  readonly schema: Schema;
}

const FILE_NAME = /^(?<name>[a-z][a-z0-9]*(?:-[a-z0-9]+)*)\.v(?<major>[1-9]\d*)\.(?<minor>0|[1-9]\d*)\.json$/;

/** Folders beside the contexts that hold no schemas. */
const NOT_CONTEXTS = new Set(['generated', 'generator']);

/** Reads one schema file by its path and text. @throws where the name has not the form `<context>/<kebab-type>.v<major>.<minor>.json` */
export function readSource(file: string, text: string): SchemaSource {
  const [context, base, ...rest] = file.split('/');
  const groups = FILE_NAME.exec(base ?? '')?.groups;
  if (!context || !groups || rest.length > 0) throw new Error(`${file}: a schema file is named <context>/<kebab-type>.v<major>.<minor>.json`);
  let schema: Schema;
  try {
    schema = JSON.parse(text) as Schema;
  } catch (cause) {
    throw new Error(`${file}: not JSON`, { cause });
  }
  return { file, context, name: groups['name'] ?? '', major: Number(groups['major']), minor: Number(groups['minor']), text, schema };
}

/** All schema files below a folder, by context, name and version. */
export function readSources(folder: string): SchemaSource[] {
  const sources: SchemaSource[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory() || NOT_CONTEXTS.has(entry.name)) continue;
    for (const base of readdirSync(join(folder, entry.name)))
      sources.push(readSource(`${entry.name}/${base}`, readFileSync(join(folder, entry.name, base), 'utf8')));
  }
  return sources.sort((a, b) =>
    a.context + a.name < b.context + b.name ? -1 : a.context + a.name > b.context + b.name ? 1 : a.major - b.major || a.minor - b.minor,
  );
}

/** `order-placed` → `OrderPlaced` */
export function pascalCase(kebab: string): string {
  return kebab.replace(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** Each schema below and including this one, with its path: `lines[].sku`. */
export function* walk(schema: Schema, path = ''): Generator<{ readonly path: string; readonly schema: Schema }> {
  yield { path, schema };
  for (const [name, member] of Object.entries(schema.properties ?? {})) yield* walk(member, path ? `${path}.${name}` : name);
  if (schema.items) yield* walk(schema.items, `${path}[]`);
}

/** The producer form: no object has members that the schema does not name. */
export function closed(schema: Schema): Schema {
  return mapObjects(schema, (object) => ({ ...object, additionalProperties: false }));
}

/** The consumer form: every object may have further members. */
export function open(schema: Schema): Schema {
  return mapObjects(schema, ({ additionalProperties: _, ...object }) => object);
}

function mapObjects(schema: Schema, change: (object: Schema) => Schema): Schema {
  const { properties, items } = schema;
  const mapped: Schema = {
    ...schema,
    ...(properties && { properties: Object.fromEntries(Object.entries(properties).map(([name, member]) => [name, mapObjects(member, change)])) }),
    ...(items && { items: mapObjects(items, change) }),
  };
  return schema.type === 'object' ? change(mapped) : mapped;
}

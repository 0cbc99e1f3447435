import type { Context } from '../../kernel/service.ts';
import { badRequest, registryDoesNotExist, schemaDoesNotExist, versionDoesNotExist } from './errors.ts';
import { latestOf, type Registry, type Schema, type SchemasState, type SchemaVersion, schemaKey, versionOf } from './state.ts';

export type Schemas = Context<SchemasState>;

export type Output<T> = Omit<T, '$metadata'>;

export function findRegistry({ state }: Pick<Schemas, 'state'>, name = ''): Registry {
  const registry = state.registries.get(name);
  if (!registry) throw registryDoesNotExist(name);
  return registry;
}

export function findSchema(
  context: Pick<Schemas, 'state'>,
  { RegistryName, SchemaName: name = '' }: { readonly RegistryName: string | undefined; readonly SchemaName: string | undefined },
): Schema {
  const registry = findRegistry(context, RegistryName);
  const schema = context.state.schemas.get(schemaKey(registry.name, name));
  if (!schema) throw schemaDoesNotExist(name);
  return schema;
}

/** A version by its number as requests write it; the latest where none is named. */
export function findVersion(
  { state }: Pick<Schemas, 'state'>,
  schema: Schema,
  version = String(latestOf(schema)),
): { readonly number: number; readonly version: SchemaVersion } {
  const number = Number(version);
  const found = versionOf(state, schema, number);
  if (!found || String(number) !== version) throw versionDoesNotExist(schema.name, version);
  return { number, version: found };
}

/** Entries of a page where none are asked for. */
const PAGE_MAX = 100;

/** One page of a sorted list; the token is the place of its last entry. */
export function page<T>(
  items: readonly T[],
  { Limit: limit = PAGE_MAX, NextToken: token }: { readonly Limit?: number | undefined; readonly NextToken?: string | undefined },
) {
  const start = token === undefined ? 0 : Number(Buffer.from(token, 'base64url').toString());
  if (!Number.isInteger(start) || start < 0) throw badRequest('The NextToken is not valid');
  const end = start + limit;
  return { shown: items.slice(start, end), NextToken: end < items.length ? Buffer.from(String(end)).toString('base64url') : undefined };
}

import type { Type } from '@aws-sdk/client-schemas';
import type { Collection } from '../../kernel/collection.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { PolicyDocument } from '../../kernel/principal.ts';

export type Tags = Readonly<Record<string, string>>;

export interface Registry {
  readonly name: string;
  readonly arn: string;
  readonly description: string | undefined;
  readonly tags: Tags;
  readonly policy: { readonly document: PolicyDocument; readonly revisionId: string } | undefined;
}

export interface Schema {
  readonly registryName: string;
  readonly name: string;
  readonly arn: string;
  readonly description: string | undefined;
  readonly tags: Tags;
  readonly modifiedMs: number;
  /** Numbers of the versions there are, oldest first; never empty. */
  readonly versions: readonly number[];
}

/** One version's text. It never changes. */
export interface SchemaVersion {
  readonly type: Type;
  readonly content: string;
  readonly createdMs: number;
}

export interface SchemasState {
  readonly registries: Collection<Registry>;
  /** By `registry/schema`. */
  readonly schemas: Collection<Schema>;
  /** By `registry/schema/number`. */
  readonly versions: Collection<SchemaVersion>;
}

export function createState(kernel: Kernel): SchemasState {
  return {
    registries: kernel.collection('schemas.registries'),
    schemas: kernel.collection('schemas.schemas'),
    versions: kernel.collection('schemas.versions'),
  };
}

export function schemaKey(registryName: string, name: string): string {
  return `${registryName}/${name}`;
}

/** The number of a schema's latest version. */
export function latestOf({ versions }: Schema): number {
  return versions[versions.length - 1] ?? 0;
}

export function versionOf(state: SchemasState, { registryName, name }: Schema, number: number): SchemaVersion | undefined {
  return state.versions.get(`${schemaKey(registryName, name)}/${number}`);
}

/** Stores a schema, and its latest version where that is new. */
export function putSchema(state: SchemasState, schema: Schema, latest?: SchemaVersion): void {
  const key = schemaKey(schema.registryName, schema.name);
  if (latest) state.versions.put(`${key}/${latestOf(schema)}`, latest);
  state.schemas.put(key, schema);
}

/** Deletes a schema with all its versions. */
export function deleteSchemaWithVersions(state: SchemasState, { registryName, name, versions }: Schema): void {
  const key = schemaKey(registryName, name);
  for (const number of versions) state.versions.delete(`${key}/${number}`);
  state.schemas.delete(key);
}

/** Deletes one version; with the last one goes the schema. */
export function deleteVersion(state: SchemasState, schema: Schema, number: number): void {
  const versions = schema.versions.filter((other) => other !== number);
  if (versions.length === 0) {
    deleteSchemaWithVersions(state, schema);
    return;
  }
  const key = schemaKey(schema.registryName, schema.name);
  state.versions.delete(`${key}/${number}`);
  state.schemas.put(key, { ...schema, versions });
}

export function schemasOf({ schemas }: SchemasState, registryName: string): Schema[] {
  return [...schemas.values()].filter((schema) => schema.registryName === registryName).sort((a, b) => (a.name < b.name ? -1 : 1));
}

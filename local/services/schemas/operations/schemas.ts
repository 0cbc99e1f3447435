import type {
  CreateSchemaCommandInput,
  CreateSchemaCommandOutput,
  DeleteSchemaCommandInput,
  DescribeSchemaCommandInput,
  DescribeSchemaCommandOutput,
  ListSchemasCommandInput,
  ListSchemasCommandOutput,
  UpdateSchemaCommandInput,
  UpdateSchemaCommandOutput,
} from '@aws-sdk/client-schemas';
import { refuseAllBut } from '../../../kernel/errors.ts';
import { schemaExists, tooMany } from '../errors.ts';
import { findRegistry, findSchema, findVersion, type Output, page, type Schemas } from '../naming.ts';
import { checkContent, checkSchemaName, SCHEMAS_MAX, VERSIONS_MAX } from '../rules.ts';
import { deleteSchemaWithVersions, latestOf, putSchema, type Schema, type SchemaVersion, schemaKey, schemasOf } from '../state.ts';

function wireSchema(schema: Schema, { number, version }: { readonly number: number; readonly version: SchemaVersion }): Output<CreateSchemaCommandOutput> {
  return {
    SchemaName: schema.name,
    SchemaArn: schema.arn,
    SchemaVersion: String(number),
    Type: version.type,
    Description: schema.description,
    LastModified: new Date(schema.modifiedMs),
    VersionCreatedDate: new Date(version.createdMs),
    Tags: { ...schema.tags },
  };
}

/** Makes a schema with its version 1. */
export function createSchema(input: CreateSchemaCommandInput, context: Schemas): Output<CreateSchemaCommandOutput> {
  const members = ['RegistryName', 'SchemaName', 'Type', 'Content', 'Description', 'Tags'];
  refuseAllBut(members, input, { operation: 'CreateSchema', page: 'schemas' });
  const { kernel, state } = context;
  const { SchemaName: name = '', Type: type = 'OpenApi3', Content: content = '', Description: description, Tags: tags = {} } = input;
  const { name: registryName } = findRegistry(context, input.RegistryName);
  checkSchemaName(name);
  checkContent(content, type);
  const key = schemaKey(registryName, name);
  if (state.schemas.has(key)) throw schemaExists(name);
  if (schemasOf(state, registryName).length >= SCHEMAS_MAX) throw tooMany('schemas in a registry', SCHEMAS_MAX);
  const modifiedMs = kernel.nowMs();
  const schema: Schema = { registryName, name, arn: kernel.arn('schemas', `schema/${key}`), description, tags, modifiedMs, versions: [1] };
  const version: SchemaVersion = { type, content, createdMs: modifiedMs };
  putSchema(state, schema, version);
  return wireSchema(schema, { number: 1, version });
}

/** Changes the description, and adds a version where the content is another. Versions need not be compatible with each other, as on AWS. */
export function updateSchema(input: UpdateSchemaCommandInput, context: Schemas): Output<UpdateSchemaCommandOutput> {
  const members = ['RegistryName', 'SchemaName', 'Type', 'Content', 'Description', 'ClientTokenId'];
  refuseAllBut(members, input, { operation: 'UpdateSchema', page: 'schemas' });
  const { kernel, state } = context;
  const schema = findSchema(context, input);
  const latest = findVersion(context, schema);
  const { Description: description = schema.description, Content: content = latest.version.content, Type: type = latest.version.type } = input;
  const nowMs = kernel.nowMs();
  if (content === latest.version.content && type === latest.version.type) {
    const updated = { ...schema, description, modifiedMs: nowMs };
    putSchema(state, updated);
    return wireSchema(updated, latest);
  }
  checkContent(content, type);
  if (schema.versions.length >= VERSIONS_MAX) throw tooMany('versions of a schema', VERSIONS_MAX);
  const number = latestOf(schema) + 1;
  const version: SchemaVersion = { type, content, createdMs: nowMs };
  const updated: Schema = { ...schema, description, modifiedMs: nowMs, versions: [...schema.versions, number] };
  putSchema(state, updated, version);
  return wireSchema(updated, { number, version });
}

export function describeSchema(input: DescribeSchemaCommandInput, context: Schemas): Output<DescribeSchemaCommandOutput> {
  const schema = findSchema(context, input);
  const found = findVersion(context, schema, input.SchemaVersion);
  return { ...wireSchema(schema, found), Content: found.version.content };
}

export function listSchemas(input: ListSchemasCommandInput, context: Schemas): Output<ListSchemasCommandOutput> {
  const { name: registryName } = findRegistry(context, input.RegistryName);
  const prefix = input.SchemaNamePrefix ?? '';
  const { shown, NextToken } = page(
    schemasOf(context.state, registryName).filter(({ name }) => name.startsWith(prefix)),
    input,
  );
  const summaries = shown.map(({ name, arn, modifiedMs, tags, versions }) => ({
    SchemaName: name,
    SchemaArn: arn,
    LastModified: new Date(modifiedMs),
    VersionCount: versions.length,
    Tags: { ...tags },
  }));
  return { Schemas: summaries, NextToken };
}

export function deleteSchema(input: DeleteSchemaCommandInput, context: Schemas): Record<string, never> {
  deleteSchemaWithVersions(context.state, findSchema(context, input));
  return {};
}

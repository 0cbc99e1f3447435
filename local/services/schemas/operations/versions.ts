import type {
  DeleteSchemaVersionCommandInput,
  ExportSchemaCommandInput,
  ExportSchemaCommandOutput,
  ListSchemaVersionsCommandInput,
  ListSchemaVersionsCommandOutput,
  SearchSchemasCommandInput,
  SearchSchemasCommandOutput,
  SearchSchemaVersionSummary,
} from '@aws-sdk/client-schemas';
import { NotEmulated } from '../../../kernel/errors.ts';
import { badRequest } from '../errors.ts';
import { findRegistry, findSchema, findVersion, type Output, page, type Schemas } from '../naming.ts';
import { deleteVersion, type Schema, schemasOf, versionOf } from '../state.ts';

export function listSchemaVersions(input: ListSchemaVersionsCommandInput, context: Schemas): Output<ListSchemaVersionsCommandOutput> {
  const schema = findSchema(context, input);
  const { shown, NextToken } = page(schema.versions, input);
  const summaries = shown.map((number) => ({
    SchemaName: schema.name,
    SchemaArn: schema.arn,
    SchemaVersion: String(number),
    Type: versionOf(context.state, schema, number)?.type,
  }));
  return { SchemaVersions: summaries, NextToken };
}

/** Deletes a version; with the last one goes the schema. */
export function deleteSchemaVersion(input: DeleteSchemaVersionCommandInput, context: Schemas): Record<string, never> {
  const schema = findSchema(context, input);
  deleteVersion(context.state, schema, findVersion(context, schema, input.SchemaVersion ?? '').number);
  return {};
}

/** A version's content in the type asked for, which is `JSONSchemaDraft4`. An OpenAPI document is not converted. */
export function exportSchema(input: ExportSchemaCommandInput, context: Schemas): Output<ExportSchemaCommandOutput> {
  const schema = findSchema(context, input);
  const { number, version } = findVersion(context, schema, input.SchemaVersion);
  if (input.Type !== 'JSONSchemaDraft4') throw badRequest('The Type of an export is JSONSchemaDraft4');
  if (version.type !== 'JSONSchemaDraft4') throw new NotEmulated(`ExportSchema of an ${version.type} schema`, 'schemas');
  return { SchemaName: schema.name, SchemaArn: schema.arn, SchemaVersion: String(number), Type: version.type, Content: version.content };
}

/** Words, and phrases in quotes. */
const TERM = /"([^"]+)"|(\S+)/g;

/** Finds versions whose schema's name or content has all the words and quoted phrases, in any case. */
export function searchSchemas(input: SearchSchemasCommandInput, context: Schemas): Output<SearchSchemasCommandOutput> {
  const { name: RegistryName } = findRegistry(context, input.RegistryName);
  const terms = [...(input.Keywords ?? '').toLowerCase().matchAll(TERM)].map(([, phrase, word]) => phrase ?? word ?? '');
  const found = schemasOf(context.state, RegistryName)
    .map((schema) => ({ schema, versions: versionsWith(schema, terms, context) }))
    .filter(({ versions }) => versions.length > 0);
  const { shown, NextToken } = page(found, input);
  return {
    Schemas: shown.map(({ schema: { name, arn }, versions }) => ({ RegistryName, SchemaName: name, SchemaArn: arn, SchemaVersions: versions })),
    NextToken,
  };
}

function versionsWith(schema: Schema, terms: readonly string[], { state }: Schemas): SearchSchemaVersionSummary[] {
  return schema.versions.flatMap((number) => {
    const version = versionOf(state, schema, number);
    const text = `${schema.name}\n${version?.content ?? ''}`.toLowerCase();
    if (!version || !terms.every((term) => text.includes(term))) return [];
    return [{ SchemaVersion: String(number), Type: version.type, CreatedDate: new Date(version.createdMs) }];
  });
}

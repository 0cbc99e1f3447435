import type { Type } from '@aws-sdk/client-schemas';
import { badRequest } from './errors.ts';

/** @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
export const REGISTRIES_MAX = 10;
export const SCHEMAS_MAX = 100;
export const VERSIONS_MAX = 100;
const LEVELS_MAX = 255;

const DRAFT_4 = /^https?:\/\/json-schema\.org\/draft-04\/schema#?$/;

/** @see https://docs.aws.amazon.com/eventbridge/latest/schema-reference/v1-registries-name-registryname.html */
export function checkRegistryName(name: string): void {
  if (!/^[\w.-]{1,64}$/.test(name)) throw badRequest(`The registry name ${name} is not valid: 1 to 64 letters, digits, and . - _`);
  if (name.startsWith('aws.')) throw badRequest(`The registry name ${name} is not valid: names that begin with aws. are reserved`);
}

export function checkSchemaName(name: string): void {
  if (!/^[\w.@-]{1,385}$/.test(name)) throw badRequest(`The schema name ${name} is not valid: 1 to 385 letters, digits, and . - _ @`);
}

/** Refuses a content that is no schema of its type: what an OpenAPI 3 document and a JSON Schema must say of themselves. */
export function checkContent(content: string, type: Type): void {
  let schema: unknown;
  try {
    schema = JSON.parse(content);
  } catch {
    throw badRequest('The schema content is not valid JSON');
  }
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) throw badRequest('The schema content is not a JSON object');
  if (isDeeperThan(schema, LEVELS_MAX)) throw badRequest(`The schema content has more than ${LEVELS_MAX} levels`);
  if (type === 'OpenApi3') checkOpenApi(schema);
  else if ('$schema' in schema && !DRAFT_4.test(String(schema.$schema))) throw badRequest('The $schema of a JSONSchemaDraft4 schema is that of draft 4');
}

function checkOpenApi(schema: object): void {
  const { openapi, info, paths } = schema as { readonly openapi?: unknown; readonly info?: unknown; readonly paths?: unknown };
  if (typeof openapi !== 'string' || !openapi.startsWith('3.')) throw badRequest('An OpenApi3 schema needs openapi 3.x');
  if (typeof info !== 'object' || info === null) throw badRequest('An OpenApi3 schema needs info');
  if (typeof paths !== 'object' || paths === null) throw badRequest('An OpenApi3 schema needs paths');
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isDeeperThan(member, levels - 1));
}

import type { AccessCheck } from '../../kernel/principal.ts';
import type { Schemas } from './naming.ts';
import { schemaKey } from './state.ts';

/** The permission a call needs: on the schema, or on the registry, whose policy speaks for both. @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridgeschemas.html */
// biome-ignore lint/suspicious/noExplicitAny: one of many inputs
export function accessOf(operation: string, input: any, { kernel, state }: Schemas): readonly AccessCheck[] {
  const action = `schemas:${operation}`;
  const registryName: string | undefined = input.RegistryName;
  if (input.ResourceArn !== undefined) return [{ action, resource: input.ResourceArn }];
  if (registryName === undefined) return [{ action, resource: '*' }];
  const resource = input.SchemaName === undefined ? `registry/${registryName}` : `schema/${schemaKey(registryName, input.SchemaName)}`;
  return [{ action, resource: kernel.arn('schemas', resource), resourcePolicy: state.registries.get(registryName)?.policy?.document }];
}

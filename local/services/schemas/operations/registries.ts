import type {
  CreateRegistryCommandInput,
  CreateRegistryCommandOutput,
  DeleteRegistryCommandInput,
  DescribeRegistryCommandInput,
  DescribeRegistryCommandOutput,
  ListRegistriesCommandInput,
  ListRegistriesCommandOutput,
  UpdateRegistryCommandInput,
  UpdateRegistryCommandOutput,
} from '@aws-sdk/client-schemas';
import { refuseAllBut } from '../../../kernel/errors.ts';
import { registryExists, registryHasSchemas, tooMany } from '../errors.ts';
import { findRegistry, type Output, page, type Schemas } from '../naming.ts';
import { checkRegistryName, REGISTRIES_MAX } from '../rules.ts';
import { type Registry, schemasOf } from '../state.ts';

function wireRegistry({ name, arn, description, tags }: Registry): Output<DescribeRegistryCommandOutput> {
  return { RegistryName: name, RegistryArn: arn, Description: description, Tags: { ...tags } };
}

export function createRegistry(input: CreateRegistryCommandInput, { kernel, state }: Schemas): Output<CreateRegistryCommandOutput> {
  refuseAllBut(['RegistryName', 'Description', 'Tags'], input, { operation: 'CreateRegistry', page: 'schemas' });
  const { RegistryName: name = '', Description: description, Tags: tags = {} } = input;
  checkRegistryName(name);
  if (state.registries.has(name)) throw registryExists(name);
  if (state.registries.size >= REGISTRIES_MAX) throw tooMany('registries', REGISTRIES_MAX);
  const registry: Registry = { name, arn: kernel.arn('schemas', `registry/${name}`), description, tags, policy: undefined };
  state.registries.put(name, registry);
  return wireRegistry(registry);
}

export function describeRegistry(input: DescribeRegistryCommandInput, context: Schemas): Output<DescribeRegistryCommandOutput> {
  return wireRegistry(findRegistry(context, input.RegistryName));
}

export function updateRegistry(input: UpdateRegistryCommandInput, context: Schemas): Output<UpdateRegistryCommandOutput> {
  const registry = findRegistry(context, input.RegistryName);
  const updated = { ...registry, description: input.Description ?? registry.description };
  context.state.registries.put(registry.name, updated);
  return wireRegistry(updated);
}

/** Differs from AWS: the registry `aws.events`, with the schemas of AWS services, is not here; scope `AWS` lists nothing. */
export function listRegistries(input: ListRegistriesCommandInput, { state }: Schemas): Output<ListRegistriesCommandOutput> {
  const { RegistryNamePrefix: prefix = '', Scope: scope } = input;
  const registries = scope === 'AWS' ? [] : [...state.registries.values()].filter(({ name }) => name.startsWith(prefix));
  const { shown, NextToken } = page(
    registries.sort((a, b) => (a.name < b.name ? -1 : 1)),
    input,
  );
  return { Registries: shown.map(({ name, arn, tags }) => ({ RegistryName: name, RegistryArn: arn, Tags: { ...tags } })), NextToken };
}

export function deleteRegistry(input: DeleteRegistryCommandInput, context: Schemas): Record<string, never> {
  const { name } = findRegistry(context, input.RegistryName);
  if (schemasOf(context.state, name).length > 0) throw registryHasSchemas(name);
  context.state.registries.delete(name);
  return {};
}

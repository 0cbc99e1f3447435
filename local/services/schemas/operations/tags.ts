import type {
  ListTagsForResourceCommandInput,
  ListTagsForResourceCommandOutput,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-schemas';
import { parseArn } from '../../../kernel/arn.ts';
import { resourceDoesNotExist } from '../errors.ts';
import type { Output, Schemas } from '../naming.ts';
import { schemaKey, type Tags } from '../state.ts';

/** Reads and changes the tags of the registry or schema behind an ARN. */
function change({ state }: Schemas, arn = '', edit: (tags: Tags) => Tags): Tags {
  const [kind, registryName = '', schemaName = ''] = (parseArn(arn)?.resource ?? '').split('/');
  const registry = kind === 'registry' ? state.registries.get(registryName) : undefined;
  const schema = kind === 'schema' ? state.schemas.get(schemaKey(registryName, schemaName)) : undefined;
  const found = registry ?? schema;
  if (!found) throw resourceDoesNotExist(arn);
  const tags = edit(found.tags);
  if (tags === found.tags) return tags;
  if (registry) state.registries.put(registry.name, { ...registry, tags });
  if (schema) state.schemas.put(schemaKey(registryName, schemaName), { ...schema, tags });
  return tags;
}

export function listTagsForResource(input: ListTagsForResourceCommandInput, context: Schemas): Output<ListTagsForResourceCommandOutput> {
  return { Tags: { ...change(context, input.ResourceArn, (tags) => tags) } };
}

export function tagResource(input: TagResourceCommandInput, context: Schemas): Record<string, never> {
  change(context, input.ResourceArn, (tags) => ({ ...tags, ...input.Tags }));
  return {};
}

export function untagResource(input: UntagResourceCommandInput, context: Schemas): Record<string, never> {
  const removed = new Set(input.TagKeys);
  change(context, input.ResourceArn, (tags) => Object.fromEntries(Object.entries(tags).filter(([key]) => !removed.has(key))));
  return {};
}

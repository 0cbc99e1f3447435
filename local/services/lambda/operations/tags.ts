import type { ListTagsCommandInput, ListTagsCommandOutput, TagResourceCommandInput, UntagResourceCommandInput } from '@aws-sdk/client-lambda';
import { mappingWithArnNotFound, tagsOfFunctionsOnly, tooManyTags } from '../errors.ts';
import { functionNamed, functionNameOf } from '../naming.ts';
import type { MappingRecord } from '../records.ts';
import { amendFunction, type Lambda } from '../state.ts';

type Tags = Readonly<Record<string, string>>;

/** @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-tags.html */
const TAGS_MAX = 50;

/** Something that has tags, and how they are changed. */
interface Tagged {
  readonly tags: Tags;
  set(tags: Tags): void;
}

function mappingOf(arn: string, { state }: Lambda): MappingRecord {
  const found = state.mappings.get(arn.slice(arn.lastIndexOf(':') + 1));
  if (!found) throw mappingWithArnNotFound(arn);
  return found;
}

/** A function or an event source mapping, by its ARN. */
function taggedNamed(arn: string | undefined, context: Lambda): Tagged {
  if (arn?.includes(':event-source-mapping:')) {
    const mapping = mappingOf(arn, context);
    return { tags: mapping.tags, set: (tags) => context.state.mappings.put(mapping.uuid, { ...mapping, tags }) };
  }
  if (functionNameOf(context.kernel, arn).qualifier !== undefined) throw tagsOfFunctionsOnly();
  const record = functionNamed(context, arn);
  return { tags: record.tags, set: (tags) => amendFunction(context, record, { tags }) };
}

export function listTags(input: ListTagsCommandInput, context: Lambda): Omit<ListTagsCommandOutput, '$metadata'> {
  return { Tags: { ...taggedNamed(input.Resource, context).tags } };
}

export function tagResource(input: TagResourceCommandInput, context: Lambda): Record<string, never> {
  const tagged = taggedNamed(input.Resource, context);
  const tags = { ...tagged.tags, ...input.Tags };
  if (Object.keys(tags).length > TAGS_MAX) throw tooManyTags();
  tagged.set(tags);
  return {};
}

export function untagResource(input: UntagResourceCommandInput, context: Lambda): Record<string, never> {
  const tagged = taggedNamed(input.Resource, context);
  const gone = new Set(input.TagKeys ?? []);
  tagged.set(Object.fromEntries(Object.entries(tagged.tags).filter(([key]) => !gone.has(key))));
  return {};
}

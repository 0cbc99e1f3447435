import type { ListTagsCommandInput, ListTagsCommandOutput, TagResourceCommandInput, UntagResourceCommandInput } from '@aws-sdk/client-lambda';
import { functionNamed } from '../naming.ts';
import { amendFunction, type Lambda } from '../state.ts';

export function listTags(input: ListTagsCommandInput, context: Lambda): Omit<ListTagsCommandOutput, '$metadata'> {
  return { Tags: { ...functionNamed(context, input.Resource).tags } };
}

export function tagResource(input: TagResourceCommandInput, context: Lambda): Record<string, never> {
  const record = functionNamed(context, input.Resource);
  amendFunction(context, record, { tags: { ...record.tags, ...input.Tags } });
  return {};
}

export function untagResource(input: UntagResourceCommandInput, context: Lambda): Record<string, never> {
  const record = functionNamed(context, input.Resource);
  const gone = new Set(input.TagKeys ?? []);
  amendFunction(context, record, { tags: Object.fromEntries(Object.entries(record.tags).filter(([key]) => !gone.has(key))) });
  return {};
}

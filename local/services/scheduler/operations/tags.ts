import type {
  ListTagsForResourceCommandInput,
  ListTagsForResourceCommandOutput,
  Tag,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-scheduler';
import { tooManyTags } from '../errors.ts';
import { findTagged, type Output } from '../naming.ts';
import { TAGS_MAX } from '../rules.ts';
import type { Scheduling, Tags } from '../state.ts';

export function tagsOf(tags: readonly Tag[] | undefined): Tags {
  return Object.fromEntries((tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
}

function change({ state }: Scheduling, arn: string | undefined, edit: (tags: Tags) => Tags): Record<string, never> {
  const group = findTagged(state, arn);
  const tags = edit(group.tags);
  if (Object.keys(tags).length > TAGS_MAX) throw tooManyTags();
  state.groups.put(group.name, { ...group, tags });
  return {};
}

export function listTagsForResource(input: ListTagsForResourceCommandInput, { state }: Scheduling): Output<ListTagsForResourceCommandOutput> {
  return { Tags: Object.entries(findTagged(state, input.ResourceArn).tags).map(([Key, Value]) => ({ Key, Value })) };
}

export function tagResource(input: TagResourceCommandInput, context: Scheduling): Record<string, never> {
  return change(context, input.ResourceArn, (tags) => ({ ...tags, ...tagsOf(input.Tags) }));
}

export function untagResource(input: UntagResourceCommandInput, context: Scheduling): Record<string, never> {
  const removed = new Set(input.TagKeys);
  return change(context, input.ResourceArn, (tags) => Object.fromEntries(Object.entries(tags).filter(([key]) => !removed.has(key))));
}

import type {
  ListTagsForResourceCommandInput,
  ListTagsForResourceCommandOutput,
  Tag,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-eventbridge';
import { type Events, findTagged, type Output } from '../naming.ts';
import { putBus, putRule, type Tags } from '../state.ts';

export function tagsOf(tags: readonly Tag[] | undefined): Tags {
  return Object.fromEntries((tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
}

function change(context: Events, arn: string | undefined, edit: (tags: Tags) => Tags): void {
  const found = findTagged(context, arn ?? '');
  if ('bus' in found) putBus(context.state, { ...found.bus, tags: edit(found.bus.tags) });
  else putRule(context.state, { ...found.rule, tags: edit(found.rule.tags) });
}

export function listTagsForResource(input: ListTagsForResourceCommandInput, context: Events): Output<ListTagsForResourceCommandOutput> {
  const found = findTagged(context, input.ResourceARN ?? '');
  const { tags } = 'bus' in found ? found.bus : found.rule;
  return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
}

export function tagResource(input: TagResourceCommandInput, context: Events): Record<string, never> {
  change(context, input.ResourceARN, (tags) => ({ ...tags, ...tagsOf(input.Tags) }));
  return {};
}

export function untagResource(input: UntagResourceCommandInput, context: Events): Record<string, never> {
  const removed = new Set(input.TagKeys);
  change(context, input.ResourceARN, (tags) => Object.fromEntries(Object.entries(tags).filter(([key]) => !removed.has(key))));
  return {};
}

import type {
  ListTagsForResourceCommandInput,
  ListTagsForResourceCommandOutput,
  Tag,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-sns';
import { invalidParameter, tagLimitExceeded } from '../errors.ts';
import { changeTopic, type Output, type Sns } from '../state.ts';
import { findTagged } from './finding.ts';

/** @see https://docs.aws.amazon.com/sns/latest/dg/sns-tags.html */
const TAGS_MAX = 50;

/** A list of tags as it is kept. */
export function tagsOf(tags: readonly Tag[] | undefined): Record<string, string> {
  const kept = Object.fromEntries((tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']));
  if (Object.keys(kept).length < (tags ?? []).length) throw invalidParameter('Duplicated keys are not allowed.');
  if (Object.keys(kept).length > TAGS_MAX) throw tagLimitExceeded();
  return kept;
}

export function tagResource(input: TagResourceCommandInput, { state }: Sns): Record<string, never> {
  const topic = findTagged(state, input.ResourceArn);
  const tags = { ...topic.record.tags, ...tagsOf(input.Tags) };
  if (Object.keys(tags).length > TAGS_MAX) throw tagLimitExceeded();
  changeTopic(state, topic, { tags });
  return {};
}

export function untagResource(input: UntagResourceCommandInput, { state }: Sns): Record<string, never> {
  const topic = findTagged(state, input.ResourceArn);
  changeTopic(state, topic, { tags: Object.fromEntries(Object.entries(topic.record.tags).filter(([key]) => !input.TagKeys?.includes(key))) });
  return {};
}

export function listTagsForResource(input: ListTagsForResourceCommandInput, { state }: Sns): Output<ListTagsForResourceCommandOutput> {
  const { tags } = findTagged(state, input.ResourceArn).record;
  return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
}

import type {
  ListTagsForResourceInput,
  ListTagsForResourceOutput,
  Tag,
  TagResourceInput,
  TagResourceOutput,
  UntagResourceInput,
  UntagResourceOutput,
} from '@aws-sdk/client-sfn';
import { resourceNotFound, tooManyTags } from '../errors.ts';
import { readArn } from '../naming.ts';
import type { States } from '../state.ts';

/** @see https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html#sfn-best-practices-tagging */
const TAGS_MAX = 50;

/** Tags as a record. */
export function readTags(tags: readonly Tag[] | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries((tags ?? []).map(({ key = '', value = '' }) => [key, value]));
}

export function tagResource(input: TagResourceInput, context: States): TagResourceOutput {
  const tags = { ...tagsOf(input.resourceArn ?? '', context), ...readTags(input.tags) };
  if (Object.keys(tags).length > TAGS_MAX) throw tooManyTags(input.resourceArn ?? '');
  setTags(input.resourceArn ?? '', tags, context);
  return {};
}

export function untagResource(input: UntagResourceInput, context: States): UntagResourceOutput {
  const tags = Object.fromEntries(Object.entries(tagsOf(input.resourceArn ?? '', context)).filter(([key]) => !input.tagKeys?.includes(key)));
  setTags(input.resourceArn ?? '', tags, context);
  return {};
}

export function listTagsForResource(input: ListTagsForResourceInput, context: States): ListTagsForResourceOutput {
  return { tags: Object.entries(tagsOf(input.resourceArn ?? '', context)).map(([key, value]) => ({ key, value })) };
}

function tagsOf(arn: string, { state }: States): Readonly<Record<string, string>> {
  readArn(arn);
  const tagged = state.machines.get(arn) ?? state.activities.get(arn);
  if (!tagged) throw resourceNotFound(arn);
  return tagged.tags;
}

function setTags(arn: string, tags: Readonly<Record<string, string>>, { state }: States): void {
  const machine = state.machines.get(arn);
  if (machine) state.machines.put(arn, { ...machine, tags });
  const activity = state.activities.get(arn);
  if (activity) state.activities.put(arn, { ...activity, tags });
}

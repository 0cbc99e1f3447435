import type {
  ListTagsForResourceCommandInput,
  ListTagsForResourceCommandOutput,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-pipes';
import { tooManyTags } from '../errors.ts';
import { TAGS_MAX } from '../rules.ts';
import type { Output, PipeRecord, Pipes } from '../state.ts';
import { findPipe } from './pipes.ts';

function tagged({ state }: Pipes, arn: string = ''): PipeRecord {
  return findPipe(state, arn.slice(arn.lastIndexOf('/') + 1));
}

/** Tags do not touch the pipe's work: it is stored, not started anew. */
function store({ state }: Pipes, pipe: PipeRecord, tags: PipeRecord['tags']): Record<string, never> {
  if (Object.keys(tags).length > TAGS_MAX) throw tooManyTags();
  state.pipes.put(pipe.name, { ...pipe, tags });
  return {};
}

export function listTagsForResource(input: ListTagsForResourceCommandInput, context: Pipes): Output<ListTagsForResourceCommandOutput> {
  return { tags: { ...tagged(context, input.resourceArn).tags } };
}

export function tagResource(input: TagResourceCommandInput, context: Pipes): Record<string, never> {
  const pipe = tagged(context, input.resourceArn);
  return store(context, pipe, { ...pipe.tags, ...input.tags });
}

export function untagResource(input: UntagResourceCommandInput, context: Pipes): Record<string, never> {
  const pipe = tagged(context, input.resourceArn);
  const removed = new Set(input.tagKeys);
  return store(context, pipe, Object.fromEntries(Object.entries(pipe.tags).filter(([key]) => !removed.has(key))));
}

import type {
  AddTagsToStreamCommandInput,
  ListTagsForResourceCommandInput,
  ListTagsForResourceCommandOutput,
  ListTagsForStreamCommandInput,
  ListTagsForStreamCommandOutput,
  RemoveTagsFromStreamCommandInput,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-kinesis';
import { refuseAllBut } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { findReadyStream, findResource, placeOf, type Tagged } from '../lookup.ts';
import { checkTagKeys, checkTags } from '../rules.ts';
import { type KinesisState, touch } from '../state.ts';

type Kinesis = Context<KinesisState>;
type Nothing = Record<string, never>;

const TAGS_PER_PAGE = 50;

const tagsOf = (tagged: Tagged): Readonly<Record<string, string>> => (tagged.kind === 'stream' ? tagged.stream.record : tagged.consumer).tags;

function setTags(tagged: Tagged, tags: Readonly<Record<string, string>>, { state }: Kinesis): void {
  if (tagged.kind === 'stream') {
    tagged.stream.record.tags = tags;
    touch(state, tagged.stream);
  } else {
    tagged.consumer.tags = tags;
    state.consumers.touch(tagged.consumer.arn);
  }
}

function placeOfTagged(tagged: Tagged, { kernel }: Kinesis): ReturnType<typeof placeOf> {
  return tagged.kind === 'stream' ? placeOf(tagged.stream) : { kernel, streamName: tagged.consumer.streamName };
}

function add(tagged: Tagged, tags: Readonly<Record<string, string>>, context: Kinesis): Nothing {
  checkTags(tags, placeOfTagged(tagged, context), tagsOf(tagged));
  setTags(tagged, { ...tagsOf(tagged), ...tags }, context);
  return {};
}

function remove(tagged: Tagged, keys: readonly string[], context: Kinesis): Nothing {
  checkTagKeys(keys, placeOfTagged(tagged, context));
  const removed = new Set(keys);
  setTags(tagged, Object.fromEntries(Object.entries(tagsOf(tagged)).filter(([key]) => !removed.has(key))), context);
  return {};
}

export function addTagsToStream(input: AddTagsToStreamCommandInput, context: Kinesis): Nothing {
  return add({ kind: 'stream', stream: findReadyStream(input, context) }, input.Tags ?? {}, context);
}

export function removeTagsFromStream(input: RemoveTagsFromStreamCommandInput, context: Kinesis): Nothing {
  return remove({ kind: 'stream', stream: findReadyStream(input, context) }, input.TagKeys ?? [], context);
}

export function listTagsForStream(input: ListTagsForStreamCommandInput, context: Kinesis): Omit<ListTagsForStreamCommandOutput, '$metadata'> {
  const { Limit: limit = TAGS_PER_PAGE, ExclusiveStartTagKey: after = '' } = input;
  const { tags } = findReadyStream(input, context).record;
  const keys = Object.keys(tags)
    .filter((key) => key > after)
    .sort();
  return { Tags: keys.slice(0, limit).map((Key) => ({ Key, Value: tags[Key] })), HasMoreTags: keys.length > limit };
}

export function tagResource(input: TagResourceCommandInput, context: Kinesis): Nothing {
  refuseAllBut(['ResourceARN', 'Tags'], input, { operation: 'TagResource', page: 'kinesis' });
  return add(findResource(input.ResourceARN ?? '', context), input.Tags ?? {}, context);
}

export function untagResource(input: UntagResourceCommandInput, context: Kinesis): Nothing {
  refuseAllBut(['ResourceARN', 'TagKeys'], input, { operation: 'UntagResource', page: 'kinesis' });
  return remove(findResource(input.ResourceARN ?? '', context), input.TagKeys ?? [], context);
}

export function listTagsForResource(input: ListTagsForResourceCommandInput, context: Kinesis): Omit<ListTagsForResourceCommandOutput, '$metadata'> {
  refuseAllBut(['ResourceARN'], input, { operation: 'ListTagsForResource', page: 'kinesis' });
  const tags = tagsOf(findResource(input.ResourceARN ?? '', context));
  return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
}

import type {
  ListShardsCommandInput,
  ListShardsCommandOutput,
  MergeShardsCommandInput,
  ShardFilter,
  SplitShardCommandInput,
  UpdateShardCountCommandInput,
  UpdateShardCountCommandOutput,
} from '@aws-sdk/client-kinesis';
import { refuseAllBut } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import {
  expiredToken,
  invalidArgument,
  limitExceeded,
  type StreamPlace,
  shardClosed,
  shardLimitExceeded,
  shardNotFound,
  shardsNotAdjacent,
  splitOutsideShard,
  validation,
} from '../errors.ts';
import { checkActive, findReadyStream, findStream, placeOf, shardNumberOf, streamNameOf } from '../lookup.ts';
import { change, type KinesisState, provisionedShards } from '../state.ts';
import { shardDescription } from '../stream/description.ts';
import { shardIdOf } from '../stream/records.ts';
import type { Shard, Stream } from '../stream/stream.ts';
import { listedShards } from './streams.ts';

type Kinesis = Context<KinesisState>;

const SHARDS_PER_PAGE = 1000;

/** @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListShards.html */
const TOKEN_MS = 300_000;

/** @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html */
const SCALINGS_PER_DAY = 10;
const SHARDS_MAX = 10_000;
const DAY_MS = 86_400_000;

export function listShards(input: ListShardsCommandInput, context: Kinesis): Omit<ListShardsCommandOutput, '$metadata'> {
  refuseAllBut(['StreamName', 'StreamARN', 'NextToken', 'ExclusiveStartShardId', 'MaxResults', 'StreamCreationTimestamp', 'ShardFilter'], input, {
    operation: 'ListShards',
    page: 'kinesis',
  });
  const { NextToken: token, MaxResults: limit = SHARDS_PER_PAGE } = input;
  const named = streamNameOf(input);
  if (named === undefined && token === undefined) throw invalidArgument('Either NextToken or StreamName should be provided.');
  if (named !== undefined && token !== undefined) throw invalidArgument('NextToken and StreamName cannot be provided together.');
  const page = token === undefined ? { name: named as string, after: input.ExclusiveStartShardId ?? '', filter: input.ShardFilter } : readToken(token, context);
  const stream = findReadyStream({ StreamName: page.name }, context);
  const shards = listedShards(stream, context).filter(
    (shard) => shard.id > page.after && passes(shard, page.filter, { stream, nowMs: context.kernel.nowMs() }),
  );
  const listed = shards.slice(0, limit);
  return {
    Shards: listed.map(shardDescription),
    ...(shards.length > limit && { NextToken: tokenOf({ name: stream.name, after: listed.at(-1)?.id ?? '', filter: page.filter }, context) }),
  };
}

interface ListPlace {
  readonly name: string;
  readonly after: string;
  readonly filter: ShardFilter | undefined;
}

const tokenOf = (place: ListPlace, { kernel }: Kinesis): string => Buffer.from(JSON.stringify({ ...place, issuedMs: kernel.nowMs() })).toString('base64');

function readToken(token: string, { kernel }: Kinesis): ListPlace {
  try {
    const { name, after, filter, issuedMs } = JSON.parse(Buffer.from(token, 'base64').toString()) as ListPlace & { issuedMs: number };
    if (issuedMs + TOKEN_MS < kernel.nowMs()) throw expiredToken();
    const timestamp = filter?.Timestamp;
    return { name, after, filter: filter && timestamp ? { ...filter, Timestamp: new Date(timestamp) } : filter };
  } catch (error) {
    if (error instanceof SyntaxError) throw invalidArgument('The NextToken is invalid.');
    throw error;
  }
}

/** Whether a filter lets a shard through. @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ShardFilter.html */
function passes(
  { record, id, isOpen }: Shard,
  filter: ShardFilter | undefined,
  { stream, nowMs }: { readonly stream: Stream; readonly nowMs: number },
): boolean {
  const wasOpenAt = (ms: number): boolean => record.openedMs <= ms && (record.closedMs ?? Number.POSITIVE_INFINITY) >= ms;
  const horizonMs = Math.max(stream.oldestMs(nowMs), stream.record.createdMs);
  const atMs = filter?.Timestamp?.getTime() ?? horizonMs;
  switch (filter?.Type) {
    case 'AFTER_SHARD_ID':
      return id > (filter.ShardId ?? '');
    case 'AT_LATEST':
      return isOpen;
    case 'AT_TRIM_HORIZON':
      return wasOpenAt(horizonMs);
    case 'AT_TIMESTAMP':
      return wasOpenAt(Math.max(atMs, horizonMs));
    case 'FROM_TIMESTAMP':
      return isOpen || (record.closedMs as number) >= atMs;
    default:
      return true;
  }
}

function checkProvisioned({ record, kernel }: Stream): void {
  if (record.mode === 'PROVISIONED') return;
  throw validation(`Request is invalid. Stream ${record.name} under account ${kernel.accountId} is in On-Demand mode.`);
}

/** A shard to be split or merged. Its name is checked before the stream is looked for. */
function shardOf(stream: Stream, number: number): Shard {
  const shard = stream.shards.get(number);
  if (!shard) throw shardNotFound(placeOf(stream), shardIdOf(number));
  return shard;
}

const namedPlace = (input: { StreamName?: string | undefined; StreamARN?: string | undefined }, { kernel }: Kinesis): StreamPlace => ({
  kernel,
  streamName: streamNameOf(input) ?? '',
});

export function splitShard(input: SplitShardCommandInput, context: Kinesis): Record<string, never> {
  refuseAllBut(['StreamName', 'StreamARN', 'ShardToSplit', 'NewStartingHashKey'], input, { operation: 'SplitShard', page: 'kinesis' });
  const { kernel, state } = context;
  const { NewStartingHashKey: hashKey = '' } = input;
  const number = shardNumberOf(input.ShardToSplit ?? '', namedPlace(input, context));
  const stream = findStream(input, context);
  if (stream.record.status === 'CREATING') checkActive(stream);
  const shard = shardOf(stream, number);
  const current = provisionedShards(state);
  if (current + 1 > state.shardLimit) throw shardLimitExceeded(kernel, { current, limit: state.shardLimit, more: 1 });
  const range = { start: shard.record.startingHashKey, end: shard.record.endingHashKey };
  if (BigInt(hashKey) <= BigInt(range.start) + 1n || BigInt(hashKey) >= BigInt(range.end)) {
    throw splitOutsideShard(placeOf(stream), { number, hashKey, range });
  }
  checkActive(stream);
  checkProvisioned(stream);
  if (!shard.isOpen) throw shardClosed(placeOf(stream), number);
  change(kernel, state, stream, { kind: 'split', shard: number, hashKey: String(BigInt(hashKey)) });
  return {};
}

export function mergeShards(input: MergeShardsCommandInput, context: Kinesis): Record<string, never> {
  refuseAllBut(['StreamName', 'StreamARN', 'ShardToMerge', 'AdjacentShardToMerge'], input, { operation: 'MergeShards', page: 'kinesis' });
  const { kernel, state } = context;
  const place = namedPlace(input, context);
  const numbers = [shardNumberOf(input.ShardToMerge ?? '', place), shardNumberOf(input.AdjacentShardToMerge ?? '', place)] as const;
  const stream = findStream(input, context);
  if (stream.record.status === 'CREATING') checkActive(stream);
  const [one, other] = [shardOf(stream, numbers[0]), shardOf(stream, numbers[1])];
  if (BigInt(one.record.endingHashKey) + 1n !== BigInt(other.record.startingHashKey)) throw shardsNotAdjacent(placeOf(stream), numbers);
  checkActive(stream);
  checkProvisioned(stream);
  for (const { isOpen, record } of [one, other]) if (!isOpen) throw shardClosed(placeOf(stream), record.number);
  change(kernel, state, stream, { kind: 'merge', shards: numbers });
  return {};
}

export function updateShardCount(input: UpdateShardCountCommandInput, context: Kinesis): Omit<UpdateShardCountCommandOutput, '$metadata'> {
  refuseAllBut(['StreamName', 'StreamARN', 'TargetShardCount', 'ScalingType'], input, { operation: 'UpdateShardCount', page: 'kinesis' });
  const { state } = context;
  const stream = findReadyStream(input, context);
  const { TargetShardCount: target = 0 } = input;
  const current = stream.open.length;
  scaleTo(stream, target, context, state.transitionMs);
  return { StreamName: stream.name, CurrentShardCount: current, TargetShardCount: target, StreamARN: stream.arn };
}

/** Begins to scale a stream to `target` shards of equal ranges: at most twice as many as now, at least half as many, and ten times a day. */
export function scaleTo(stream: Stream, target: number, { kernel, state }: Kinesis, transitionMs: number): void {
  checkActive(stream);
  checkProvisioned(stream);
  const current = stream.open.length;
  const counts = `Current open shard count: ${current}, Target shard count: ${target}`;
  const limit = Math.min(SHARDS_MAX, state.shardLimit);
  if (target > limit) throw limitExceeded(`Target shard count or number of open shards cannot be greater than ${limit}. ${counts}`);
  if (target > current * 2) throw limitExceeded(`UpdateShardCount cannot scale up over double your current open shard count. ${counts}`);
  if (target < current / 2) throw limitExceeded(`UpdateShardCount cannot scale down below half your current open shard count. ${counts}`);
  const more = target - current;
  const inAccount = provisionedShards(state);
  if (inAccount + more > state.shardLimit) throw shardLimitExceeded(kernel, { current: inAccount, limit: state.shardLimit, more });
  const nowMs = kernel.nowMs();
  const recent = stream.record.scaledMs.filter((ms) => ms > nowMs - DAY_MS);
  if (recent.length >= SCALINGS_PER_DAY) {
    throw limitExceeded(`The stream ${stream.name} was scaled ${SCALINGS_PER_DAY} times in the last 24 hours; UpdateShardCount is allowed no more.`);
  }
  stream.record.scaledMs = [...recent, nowMs];
  change(kernel, state, stream, { kind: 'scale', shardCount: target }, transitionMs);
}

import type { Collection } from '../../kernel/collection.ts';
import type { Fault } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { resourceNotFound } from './errors.ts';
import { applyChange, statusDuring } from './stream/change.ts';
import type { ConsumerRecord, StreamChange, StreamRecord } from './stream/records.ts';
import { Stream } from './stream/stream.ts';

/** A subscription that is being served. */
export interface Subscription {
  readonly startedMs: number;
  end(fault?: Fault): void;
}

export interface KinesisState {
  readonly streams: Map<string, Stream>;
  readonly records: Collection<StreamRecord>;
  /** By ARN. */
  readonly consumers: Collection<ConsumerRecord>;
  /** By `<consumer's ARN>/<shard>`. */
  readonly subscriptions: Map<string, Subscription>;
  /** How long a stream says CREATING, UPDATING or DELETING where a client changes it. */
  transitionMs: number;
  /** Open shards of the account, streams on demand left out. */
  shardLimit: number;
}

/** @see https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html (us-east-1) */
const SHARD_LIMIT = 20_000;

export function createState(kernel: Kernel): KinesisState {
  const state: KinesisState = {
    streams: new Map(),
    records: kernel.collection('kinesis.streams'),
    consumers: kernel.collection('kinesis.consumers'),
    subscriptions: new Map(),
    transitionMs: 0,
    shardLimit: SHARD_LIMIT,
  };
  for (const record of state.records.values()) {
    const stream = new Stream(kernel, record);
    state.streams.set(record.name, stream);
    if (record.pending) wait(kernel, state, stream);
  }
  return state;
}

/** Says that a stream's record was changed in place. */
export function touch(state: KinesisState, stream: Stream): void {
  state.records.touch(stream.name);
}

/** Adds a stream; it has shards when the change to `create` is done. */
export function addStream(kernel: Kernel, state: KinesisState, record: StreamRecord): Stream {
  const stream = new Stream(kernel, record);
  state.streams.set(record.name, stream);
  state.records.put(record.name, record);
  return stream;
}

/** Begins a change. It is done after `transitionMs`, or at once where that is 0. */
export function change(kernel: Kernel, state: KinesisState, stream: Stream, what: StreamChange, transitionMs: number = state.transitionMs): void {
  stream.record.status = statusDuring(what);
  stream.record.pending = { dueMs: kernel.nowMs() + transitionMs, change: what };
  if (transitionMs === 0) finish(kernel, state, stream);
  else wait(kernel, state, stream);
  touch(state, stream);
}

function wait(kernel: Kernel, state: KinesisState, stream: Stream): void {
  const pending = stream.record.pending;
  if (!pending) return;
  kernel.at(pending.dueMs, 'stream change', () => {
    // A deletion takes the place of whatever went before.
    if (stream.record.pending === pending) finish(kernel, state, stream);
  });
}

function finish(kernel: Kernel, state: KinesisState, stream: Stream): void {
  const what = stream.record.pending?.change;
  stream.record.pending = undefined;
  if (!what) return;
  if (what.kind === 'delete') {
    removeStream(kernel, state, stream);
    return;
  }
  applyChange(stream, what);
  stream.record.status = 'ACTIVE';
  touch(state, stream);
  kernel.notify(stream.arn);
}

function removeStream(kernel: Kernel, state: KinesisState, stream: Stream): void {
  state.streams.delete(stream.name);
  state.records.delete(stream.name);
  stream.kept.clear();
  for (const { arn, streamArn } of [...state.consumers.values()]) if (streamArn === stream.arn) state.consumers.delete(arn);
  for (const [key, subscription] of [...state.subscriptions]) if (key.startsWith(`${stream.arn}/`)) subscription.end(resourceNotFound(stream.arn));
  for (const { topic } of stream.shards.values()) kernel.notify(topic);
  kernel.notify(stream.arn);
}

/** Open shards of all provisioned streams: what the account's limit is about. */
export function provisionedShards(state: KinesisState): number {
  let count = 0;
  for (const { record, open } of state.streams.values()) if (record.mode === 'PROVISIONED') count += open.length;
  return count;
}

export function consumersOf(state: KinesisState, streamArn: string): ConsumerRecord[] {
  return [...state.consumers.values()].filter((consumer) => consumer.streamArn === streamArn);
}

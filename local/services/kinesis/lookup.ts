import { NotEmulated } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Context } from '../../kernel/service.ts';
import { invalidArgument, missingStream, noSuchShard, resourceNotFound, type StreamPlace, shardNotFound, streamNotActive, streamNotFound } from './errors.ts';
import type { KinesisState } from './state.ts';
import type { ConsumerRecord } from './stream/records.ts';
import type { Shard, Stream } from './stream/stream.ts';

/** How an input says which stream it is about. */
export interface StreamReference {
  readonly StreamName?: string | undefined;
  readonly StreamARN?: string | undefined;
  readonly StreamId?: string | undefined;
}

export const placeOf = ({ kernel, name }: Stream): StreamPlace => ({ kernel, streamName: name });

const STREAM_ARN = /^arn:[^:]+:kinesis:[^:]*:\d*:stream\/([a-zA-Z0-9_.-]+)$/;
const CONSUMER_ARN = /^(arn:[^:]+:kinesis:[^:]*:\d*:stream\/([a-zA-Z0-9_.-]+))\/consumer\/([a-zA-Z0-9_.-]+):\d+$/;

/** The name that a reference has; `undefined` where it has none. */
export function streamNameOf({ StreamName: name, StreamARN: arn, StreamId: id }: StreamReference): string | undefined {
  if (id !== undefined) throw new NotEmulated('Kinesis with StreamId', 'kinesis');
  if (arn === undefined) return name;
  const named = STREAM_ARN.exec(arn)?.[1] ?? CONSUMER_ARN.exec(arn)?.[2];
  if (name !== undefined && name !== named) throw invalidArgument(`StreamName ${name} and StreamARN ${arn} do not name the same stream.`);
  return named;
}

/** The ARN of the stream that a reference names, whether or not it is there. */
export function arnOf(kernel: Kernel, reference: StreamReference): string {
  return reference.StreamARN ?? kernel.arn('kinesis', `stream/${reference.StreamName ?? '*'}`);
}

/** The stream, in whatever state it is. */
export function findStream(reference: StreamReference, { kernel, state }: Pick<Context<KinesisState>, 'kernel' | 'state'>): Stream {
  const name = streamNameOf(reference);
  if (name === undefined) throw missingStream();
  const stream = state.streams.get(name);
  if (!stream || (reference.StreamARN !== undefined && reference.StreamARN !== stream.arn)) throw streamNotFound({ kernel, streamName: name });
  return stream;
}

/** A stream that has been made and is not on its way out. */
export function findReadyStream(reference: StreamReference, context: Pick<Context<KinesisState>, 'kernel' | 'state'>): Stream {
  const stream = findStream(reference, context);
  if (stream.record.status === 'CREATING' || stream.record.status === 'DELETING') throw streamNotFound(placeOf(stream));
  return stream;
}

/** Throws where a change of the stream is under way. */
export function checkActive(stream: Stream): void {
  if (stream.record.status !== 'ACTIVE') throw streamNotActive(placeOf(stream), stream.record.status);
}

const SHARD_NUMBER_MAX = 0x7f_ff_ff_ff;

/** The number of a shard: what follows the first hyphen, or all of it. Zeros at its beginning and what stands before the hyphen are no matter. */
export function shardNumberOf(shardId: string, place: StreamPlace): number {
  const digits = shardId.split('-')[1] ?? shardId;
  const number = /^\d+$/.test(digits) ? Number(digits) : Number.NaN;
  if (!(number <= SHARD_NUMBER_MAX)) throw shardNotFound(place, shardId);
  return number;
}

/** A shard to be read. */
export function findShard(stream: Stream, number: number): Shard {
  const shard = stream.shards.get(number);
  if (!shard) throw noSuchShard(placeOf(stream), number);
  return shard;
}

/** What a policy or tags belong to: a stream or a consumer. */
export type Tagged = { readonly kind: 'stream'; readonly stream: Stream } | { readonly kind: 'consumer'; readonly consumer: ConsumerRecord };

export function findResource(arn: string, context: Context<KinesisState>): Tagged {
  const consumer = context.state.consumers.get(arn);
  if (consumer) return { kind: 'consumer', consumer };
  if (CONSUMER_ARN.test(arn) || !STREAM_ARN.test(arn)) throw resourceNotFound(arn);
  return { kind: 'stream', stream: findStream({ StreamARN: arn }, context) };
}

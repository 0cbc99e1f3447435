import type { SubscribeToShardCommandInput, SubscribeToShardCommandOutput } from '@aws-sdk/client-kinesis';
import { refuseAllBut } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { consumerNotFound, consumerNotReady, subscribedJustNow } from '../errors.ts';
import { findReadyStream, findShard, shardNumberOf } from '../lookup.ts';
import { meterConsumer } from '../metrics.ts';
import type { KinesisState } from '../state.ts';
import { indexOf } from '../stream/position.ts';
import { ShardSubscription } from '../stream/subscription.ts';

/** A second call within this time is refused; a later one takes the subscription over. @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SubscribeToShard.html */
const TAKE_OVER_MS = 5000;

/** Answers a stream of events, woken by what comes into the shard. */
export function subscribeToShard(input: SubscribeToShardCommandInput, context: Context<KinesisState>): Omit<SubscribeToShardCommandOutput, '$metadata'> {
  refuseAllBut(['ConsumerARN', 'ShardId', 'StartingPosition'], input, { operation: 'SubscribeToShard', page: 'kinesis' });
  const { kernel, state, signal } = context;
  const { ConsumerARN: arn = '', StartingPosition: position } = input;
  const streamName = arn.split('/')[1] ?? '';
  const number = shardNumberOf(input.ShardId ?? '', { kernel, streamName });
  const consumer = state.consumers.get(arn);
  if (!consumer) throw consumerNotFound(arn, { kernel, streamName });
  const stream = findReadyStream({ StreamARN: consumer.streamArn }, context);
  if (consumer.activeMs > kernel.nowMs()) throw consumerNotReady(arn);
  const shard = findShard(stream, number);
  const index = indexOf(stream, shard, { type: position?.Type, sequenceNumber: position?.SequenceNumber, timestamp: position?.Timestamp });
  const key = `${arn}/${number}`;
  const present = state.subscriptions.get(key);
  if (present && kernel.nowMs() - present.startedMs < TAKE_OVER_MS) throw subscribedJustNow(arn, number);
  present?.end();
  const subscription = new ShardSubscription({
    stream,
    shard,
    consumerName: consumer.name,
    index,
    onEnd: () => {
      if (state.subscriptions.get(key) === subscription) state.subscriptions.delete(key);
    },
  });
  state.subscriptions.set(key, subscription);
  signal?.addEventListener('abort', () => subscription.end(), { once: true });
  meterConsumer(stream, consumer.name, 'SubscribeToShard.Success', 1);
  return { EventStream: subscription };
}

import { hasTooManyAttributes } from '../delivering/attempt.ts';
import { enqueue } from '../delivering/line.ts';
import type { PendingDelivery } from '../delivering/pending-delivery.ts';
import { countForTopic } from '../metrics.ts';
import type { SnsState } from '../state.ts';
import type { Subscription } from '../subscription/records.ts';
import type { Topic } from '../topic/records.ts';
import { type FilteredOut, FilterView } from './filter.ts';
import { bodyFor, type Message } from './message.ts';
import { functionEvent, queueNotification } from './notification.ts';

/** Notes a delivery for each subscription whose filter the message passes. `cause` is the journal entry of the publication. */
export function fanOut(state: SnsState, topic: Topic, message: Message, cause: number): void {
  const view = new FilterView(message);
  for (const subscription of topic.subscriptions.values()) {
    const { filter } = subscription.settings;
    const refusal = filter && view.refusal(filter, subscription.record.protocol);
    if (refusal) filteredOut(state, topic, { subscription, message, refusal, cause });
    else enqueue(state.line, deliveryOf(state, topic, { subscription, message, cause }));
  }
}

function filteredOut(
  { kernel }: SnsState,
  topic: Topic,
  {
    subscription,
    message,
    refusal,
    cause,
  }: { readonly subscription: Subscription; readonly message: Message; readonly refusal: FilteredOut; readonly cause: number },
): void {
  countForTopic(kernel, topic.dimensions, 'NumberOfNotificationsFilteredOut');
  countForTopic(kernel, topic.dimensions, `NumberOfNotificationsFilteredOut-${refusal}`);
  const detail = { messageId: message.id, topicArn: topic.record.arn, endpoint: subscription.record.endpoint, reason: refusal };
  kernel.journal.append({ service: 'sns', kind: 'notification-filtered-out', arn: subscription.record.arn, cause, detail });
}

function deliveryOf(
  { kernel }: SnsState,
  topic: Topic,
  { subscription, message, cause }: { readonly subscription: Subscription; readonly message: Message; readonly cause: number },
): PendingDelivery {
  const { record, settings } = subscription;
  const { isFifo } = topic.settings;
  const isToFifoQueue = record.endpoint.endsWith('.fifo');
  const isRaw = settings.isRaw && record.protocol === 'sqs';
  const parts = { kernel, topic, subscription, message };
  const body = record.protocol === 'lambda' ? functionEvent(parts) : isRaw ? bodyFor(message, 'sqs') : queueNotification(parts);
  const isForQueue = record.protocol === 'sqs' && !(isRaw && hasTooManyAttributes(message.attributes));
  return {
    id: kernel.uuid(),
    messageId: message.id,
    topicArn: topic.record.arn,
    topicName: topic.record.name,
    subscriptionArn: record.arn,
    endpoint: record.endpoint,
    body,
    deadLetterBody: isForQueue ? undefined : queueNotification(parts),
    attributes: isRaw ? message.attributes : undefined,
    // A standard queue behind a FIFO topic is told nothing of groups; behind a standard topic it is, for fair queues. Recorded from AWS.
    messageGroupId: !isFifo || isToFifoQueue ? message.groupId : undefined,
    messageDeduplicationId: isToFifoQueue ? message.deduplicationId : undefined,
    sequenceNumber: message.sequenceNumber,
    lane: isFifo ? `${record.arn}\n${message.groupId}` : undefined,
    deadLetterArn: settings.deadLetterArn,
    failure: undefined,
    attempts: 0,
    dueMs: message.publishedMs,
    cause,
  };
}

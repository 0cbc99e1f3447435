import type { DeliveryOutcome } from '../../../kernel/delivery.ts';
import { NotEmulated } from '../../../kernel/errors.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import type { DeliveryPayload } from '../../../kernel/service.ts';
import { countForTopic, ofTopic } from '../metrics.ts';
import { type DeliveryLine, finish, postpone } from './line.ts';
import type { Failure, PendingDelivery } from './pending-delivery.ts';
import { waitBeforeRetry } from './retry-policy.ts';

/** Attributes that a queue takes: a raw delivery with more can never succeed. @see https://docs.aws.amazon.com/sns/latest/dg/sns-large-payload-raw-message-delivery.html */
const QUEUE_ATTRIBUTES_MAX = 10;

/** Whether a raw delivery has more attributes than a queue takes. */
export function hasTooManyAttributes(attributes: DeliveryPayload['attributes']): boolean {
  return attributes !== undefined && Object.keys(attributes).length > QUEUE_ATTRIBUTES_MAX;
}

type Refused = Extract<DeliveryOutcome, { status: 'refused' }>;

/** Tries once to bring a notification to its endpoint, or to the dead-letter queue once that was given up. What cannot succeed later is not tried again. */
export async function attempt(line: DeliveryLine, delivery: PendingDelivery): Promise<void> {
  if (delivery.failure) {
    await deadLetter(line, delivery, delivery.failure);
    return;
  }
  const { kernel } = line;
  const { endpoint, body, attributes } = delivery;
  const outcome = await send(kernel, delivery, { to: endpoint, body, attributes });
  if (outcome.status === 'accepted') {
    countForTopic(kernel, ofTopic(delivery.topicName), 'NumberOfNotificationsDelivered');
    finish(line, delivery);
    return;
  }
  const tried = { ...delivery, attempts: delivery.attempts + 1 };
  const waitMs = outcome.isRetryable ? waitBeforeRetry(kernel, tried.attempts) : undefined;
  const nextMs = waitMs === undefined ? undefined : kernel.nowMs() + waitMs;
  note(kernel, tried, 'delivery-failed', { error: outcome.code, message: outcome.message, nextMs });
  if (nextMs !== undefined) {
    postpone(line, { ...tried, dueMs: nextMs });
    return;
  }
  countForTopic(kernel, ofTopic(delivery.topicName), 'NumberOfNotificationsFailed');
  await deadLetter(line, { ...tried, attempts: 0 }, { code: outcome.code, message: outcome.message });
}

/**
 * Gives a notification up: into the subscription's dead-letter queue, or, as AWS has it, into nothing where there is none or it does not take it.
 * Differs from AWS: a raw notification that has more attributes than a queue takes is dead-lettered with its envelope.
 */
async function deadLetter(line: DeliveryLine, delivery: PendingDelivery, failure: Failure): Promise<void> {
  const { kernel } = line;
  const { deadLetterArn, deadLetterBody, body, attributes, topicName, attempts } = delivery;
  const detail = { error: failure.code, message: failure.message };
  if (deadLetterArn === undefined) {
    note(kernel, delivery, 'delivery-dropped', { ...detail, refusal: 'The subscription has no dead-letter queue.' });
    finish(line, delivery);
    return;
  }
  const outcome = await send(kernel, delivery, {
    to: deadLetterArn,
    ...(deadLetterBody === undefined ? { body, attributes } : { body: deadLetterBody, attributes: undefined }),
  });
  const waitMs = outcome.status === 'refused' && outcome.isRetryable ? waitBeforeRetry(kernel, attempts + 1) : undefined;
  if (waitMs !== undefined) {
    postpone(line, { ...delivery, failure, attempts: attempts + 1, dueMs: kernel.nowMs() + waitMs });
    return;
  }
  const isTaken = outcome.status === 'accepted';
  countForTopic(kernel, ofTopic(topicName), isTaken ? 'NumberOfNotificationsRedrivenToDlq' : 'NumberOfNotificationsFailedToRedriveToDlq');
  if (isTaken) note(kernel, delivery, 'delivery-dead-lettered', detail);
  else note(kernel, delivery, 'delivery-dropped', { ...detail, refusal: (outcome as Refused).message });
  finish(line, delivery);
}

interface Parcel extends Pick<DeliveryPayload, 'body'> {
  readonly to: string;
  readonly attributes: DeliveryPayload['attributes'];
}

async function send(kernel: Kernel, delivery: PendingDelivery, { to, body, attributes }: Parcel): Promise<DeliveryOutcome> {
  const { messageGroupId, messageDeduplicationId, topicArn, cause } = delivery;
  if (hasTooManyAttributes(attributes)) {
    return { status: 'refused', code: 'InvalidParameterValue', message: 'A queue takes at most 10 message attributes.', isRetryable: false };
  }
  const payload: DeliveryPayload = {
    body,
    ...(attributes && { attributes }),
    ...(messageGroupId !== undefined && { messageGroupId }),
    ...(messageDeduplicationId !== undefined && { messageDeduplicationId }),
  };
  try {
    return await kernel.deliver({ to, payload, principal: { type: 'service', service: 'sns.amazonaws.com', sourceArn: topicArn }, cause });
  } catch (error) {
    if (error instanceof NotEmulated) return { status: 'refused', code: error.name, message: error.message, isRetryable: false };
    throw error;
  }
}

function note(kernel: Kernel, delivery: PendingDelivery, kind: string, more: Readonly<Record<string, unknown>>): void {
  const { messageId, topicArn, subscriptionArn, endpoint, deadLetterArn, attempts, cause } = delivery;
  const arn = kind === 'delivery-dead-lettered' ? (deadLetterArn ?? endpoint) : endpoint;
  kernel.journal.append({ service: 'sns', kind, arn, cause, detail: { messageId, topicArn, subscriptionArn, endpoint, attempts, ...more } });
}

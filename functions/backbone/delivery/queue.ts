import { ChangeMessageVisibilityCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { attributesOf, type DeadLetter, describeError, fingerprintOf } from '../dead-letters/dead-letter.ts';
import { indexDeadLetter } from '../dead-letters/index-table.ts';
import { lambdaPorts, once, type Ports, required, type Sender } from '../ports.ts';
import { log } from '../telemetry.ts';
import type { Message } from './message.ts';
import type { DeadLetterReason } from './outcome.ts';

/** The world of a consumer: a table and a queue. */
export interface QueuePorts extends Ports {
  readonly sqs: Sender;
}

const sqs = once(() => new SQSClient({}));

/** The world of a consumer in Lambda. */
export const lambdaQueuePorts: QueuePorts = Object.defineProperties(Object.create(lambdaPorts), { sqs: { get: () => sqs() } }) as QueuePorts;

/** Hides a message for some seconds. A message that cannot be hidden only comes back later, when its visibility timeout ends, so a failure is noted and no more. */
export async function hide(ports: QueuePorts, { record, eventKey }: Message, seconds: number): Promise<void> {
  try {
    await ports.sqs.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: required(ports.environment, 'QUEUE_URL'),
        ReceiptHandle: record.receiptHandle,
        VisibilityTimeout: Math.min(seconds, VISIBILITY_SECONDS_MAX),
      }),
    );
  } catch (error) {
    log('warn', 'not hidden', { eventKey, messageId: record.messageId }, error);
  }
}

/** Twelve hours, less what the message has been held already. @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html */
const VISIBILITY_SECONDS_MAX = 43_200 - 900;

/** Describes a failed message. Attempts are counted over all its journeys. */
export function deadLetterOf(
  ports: QueuePorts,
  message: Message,
  { consumer, reason, error }: { readonly consumer: string; readonly reason: DeadLetterReason; readonly error: unknown },
): DeadLetter {
  const { record, content, earlier, receiveCount, eventKey } = message;
  const envelope = content.kind === 'event' ? content.received.envelope : undefined;
  return {
    consumer,
    eventKey,
    type: envelope?.type,
    correlationId: envelope?.correlationid,
    reason,
    fingerprint: fingerprintOf(error),
    error: describeError(error),
    attempts: (earlier?.attempts ?? 0) + receiveCount,
    firstFailedAt: earlier?.firstFailedAt ?? new Date(Number(record.attributes.ApproximateFirstReceiveTimestamp)).toISOString(),
    lastFailedAt: new Date(ports.nowMs()).toISOString(),
    codeVersion: ports.environment['CODE_VERSION'] ?? 'unknown',
    body: record.body,
    messageId: record.messageId,
    queueUrl: required(ports.environment, 'QUEUE_URL'),
    deadLetterQueueUrl: required(ports.environment, 'DEAD_LETTER_QUEUE_URL'),
  };
}

/**
 * Sends a message to the dead-letter queue, unchanged, with its reason; then writes the index; the caller acknowledges. A crash in between repeats the sending: twice in the
 * queue, once in the index, never nowhere. On a FIFO queue the message's id deduplicates the second.
 */
export async function sendToDeadLetterQueue(ports: QueuePorts, message: Message, letter: DeadLetter): Promise<void> {
  const { MessageGroupId: group, AWSTraceHeader: trace } = message.record.attributes;
  await ports.sqs.send(
    new SendMessageCommand({
      QueueUrl: letter.deadLetterQueueUrl,
      MessageBody: letter.body,
      MessageAttributes: attributesOf(letter),
      ...(trace && { MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: trace } } }),
      ...(letter.deadLetterQueueUrl.endsWith('.fifo') && { MessageGroupId: group ?? letter.consumer, MessageDeduplicationId: message.record.messageId }),
    }),
  );
  await indexDeadLetter(ports, letter, { onlyIfUnknown: false });
}

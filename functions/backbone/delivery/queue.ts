import { ChangeMessageVisibilityCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { attributesOf, type DeadLetter, describeError, fingerprintOf } from '../dead-letters/dead-letter.ts';
import { indexDeadLetter } from '../dead-letters/index-table.ts';
import { lambdaPorts, once, type Ports, required, type Sender } from '../ports.ts';
import { log } from '../telemetry/telemetry.ts';
import { historyWith, readLadder } from './ladder.ts';
import type { Incoming, Message } from './message.ts';
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
        QueueUrl: queueUrlOf(ports, record),
        ReceiptHandle: record.receiptHandle,
        VisibilityTimeout: Math.min(seconds, VISIBILITY_SECONDS_MAX),
      }),
    );
  } catch (error) {
    log('warn', 'not hidden', { eventKey, messageId: record.messageId }, error);
  }
}

/** The queue that a record came from: the consumer's, or a rung of its retry ladder beside it. */
function queueUrlOf({ environment }: QueuePorts, { eventSourceARN }: SQSRecord): string {
  const own = required(environment, 'QUEUE_URL');
  const rungs = readLadder(environment)?.rungs ?? [];
  const name = eventSourceARN.split(':')[5] ?? '';
  return rungs.find(({ queueUrl }) => queueUrl.endsWith(`/${name}`))?.queueUrl ?? own;
}

/** Twelve hours, less what the message has been held already. @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html */
const VISIBILITY_SECONDS_MAX = 43_200 - 900;

/** How a failure is told of. */
export interface Failure {
  readonly consumer: string;
  readonly reason: DeadLetterReason;
  readonly error: unknown;
}

/** What only the source of a message knows of its journey. */
export interface Journey {
  readonly messageId: string;
  /** Over all its journeys. */
  readonly attempts: number;
  readonly firstFailedAt: string;
}

/** Describes what failed. */
export function letterOf(ports: QueuePorts, { body, content, eventKey }: Incoming, { consumer, reason, error }: Failure, journey: Journey): DeadLetter {
  const envelope = content.kind === 'event' ? content.received.envelope : undefined;
  return {
    ...journey,
    consumer,
    eventKey,
    type: envelope?.type,
    correlationId: envelope?.correlationid,
    reason,
    fingerprint: fingerprintOf(error),
    error: describeError(error),
    lastFailedAt: new Date(ports.nowMs()).toISOString(),
    codeVersion: ports.environment['CODE_VERSION'] ?? 'unknown',
    body,
    queueUrl: required(ports.environment, 'QUEUE_URL'),
    deadLetterQueueUrl: required(ports.environment, 'DEAD_LETTER_QUEUE_URL'),
  };
}

/** The journey of a message of a queue, over redrives and the rungs of a ladder. */
export function journeyOf({ record, earlier, climb, receiveCount }: Message): Journey {
  return {
    messageId: record.messageId,
    attempts: (climb?.attempts ?? earlier?.attempts ?? 0) + receiveCount,
    firstFailedAt: climb?.firstFailedAt ?? earlier?.firstFailedAt ?? new Date(Number(record.attributes.ApproximateFirstReceiveTimestamp)).toISOString(),
  };
}

/** Describes a failed message of a queue. */
export function deadLetterOf(ports: QueuePorts, message: Message, failure: Failure): DeadLetter {
  const { climb } = message;
  const letter = letterOf(ports, message, failure, journeyOf(message));
  return climb ? { ...letter, history: JSON.stringify(historyWith(ports, { error: failure.error, climb })) } : letter;
}

/**
 * Sends a message to the dead-letter queue, unchanged, with its reason; then writes the index; the caller acknowledges. A crash in between repeats the sending: twice in the
 * queue, once in the index, never nowhere. On a FIFO queue the message's id deduplicates the second.
 */
export async function sendToDeadLetterQueue(ports: QueuePorts, letter: DeadLetter, attributes: Partial<SQSRecord['attributes']> = {}): Promise<void> {
  const { MessageGroupId: group, AWSTraceHeader: trace } = attributes;
  await ports.sqs.send(
    new SendMessageCommand({
      QueueUrl: letter.deadLetterQueueUrl,
      MessageBody: letter.body,
      MessageAttributes: attributesOf(letter),
      ...(trace && { MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: trace } } }),
      ...(letter.deadLetterQueueUrl.endsWith('.fifo') && { MessageGroupId: group ?? letter.consumer, MessageDeduplicationId: letter.messageId }),
    }),
  );
  await indexDeadLetter(ports, letter, { onlyIfUnknown: false });
}

import { ChangeMessageVisibilityBatchCommand, type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { ConsumerDescription } from '../system.ts';
import type { DeadLetter } from './dead-letter.ts';

/** SQS hands out up to 10 messages a call. */
const BATCH = 10;

/** How long a peeked message is hidden at most; it is released as soon as all are read. */
const HIDDEN_SECONDS = 60;

/** Messages read at most in one peek: a plan over more is made in parts. */
export const PEEKED_MAX = 10_000;

/**
 * Reads what is in a dead-letter queue and releases it again. SQS has no read without effect: each peek raises the messages' receive count and
 * hides them for a moment. A dead-letter queue has no redrive policy of its own, so nothing follows from the count.
 */
export async function peekDeadLetters(sqs: SQSClient, consumer: ConsumerDescription): Promise<DeadLetter[]> {
  const taken: Message[] = [];
  const seen = new Set<string>();
  while (taken.length < PEEKED_MAX) {
    const { Messages: messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: consumer.deadLetterQueueUrl,
        MaxNumberOfMessages: BATCH,
        VisibilityTimeout: HIDDEN_SECONDS,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['All'],
      }),
    );
    const fresh = messages.filter((message) => !seen.has(message.MessageId ?? ''));
    if (fresh.length === 0) break;
    for (const message of fresh) seen.add(message.MessageId ?? '');
    taken.push(...fresh);
  }
  await release(sqs, consumer.deadLetterQueueUrl, taken);
  return taken.map((message) => readDeadLetter(message, consumer.consumer));
}

/** Makes received messages visible again. */
export async function release(sqs: SQSClient, queueUrl: string, messages: readonly Message[]): Promise<void> {
  for (let start = 0; start < messages.length; start += BATCH) {
    const entries = messages.slice(start, start + BATCH).map((message, index) => ({
      Id: String(index),
      ReceiptHandle: message.ReceiptHandle ?? '',
      VisibilityTimeout: 0,
    }));
    await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries: entries }));
  }
}

interface EventBody {
  readonly detail?: { readonly id?: string; readonly source?: string; readonly type?: string; readonly correlationid?: string; readonly subject?: string };
}

function parseBody(body: string): EventBody {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null ? (parsed as EventBody) : {};
  } catch {
    // A malformed body is one of the reasons why messages are here; it is shown as it is.
    return {};
  }
}

/** Reads a message of a dead-letter queue: the envelope in its body, the reason in its attributes. */
export function readDeadLetter(message: Message, consumer: string): DeadLetter {
  const text = (name: string): string | undefined => message.MessageAttributes?.[name]?.StringValue;
  const { detail = {} } = parseBody(message.Body ?? '');
  const attempts = text('attempts') ?? message.Attributes?.ApproximateReceiveCount;
  return {
    consumer,
    messageId: message.MessageId ?? '',
    eventId: detail.id,
    source: detail.source,
    type: detail.type,
    correlationId: detail.correlationid,
    subject: detail.subject,
    reason: text('reason') ?? 'crashed',
    error: text('error'),
    fingerprint: text('fingerprint'),
    attempts: attempts === undefined ? undefined : Number(attempts),
    codeVersion: text('codeVersion'),
    firstFailedAt: undefined,
    lastFailedAt: text('failedAt'),
    payload: message.Body ?? '',
  };
}

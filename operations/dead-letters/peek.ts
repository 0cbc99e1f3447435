import { ChangeMessageVisibilityBatchCommand, type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { DeadLetterSource } from '../system.ts';
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
export async function peekDeadLetters(sqs: SQSClient, source: Omit<DeadLetterSource, 'deadLetterQueueArn'>): Promise<DeadLetter[]> {
  const { consumer, deadLetterQueueUrl, isOfBus } = source;
  const taken: Message[] = [];
  const seen = new Set<string>();
  while (taken.length < PEEKED_MAX) {
    const { Messages: messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: deadLetterQueueUrl,
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
  await release(sqs, deadLetterQueueUrl, taken);
  return taken.map((message) => (isOfBus ? readDeadLetterOfBus : readDeadLetter)(message, consumer));
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

/** Members of an event's `detail` that are texts; of a body that is no event of ours, whatever there is. */
function textsOf(body: string): Readonly<Record<string, string | undefined>> {
  try {
    const { detail } = JSON.parse(body) as { detail?: unknown };
    return Object.fromEntries(Object.entries(detail ?? {}).filter(([, value]) => typeof value === 'string')) as Record<string, string>;
  } catch {
    // A malformed body is one of the reasons why messages are here; it is shown as it is.
    return {};
  }
}

/** What stands in for a reason where no handler gave one: the queue moved the message after its last receive. The index calls it the same. */
const MOVED_BY_QUEUE = 'retries-exhausted';

/** Reads a message of a dead-letter queue: the envelope in its body, the reason in its attributes. */
function readDeadLetter(message: Message, consumer: string): DeadLetter {
  const text = (name: string): string | undefined => message.MessageAttributes?.[name]?.StringValue;
  const detail = textsOf(message.Body ?? '');
  const attempts = text('attempts') ?? message.Attributes?.ApproximateReceiveCount;
  return {
    consumer,
    messageId: message.MessageId ?? '',
    eventId: detail['id'],
    source: detail['source'],
    type: detail['type'],
    correlationId: detail['correlationid'],
    subject: detail['subject'],
    reason: text('reason') ?? MOVED_BY_QUEUE,
    error: text('error'),
    fingerprint: text('fingerprint'),
    attempts: attempts === undefined ? undefined : Number(attempts),
    codeVersion: text('codeVersion'),
    firstFailedAt: text('firstFailedAt'),
    lastFailedAt: text('lastFailedAt'),
    payload: message.Body ?? '',
  };
}

/** Reads an event that the bus dead-lettered: no consumer has seen it. */
function readDeadLetterOfBus(message: Message, bus: string): DeadLetter {
  const sentAt = message.Attributes?.SentTimestamp;
  const at = sentAt === undefined ? undefined : new Date(Number(sentAt)).toISOString();
  return { ...readDeadLetter(message, bus), reason: 'malformed', attempts: undefined, firstFailedAt: at, lastFailedAt: at };
}

import { createHash } from 'node:crypto';
import { ChangeMessageVisibilityBatchCommand, type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { DeadLetterSource } from '../system.ts';
import type { DeadLetter } from './dead-letter.ts';

/** How queues are read: the client, and how long a receive waits. A short poll (0) asks some of SQS's servers only; the embedded plane has one. */
export interface QueueAccess {
  readonly sqs: SQSClient;
  readonly receiveWaitSeconds: number;
}

/** SQS hands out up to 10 messages a call. */
export const BATCH = 10;

/** How long a peeked message is hidden at most, which is longer than reading a full queue takes; it is released as soon as all are read. */
const HIDDEN_SECONDS = 300;

/** Messages read at most in one peek: SQS has 120,000 in flight at most. @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const PEEKED_MAX = 100_000;

/**
 * Rounds in a row without anything new after which a queue counts as read. Elsewhere than on the embedded plane a message that was released shows up again a moment later, and a
 * receive may come back empty before all were seen.
 */
export const emptyRoundsOf = ({ receiveWaitSeconds }: QueueAccess): number => (receiveWaitSeconds === 0 ? 1 : 3);

/** Receives up to ten messages with all that is known of them, and hides them for `hiddenSeconds`. */
export async function receiveSome({ sqs, receiveWaitSeconds }: QueueAccess, queueUrl: string, hiddenSeconds: number): Promise<Message[]> {
  const { Messages: messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: BATCH,
      WaitTimeSeconds: receiveWaitSeconds,
      VisibilityTimeout: hiddenSeconds,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['All'],
    }),
  );
  return messages;
}

/**
 * Reads what is in a queue and releases it again. SQS has no read without effect: each peek raises the messages' receive count and hides them for a moment.
 * A dead-letter queue has no redrive policy of its own, so nothing follows from the count.
 */
export async function peekMessages(access: QueueAccess, queueUrl: string): Promise<Message[]> {
  const taken = new Map<string, Message>();
  try {
    for (let empty = 0; taken.size < PEEKED_MAX && empty < emptyRoundsOf(access); ) {
      const before = taken.size;
      for (const message of await receiveSome(access, queueUrl, HIDDEN_SECONDS)) taken.set(message.MessageId ?? '', message);
      empty = taken.size === before ? empty + 1 : 0;
    }
  } finally {
    await release(access.sqs, queueUrl, [...taken.values()]);
  }
  return [...taken.values()];
}

/** The dead letters of a queue, as their messages say. */
export async function peekDeadLetters(access: QueueAccess, source: Omit<DeadLetterSource, 'deadLetterQueueArn'>): Promise<DeadLetter[]> {
  return (await peekMessages(access, source.deadLetterQueueUrl)).map((message) => letterOf(message, source));
}

/** A received message as a dead letter. */
export function letterOf(message: Message, { consumer, isOfBus }: Pick<DeadLetterSource, 'consumer' | 'isOfBus'>): DeadLetter {
  return (isOfBus ? readDeadLetterOfBus : readDeadLetter)(message, consumer);
}

/** Makes received messages visible again. One whose time was up is visible anyway. */
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

/** What a body says as JSON; `undefined` where it is none. */
function jsonOf(body: string): { readonly source?: unknown; readonly id?: unknown; readonly detail?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    // A malformed body is one of the reasons why messages are here; it is shown as it is.
    return undefined;
  }
}

/** Members of an event's envelope that are texts, of the bus's `detail` or of a stream's record itself; of a body that is no event of ours, whatever there is. */
function textsOf(body: string): Readonly<Record<string, string | undefined>> {
  const json = jsonOf(body);
  const detail = json && 'specversion' in json ? json : json?.detail;
  return Object.fromEntries(Object.entries(detail ?? {}).filter(([, value]) => typeof value === 'string')) as Record<string, string>;
}

/** The key under which the index knows a message: the event's, else EventBridge's own, else the text's. The same as handlers and the indexer make. */
function eventKeyOf(body: string): string {
  const { specversion, source, id } = textsOf(body);
  if (specversion !== undefined && source !== undefined && id !== undefined) return `${source}#${id}`;
  const outer = jsonOf(body);
  if (typeof outer?.source === 'string' && typeof outer.id === 'string') return `${outer.source}#${outer.id}`;
  return `unknown#${createHash('sha256').update(body).digest('hex')}`;
}

/** What stands in for a reason where no handler gave one: the queue moved the message after its last receive. The index calls it the same. */
const MOVED_BY_QUEUE = 'retries-exhausted';

/** Reads a message of a dead-letter queue: the envelope in its body, the reason in its attributes. */
function readDeadLetter(message: Message, consumer: string): DeadLetter {
  const text = (name: string): string | undefined => message.MessageAttributes?.[name]?.StringValue;
  const body = message.Body ?? '';
  const detail = textsOf(body);
  const attempts = text('attempts') ?? message.Attributes?.ApproximateReceiveCount;
  return {
    consumer,
    messageId: message.MessageId ?? '',
    eventId: detail['id'],
    eventKey: text('eventKey') ?? eventKeyOf(body),
    source: detail['source'],
    type: detail['type'],
    correlationId: detail['correlationid'],
    subject: detail['subject'],
    partitionKey: detail['partitionkey'],
    reason: text('reason') ?? MOVED_BY_QUEUE,
    error: text('error'),
    fingerprint: text('fingerprint'),
    attempts: attempts === undefined ? undefined : Number(attempts),
    codeVersion: text('codeVersion'),
    firstFailedAt: text('firstFailedAt'),
    lastFailedAt: text('lastFailedAt'),
    redriveJob: text('redriveJob'),
    history: text('history'),
    payload: body,
  };
}

/** Reads an event that the bus dead-lettered: no consumer has seen it. */
function readDeadLetterOfBus(message: Message, bus: string): DeadLetter {
  const sentAt = message.Attributes?.SentTimestamp;
  const at = sentAt === undefined ? undefined : new Date(Number(sentAt)).toISOString();
  return { ...readDeadLetter(message, bus), reason: 'malformed', attempts: undefined, firstFailedAt: at, lastFailedAt: at };
}

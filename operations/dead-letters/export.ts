import { DeleteMessageBatchCommand, type Message, type MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { DeadLetterSource } from '../system.ts';
import { type DeadLetter, queueName } from './dead-letter.ts';
import { completed, indexedDeadLetters, noteDecision } from './index-entries.ts';
import { BATCH, emptyRoundsOf, letterOf, peekMessages, receiveSome, release } from './peek.ts';
import { filterOf, type LetterReading, type LetterSelection } from './read.ts';

/** A dead letter as a file keeps it: all that is needed to put it back. */
export interface ExportedLetter {
  readonly kind: 'dead-letter';
  readonly consumer: string;
  readonly queue: string;
  readonly messageId: string;
  readonly eventKey: string;
  readonly reason: string;
  readonly fingerprint: string | undefined;
  readonly body: string;
  /** Message attributes; binary values in base64. */
  readonly attributes: Readonly<Record<string, ExportedAttribute>>;
  /** Of a FIFO queue. */
  readonly messageGroupId: string | undefined;
  readonly sentAt: string | undefined;
}

export interface ExportedAttribute {
  readonly dataType: string;
  readonly text?: string;
  readonly base64?: string;
}

/** Reads what a dead-letter queue holds, to be kept elsewhere. The messages stay in the queue. */
export async function exportDeadLetters(reading: LetterReading, source: DeadLetterSource, selection: LetterSelection): Promise<ExportedLetter[]> {
  const { clients, receiveWaitSeconds, system, nowMs } = reading;
  const isMeant = filterOf(selection);
  const messages = await peekMessages({ sqs: clients.sqs, receiveWaitSeconds }, source.deadLetterQueueUrl);
  const entries = messages.length === 0 ? [] : await indexedDeadLetters(clients.dynamodb, system.deadLetterIndexTableName, source.consumer);
  const letters = completed(
    messages.map((message) => letterOf(message, source)),
    entries,
  );
  return messages.flatMap((message, index) => {
    const letter = letters[index] as DeadLetter;
    return isMeant(letter, nowMs) ? [exportedOf(message, letter, source)] : [];
  });
}

function exportedOf(message: Message, letter: DeadLetter, { deadLetterQueueUrl }: DeadLetterSource): ExportedLetter {
  const { SentTimestamp: sentMs, MessageGroupId: messageGroupId } = message.Attributes ?? {};
  return {
    kind: 'dead-letter',
    consumer: letter.consumer,
    queue: queueName(deadLetterQueueUrl),
    messageId: letter.messageId,
    eventKey: letter.eventKey,
    reason: letter.reason,
    fingerprint: letter.fingerprint,
    body: letter.payload,
    attributes: Object.fromEntries(Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [name, exportedAttribute(value)])),
    messageGroupId,
    sentAt: sentMs === undefined ? undefined : new Date(Number(sentMs)).toISOString(),
  };
}

function exportedAttribute({ DataType: dataType = 'String', StringValue: text, BinaryValue: bytes }: MessageAttributeValue): ExportedAttribute {
  return bytes === undefined ? { dataType, text: text ?? '' } : { dataType, base64: Buffer.from(bytes).toString('base64') };
}

/** Why messages are taken out of a dead-letter queue without being handled. */
export interface Removal {
  readonly status: 'exported' | 'discarded';
  readonly because: string;
  readonly by: string;
}

/** What became of the messages that were to be removed. */
export interface RemovalResult {
  readonly removed: number;
  /** Not in the queue any more, or hidden by somebody who works on them. */
  readonly skipped: number;
}

/** How long a message is hidden until it is deleted. */
const HIDDEN_SECONDS = 60;

/** Takes messages out of a dead-letter queue for good, and notes in the index why and by whom: the note is there before the message goes. */
export async function removeDeadLetters(
  { clients, receiveWaitSeconds, system, nowMs }: LetterReading,
  source: DeadLetterSource,
  { messageIds, removal }: { readonly messageIds: readonly string[]; readonly removal: Removal },
): Promise<RemovalResult> {
  const { deadLetterQueueUrl: queueUrl } = source;
  const waiting = new Set(messageIds);
  const others = new Map<string, Message>();
  const decision = { status: removal.status, decidedAt: new Date(nowMs).toISOString(), decidedBy: removal.by, because: removal.because };
  let removed = 0;
  try {
    const access = { sqs: clients.sqs, receiveWaitSeconds };
    for (let empty = 0; waiting.size > 0 && empty < emptyRoundsOf(access); ) {
      const before = { left: waiting.size, others: others.size };
      const messages = await receiveSome(access, queueUrl, HIDDEN_SECONDS);
      const meant = messages.filter(({ MessageId }) => waiting.has(MessageId ?? ''));
      for (const message of messages) if (!waiting.has(message.MessageId ?? '')) others.set(message.MessageId ?? '', message);
      for (const message of meant)
        await noteDecision(clients.dynamodb, { tableName: system.deadLetterIndexTableName, letter: letterOf(message, source), decision });
      const deleted = await deleteAll(clients, queueUrl, meant);
      for (const messageId of deleted) waiting.delete(messageId);
      removed += deleted.length;
      empty = waiting.size === before.left && others.size === before.others ? empty + 1 : 0;
    }
  } finally {
    await release(clients.sqs, queueUrl, [...others.values()]);
  }
  return { removed, skipped: waiting.size };
}

/** Deletes messages; answers the ids of those that SQS deleted. */
async function deleteAll({ sqs }: LetterReading['clients'], queueUrl: string, messages: readonly Message[]): Promise<string[]> {
  const deleted: string[] = [];
  for (let start = 0; start < messages.length; start += BATCH) {
    const batch = messages.slice(start, start + BATCH);
    const entries = batch.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle: ReceiptHandle ?? '' }));
    const { Successful: successful = [] } = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries }));
    deleted.push(...successful.map(({ Id }) => batch[Number(Id)]?.MessageId ?? ''));
  }
  return deleted;
}

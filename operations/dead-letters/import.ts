import { DeleteItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { type MessageAttributeValue, SendMessageCommand } from '@aws-sdk/client-sqs';
import type { DeadLetterSource } from '../system.ts';
import type { DeadLetter } from './dead-letter.ts';
import type { ExportedAttribute, ExportedLetter } from './export.ts';
import { noteDecision } from './index-entries.ts';
import { letterOf, peekMessages } from './peek.ts';
import { processedSince, replayNameOf } from './processed-since.ts';
import { type LetterReading, sourceNamed } from './read.ts';

/** What became of the letters of a file: each is counted once. */
export interface ImportResult {
  readonly imported: number;
  /** In the queue already: never removed, sent by an import that was broken off, or another letter of the same event, which failed again since. */
  readonly alreadyThere: number;
  /** Imported before, and moved on since. */
  readonly importedBefore: number;
  /** The consumer has processed the event since the letter failed: redriven or edited, it has taken effect. */
  readonly processedSince: number;
  /** Message ids of letters whose consumer is not here. */
  readonly unknownConsumer: readonly string[];
}

/** Names the original in the message that an import makes of it. */
const IMPORTED_FROM = 'importedFrom';

/** SQS takes 10 attributes, which is what a dead letter has; the body says the correlation id as well. */
const ATTRIBUTES_KEPT_MAX = 9;
const GIVING_WAY = new Set(['correlationId', IMPORTED_FROM]);

const KEPT_SECONDS = 60 * 24 * 60 * 60;

/**
 * Puts exported letters back into their dead-letter queues, each once, however often the file is imported: a claim in the index's table is written before a letter is sent,
 * and completed after. A claim that was left open by a crash is settled by looking into the queue.
 */
export async function importDeadLetters(reading: LetterReading, letters: readonly ExportedLetter[]): Promise<ImportResult> {
  const result = { imported: 0, alreadyThere: 0, importedBefore: 0, processedSince: 0, unknownConsumer: [] as string[] };
  for (const [consumer, group] of byConsumer(letters)) {
    const source = sourceNamed(reading.system, consumer);
    if (!source) {
      result.unknownConsumer.push(...group.map(({ messageId }) => messageId));
      continue;
    }
    const present = await presentOf(reading, source, group);
    for (const letter of group) result[await importOne(reading, source, { letter, present })] += 1;
  }
  return result;
}

function byConsumer(letters: readonly ExportedLetter[]): Map<string, ExportedLetter[]> {
  const groups = new Map<string, ExportedLetter[]>();
  for (const letter of letters) {
    const group = groups.get(letter.consumer);
    if (group) group.push(letter);
    else groups.set(letter.consumer, [letter]);
  }
  return groups;
}

/** What of a group of letters need not be imported. */
interface Present {
  /** Ids of what lies in the queue: the messages' own, and of what they were imported from. */
  readonly ids: Set<string>;
  /** Deliveries in the queue of which none is in the file: letters that failed again have other message ids. Two of the file may be of one event. */
  readonly others: ReadonlySet<string>;
  /** Message ids of letters whose event was processed since. */
  readonly processed: ReadonlySet<string>;
}

async function presentOf(reading: LetterReading, source: DeadLetterSource, group: readonly ExportedLetter[]): Promise<Present> {
  const { clients, receiveWaitSeconds, system } = reading;
  const messages = await peekMessages({ sqs: clients.sqs, receiveWaitSeconds }, source.deadLetterQueueUrl);
  const meant = new Set(group.map(({ messageId }) => messageId));
  const [ids, others] = [new Set<string>(), new Set<string>()];
  for (const message of messages) {
    const own = [message.MessageId ?? '', message.MessageAttributes?.[IMPORTED_FROM]?.StringValue ?? ''];
    for (const id of own) ids.add(id);
    const { eventKey, payload } = letterOf(message, source);
    if (!own.some((id) => meant.has(id))) others.add(deliveryOf(eventKey, payload));
  }
  const consumer = system.consumers.find(({ consumer: name }) => name === source.consumer);
  // What the bus dead-letters has no consumer, and no commit.
  return { ids, others, processed: consumer ? await processedSince(clients.dynamodb, consumer, group) : new Set() };
}

/** An event as it was published, or as a replay brought it: those are processed apart. */
const deliveryOf = (eventKey: string, body: string): string => `${replayNameOf(body) ?? ''}\n${eventKey}`;

async function importOne(
  reading: LetterReading,
  source: DeadLetterSource,
  { letter, present }: { readonly letter: ExportedLetter; readonly present: Present },
): Promise<'imported' | 'alreadyThere' | 'importedBefore' | 'processedSince'> {
  const { ids, others, processed } = present;
  if (ids.has(letter.messageId)) return 'alreadyThere';
  if (processed.has(letter.messageId)) return 'processedSince';
  if (others.has(deliveryOf(letter.eventKey, letter.body))) return 'alreadyThere';
  if ((await claim(reading, letter)) === 'sent') return 'importedBefore';
  const messageId = await send(reading, source, letter);
  ids.add(letter.messageId);
  await complete(reading, letter);
  await indexAgain(reading, letterOf({ Body: letter.body, MessageId: messageId, MessageAttributes: attributesOf(letter) }, source));
  return 'imported';
}

async function send({ clients, system }: LetterReading, { deadLetterQueueUrl }: DeadLetterSource, letter: ExportedLetter): Promise<string> {
  const { body, messageId, messageGroupId } = letter;
  try {
    const sent = await clients.sqs.send(
      new SendMessageCommand({
        QueueUrl: deadLetterQueueUrl,
        MessageBody: body,
        MessageAttributes: attributesOf(letter),
        ...(messageGroupId !== undefined && { MessageGroupId: messageGroupId, MessageDeduplicationId: messageId }),
      }),
    );
    return sent.MessageId ?? '';
  } catch (error) {
    // The claim must not stand in the way of the next import. Where SQS took the message all the same, that finds it in the queue.
    await clients.dynamodb.send(new DeleteItemCommand({ TableName: system.deadLetterIndexTableName, Key: keyOf(letter) }));
    throw error;
  }
}

/** The index calls the letter dead again; where it has forgotten it, it learns what the message says. */
async function indexAgain({ clients, system }: LetterReading, letter: DeadLetter): Promise<void> {
  const { messageId, type, reason, error, fingerprint, codeVersion, firstFailedAt, lastFailedAt } = letter;
  const known = Object.entries({ messageId, type, reason, error, fingerprint, codeVersion, firstFailedAt, lastFailedAt });
  const decision = { status: 'dead', ...Object.fromEntries(known.filter(([, value]) => value !== undefined)) } as Record<string, string>;
  await noteDecision(clients.dynamodb, { tableName: system.deadLetterIndexTableName, letter, decision });
}

function attributesOf({ attributes, messageId }: ExportedLetter): Record<string, MessageAttributeValue> {
  const kept = Object.entries(attributes)
    .filter(([name]) => !GIVING_WAY.has(name))
    .slice(0, ATTRIBUTES_KEPT_MAX)
    .map(([name, value]) => [name, attributeOf(value)]);
  return { ...Object.fromEntries(kept), [IMPORTED_FROM]: { DataType: 'String', StringValue: messageId } };
}

function attributeOf({ dataType, text, base64 }: ExportedAttribute): MessageAttributeValue {
  return { DataType: dataType, ...(base64 === undefined ? { StringValue: text } : { BinaryValue: Buffer.from(base64, 'base64') }) } as MessageAttributeValue;
}

const keyOf = ({ consumer, messageId }: ExportedLetter) => ({ pk: { S: `IMPORT#${consumer}` }, sk: { S: messageId } });

/** Claims a letter; answers `sent` where an earlier import has sent it. */
async function claim({ clients, system, nowMs }: LetterReading, letter: ExportedLetter): Promise<'claimed' | 'sent'> {
  try {
    await clients.dynamodb.send(
      new PutItemCommand({
        TableName: system.deadLetterIndexTableName,
        Item: {
          ...keyOf(letter),
          status: { S: 'sending' },
          at: { S: new Date(nowMs).toISOString() },
          expiresAt: { N: String(Math.floor(nowMs / 1000) + KEPT_SECONDS) },
        },
        ConditionExpression: 'attribute_not_exists(pk) OR #status = :sending',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ':sending': { S: 'sending' } },
      }),
    );
    return 'claimed';
  } catch (error) {
    if ((error as Error).name === 'ConditionalCheckFailedException') return 'sent';
    throw error;
  }
}

async function complete({ clients, system }: LetterReading, letter: ExportedLetter): Promise<void> {
  await clients.dynamodb.send(
    new UpdateItemCommand({
      TableName: system.deadLetterIndexTableName,
      Key: keyOf(letter),
      UpdateExpression: 'SET #status = :sent',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: { ':sent': { S: 'sent' } },
    }),
  );
}

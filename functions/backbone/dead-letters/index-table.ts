import { GetItemCommand, type GetItemCommandOutput, QueryCommand, type QueryCommandOutput, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { type Ports, required } from '../ports.ts';
import { toItem } from '../table.ts';
import type { Attributes, Key } from '../work.ts';
import type { DeadLetter } from './dead-letter.ts';

/** An item has at most 400 KB; the message itself stays in the queue whatever is cut here. */
const PAYLOAD_BYTES_MAX = 300 * 1024;

/** The queue keeps a message for 14 days; what failed is still answered for a while after that. */
const RETENTION_SECONDS = 60 * 24 * 60 * 60;

/** Key of a dead letter: one consumer and one event, however often the message moves. */
function deadLetterKeyOf(consumer: string, eventKey: string): Key {
  return { pk: `CONSUMER#${consumer}`, sk: eventKey };
}

/**
 * Writes what failed and why. The same letter again is the same item: it keeps the first time and takes the rest from the last.
 * With `onlyIfUnknown` a reason that a handler gave stays: the queue's own redrive policy knows none.
 */
export async function indexDeadLetter(
  ports: Pick<Ports, 'dynamodb' | 'environment'>,
  letter: DeadLetter,
  { onlyIfUnknown }: { readonly onlyIfUnknown: boolean },
): Promise<void> {
  const { consumer, eventKey, firstFailedAt, body, messageId, ...rest } = letter;
  const explanation = { reason: rest.reason, fingerprint: rest.fingerprint, error: rest.error, codeVersion: rest.codeVersion, attempts: rest.attempts };
  const isCut = Buffer.byteLength(body) > PAYLOAD_BYTES_MAX;
  const facts = {
    consumer,
    eventKey,
    messageId,
    type: rest.type,
    correlationId: rest.correlationId,
    lastFailedAt: rest.lastFailedAt,
    queueUrl: rest.queueUrl,
    deadLetterQueueUrl: rest.deadLetterQueueUrl,
    history: rest.history,
    payload: isCut ? cut(body) : body,
    payloadCut: isCut,
    status: 'dead',
    ownerSort: rest.lastFailedAt,
    expiresAt: Math.floor(Date.parse(rest.lastFailedAt) / 1000) + RETENTION_SECONDS,
  };
  const kept = { firstFailedAt, ...(onlyIfUnknown && { ...explanation, ownerKey: `FINGERPRINT#${rest.fingerprint}` }) };
  const set = { ...facts, ...(!onlyIfUnknown && { ...explanation, ownerKey: `FINGERPRINT#${rest.fingerprint}` }) };
  await ports.dynamodb.send(
    new UpdateItemCommand({
      TableName: required(ports.environment, 'DEAD_LETTER_INDEX_TABLE_NAME'),
      Key: toItem({ ...deadLetterKeyOf(consumer, eventKey) }),
      ...setExpression(set, kept),
    }),
  );
}

/** Notes that a redriven message was processed after all. Where there is no letter, nothing is written. */
export async function resolveDeadLetter(
  ports: Pick<Ports, 'dynamodb' | 'environment'>,
  { consumer, eventKey, at }: { readonly consumer: string; readonly eventKey: string; readonly at: string },
): Promise<void> {
  await closeLetter(ports, { consumer, eventKey, set: { status: 'resolved', resolvedAt: at }, ConditionExpression: 'attribute_exists(pk)', values: {} });
}

/** Whether an operator has decided that a letter is not to be handled: it is discarded, or kept in a file. */
export async function isDecided(
  ports: Pick<Ports, 'dynamodb' | 'environment'>,
  { consumer, eventKey }: { readonly consumer: string; readonly eventKey: string },
): Promise<boolean> {
  const { Item } = (await ports.dynamodb.send(
    new GetItemCommand({
      TableName: required(ports.environment, 'DEAD_LETTER_INDEX_TABLE_NAME'),
      Key: toItem({ ...deadLetterKeyOf(consumer, eventKey) }),
      ConsistentRead: true,
    }),
  )) as GetItemCommandOutput;
  return ['discarded', 'exported'].includes(Item?.['status']?.S ?? '');
}

/** Changes a letter where the condition holds; answers whether it did. */
async function closeLetter(
  ports: Pick<Ports, 'dynamodb' | 'environment'>,
  {
    consumer,
    eventKey,
    set,
    ConditionExpression,
    values,
  }: { readonly consumer: string; readonly eventKey: string; readonly set: Attributes; readonly ConditionExpression: string; readonly values: Attributes },
): Promise<boolean> {
  const { ExpressionAttributeValues, ...expression } = setExpression(set, {});
  try {
    await ports.dynamodb.send(
      new UpdateItemCommand({
        TableName: required(ports.environment, 'DEAD_LETTER_INDEX_TABLE_NAME'),
        Key: toItem({ ...deadLetterKeyOf(consumer, eventKey) }),
        ConditionExpression,
        ...expression,
        ExpressionAttributeValues: { ...ExpressionAttributeValues, ...toItem(values) },
      }),
    );
    return true;
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ConditionalCheckFailedException') throw error;
    return false;
  }
}

/** Pages of the index read for one consumer, at most. */
const PAGES_MAX = 100;

/**
 * Closes the letters of a queue that holds nothing any more: someone moved them with SQS's own means, which leave no trace in a message, or deleted them. `gone` says no
 * more than that; a letter that fails again is `dead` again. Answers how many.
 * @param before leaves those alone that failed later: the count of a queue lags behind
 */
export async function closeAbsent(
  ports: Pick<Ports, 'dynamodb' | 'environment'>,
  { consumer, before, at }: { readonly consumer: string; readonly before: string; readonly at: string },
): Promise<number> {
  const keys: string[] = [];
  let ExclusiveStartKey: QueryCommandOutput['LastEvaluatedKey'];
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const { Items, LastEvaluatedKey } = (await ports.dynamodb.send(
      new QueryCommand({
        TableName: required(ports.environment, 'DEAD_LETTER_INDEX_TABLE_NAME'),
        KeyConditionExpression: 'pk = :pk',
        FilterExpression: '#status = :dead AND lastFailedAt < :before',
        ProjectionExpression: 'sk',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: toItem({ ':pk': deadLetterKeyOf(consumer, '')['pk'], ':dead': 'dead', ':before': before }),
        ExclusiveStartKey,
      }),
    )) as QueryCommandOutput;
    for (const { sk } of Items ?? []) keys.push(sk?.S ?? '');
    ExclusiveStartKey = LastEvaluatedKey;
    if (!ExclusiveStartKey) break;
  }
  let closed = 0;
  for (const eventKey of keys) {
    const condition = { ConditionExpression: '#status = :dead AND lastFailedAt < :before', values: { ':dead': 'dead', ':before': before } };
    if (await closeLetter(ports, { consumer, eventKey, set: { status: 'gone', goneAt: at }, ...condition })) closed += 1;
  }
  return closed;
}

/** The first bytes of a text. A character that the cut divides is left out. */
function cut(text: string): string {
  return Buffer.from(text)
    .subarray(0, PAYLOAD_BYTES_MAX)
    .toString()
    .replace(/\ufffd$/, '');
}

/** Sets attributes; those in `kept` only where they are absent. */
function setExpression(
  set: Attributes,
  kept: Attributes,
): { UpdateExpression: string; ExpressionAttributeNames: Record<string, string>; ExpressionAttributeValues: Record<string, never> } {
  const present = (attributes: Attributes): string[] => Object.keys(attributes).filter((name) => attributes[name] !== undefined);
  const clauses = [...present(set).map((name) => `#${name} = :${name}`), ...present(kept).map((name) => `#${name} = if_not_exists(#${name}, :${name})`)];
  const all = { ...set, ...kept };
  return {
    UpdateExpression: `SET ${clauses.join(', ')}`,
    ExpressionAttributeNames: Object.fromEntries(present(all).map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: toItem(Object.fromEntries(present(all).map((name) => [`:${name}`, all[name]]))),
  };
}

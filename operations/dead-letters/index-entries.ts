import { type AttributeValue, type DynamoDBClient, QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { DeadLetter } from './dead-letter.ts';

/** Pages of the index read at most for one consumer; one holds a megabyte. */
const PAGES_MAX = 200;

/** What the index says of a letter, without its payload. */
export type IndexEntry = Readonly<Record<string, AttributeValue>>;

const MEMBERS = ['sk', 'messageId', 'reason', '#error', 'fingerprint', 'codeVersion', 'firstFailedAt', 'lastFailedAt', 'attempts', '#status'] as const;

/** The index entries of a consumer's messages that are still dead. */
export async function indexedDeadLetters(dynamodb: DynamoDBClient, tableName: string, consumer: string): Promise<IndexEntry[]> {
  const items: IndexEntry[] = [];
  let startKey: Record<string, AttributeValue> | undefined;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const answer = await dynamodb.send(
      new QueryCommand({
        TableName: tableName,
        KeyConditionExpression: 'pk = :pk',
        FilterExpression: '#status = :dead',
        ProjectionExpression: MEMBERS.join(', '),
        ExpressionAttributeNames: { '#status': 'status', '#error': 'error' },
        ExpressionAttributeValues: { ':pk': { S: `CONSUMER#${consumer}` }, ':dead': { S: 'dead' } },
        ...(startKey && { ExclusiveStartKey: startKey }),
      }),
    );
    items.push(...(answer.Items ?? []));
    startKey = answer.LastEvaluatedKey;
    if (!startKey) break;
  }
  return items;
}

/** Letters completed from the index: it knows why a message failed that the queue itself moved, and since when. */
export function completed(letters: readonly DeadLetter[], entries: readonly IndexEntry[]): DeadLetter[] {
  const byKey = new Map(entries.map((entry) => [entry['sk']?.S, entry]));
  const byMessage = new Map(entries.map((entry) => [entry['messageId']?.S, entry]));
  return letters.map((letter) => {
    const entry = byKey.get(letter.eventKey) ?? byMessage.get(letter.messageId);
    if (!entry) return letter;
    return {
      ...letter,
      reason: entry['reason']?.S ?? letter.reason,
      error: entry['error']?.S ?? letter.error,
      fingerprint: entry['fingerprint']?.S ?? letter.fingerprint,
      codeVersion: entry['codeVersion']?.S ?? letter.codeVersion,
      firstFailedAt: entry['firstFailedAt']?.S ?? letter.firstFailedAt,
      lastFailedAt: entry['lastFailedAt']?.S ?? letter.lastFailedAt,
    };
  });
}

/** Notes in the index what an operator decided of a letter. Where the index has no entry, one is made: a decision leaves a trace. */
export async function noteDecision(
  dynamodb: DynamoDBClient,
  { tableName, letter, decision }: { readonly tableName: string; readonly letter: DeadLetter; readonly decision: Readonly<Record<string, string>> },
): Promise<void> {
  const members: Readonly<Record<string, string>> = { consumer: letter.consumer, eventKey: letter.eventKey, ...decision };
  const names = Object.keys(members);
  await dynamodb.send(
    new UpdateItemCommand({
      TableName: tableName,
      Key: { pk: { S: `CONSUMER#${letter.consumer}` }, sk: { S: letter.eventKey } },
      UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`,
      ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
      ExpressionAttributeValues: Object.fromEntries(names.map((name) => [`:${name}`, { S: members[name] ?? '' }])),
    }),
  );
}

import { BatchGetItemCommand, type DynamoDBClient, type KeysAndAttributes } from '@aws-sdk/client-dynamodb';
import type { ConsumerDescription } from '../system.ts';
import type { ExportedLetter } from './export.ts';

/** A batch read takes 100 keys. @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
const KEYS_A_READ = 100;

/** Epoch in a commit's key of what is no replay, or of a replay at a consumer that skips what it did. */
const LIVE = '0';

/**
 * Message ids of the exported letters whose event the consumer has processed since they failed: redriven, edited or replayed, it has taken effect. A commit of before the failure
 * says nothing of the letter: it failed all the same, because it is another one with the same id.
 */
export async function processedSince(
  dynamodb: DynamoDBClient,
  consumer: Pick<ConsumerDescription, 'consumer' | 'tableName'>,
  letters: readonly ExportedLetter[],
): Promise<ReadonlySet<string>> {
  const keysOf = (letter: ExportedLetter): string[] =>
    [...new Set([LIVE, replayNameOf(letter.body) ?? LIVE])].map((epoch) => `COMMIT#${consumer.consumer}#${epoch}#${letter.eventKey}`);
  const committed = await committedAts(dynamodb, consumer.tableName, [...new Set(letters.flatMap(keysOf))]);
  const isProcessed = (letter: ExportedLetter): boolean => keysOf(letter).some((key) => (committed.get(key) ?? '') > failedAt(letter));
  return new Set(letters.filter(isProcessed).map(({ messageId }) => messageId));
}

/** Where neither handler nor queue said when, any commit is later. */
const failedAt = ({ attributes, sentAt }: ExportedLetter): string => attributes['lastFailedAt']?.text ?? sentAt ?? '';

/** Name of the archive replay that had brought a message, where one did. */
export function replayNameOf(body: string): string | undefined {
  try {
    const name = (JSON.parse(body) as Record<string, unknown> | null)?.['replay-name'];
    return typeof name === 'string' ? name : undefined;
  } catch {
    // A malformed body was brought by no replay that anybody could tell.
    return undefined;
  }
}

/** When each commit was completed, by its key. */
async function committedAts(dynamodb: DynamoDBClient, tableName: string, keys: readonly string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (let start = 0; start < keys.length; start += KEYS_A_READ) {
    let request: Record<string, KeysAndAttributes> | undefined = {
      [tableName]: {
        Keys: keys.slice(start, start + KEYS_A_READ).map((pk) => ({ pk: { S: pk }, sk: { S: 'COMMIT' } })),
        ProjectionExpression: 'pk, #status, committedAt',
        ExpressionAttributeNames: { '#status': 'status' },
        ConsistentRead: true,
      },
    };
    // DynamoDB answers for one key at least, or with an error: each round leaves fewer.
    while (request?.[tableName]) {
      const answer: Awaited<ReturnType<typeof read>> = await read(dynamodb, request);
      for (const item of answer.Responses?.[tableName] ?? []) {
        if (item['status']?.S === 'COMPLETED') found.set(item['pk']?.S ?? '', item['committedAt']?.S ?? '');
      }
      request = answer.UnprocessedKeys;
    }
  }
  return found;
}

const read = (dynamodb: DynamoDBClient, RequestItems: Record<string, KeysAndAttributes>) => dynamodb.send(new BatchGetItemCommand({ RequestItems }));

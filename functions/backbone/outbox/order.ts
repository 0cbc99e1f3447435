import { GetItemCommand, type GetItemCommandOutput, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { Envelope } from '../envelope.ts';
import { RetryableError } from '../errors.ts';
import type { Ports } from '../ports.ts';
import { fromItem, toItem } from '../table.ts';
import type { Key } from '../work.ts';

/**
 * How far an aggregate's events are published. It exists for aggregates whose events have a `sequence`, and for no other: it costs a write a commit.
 *
 * The commits of an aggregate are different items, so their stream records can come in any order and to two relays at once. The cursor makes an order of them:
 * what comes early is parked in it, by the key of its commit, and is published by whoever publishes its predecessor.
 */
export interface Cursor extends Key {
  readonly entity: 'CURSOR';
  /** Sequence of the last published event. */
  readonly last: number;
  /** Sequence to key of the commit that waits for its predecessor. */
  readonly parked: Readonly<Record<string, string>>;
  /** Changes with each write, so that of two relays one has to look again. */
  readonly revision: number;
  /** `PARKED` while something waits: the index `byOwner` lists it for an operator. */
  readonly ownerKey?: 'PARKED';
  readonly ownerSort?: string;
}

/** Where the cursors are: the table of the stream. */
export interface CursorTable {
  readonly ports: Pick<Ports, 'dynamodb'>;
  readonly tableName: string;
}

/** What names an aggregate. */
export function aggregateOf({ source, subject }: Envelope): string {
  return `${source}#${subject}`;
}

/** An aggregate of which nothing is published. */
export function newCursor(aggregate: string): Cursor {
  return { pk: `CURSOR#${aggregate}`, sk: 'CURSOR', entity: 'CURSOR', last: 0, parked: {}, revision: 0 };
}

/** Reads how far an aggregate is. */
export async function readCursor({ ports, tableName }: CursorTable, aggregate: string): Promise<Cursor> {
  const { pk, sk } = newCursor(aggregate);
  const { Item } = (await ports.dynamodb.send(
    new GetItemCommand({ TableName: tableName, Key: toItem({ pk, sk }), ConsistentRead: true }),
  )) as GetItemCommandOutput;
  return Item ? (fromItem(Item) as unknown as Cursor) : newCursor(aggregate);
}

/** Writes a cursor if it is still as it was read. Answers with what is there now: `undefined` where another was faster. */
export async function writeCursor({ ports, tableName }: CursorTable, before: Cursor, change: Pick<Cursor, 'last' | 'parked'>): Promise<Cursor | undefined> {
  const isWaiting = Object.keys(change.parked).length > 0;
  const { pk, sk, entity } = before;
  const after: Cursor = { pk, sk, entity, ...change, revision: before.revision + 1, ...(isWaiting && { ownerKey: 'PARKED' as const, ownerSort: pk }) };
  const owner = isWaiting ? ', ownerKey = :ownerKey, ownerSort = :ownerSort' : ' REMOVE ownerKey, ownerSort';
  try {
    await ports.dynamodb.send(
      new UpdateItemCommand({
        TableName: tableName,
        Key: toItem({ pk, sk }),
        UpdateExpression: `SET entity = :entity, #last = :last, parked = :parked, revision = :after${owner}`,
        ConditionExpression: before.revision === 0 ? 'attribute_not_exists(pk)' : 'revision = :before',
        ExpressionAttributeNames: { '#last': 'last' },
        ExpressionAttributeValues: toItem({
          ':entity': entity,
          ':last': after.last,
          ':parked': after.parked,
          ':after': after.revision,
          ':before': before.revision === 0 ? undefined : before.revision,
          ':ownerKey': after.ownerKey,
          ':ownerSort': after.ownerSort,
        }),
      }),
    );
    return after;
  } catch (error) {
    if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return undefined;
    throw error;
  }
}

/** The events of a parked commit. */
export async function readCommitEvents({ ports, tableName }: CursorTable, pk: string): Promise<readonly string[]> {
  const { Item } = (await ports.dynamodb.send(
    new GetItemCommand({ TableName: tableName, Key: toItem({ pk, sk: 'COMMIT' }), ConsistentRead: true }),
  )) as GetItemCommandOutput;
  const events = Item && (fromItem(Item) as { events?: readonly string[] }).events;
  if (!events) throw new RetryableError(`The parked commit ${pk} is not there`);
  return events;
}

import {
  QueryCommand,
  type QueryCommandOutput,
  type TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { ConflictError } from '../errors.ts';
import { fromItem, toItem } from '../table.ts';
import type { Key } from '../work.ts';
import { repeatingConflicts } from './attempt.ts';
import { type ParkedKey, type ParkingPlace, parkedKeyOf, tableOf } from './parked-keys.ts';

/** A record of a parked key, as it came from the stream. The sort key is its sequence number, so that they are read in the order of the stream. */
export interface ParkedRecord extends Key {
  readonly entity: 'PARKED';
  readonly eventKey: string;
  readonly body: string;
  readonly parkedAt: string;
  /** When its letter was sent to the dead-letter queue: it is not sent a second time. */
  readonly letteredAt?: string;
}

/** What is parked. */
export interface Parking {
  readonly key: string;
  readonly sequenceNumber: string;
  readonly eventKey: string;
  readonly body: string;
}

/** Where a record stands after it was to be parked: `unparked` says that its key is not parked any more, so that it is its turn. */
export type ParkingOutcome = 'parked' | 'lettered' | 'unparked';

const recordsPk = ({ consumer }: ParkingPlace, key: string): string => `PARKED#${consumer}#${key}`;

/**
 * Text order of sequence numbers is not their order: they have up to 129 digits, and those of one stream not all as many. Their length before them makes it so.
 * @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_Record.html
 */
export function sortKeyOf(sequenceNumber: string): string {
  return `${String(sequenceNumber.length).padStart(3, '0')}#${sequenceNumber}`;
}

/** Parks the record that failed, and its key with it. */
export function parkFailed(
  place: ParkingPlace,
  parking: Parking,
  { attempts, firstFailedAtMs }: Pick<ParkedKey, 'attempts' | 'firstFailedAtMs'>,
): Promise<ParkingOutcome> {
  const { key, eventKey } = parking;
  const values = { entity: 'PARKED_KEY', state: 'PARKED', key, eventKey, attempts, firstFailedAtMs, failedAtMs: place.ports.nowMs() };
  const names = Object.keys(values);
  return park(place, parking, {
    UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}, parked = if_not_exists(parked, :none) + :one`,
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: toItem({ ':none': 0, ':one': 1, ...Object.fromEntries(Object.entries(values).map(([name, value]) => [`:${name}`, value])) }),
  });
}

/** Parks a record behind those of its key that are parked already. */
export function parkBehind(place: ParkingPlace, parking: Parking): Promise<ParkingOutcome> {
  return park(place, parking, {
    UpdateExpression: 'SET parked = parked + :one',
    ConditionExpression: '#state = :parked',
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: toItem({ ':one': 1, ':parked': 'PARKED' }),
  });
}

/** The change of the key and the record in one transaction: nobody unparks a key between the two. */
async function park(place: ParkingPlace, { key, sequenceNumber, eventKey, body }: Parking, change: object): Promise<ParkingOutcome> {
  const TableName = tableOf(place);
  const Item = {
    pk: recordsPk(place, key),
    sk: sortKeyOf(sequenceNumber),
    entity: 'PARKED',
    eventKey,
    body,
    parkedAt: new Date(place.ports.nowMs()).toISOString(),
  };
  const failed = await transact(place, [
    { Update: { TableName, Key: toItem(parkedKeyOf(place.consumer, key)), ...change } as never },
    { Put: { TableName, Item: toItem(Item), ConditionExpression: 'attribute_not_exists(pk)', ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } },
  ]);
  if (failed === undefined) return 'parked';
  if (failed[0]?.Code === 'ConditionalCheckFailed') return 'unparked';
  const there = failed[1]?.Item && (fromItem(failed[1].Item) as unknown as ParkedRecord);
  return there?.letteredAt === undefined ? 'parked' : 'lettered';
}

/** Notes that the letter of a record is in the dead-letter queue. */
export async function noteLetter(place: ParkingPlace, { key, sequenceNumber }: Pick<Parking, 'key' | 'sequenceNumber'>): Promise<void> {
  await place.ports.dynamodb
    .send(
      new UpdateItemCommand({
        TableName: tableOf(place),
        Key: toItem({ pk: recordsPk(place, key), sk: sortKeyOf(sequenceNumber) }),
        UpdateExpression: 'SET letteredAt = :at',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: toItem({ ':at': new Date(place.ports.nowMs()).toISOString() }),
      }),
    )
    .catch((error: unknown) => {
      // An operator was quicker: it is handled already.
      if (!(error instanceof Error) || error.name !== 'ConditionalCheckFailedException') throw error;
    });
}

/** The first of the parked records of a key. */
export async function headOf(place: ParkingPlace, key: string): Promise<ParkedRecord | undefined> {
  const { Items } = (await place.ports.dynamodb.send(
    new QueryCommand({
      TableName: tableOf(place),
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: toItem({ ':pk': recordsPk(place, key) }),
      ConsistentRead: true,
      Limit: 1,
    }),
  )) as QueryCommandOutput;
  return Items?.[0] && (fromItem(Items[0]) as unknown as ParkedRecord);
}

/** Pages of one key's parked records that are looked through, at most. */
const PAGES_MAX = 100;

/** Whether an event is among the parked ones of a key. */
export async function isParked(place: ParkingPlace, key: string, eventKey: string): Promise<boolean> {
  let ExclusiveStartKey: QueryCommandOutput['LastEvaluatedKey'];
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const { Items, LastEvaluatedKey } = (await place.ports.dynamodb.send(
      new QueryCommand({
        TableName: tableOf(place),
        KeyConditionExpression: 'pk = :pk',
        FilterExpression: 'eventKey = :eventKey',
        ProjectionExpression: 'eventKey',
        ExpressionAttributeValues: toItem({ ':pk': recordsPk(place, key), ':eventKey': eventKey }),
        ConsistentRead: true,
        ExclusiveStartKey,
      }),
    )) as QueryCommandOutput;
    if ((Items ?? []).length > 0) return true;
    ExclusiveStartKey = LastEvaluatedKey;
    if (!ExclusiveStartKey) return false;
  }
  return false;
}

/** Takes the first parked record out. @throws {ConflictError} where another has the key in hand */
export async function removeHead(place: ParkingPlace, key: string, { head, token }: { readonly head: ParkedRecord; readonly token: string }): Promise<void> {
  const TableName = tableOf(place);
  const failed = await transact(place, [
    {
      Update: {
        TableName,
        Key: toItem(parkedKeyOf(place.consumer, key)),
        UpdateExpression: 'SET parked = parked - :one',
        ConditionExpression: '#token = :mine',
        ExpressionAttributeNames: { '#token': 'token' },
        ExpressionAttributeValues: toItem({ ':one': 1, ':mine': token }),
      },
    },
    { Delete: { TableName, Key: toItem({ pk: head.pk, sk: head.sk }), ConditionExpression: 'attribute_exists(pk)' } },
  ]);
  if (failed?.[0]?.Code === 'ConditionalCheckFailed') throw new ConflictError(`Another has the parked records of ${key} in hand`);
}

/** Runs a transaction. Answers the reasons where a condition did not hold. */
function transact({ ports }: ParkingPlace, TransactItems: TransactWriteItem[]): Promise<TransactionCanceledException['CancellationReasons']> {
  return repeatingConflicts(ports, async () => {
    try {
      await ports.dynamodb.send(new TransactWriteItemsCommand({ TransactItems }));
      return undefined;
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'TransactionCanceledException') throw error;
      const reasons = (error as TransactionCanceledException).CancellationReasons ?? [];
      if (reasons.some(({ Code }) => Code === 'TransactionConflict'))
        throw new ConflictError('Another parks or takes out a record of the key', { cause: error });
      if (reasons.some(({ Code }) => Code === 'ConditionalCheckFailed')) return reasons;
      throw error;
    }
  });
}

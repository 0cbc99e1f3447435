import {
  DeleteItemCommand,
  GetItemCommand,
  type GetItemCommandOutput,
  QueryCommand,
  type QueryCommandOutput,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { type Ports, required } from '../ports.ts';
import { fromItem, toItem } from '../table.ts';
import type { Key } from '../work.ts';
import type { Rewind } from './replays/replay.ts';

/**
 * What a consumer of a stream remembers of a key on which it failed, in the table of its service. A consumer on whose records nothing fails has none, so that one small read a batch tells.
 *
 * ```
 *   –  ── an attempt failed ──▶ RETRYING ── attempts or patience at their end ──▶ PARKED ── the last parked record is handled ──▶  –
 *   ▲──────── handled ─────────────┘
 * ```
 */
export interface ParkedKey extends Key {
  readonly entity: 'PARKED_KEY';
  readonly state: 'RETRYING' | 'PARKED';
  readonly key: string;
  /** The event that failed. */
  readonly eventKey: string;
  readonly attempts: number;
  readonly firstFailedAtMs: number;
  /** Records that wait, the failed one included. */
  readonly parked: number;
  /** When the failed one was last attempted. */
  readonly failedAtMs: number;
  /** Until when somebody has the parked records in hand. */
  readonly leaseUntilMs?: number;
  readonly token?: string;
}

/** Whose keys, and in which table. */
export interface ParkingPlace {
  readonly ports: Pick<Ports, 'dynamodb' | 'environment' | 'nowMs' | 'random' | 'waitMs'>;
  readonly consumer: string;
}

/** Key of what is remembered of a key. */
export function parkedKeyOf(consumer: string, key: string): Key {
  return { pk: `PARKED#${consumer}`, sk: `KEY#${key}` };
}

/** The table of the service. */
export const tableOf = ({ ports }: ParkingPlace): string => required(ports.environment, 'TABLE_NAME');

/** Pages of remembered keys read for one batch, at most: far more keys than anybody leaves parked. */
const PAGES_MAX = 50;

/** What a consumer group remembers. */
export interface GroupMemory {
  /** Keys on which it failed, by key. */
  readonly keys: Map<string, ParkedKey>;
  /** How it was rewound, the oldest first. */
  readonly rewinds: readonly Rewind[];
}

/** Key of the item in which an operator writes down the rewinds of a group: beside its keys, so that one query reads both. */
export const rewindsKeyOf = (consumer: string): Key => ({ pk: parkedKeyOf(consumer, '').pk, sk: 'REWINDS' });

/** All that the group remembers: one query, which is empty in the ordinary case. */
export async function readGroupMemory(place: ParkingPlace): Promise<GroupMemory> {
  const keys = new Map<string, ParkedKey>();
  let rewinds: readonly Rewind[] = [];
  let ExclusiveStartKey: QueryCommandOutput['LastEvaluatedKey'];
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const output = (await place.ports.dynamodb.send(
      new QueryCommand({
        TableName: tableOf(place),
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: toItem({ ':pk': parkedKeyOf(place.consumer, '').pk }),
        ConsistentRead: true,
        ExclusiveStartKey,
      }),
    )) as QueryCommandOutput;
    for (const item of output.Items ?? []) {
      const one = fromItem(item) as unknown as ParkedKey | RewindsItem;
      if (one.entity === 'REWINDS') rewinds = one.rewinds;
      else keys.set(one.key, one);
    }
    ExclusiveStartKey = output.LastEvaluatedKey;
    if (!ExclusiveStartKey) return { keys, rewinds };
  }
  throw new Error(`${place.consumer} has more parked keys than can be read`);
}

/** How a group was rewound. */
interface RewindsItem extends Key {
  readonly entity: 'REWINDS';
  readonly rewinds: readonly Rewind[];
}

/** How the group was rewound, the oldest first. */
export async function readRewinds(place: ParkingPlace): Promise<readonly Rewind[]> {
  const { Item } = (await place.ports.dynamodb.send(
    new GetItemCommand({ TableName: tableOf(place), Key: toItem({ ...rewindsKeyOf(place.consumer) }), ConsistentRead: true }),
  )) as GetItemCommandOutput;
  return Item ? (fromItem(Item) as unknown as RewindsItem).rewinds : [];
}

/** What is remembered of one key. */
export async function readParkedKey(place: ParkingPlace, key: string): Promise<ParkedKey | undefined> {
  const { Item } = (await place.ports.dynamodb.send(
    new GetItemCommand({ TableName: tableOf(place), Key: toItem(parkedKeyOf(place.consumer, key)), ConsistentRead: true }),
  )) as GetItemCommandOutput;
  return Item && (fromItem(Item) as unknown as ParkedKey);
}

/** Remembers failed attempts, so that the next invocation goes on counting. */
export async function noteAttempts(
  place: ParkingPlace,
  key: string,
  { eventKey, attempts, firstFailedAtMs }: Pick<ParkedKey, 'eventKey' | 'attempts' | 'firstFailedAtMs'>,
): Promise<void> {
  const values = { entity: 'PARKED_KEY', state: 'RETRYING', key, eventKey, attempts, firstFailedAtMs, parked: 0, failedAtMs: place.ports.nowMs() };
  await change(place, key, { values, condition: 'attribute_not_exists(pk) OR #state = :state' });
}

/** Forgets the attempts on a key whose record was handled after all. */
export function forgetAttempts(place: ParkingPlace, key: string): Promise<boolean> {
  return remove(place, key, { condition: '#state = :retrying', names: { '#state': 'state' }, values: { ':retrying': 'RETRYING' } });
}

/** Takes the parked records of a key in hand, alone, for some time. Answers `false` where another has them. */
export async function claimParked(
  place: ParkingPlace,
  key: string,
  { token, leaseMs }: { readonly token: string; readonly leaseMs: number },
): Promise<boolean> {
  const nowMs = place.ports.nowMs();
  return change(place, key, {
    values: { token, leaseUntilMs: nowMs + leaseMs },
    condition: '#state = :parkedState AND (attribute_not_exists(leaseUntilMs) OR leaseUntilMs < :nowMs)',
    conditionNames: { '#state': 'state' },
    conditionValues: { ':parkedState': 'PARKED', ':nowMs': nowMs },
  });
}

/** Gives them back. */
export async function releaseParked(place: ParkingPlace, key: string, token: string): Promise<void> {
  const mine = { condition: '#token = :mine', conditionNames: { '#token': 'token' }, conditionValues: { ':mine': token } };
  await change(place, key, { values: { leaseUntilMs: 0 }, ...mine });
}

/** Notes that the first of the parked records failed again. */
export async function noteFailedAgain(place: ParkingPlace, key: string): Promise<void> {
  const isParked = { condition: '#state = :parkedState', conditionNames: { '#state': 'state' }, conditionValues: { ':parkedState': 'PARKED' } };
  await change(place, key, { values: { failedAtMs: place.ports.nowMs() }, ...isParked });
}

/** Ends the parking of a key. Answers `false` where a record was parked meanwhile. */
export function unpark(place: ParkingPlace, key: string): Promise<boolean> {
  return remove(place, key, { condition: 'parked = :none', names: {}, values: { ':none': 0 } });
}

interface Change {
  readonly values: Readonly<Record<string, string | number>>;
  readonly condition: string;
  readonly conditionNames?: Readonly<Record<string, string>>;
  readonly conditionValues?: Readonly<Record<string, string | number>>;
}

/** Sets attributes where the condition holds; answers whether it did. */
async function change(place: ParkingPlace, key: string, { values, condition, conditionNames, conditionValues }: Change): Promise<boolean> {
  const names = Object.keys(values);
  return whereAllowed(
    place.ports.dynamodb.send(
      new UpdateItemCommand({
        TableName: tableOf(place),
        Key: toItem(parkedKeyOf(place.consumer, key)),
        UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`,
        ConditionExpression: condition,
        ExpressionAttributeNames: { ...Object.fromEntries(names.map((name) => [`#${name}`, name])), ...conditionNames },
        ExpressionAttributeValues: toItem({ ...Object.fromEntries(names.map((name) => [`:${name}`, values[name]])), ...conditionValues }),
      }),
    ),
  );
}

function remove(
  place: ParkingPlace,
  key: string,
  { condition, names, values }: { readonly condition: string; readonly names: Record<string, string>; readonly values: object },
): Promise<boolean> {
  return whereAllowed(
    place.ports.dynamodb.send(
      new DeleteItemCommand({
        TableName: tableOf(place),
        Key: toItem(parkedKeyOf(place.consumer, key)),
        ConditionExpression: condition,
        ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
        ExpressionAttributeValues: toItem(values),
      }),
    ),
  );
}

async function whereAllowed(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return false;
    throw error;
  }
}

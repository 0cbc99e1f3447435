import { type DynamoDBClient, GetItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { CreateEventSourceMappingCommandInput } from '@aws-sdk/client-lambda';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { ReplayMode } from '../../replays/plan.ts';
import type { ConsumerDescription } from '../../system.ts';
import { RewindRefusedError } from './position.ts';

/** A rewind, as the group's handler reads it. @see `functions/backbone/delivery/replays/replay.ts` */
export interface RewindEntry {
  readonly id: string;
  readonly mode: ReplayMode;
  readonly atMs: number;
}

/** What is kept beside the group's parked keys. */
export interface RewindMemory {
  /** The oldest first. */
  readonly rewinds: readonly RewindEntry[];
  /** Set while the group has no mapping: how it is to be made. Who comes after a crash goes on from here. */
  readonly unfinished: CreateEventSourceMappingCommandInput | undefined;
}

type Group = Pick<ConsumerDescription, 'consumer' | 'tableName'>;

const keyOf = ({ consumer }: Group) => marshall({ pk: `PARKED#${consumer}`, sk: 'REWINDS' });

/** Rewinds that are kept: the newest decide. */
const KEPT_MAX = 100;

/** What is known of a group's rewinds. */
export async function readRewinds(dynamodb: DynamoDBClient, group: Group): Promise<RewindMemory> {
  const { Item } = await dynamodb.send(new GetItemCommand({ TableName: group.tableName, Key: keyOf(group), ConsistentRead: true }));
  if (!Item) return { rewinds: [], unfinished: undefined };
  const { rewinds, unfinished } = unmarshall(Item) as { rewinds: RewindEntry[]; unfinished?: string };
  return { rewinds, unfinished: unfinished === undefined ? undefined : readMapping(unfinished) };
}

/** `JSON` knows no dates. */
function readMapping(text: string): CreateEventSourceMappingCommandInput {
  const mapping = JSON.parse(text) as CreateEventSourceMappingCommandInput & { StartingPositionTimestamp?: string };
  const { StartingPositionTimestamp: at, ...others } = mapping;
  return at === undefined ? others : { ...others, StartingPositionTimestamp: new Date(at) };
}

/** Writes down a rewind before anything is changed. @throws {RewindRefusedError} where another operator rewinds the group at the same moment */
export async function noteRewind(
  dynamodb: DynamoDBClient,
  group: Group,
  { entry, known, mapping }: { readonly entry: RewindEntry; readonly known: RewindMemory; readonly mapping: CreateEventSourceMappingCommandInput },
): Promise<void> {
  const newest = known.rewinds.at(-1)?.id;
  const item = {
    ...{ pk: `PARKED#${group.consumer}`, sk: 'REWINDS', entity: 'REWINDS', newest: entry.id },
    rewinds: [...known.rewinds, entry].slice(-KEPT_MAX),
    unfinished: JSON.stringify(mapping),
  };
  try {
    await dynamodb.send(
      new PutItemCommand({
        TableName: group.tableName,
        Item: marshall(item),
        ...(newest === undefined
          ? { ConditionExpression: 'attribute_not_exists(pk)' }
          : { ConditionExpression: 'newest = :newest', ExpressionAttributeValues: marshall({ ':newest': newest }) }),
      }),
    );
  } catch (error) {
    if ((error as Error).name !== 'ConditionalCheckFailedException') throw error;
    throw new RewindRefusedError(`Another operator rewinds ${group.consumer} at this moment`);
  }
}

/** Notes that the group has its mapping again. */
export async function noteFinished(dynamodb: DynamoDBClient, group: Group): Promise<void> {
  await dynamodb.send(new UpdateItemCommand({ TableName: group.tableName, Key: keyOf(group), UpdateExpression: 'REMOVE unfinished' }));
}

import { type AttributeValue, type DynamoDBClient, paginateQuery } from '@aws-sdk/client-dynamodb';
import { ListShardsCommand } from '@aws-sdk/client-kinesis';
import type { Clients } from '../clients.ts';
import type { ConsumerDescription, GroupDescription } from '../system.ts';

/** How far a consumer group is behind the stream, beside what every consumer has. */
export interface GroupLag {
  readonly stream: string;
  /** Shards that take records; closed ones are read to their end before their children. */
  readonly openShards: number;
  readonly slaSeconds: number;
  /** Whether it is further behind than its construct promises. */
  readonly isLate: boolean;
  /** Keys whose records wait in the service's table, because one of them failed. */
  readonly parkedKeys: number;
  /** Records of those keys. */
  readonly parkedRecords: number;
}

/**
 * Looks at a consumer group. `ageSeconds` is the age of the newest record of its last batch, over all shards: Lambda measures no shard for itself.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
 */
export async function groupLag(
  { kinesis, dynamodb }: Pick<Clients, 'kinesis' | 'dynamodb'>,
  { consumer, tableName }: ConsumerDescription,
  { group, ageSeconds }: { readonly group: GroupDescription; readonly ageSeconds: number | undefined },
): Promise<GroupLag> {
  const [openShards, parked] = await Promise.all([countShards(kinesis, group.streamArn), countParked(dynamodb, tableName, consumer)]);
  const isLate = ageSeconds !== undefined && ageSeconds > group.slaSeconds;
  return { stream: group.streamArn.slice(group.streamArn.indexOf('/') + 1), openShards, slaSeconds: group.slaSeconds, isLate, ...parked };
}

/** Pages of shards at most: a page has up to 10,000. */
const PAGES_MAX = 20;

async function countShards(kinesis: Clients['kinesis'], StreamARN: string): Promise<number> {
  let count = 0;
  let NextToken: string | undefined;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const answer = await kinesis.send(new ListShardsCommand(NextToken === undefined ? { StreamARN, ShardFilter: { Type: 'AT_LATEST' } } : { NextToken }));
    count += (answer.Shards ?? []).length;
    NextToken = answer.NextToken;
    if (NextToken === undefined) break;
  }
  return count;
}

/** Counts what the handler has parked. */
async function countParked(client: DynamoDBClient, tableName: string, consumer: string): Promise<Pick<GroupLag, 'parkedKeys' | 'parkedRecords'>> {
  const keys = await remembered(client, { tableName, consumer, state: 'PARKED' });
  return { parkedKeys: keys.length, parkedRecords: keys.reduce((sum, { parked }) => sum + Number(parked?.N ?? 0), 0) };
}

/** How many keys hold up their shards now, over all groups: what follows them is on its way, though nothing moves. */
export async function heldKeys({ dynamodb }: Pick<Clients, 'dynamodb'>, consumers: readonly ConsumerDescription[]): Promise<number> {
  const groups = consumers.filter(({ group }) => group !== undefined);
  const held = await Promise.all(groups.map(({ tableName, consumer }) => remembered(dynamodb, { tableName, consumer, state: 'RETRYING' })));
  return held.reduce((sum, keys) => sum + keys.length, 0);
}

/** What a group remembers of its keys. @see `functions/backbone/delivery/parked-keys.ts` */
async function remembered(
  client: DynamoDBClient,
  { tableName, consumer, state }: { readonly tableName: string; readonly consumer: string; readonly state: 'PARKED' | 'RETRYING' },
): Promise<Record<string, AttributeValue>[]> {
  const keys: Record<string, AttributeValue>[] = [];
  const pages = paginateQuery(
    { client },
    {
      TableName: tableName,
      KeyConditionExpression: 'pk = :pk',
      FilterExpression: '#state = :state',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: { ':pk': { S: `PARKED#${consumer}` }, ':state': { S: state } },
      ConsistentRead: true,
    },
  );
  for await (const { Items: items = [] } of pages) keys.push(...items);
  return keys;
}

/** One look a minute, newest first. Where the age falls, the time until it is nothing at that pace; undefined where it does not, or nothing is behind. */
export function drainSeconds(agesMs: readonly number[], periodSeconds: number): number | undefined {
  const [newest, oldest] = [agesMs[0], agesMs.at(-1)];
  if (newest === undefined || oldest === undefined || newest < periodSeconds * 1000 || oldest <= newest) return undefined;
  const fallMsPerSecond = (oldest - newest) / ((agesMs.length - 1) * periodSeconds);
  return Math.ceil(newest / fallMsPerSecond);
}

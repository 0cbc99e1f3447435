import { BatchGetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Clients } from '../clients.ts';
import { consumerLags } from '../consumers/lag.ts';
import type { System } from '../system.ts';
import { describeProjections, type ProjectionDescription } from './description.ts';
import type { Rebuild } from './rebuild.ts';

/** A read model, and how late it is. */
export interface ProjectionStatus {
  readonly projection: string;
  readonly consumer: string;
  /** The generation that readers are given, and the version of the fold that fills it; undefined before the first event. */
  readonly live: { readonly generation: string; readonly version: number; readonly since: string } | undefined;
  /** The one that is filled beside it. */
  readonly building: { readonly generation: string; readonly version: number } | undefined;
  /** The version that was deployed when the group last folded. */
  readonly deployedVersion: number | undefined;
  /** Whether it is behind because another version is deployed than the one that filled it: it has to be rebuilt. */
  readonly isStale: boolean;
  readonly canBeRebuilt: boolean;
  /** Age of the newest event that was folded. */
  readonly newestEventSeconds: number | undefined;
  /** IteratorAge of the group, as CloudWatch knew it last. */
  readonly iteratorAgeSeconds: number | undefined;
  /** The last rebuild or verification. */
  readonly rebuild: Rebuild | undefined;
}

interface Pointer {
  readonly live: string;
  readonly liveVersion: number;
  readonly liveSince: string;
  readonly building?: string;
  readonly buildingVersion?: number;
}

interface Position {
  readonly eventTime: string;
  readonly at: string;
  readonly versions: Readonly<Record<string, number>>;
}

/** Looks at every projection. */
export async function listProjections(
  clients: Pick<Clients, 'ssm' | 'sqs' | 'lambda' | 'cloudwatch' | 'kinesis' | 'dynamodb'>,
  system: System,
  nowMs: number,
): Promise<ProjectionStatus[]> {
  const projections = await describeProjections(clients);
  const groups = new Set(projections.map(({ consumer }) => consumer));
  const consumers = system.consumers.filter(({ consumer }) => groups.has(consumer));
  const ages = new Map((await consumerLags(clients, { ...system, consumers }, nowMs)).map(({ consumer, oldestSeconds }) => [consumer, oldestSeconds]));
  return Promise.all(projections.map((projection) => statusOf(clients, projection, { iteratorAgeSeconds: ages.get(projection.consumer), nowMs })));
}

async function statusOf(
  clients: Pick<Clients, 'dynamodb'>,
  { projection, consumer, tableName, rebuildFunctionName }: ProjectionDescription,
  { iteratorAgeSeconds, nowMs }: { readonly iteratorAgeSeconds: number | undefined; readonly nowMs: number },
): Promise<ProjectionStatus> {
  const [{ pointer, rebuild }, positions] = await Promise.all([stateOf(clients, tableName, projection), positionsOf(clients, tableName, consumer)]);
  const newest = positions.reduce<string | undefined>((latest, { eventTime }) => (latest === undefined || eventTime > latest ? eventTime : latest), undefined);
  const last = positions.reduce<Position | undefined>((latest, one) => (latest === undefined || one.at > latest.at ? one : latest), undefined);
  const deployedVersion = last?.versions[projection];
  return {
    projection,
    consumer,
    live: pointer && { generation: pointer.live, version: pointer.liveVersion, since: pointer.liveSince },
    building: pointer?.building === undefined ? undefined : { generation: pointer.building, version: pointer.buildingVersion ?? 0 },
    deployedVersion,
    isStale: pointer !== undefined && deployedVersion !== undefined && deployedVersion !== pointer.liveVersion,
    canBeRebuilt: rebuildFunctionName !== undefined,
    newestEventSeconds: newest === undefined ? undefined : Math.max(0, Math.round((nowMs - Date.parse(newest)) / 1000)),
    iteratorAgeSeconds,
    rebuild,
  };
}

async function stateOf(
  { dynamodb }: Pick<Clients, 'dynamodb'>,
  table: string,
  projection: string,
): Promise<{ readonly pointer: Pointer | undefined; readonly rebuild: Rebuild | undefined }> {
  const Keys = ['POINTER', 'REBUILD'].map((sk) => marshall({ pk: `PROJECTION#${projection}`, sk }));
  const { Responses } = await dynamodb.send(new BatchGetItemCommand({ RequestItems: { [table]: { Keys, ConsistentRead: true } } }));
  const items = (Responses?.[table] ?? []).map((item) => unmarshall(item));
  const { pk: _pk, sk: _sk, entity: _entity, cursor: _cursor, revision: _revision, ...rebuild } = items.find(({ entity }) => entity === 'REBUILD') ?? {};
  return {
    pointer: items.find(({ entity }) => entity === 'POINTER') as Pointer | undefined,
    rebuild: 'phase' in rebuild ? (rebuild as unknown as Rebuild) : undefined,
  };
}

/** One a shard that was ever read: the newest event is among them. */
const POSITIONS_MAX = 1_000;

async function positionsOf({ dynamodb }: Pick<Clients, 'dynamodb'>, table: string, consumer: string): Promise<Position[]> {
  const { Items = [] } = await dynamodb.send(
    new QueryCommand({
      TableName: table,
      KeyConditionExpression: 'pk = :group',
      ExpressionAttributeValues: marshall({ ':group': `GROUP#${consumer}` }),
      Limit: POSITIONS_MAX,
    }),
  );
  return Items.map((item) => unmarshall(item) as Position);
}

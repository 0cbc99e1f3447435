import type { CreateTableCommandInput, UpdateTableCommandInput } from '@aws-sdk/client-dynamodb';
import type { PhysicalResource, Properties, ResourceType } from '../../kernel/resource.ts';
import type { Context } from '../../kernel/service.ts';
import { deleteTable, makeTable } from './operations/tables.ts';
import { setExpiryAttribute } from './operations/time-to-live.ts';
import { updateTable } from './operations/update-table.ts';
import { changeTable, type DynamoDbState, streamArn, tableOf } from './state.ts';
import type { IndexRecord } from './table/schema.ts';
import type { Table } from './table/table.ts';

type DynamoDb = Context<DynamoDbState>;

/** Longest table name. @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const NAME_LENGTH_MAX = 255;

const UNMETERED = 'Throughput is not limited here.';
const NO_BACKUPS = 'There are no backups here: a plane that is started anew starts empty, or from its data folder.';
const NOT_ENCRYPTED = 'Items are not encrypted at rest here.';
const NO_INSIGHTS = 'Contributor Insights only observes.';

/** What both resource types say alike, as the one region's table. */
interface TableProperties {
  readonly create: CreateTableCommandInput;
  readonly expiryAttribute: string | undefined;
  readonly isStreaming: boolean;
  readonly policy: Properties | undefined;
  readonly streamPolicy: Properties | undefined;
}

type Reader = (properties: Properties, name: string) => TableProperties;

/** `AWS::DynamoDB::Table`. */
const readTable: Reader = (properties, name) => ({
  create: {
    ...shapeOf(properties, name),
    ProvisionedThroughput: throughputOf(properties['ProvisionedThroughput']),
    GlobalSecondaryIndexes: properties['GlobalSecondaryIndexes']?.map((index: Properties) => ({
      ...indexOf(index),
      ProvisionedThroughput: throughputOf(index['ProvisionedThroughput']),
    })),
    TableClass: properties['TableClass'],
    DeletionProtectionEnabled: isTrue(properties['DeletionProtectionEnabled']),
    Tags: properties['Tags'],
  },
  expiryAttribute: expiryAttributeOf(properties),
  isStreaming: properties['StreamSpecification'] !== undefined,
  policy: properties['ResourcePolicy']?.PolicyDocument,
  streamPolicy: properties['StreamSpecification']?.ResourcePolicy?.PolicyDocument,
});

/** `AWS::DynamoDB::GlobalTable` with one replica: what `TableV2` of the CDK gives. */
const readGlobalTable: Reader = (properties, name) => {
  const [replica = {}] = (properties['Replicas'] ?? []) as Properties[];
  const isProvisioned = properties['BillingMode'] !== 'PAY_PER_REQUEST';
  return {
    create: {
      ...shapeOf(properties, name),
      ProvisionedThroughput: isProvisioned ? globalThroughput(properties, replica) : undefined,
      GlobalSecondaryIndexes: properties['GlobalSecondaryIndexes']?.map((index: Properties) => ({
        ...indexOf(index),
        ProvisionedThroughput: isProvisioned ? globalThroughput(index, replicaIndex(replica, index['IndexName'])) : undefined,
      })),
      TableClass: replica['TableClass'],
      DeletionProtectionEnabled: isTrue(replica['DeletionProtectionEnabled']),
      Tags: replica['Tags'],
    },
    expiryAttribute: expiryAttributeOf(properties),
    isStreaming: properties['StreamSpecification'] !== undefined,
    policy: replica['ResourcePolicy']?.PolicyDocument,
    streamPolicy: replica['ReplicaStreamSpecification']?.ResourcePolicy?.PolicyDocument,
  };
};

function shapeOf(properties: Properties, name: string): Pick<CreateTableCommandInput, 'TableName'> & CreateTableCommandInput {
  const viewType = properties['StreamSpecification']?.StreamViewType;
  return {
    TableName: name,
    AttributeDefinitions: properties['AttributeDefinitions'],
    KeySchema: properties['KeySchema'],
    BillingMode: properties['BillingMode'] ?? 'PROVISIONED',
    LocalSecondaryIndexes: properties['LocalSecondaryIndexes'],
    StreamSpecification: viewType === undefined ? undefined : { StreamEnabled: true, StreamViewType: viewType },
  };
}

function indexOf(index: Properties): NonNullable<CreateTableCommandInput['GlobalSecondaryIndexes']>[number] {
  return { IndexName: index['IndexName'], KeySchema: index['KeySchema'], Projection: index['Projection'] };
}

function throughputOf(given: Properties | undefined): CreateTableCommandInput['ProvisionedThroughput'] {
  return given && { ReadCapacityUnits: Number(given['ReadCapacityUnits']), WriteCapacityUnits: Number(given['WriteCapacityUnits']) };
}

/** Units where they are fixed, else the least that scaling would give. */
function globalThroughput(writeSettings: Properties, readSettings: Properties): CreateTableCommandInput['ProvisionedThroughput'] {
  const write = writeSettings['WriteProvisionedThroughputSettings'];
  const read = readSettings['ReadProvisionedThroughputSettings'];
  return {
    ReadCapacityUnits: Number(read?.ReadCapacityUnits ?? read?.ReadCapacityAutoScalingSettings?.MinCapacity ?? 1),
    WriteCapacityUnits: Number(write?.WriteCapacityUnits ?? write?.WriteCapacityAutoScalingSettings?.MinCapacity ?? 1),
  };
}

function replicaIndex(replica: Properties, name: string): Properties {
  return (replica['GlobalSecondaryIndexes'] as Properties[] | undefined)?.find((index) => index['IndexName'] === name) ?? {};
}

/** Templates write booleans as text, too. */
function isTrue(given: unknown): boolean {
  return given === true || given === 'true';
}

function expiryAttributeOf(properties: Properties): string | undefined {
  const given = properties['TimeToLiveSpecification'];
  return given && isTrue(given.Enabled) ? given.AttributeName : undefined;
}

function physical(table: Table, { isGlobal }: { readonly isGlobal: boolean }): PhysicalResource {
  const { record } = table;
  const arn = record.latestStreamLabel === undefined ? undefined : streamArn(record, record.latestStreamLabel);
  return {
    ref: record.name,
    attributes: { Arn: record.arn, ...(isGlobal && { TableId: record.id }), ...(arn !== undefined && { StreamArn: arn, TableStreamArn: arn }) },
  };
}

/** What `makeTable` does not take: expiry and policies. */
function finish(table: Table, wanted: TableProperties, { kernel, state }: DynamoDb): void {
  if (table.record.expiryAttribute !== wanted.expiryAttribute) setExpiryAttribute(kernel, state, table, wanted.expiryAttribute);
  changeTable(state, table, { policy: wanted.policy as never });
  const descriptor = table.stream?.descriptor;
  if (!descriptor) return;
  descriptor.policy = wanted.streamPolicy as never;
  state.streams.touch(descriptor.arn);
}

/** Changes of keys and local indexes need a new table. */
function needsReplacement(properties: Properties, previous: Properties): boolean {
  return ['TableName', 'KeySchema', 'LocalSecondaryIndexes'].some((name) => JSON.stringify(properties[name]) !== JSON.stringify(previous[name]));
}

function update(table: Table, wanted: TableProperties, context: DynamoDb): void {
  const { create } = wanted;
  const { record } = table;
  const TableName = record.name;
  const indexes = indexUpdates(
    record.indexes.filter((index) => index.isGlobal),
    create.GlobalSecondaryIndexes ?? [],
  );
  const isOnDemand = create.BillingMode === 'PAY_PER_REQUEST';
  const throughput = create.ProvisionedThroughput;
  const isThroughputSame = throughput?.ReadCapacityUnits === record.throughput.readUnits && throughput?.WriteCapacityUnits === record.throughput.writeUnits;
  const isBillingSame = isOnDemand === record.isOnDemand && (isOnDemand || isThroughputSame);
  const viewType = create.StreamSpecification?.StreamViewType;
  const steps: Omit<UpdateTableCommandInput, 'TableName'>[] = [];
  if (record.stream && record.stream.viewType !== viewType) steps.push({ StreamSpecification: { StreamEnabled: false } });
  steps.push({
    AttributeDefinitions: create.AttributeDefinitions,
    DeletionProtectionEnabled: create.DeletionProtectionEnabled,
    TableClass: create.TableClass,
    ...(!isBillingSame && { BillingMode: create.BillingMode, ProvisionedThroughput: throughput }),
    ...(indexes.length > 0 && { GlobalSecondaryIndexUpdates: indexes }),
    ...(viewType !== undefined && record.stream?.viewType !== viewType && { StreamSpecification: { StreamEnabled: true, StreamViewType: viewType } }),
  });
  for (const step of steps) updateTable({ TableName, ...step }, context);
  changeTable(context.state, table, { tags: Object.fromEntries((create.Tags ?? []).map(({ Key, Value }) => [Key as string, Value as string])) });
  finish(table, wanted, context);
}

type IndexUpdates = NonNullable<UpdateTableCommandInput['GlobalSecondaryIndexUpdates']>;

/** Deletes first, so that an index that changed can be made anew under its name. */
function indexUpdates(present: readonly IndexRecord[], wanted: NonNullable<CreateTableCommandInput['GlobalSecondaryIndexes']>): IndexUpdates {
  const signature = (index: {
    hash?: string | undefined;
    range?: string | undefined;
    projection?: string | undefined;
    attributes?: readonly string[] | undefined;
  }): string => JSON.stringify([index.hash, index.range, index.projection, index.attributes ?? []]);
  const wantedByName = new Map(
    wanted.map((index) => {
      const [hash, range] = index.KeySchema ?? [];
      const { ProjectionType: projection, NonKeyAttributes: attributes } = index.Projection ?? {};
      return [index.IndexName, { index, signature: signature({ hash: hash?.AttributeName, range: range?.AttributeName, projection, attributes }) }];
    }),
  );
  const kept = new Set<string>();
  const deleted: IndexUpdates = [];
  for (const { name, keySchema, projection, nonKeyAttributes } of present) {
    if (wantedByName.get(name)?.signature === signature({ ...keySchema, projection, attributes: nonKeyAttributes })) kept.add(name);
    else deleted.push({ Delete: { IndexName: name } });
  }
  const created = wanted.filter((index) => !kept.has(index.IndexName as string)).map((index) => ({ Create: index as never }));
  return [...deleted, ...created];
}

function tableType(
  read: Reader,
  options: { readonly isGlobal: boolean; readonly properties: readonly string[]; readonly inert: Readonly<Record<string, string>> },
): ResourceType<DynamoDbState> {
  return {
    properties: options.properties,
    inert: options.inert,
    create(properties, place, context) {
      const wanted = read(properties, properties['TableName'] ?? place.generatedName({ lengthMax: NAME_LENGTH_MAX }));
      makeTable(wanted.create, context, { creationMs: 0 });
      const table = tableOf(context.state, wanted.create.TableName);
      finish(table, wanted, context);
      return physical(table, options);
    },
    update(properties, previous, present, _place, context) {
      if (needsReplacement(properties, previous)) return 'replace';
      const table = tableOf(context.state, present.ref);
      update(table, read(properties, present.ref), context);
      return physical(table, options);
    },
    delete(present, _properties, context) {
      if (context.state.tables.has(present.ref)) deleteTable({ TableName: present.ref }, context);
    },
  };
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html */
export const tableResource = tableType(readTable, {
  isGlobal: false,
  properties: [
    'TableName',
    'AttributeDefinitions',
    'KeySchema',
    'BillingMode',
    'ProvisionedThroughput',
    'LocalSecondaryIndexes',
    'GlobalSecondaryIndexes',
    'StreamSpecification',
    'TimeToLiveSpecification',
    'TableClass',
    'DeletionProtectionEnabled',
    'Tags',
    'ResourcePolicy',
  ],
  inert: {
    PointInTimeRecoverySpecification: NO_BACKUPS,
    SSESpecification: NOT_ENCRYPTED,
    ContributorInsightsSpecification: NO_INSIGHTS,
    OnDemandThroughput: UNMETERED,
    WarmThroughput: UNMETERED,
  },
});

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-globaltable.html */
export const globalTableResource = tableType(readGlobalTable, {
  isGlobal: true,
  properties: [
    'TableName',
    'AttributeDefinitions',
    'KeySchema',
    'BillingMode',
    'LocalSecondaryIndexes',
    'GlobalSecondaryIndexes',
    'StreamSpecification',
    'TimeToLiveSpecification',
    'Replicas',
    'WriteProvisionedThroughputSettings',
  ],
  inert: {
    SSESpecification: NOT_ENCRYPTED,
    WriteOnDemandThroughputSettings: UNMETERED,
    ReadOnDemandThroughputSettings: UNMETERED,
    ReadProvisionedThroughputSettings: UNMETERED,
    WarmThroughput: UNMETERED,
  },
});

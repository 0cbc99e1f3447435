import type { KeySchemaElement, ProvisionedThroughputDescription, TableDescription } from '@aws-sdk/client-dynamodb';
import type { IndexRecord, KeySchema, TableRecord, Throughput } from './schema.ts';
import type { Table } from './table.ts';

/** What an on-demand table is ready for from the start. @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput.html */
const ON_DEMAND_WARM = { ReadUnitsPerSecond: 12_000, WriteUnitsPerSecond: 4_000 };

/**
 * Describes a table.
 * Differs from AWS: counts and sizes are those of the moment, where AWS brings them up to date every six hours.
 */
export function describeTable(table: Table, status: 'CREATING' | 'ACTIVE' | 'UPDATING', nowMs: number): TableDescription {
  const { record } = table;
  const isNew = status === 'CREATING';
  const local = record.indexes.filter((index) => !index.isGlobal);
  const global = record.indexes.filter((index) => index.isGlobal);
  return {
    AttributeDefinitions: Object.entries(record.attributeTypes).map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType })),
    TableName: record.name,
    KeySchema: keySchemaElements(record.keySchema),
    TableStatus: status,
    CreationDateTime: new Date(record.createdMs),
    ProvisionedThroughput: throughputDescription(record.throughput, { ...record, nowMs }),
    TableSizeBytes: table.sizeBytes,
    ItemCount: table.itemCount,
    TableArn: record.arn,
    TableId: record.id,
    DeletionProtectionEnabled: record.isDeletionProtected,
    ...billing(record, isNew),
    ...(local.length > 0 && { LocalSecondaryIndexes: local.map((index) => indexDescription(table, index)) }),
    ...(global.length > 0 && {
      GlobalSecondaryIndexes: global.map((index) => ({
        ...indexDescription(table, index),
        IndexStatus: isNew ? ('CREATING' as const) : ('ACTIVE' as const),
        ProvisionedThroughput: throughputDescription(index.throughput),
        ...(!isNew && { WarmThroughput: warmThroughput(record.isOnDemand, index.throughput) }),
      })),
    }),
    ...(record.stream && { StreamSpecification: { StreamEnabled: true, StreamViewType: record.stream.viewType } }),
    ...(record.latestStreamLabel !== undefined && {
      LatestStreamLabel: record.latestStreamLabel,
      LatestStreamArn: `${record.arn}/stream/${record.latestStreamLabel}`,
    }),
    ...(record.tableClass !== undefined && { TableClassSummary: { TableClass: record.tableClass as 'STANDARD' } }),
    ...((!isNew || record.warmThroughput) && { WarmThroughput: tableWarmThroughput(record, isNew) }),
  };
}

/** What `DeleteTable` says of the table that goes. */
export function describeDeletedTable({ record }: Table): TableDescription {
  return {
    TableName: record.name,
    TableStatus: 'DELETING',
    ProvisionedThroughput: throughputDescription(record.throughput),
    TableSizeBytes: 0,
    ItemCount: 0,
    TableArn: record.arn,
    TableId: record.id,
    DeletionProtectionEnabled: false,
    ...billing(record, false),
  };
}

function billing({ isOnDemand, onDemandSinceMs }: TableRecord, isNew: boolean): Pick<TableDescription, 'BillingModeSummary'> {
  if (!isOnDemand && onDemandSinceMs === undefined) return {};
  const since = onDemandSinceMs === undefined || isNew ? {} : { LastUpdateToPayPerRequestDateTime: new Date(onDemandSinceMs) };
  return { BillingModeSummary: { BillingMode: isOnDemand ? 'PAY_PER_REQUEST' : 'PROVISIONED', ...since } };
}

function keySchemaElements({ hash, range }: KeySchema): KeySchemaElement[] {
  const elements: KeySchemaElement[] = [{ AttributeName: hash, KeyType: 'HASH' }];
  return range === undefined ? elements : [...elements, { AttributeName: range, KeyType: 'RANGE' }];
}

type ThroughputChanges = Pick<TableRecord, 'throughputIncreasedMs' | 'throughputDecreasedMs' | 'throughputDecreases'>;

const DAY_MS = 24 * 60 * 60 * 1000;

/** How often a table's throughput was decreased since midnight in UTC. @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html */
export function decreasesToday({ throughputDecreasedMs: lastMs, throughputDecreases: count }: Partial<ThroughputChanges>, nowMs: number): number {
  return lastMs !== undefined && Math.floor(lastMs / DAY_MS) === Math.floor(nowMs / DAY_MS) ? (count ?? 0) : 0;
}

function throughputDescription(
  { readUnits, writeUnits }: Throughput,
  changes: Partial<ThroughputChanges> & { readonly nowMs?: number } = {},
): ProvisionedThroughputDescription {
  const { throughputIncreasedMs: increasedMs, throughputDecreasedMs: decreasedMs, nowMs = 0 } = changes;
  return {
    NumberOfDecreasesToday: decreasesToday(changes, nowMs),
    ReadCapacityUnits: readUnits,
    WriteCapacityUnits: writeUnits,
    ...(increasedMs !== undefined && { LastIncreaseDateTime: new Date(increasedMs) }),
    ...(decreasedMs !== undefined && { LastDecreaseDateTime: new Date(decreasedMs) }),
  };
}

function warmThroughput(
  isOnDemand: boolean,
  { readUnits, writeUnits }: Throughput,
): { ReadUnitsPerSecond: number; WriteUnitsPerSecond: number; Status: 'ACTIVE' } {
  const units = isOnDemand ? ON_DEMAND_WARM : { ReadUnitsPerSecond: readUnits, WriteUnitsPerSecond: writeUnits };
  return { ...units, Status: 'ACTIVE' };
}

function tableWarmThroughput({ warmThroughput: given, isOnDemand, throughput }: TableRecord, isNew: boolean): NonNullable<TableDescription['WarmThroughput']> {
  if (!given) return warmThroughput(isOnDemand, throughput);
  return { ReadUnitsPerSecond: given.readUnits, WriteUnitsPerSecond: given.writeUnits, Status: isNew ? 'UPDATING' : 'ACTIVE' };
}

function indexDescription(
  table: Table,
  index: IndexRecord,
): {
  IndexName: string;
  KeySchema: KeySchemaElement[];
  Projection: { ProjectionType: IndexRecord['projection']; NonKeyAttributes?: string[] };
  IndexSizeBytes: number;
  ItemCount: number;
  IndexArn: string;
} {
  const live = table.indexes.find(({ record }) => record === index);
  return {
    IndexName: index.name,
    KeySchema: keySchemaElements(index.keySchema),
    Projection: { ProjectionType: index.projection, ...(index.nonKeyAttributes.length > 0 && { NonKeyAttributes: [...index.nonKeyAttributes] }) },
    IndexSizeBytes: live?.sizeBytes ?? 0,
    ItemCount: live?.itemCount ?? 0,
    IndexArn: `${table.record.arn}/index/${index.name}`,
  };
}

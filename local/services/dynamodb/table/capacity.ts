import type { Kernel } from '../../../kernel/kernel.ts';
import { sharedDimensions } from '../../../kernel/metric.ts';

/** One write unit writes 1 KB, one read unit reads 4 KB. @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html */
const WRITE_UNIT_BYTES = 1024;
const READ_UNIT_BYTES = 4096;

/** Dimensions of a table's metrics, and of those of its global indexes. */
export const ofTable = sharedDimensions('TableName');
const ofIndex = sharedDimensions('TableName', 'GlobalSecondaryIndexName');

/** A transaction prepares and commits each item. */
export const TRANSACTION_FACTOR = 2;

/** Write units for an item of that size, at least one. */
export function writeUnitsOf(sizeBytes: number): number {
  return Math.max(1, Math.ceil(sizeBytes / WRITE_UNIT_BYTES));
}

/** Read units for that many bytes, at least the least; eventually consistent reads take half. */
export function readUnitsOf(sizeBytes: number, options: { readonly isConsistent: boolean }): number {
  return Math.max(1, Math.ceil(sizeBytes / READ_UNIT_BYTES)) * (options.isConsistent ? 1 : 0.5);
}

/** Units that a request takes from one table and its indexes. */
export interface Consumption {
  readonly tableName: string;
  table: number;
  readonly local: Record<string, number>;
  readonly global: Record<string, number>;
}

export function noConsumption(tableName: string): Consumption {
  return { tableName, table: 0, local: {}, global: {} };
}

export function totalUnits({ table, local, global }: Consumption): number {
  let units = table;
  for (const name in local) units += local[name] as number;
  for (const name in global) units += global[name] as number;
  return units;
}

/** Adds units of an index. */
export function addIndexUnits(consumption: Consumption, index: { readonly name: string; readonly isGlobal: boolean }, units: number): void {
  const unitsByIndex = index.isGlobal ? consumption.global : consumption.local;
  unitsByIndex[index.name] = (unitsByIndex[index.name] ?? 0) + units;
}

export interface ConsumedCapacity {
  TableName: string;
  CapacityUnits: number;
  ReadCapacityUnits?: number;
  WriteCapacityUnits?: number;
  Table?: Capacity;
  LocalSecondaryIndexes?: Record<string, Capacity>;
  GlobalSecondaryIndexes?: Record<string, Capacity>;
}

interface Capacity {
  CapacityUnits: number;
  ReadCapacityUnits?: number;
  WriteCapacityUnits?: number;
}

/** What a response says of units, as `ReturnConsumedCapacity` asks. Transactions also say which units they are. */
export function consumedCapacity(
  consumption: Consumption,
  wanted: string | undefined,
  transaction?: 'ReadCapacityUnits' | 'WriteCapacityUnits',
): ConsumedCapacity | undefined {
  if (wanted !== 'TOTAL' && wanted !== 'INDEXES') return undefined;
  const capacity = (units: number): Capacity => ({ CapacityUnits: units, ...(transaction && { [transaction]: units }) });
  const total = { TableName: consumption.tableName, ...capacity(totalUnits(consumption)) };
  if (wanted === 'TOTAL') return total;
  const each = (units: Record<string, number>): Record<string, Capacity> | undefined => {
    const names = Object.keys(units);
    return names.length === 0 ? undefined : Object.fromEntries(names.map((name) => [name, capacity(units[name] as number)]));
  };
  const local = each(consumption.local);
  const global = each(consumption.global);
  return {
    ...total,
    Table: capacity(consumption.table),
    ...(local && { LocalSecondaryIndexes: local }),
    ...(global && { GlobalSecondaryIndexes: global }),
  };
}

/** Publishes units to CloudWatch: those of the table with its local indexes, and those of each global index. */
export function meterConsumption(kernel: Kernel, kind: 'Read' | 'Write', consumption: Consumption): void {
  const name = kind === 'Read' ? 'ConsumedReadCapacityUnits' : 'ConsumedWriteCapacityUnits';
  const { tableName, local, global } = consumption;
  let own = consumption.table;
  for (const index in local) own += local[index] as number;
  kernel.meter({ namespace: 'AWS/DynamoDB', name, dimensions: ofTable(tableName), value: own, unit: 'Count' });
  for (const index in global) {
    kernel.meter({ namespace: 'AWS/DynamoDB', name, dimensions: ofIndex(tableName, index), value: global[index] as number, unit: 'Count' });
  }
}

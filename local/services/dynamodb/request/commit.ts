import type { Kernel } from '../../../kernel/kernel.ts';
import type { Attributes } from '../../../languages/dynamodb-expression/attribute-value.ts';
import { member } from '../../../languages/dynamodb-expression/attribute-value.ts';
import { equalAttributes } from '../../../languages/dynamodb-expression/order.ts';
import { addIndexUnits, type Consumption, meterConsumption, noConsumption, ofTable, totalUnits, writeUnitsOf } from '../table/capacity.ts';
import { keyOf } from '../table/keys.ts';
import type { Table } from '../table/table.ts';
import type { Write, WriteRequest } from './write-request.ts';

export interface CommitOptions {
  readonly cause: number | undefined;
  /** `2` for a transaction, which pays twice. */
  readonly factor: number;
  /** The deletion of an expired item by the service itself: it is free. */
  readonly isExpiry: boolean;
}

export const SINGLE_WRITE = { factor: 1, isExpiry: false } as const;

/** Makes a planned change: the item, what is derived from it, its stream record, its journal entry. Answers what it takes. */
export function commit(kernel: Kernel, write: Write, options: CommitOptions): Consumption {
  const { table, key, old, next } = write;
  const isChanged = old !== next && !(old && next && equalAttributes(old, next));
  const consumption = options.isExpiry ? noConsumption(table.record.name) : writeConsumption(write, { factor: options.factor, isChanged });
  let streamSequence: number | undefined;
  if (isChanged) {
    const kept = table.change(key, write);
    streamSequence = table.stream?.append({ ...write, kept, isExpiry: options.isExpiry });
  }
  journalWrite(kernel, write, { ...options, isChanged, streamSequence, units: totalUnits(consumption) });
  if (!options.isExpiry) meterConsumption(kernel, 'Write', consumption);
  return consumption;
}

function writeConsumption(write: Write, { factor, isChanged }: { readonly factor: number; readonly isChanged: boolean }): Consumption {
  const { table, oldBytes, nextBytes } = write;
  const consumption = noConsumption(table.record.name);
  consumption.table = writeUnitsOf(Math.max(oldBytes, nextBytes)) * factor;
  if (!isChanged) return consumption;
  for (const index of table.indexes) {
    const units = index.writeUnits(write) * factor;
    if (units > 0) addIndexUnits(consumption, index.record, units);
  }
  return consumption;
}

function journalWrite(
  kernel: Kernel,
  { table, request, old, next }: Write,
  facts: CommitOptions & { readonly isChanged: boolean; readonly streamSequence: number | undefined; readonly units: number },
): void {
  const isCheck = request.operation === 'ConditionCheckItem';
  kernel.journal.append({
    service: 'dynamodb',
    kind: isCheck ? 'item-checked' : 'item-written',
    arn: table.record.arn,
    cause: facts.cause,
    detail: {
      key: plainKey(table, next ?? old ?? request.attributes),
      operation: facts.isExpiry ? 'Expiry' : request.operation,
      transactional: facts.factor > 1,
      writeUnits: facts.units,
      ...(!isCheck && { changed: facts.isChanged }),
      ...(facts.streamSequence !== undefined && { streamSequence: facts.streamSequence }),
    },
  });
}

/** Says in journal and metrics that a condition did not hold, which is paid like a write of the item that is there. */
export function noteFailedCondition(
  kernel: Kernel,
  failed: { readonly table: Table; readonly request: WriteRequest; readonly units: number; readonly cause: number | undefined },
): void {
  const { table, request, units, cause } = failed;
  const TableName = table.record.name;
  kernel.journal.append({
    service: 'dynamodb',
    kind: 'condition-failed',
    arn: table.record.arn,
    cause,
    detail: { key: plainKey(table, request.attributes), operation: request.operation, writeUnits: units },
  });
  kernel.meter({ namespace: 'AWS/DynamoDB', name: 'ConditionalCheckFailedRequests', dimensions: ofTable(TableName), value: 1, unit: 'Count' });
  meterConsumption(kernel, 'Write', { ...noConsumption(TableName), table: units });
}

/** A primary key as people read it: values without their types. */
function plainKey(table: Table, item: Attributes): Record<string, string> {
  const key = keyOf(table.record.keySchema, item);
  const plain: Record<string, string> = {};
  for (const name of Object.keys(key)) {
    const value = key[name] as NonNullable<(typeof key)[string]>;
    const bytes = member(value, 'B');
    plain[name] = bytes ? Buffer.from(bytes).toString('base64') : (member(value, 'S') ?? (member(value, 'N') as string));
  }
  return plain;
}

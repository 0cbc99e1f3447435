import type { TransactGetItemsCommandInput, TransactGetItemsCommandOutput } from '@aws-sdk/client-dynamodb';
import type { Context } from '../../../kernel/service.ts';
import { itemSizeBytes } from '../../../languages/dynamodb-expression/size.ts';
import { validation } from '../errors.ts';
import { ConsumptionByTable } from '../request/consumption-by-table.ts';
import { noteRead } from '../request/note-read.ts';
import { projected, readProjection } from '../request/projection.ts';
import { readAttributes } from '../request/values.ts';
import { type DynamoDbState, tableOf } from '../state.ts';
import { consumedCapacity, noConsumption, readUnitsOf, TRANSACTION_FACTOR } from '../table/capacity.ts';
import { checkKey, checkPaths } from '../table/key-check.ts';
import { itemKey } from '../table/keys.ts';
import type { Table } from '../table/table.ts';

/** Reads up to 100 items as they are at one moment. */
export function transactGetItems(
  input: TransactGetItemsCommandInput,
  { kernel, state, cause }: Context<DynamoDbState>,
): Omit<TransactGetItemsCommandOutput, '$metadata'> {
  const reads = (input.TransactItems ?? []).map(({ Get: get }) => {
    const request = { ...get };
    return { tableName: request.TableName, ...readProjection(request, () => readAttributes(request.Key)) };
  });
  const located = reads.map((read) => ({ ...read, table: tableOf(state, read.tableName) }));
  const seen = new Map<Table, Set<string>>();
  for (const { table, key, projection } of located) {
    checkKey(table.record, key);
    if (projection) checkPaths(table.record, projection, {});
    const text = itemKey(table.record.keySchema, key);
    const keys = seen.get(table) ?? new Set();
    if (keys.has(text)) throw validation('Transaction request cannot include multiple operations on one item');
    seen.set(table, keys.add(text));
  }
  const consumption = new ConsumptionByTable();
  const responses = located.map(({ table, key, projection }) => {
    const item = table.item(itemKey(table.record.keySchema, key));
    const units = readUnitsOf(item ? itemSizeBytes(item) : 0, { isConsistent: true }) * TRANSACTION_FACTOR;
    consumption.add({ ...noConsumption(table.record.name), table: units });
    return item ? { Item: projected(item, projection) } : {};
  });
  for (const one of consumption.all()) {
    const table = tableOf(state, one.tableName);
    noteRead(kernel, { table, operation: 'TransactGetItems', count: seen.get(table)?.size ?? 0, consumption: one, cause });
  }
  const capacities = consumption.all().map((one) => consumedCapacity(one, input.ReturnConsumedCapacity, 'ReadCapacityUnits'));
  const consumed = capacities.filter((capacity) => capacity !== undefined);
  return { Responses: responses, ...(consumed.length > 0 && { ConsumedCapacity: consumed }) };
}

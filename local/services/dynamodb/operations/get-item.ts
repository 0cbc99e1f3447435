import type { GetItemCommandInput, GetItemCommandOutput } from '@aws-sdk/client-dynamodb';
import type { Context } from '../../../kernel/service.ts';
import { itemSizeBytes } from '../../../languages/dynamodb-expression/size.ts';
import { noteRead } from '../request/note-read.ts';
import { projected, readProjection } from '../request/projection.ts';
import { readAttributes } from '../request/values.ts';
import { type DynamoDbState, tableOf } from '../state.ts';
import { consumedCapacity, noConsumption, readUnitsOf } from '../table/capacity.ts';
import { checkKey, checkPaths } from '../table/key-check.ts';
import { itemKey } from '../table/keys.ts';

export function getItem(input: GetItemCommandInput, { kernel, state, cause }: Context<DynamoDbState>): Omit<GetItemCommandOutput, '$metadata'> {
  const { key, projection } = readProjection(input, () => readAttributes(input.Key));
  const table = tableOf(state, input.TableName);
  checkKey(table.record, key);
  if (projection) checkPaths(table.record, projection, {});
  const item = table.item(itemKey(table.record.keySchema, key));
  const consumption = noConsumption(table.record.name);
  consumption.table = readUnitsOf(item ? itemSizeBytes(item) : 0, { isConsistent: input.ConsistentRead === true });
  noteRead(kernel, { table, operation: 'GetItem', count: item ? 1 : 0, consumption, cause });
  const capacity = consumedCapacity(consumption, input.ReturnConsumedCapacity);
  return { ...(item && { Item: projected(item, projection) }), ...(capacity && { ConsumedCapacity: capacity }) };
}

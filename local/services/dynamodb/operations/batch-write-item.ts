import type { BatchWriteItemCommandInput, BatchWriteItemCommandOutput } from '@aws-sdk/client-dynamodb';
import type { Context } from '../../../kernel/service.ts';
import { attributeOf, typeOf } from '../../../languages/dynamodb-expression/attribute-value.ts';
import { itemSizeBytes } from '../../../languages/dynamodb-expression/size.ts';
import { watchExpiry } from '../delivery.ts';
import { validation } from '../errors.ts';
import { commit, SINGLE_WRITE } from '../request/commit.ts';
import { ConsumptionByTable } from '../request/consumption-by-table.ts';
import { type ItemCollectionMetrics, itemCollectionMetrics } from '../request/item-collection.ts';
import { readDelete, readPut } from '../request/read-writes.ts';
import { checkAgainstTable, planWrite, type WriteRequest } from '../request/write-request.ts';
import { type DynamoDbState, tableOf } from '../state.ts';
import { consumedCapacity } from '../table/capacity.ts';
import { keyNames } from '../table/key-check.ts';
import { itemKey } from '../table/keys.ts';
import type { Table } from '../table/table.ts';

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html */
const WRITES_MAX = 25;
const REQUEST_BYTES_MAX = 16 * 1024 * 1024;

export function batchWriteItem(
  input: BatchWriteItemCommandInput,
  { kernel, state, cause }: Context<DynamoDbState>,
): Omit<BatchWriteItemCommandOutput, '$metadata'> {
  const batches = readRequest(input).map(({ name, requests }) => ({ name, requests, table: tableOf(state, name) }));
  for (const { table, requests } of batches) checkBatch(table, requests);
  const consumption = new ConsumptionByTable();
  const metrics: Record<string, ItemCollectionMetrics[]> = {};
  for (const { name, table, requests } of batches) {
    for (const request of requests) {
      const plan = planWrite(table, request);
      if (plan.status === 'ready') consumption.add(commit(kernel, plan.write, { ...SINGLE_WRITE, cause }));
      const collection = itemCollectionMetrics(table, request.attributes, input.ReturnItemCollectionMetrics);
      if (collection) metrics[name] = [...(metrics[name] ?? []), collection];
    }
    watchExpiry(kernel, state, table);
  }
  const capacities = consumption
    .all()
    .map((sum) => consumedCapacity(sum, input.ReturnConsumedCapacity))
    .filter((capacity) => capacity !== undefined);
  return {
    UnprocessedItems: {},
    ...(Object.keys(metrics).length > 0 && { ItemCollectionMetrics: metrics }),
    ...(capacities.length > 0 && { ConsumedCapacity: capacities }),
  };
}

interface Batch {
  readonly name: string;
  readonly requests: readonly WriteRequest[];
}

function readRequest(input: BatchWriteItemCommandInput): Batch[] {
  let count = 0;
  let sizeBytes = 0;
  return Object.entries(input.RequestItems ?? {}).map(([name, elements]) => {
    count += elements.length;
    if (count > WRITES_MAX) throw validation('Too many items requested for the BatchWriteItem call');
    const requests = elements.map(({ PutRequest: put, DeleteRequest: removal }) => {
      if ((put === undefined) === (removal === undefined)) {
        throw validation('Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes');
      }
      const request = put ? readPut({ Item: put.Item }) : readDelete({ Key: removal?.Key });
      sizeBytes += itemSizeBytes(request.attributes);
      return request;
    });
    if (sizeBytes > REQUEST_BYTES_MAX) throw validation('Request size exceeded the maximum of 16 MB');
    return { name, requests };
  });
}

function checkBatch(table: Table, requests: readonly WriteRequest[]): void {
  const { keySchema, attributeTypes } = table.record;
  for (const request of requests) {
    // Within a batch AWS says of an item's key what it says of a key.
    const isOfSchema = keyNames(keySchema).every((name) => {
      const value = attributeOf(request.attributes, name);
      return value !== undefined && typeOf(value) === attributeTypes[name];
    });
    if (!isOfSchema) throw validation('The provided key element does not match the schema');
    checkAgainstTable(table, request);
  }
  if (new Set(requests.map(({ attributes }) => itemKey(keySchema, attributes))).size < requests.length) {
    throw validation('Provided list of item keys contains duplicates');
  }
}

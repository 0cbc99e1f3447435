import type { BatchGetItemCommandInput, BatchGetItemCommandOutput } from '@aws-sdk/client-dynamodb';
import type { Context } from '../../../kernel/service.ts';
import type { Attributes } from '../../../languages/dynamodb-expression/attribute-value.ts';
import { itemSizeBytes } from '../../../languages/dynamodb-expression/size.ts';
import type { Path } from '../../../languages/dynamodb-expression/syntax.ts';
import { validation } from '../errors.ts';
import { canonicalText } from '../request/idempotency.ts';
import { noteRead } from '../request/note-read.ts';
import { projected, readProjection } from '../request/projection.ts';
import { readAttributes } from '../request/values.ts';
import { type DynamoDbState, tableOf } from '../state.ts';
import { consumedCapacity, noConsumption, readUnitsOf } from '../table/capacity.ts';
import { checkKey, checkPaths } from '../table/key-check.ts';
import { itemKey } from '../table/keys.ts';
import type { Table } from '../table/table.ts';

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
const KEYS_MAX = 100;
const RESPONSE_BYTES_MAX = 16 * 1024 * 1024;

type Request = NonNullable<BatchGetItemCommandInput['RequestItems']>[string];

interface TableRead {
  readonly name: string;
  readonly request: Request;
  readonly keys: readonly Attributes[];
  readonly projection: readonly Path[] | undefined;
}

export function batchGetItem(input: BatchGetItemCommandInput, { kernel, state, cause }: Context<DynamoDbState>): Omit<BatchGetItemCommandOutput, '$metadata'> {
  const reads = readRequest(input).map((read) => ({ ...read, table: tableOf(state, read.name) }));
  for (const read of reads) checkRead(read.table, read);
  const responses: Record<string, Attributes[]> = {};
  const unprocessed: Record<string, Request> = {};
  const capacities = [];
  let bytesLeft = RESPONSE_BYTES_MAX;
  for (const { table, name, request, keys, projection } of reads) {
    const consumption = noConsumption(table.record.name);
    const found: Attributes[] = [];
    let taken = 0;
    for (; taken < keys.length && bytesLeft > 0; taken += 1) {
      const item = table.item(itemKey(table.record.keySchema, keys[taken] as Attributes));
      const sizeBytes = item ? itemSizeBytes(item) : 0;
      if (sizeBytes > bytesLeft) break;
      bytesLeft -= sizeBytes;
      consumption.table += readUnitsOf(sizeBytes, { isConsistent: request.ConsistentRead === true });
      if (item) found.push(projected(item, projection));
    }
    responses[name] = found;
    if (taken < keys.length) unprocessed[name] = { ...request, Keys: keys.slice(taken) as NonNullable<Request['Keys']> };
    noteRead(kernel, { table, operation: 'BatchGetItem', count: found.length, consumption, cause });
    capacities.push(consumedCapacity(consumption, input.ReturnConsumedCapacity));
  }
  const consumed = capacities.filter((capacity) => capacity !== undefined);
  return { Responses: responses, UnprocessedKeys: unprocessed, ...(consumed.length > 0 && { ConsumedCapacity: consumed }) };
}

function readRequest(input: BatchGetItemCommandInput): TableRead[] {
  let count = 0;
  const reads = Object.entries(input.RequestItems ?? {}).map(([name, request]) => {
    const raw = request.Keys ?? [];
    count += raw.length;
    if (count > KEYS_MAX) throw validation('Too many items requested for the BatchGetItem call');
    const { key: keys, projection } = readProjection(request, () => raw.map(readAttributes));
    if (new Set(keys.map(canonicalText)).size < keys.length) throw validation('Provided list of item keys contains duplicates');
    return { name, request, keys, projection };
  });
  return reads;
}

function checkRead({ record }: Table, { keys, projection }: TableRead): void {
  for (const key of keys) checkKey(record, key);
  if (projection) checkPaths(record, projection, {});
}

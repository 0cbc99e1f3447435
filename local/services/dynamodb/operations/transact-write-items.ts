import type { TransactWriteItem, TransactWriteItemsCommandInput, TransactWriteItemsCommandOutput } from '@aws-sdk/client-dynamodb';
import { Fault } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { itemSizeBytes } from '../../../languages/dynamodb-expression/size.ts';
import { watchExpiry } from '../delivery.ts';
import { type CancellationReason, transactionCanceled, validation } from '../errors.ts';
import { commit, noteFailedCondition } from '../request/commit.ts';
import { ConsumptionByTable } from '../request/consumption-by-table.ts';
import { fingerprintOf, isRepeated, remember } from '../request/idempotency.ts';
import { type ItemCollectionMetrics, itemCollectionMetrics } from '../request/item-collection.ts';
import { readConditionCheck, readDelete, readPut, readUpdate } from '../request/read-writes.ts';
import { checkAgainstTable, planWrite, type Write, type WriteRequest } from '../request/write-request.ts';
import { type DynamoDbState, tableOf } from '../state.ts';
import { type Consumption, consumedCapacity, meterConsumption, noConsumption, readUnitsOf, TRANSACTION_FACTOR, writeUnitsOf } from '../table/capacity.ts';
import { itemKey } from '../table/keys.ts';
import type { Table } from '../table/table.ts';

type DynamoDb = Context<DynamoDbState>;
type Answer = Omit<TransactWriteItemsCommandOutput, '$metadata'>;

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html */
const ACTIONS_MAX = 100;
const REQUEST_BYTES_MAX = 4 * 1024 * 1024;

interface Action {
  readonly table: Table;
  readonly request: WriteRequest;
  readonly key: string;
}

/** Makes all of up to 100 changes, or none. */
export function transactWriteItems(input: TransactWriteItemsCommandInput, context: DynamoDb): Answer {
  const { kernel, state } = context;
  const actions = readActions(input.TransactItems ?? [], state);
  const { ClientRequestToken: token, ...rest } = input;
  const fingerprint = token === undefined ? '' : fingerprintOf(rest);
  if (token !== undefined && isRepeated(kernel, state, token, fingerprint)) return repeatedAnswer(input, actions, context);
  const writes = planAll(actions, context);
  const consumption = new ConsumptionByTable();
  for (const write of writes) {
    consumption.add(commit(kernel, write, { cause: context.cause, factor: TRANSACTION_FACTOR, isExpiry: false }));
    watchExpiry(kernel, state, write.table);
  }
  if (token !== undefined) remember(kernel, state, token, fingerprint);
  return answer(input, actions, consumption.all(), 'WriteCapacityUnits');
}

/** Reads and checks all actions: first what each is, then their tables, then their keys. */
function readActions(items: readonly TransactWriteItem[], state: DynamoDbState): Action[] {
  if (items.length > ACTIONS_MAX) {
    throw validation(
      `1 validation error detected: Value at 'transactItems' failed to satisfy constraint: Member must have length less than or equal to ${ACTIONS_MAX}`,
    );
  }
  const read = items.map(readAction);
  const located = read.map(({ tableName, request }) => ({ table: tableOf(state, tableName), request }));
  const seen = new Map<Table, Set<string>>();
  let sizeBytes = 0;
  const actions = located.map(({ table, request }) => {
    checkAgainstTable(table, request);
    const key = itemKey(table.record.keySchema, request.attributes);
    const keys = seen.get(table) ?? new Set();
    if (keys.has(key)) throw validation('Transaction request cannot include multiple operations on one item');
    seen.set(table, keys.add(key));
    sizeBytes += itemSizeBytes(request.attributes);
    return { table, request, key };
  });
  if (sizeBytes > REQUEST_BYTES_MAX) throw validation('Collection size exceeded: the items of a transaction can have 4 MB together');
  return actions;
}

function readAction(item: TransactWriteItem): { tableName: string | undefined; request: WriteRequest } {
  const given = [item.ConditionCheck, item.Put, item.Delete, item.Update].filter((action) => action !== undefined);
  if (given.length !== 1) {
    throw validation('TransactItems can only contain one of Check, Put, Update or Delete');
  }
  const tableName = given[0]?.TableName;
  if (item.Put) return { tableName, request: readPut(item.Put) };
  if (item.Update) return { tableName, request: readUpdate(item.Update) };
  if (item.Delete) return { tableName, request: readDelete(item.Delete) };
  return { tableName, request: readConditionCheck(item.ConditionCheck as NonNullable<TransactWriteItem['ConditionCheck']>) };
}

/** Plans every action against the items as they are. Throws the reasons of all, in their order, where one cannot be made. */
function planAll(actions: readonly Action[], { kernel, cause }: DynamoDb): Write[] {
  const writes: Write[] = [];
  const reasons: CancellationReason[] = [];
  for (const { table, request } of actions) {
    const planned = planOne(table, request);
    if ('write' in planned) writes.push(planned.write);
    reasons.push('write' in planned ? { Code: 'None' } : planned.reason);
  }
  if (writes.length === actions.length) return writes;
  actions.forEach(({ table, request, key }, index) => {
    if (reasons[index]?.Code !== 'ConditionalCheckFailed') return;
    const old = table.item(key);
    noteFailedCondition(kernel, { table, request, units: writeUnitsOf(old ? itemSizeBytes(old) : 0) * TRANSACTION_FACTOR, cause });
  });
  throw transactionCanceled(reasons);
}

function planOne(table: Table, request: WriteRequest): { readonly write: Write } | { readonly reason: CancellationReason } {
  try {
    const plan = planWrite(table, request);
    if (plan.status === 'ready') return { write: plan.write };
    const item = request.returnsItemOnFailure ? plan.old : undefined;
    return { reason: { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed', ...(item && { Item: item }) } };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { reason: { Code: 'ValidationError', Message: error.message } };
  }
}

/** A repeated transaction changes nothing and is paid as reads of its items. */
function repeatedAnswer(input: TransactWriteItemsCommandInput, actions: readonly Action[], { kernel }: DynamoDb): Answer {
  const consumption = new ConsumptionByTable();
  for (const { table, key } of actions) {
    const item = table.item(key);
    const units = readUnitsOf(item ? itemSizeBytes(item) : 0, { isConsistent: true }) * TRANSACTION_FACTOR;
    consumption.add({ ...noConsumption(table.record.name), table: units });
  }
  for (const one of consumption.all()) meterConsumption(kernel, 'Read', one);
  return answer(input, actions, consumption.all(), 'ReadCapacityUnits');
}

function answer(
  input: TransactWriteItemsCommandInput,
  actions: readonly Action[],
  consumption: readonly Consumption[],
  kind: 'ReadCapacityUnits' | 'WriteCapacityUnits',
): Answer {
  const capacities = consumption.map((one) => consumedCapacity(one, input.ReturnConsumedCapacity, kind)).filter((capacity) => capacity !== undefined);
  const metrics: Record<string, ItemCollectionMetrics[]> = {};
  for (const { table, request } of actions) {
    const collection = itemCollectionMetrics(table, request.attributes, input.ReturnItemCollectionMetrics);
    if (collection) metrics[table.record.name] = [...(metrics[table.record.name] ?? []), collection];
  }
  return {
    ...(capacities.length > 0 && { ConsumedCapacity: capacities }),
    ...(Object.keys(metrics).length > 0 && { ItemCollectionMetrics: metrics }),
  };
}

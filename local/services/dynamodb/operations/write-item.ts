import type {
  DeleteItemCommandInput,
  DeleteItemCommandOutput,
  PutItemCommandInput,
  PutItemCommandOutput,
  UpdateItemCommandInput,
  UpdateItemCommandOutput,
} from '@aws-sdk/client-dynamodb';
import type { Context } from '../../../kernel/service.ts';
import type { Attributes } from '../../../languages/dynamodb-expression/attribute-value.ts';
import { project } from '../../../languages/dynamodb-expression/paths.ts';
import { itemSizeBytes } from '../../../languages/dynamodb-expression/size.ts';
import { watchExpiry } from '../delivery.ts';
import { conditionalCheckFailed, validation } from '../errors.ts';
import { commit, noteFailedCondition, SINGLE_WRITE } from '../request/commit.ts';
import { itemCollectionMetrics } from '../request/item-collection.ts';
import { readDelete, readPut, readUpdate } from '../request/read-writes.ts';
import { checkAgainstTable, planWrite, type Write, type WriteRequest } from '../request/write-request.ts';
import { type DynamoDbState, tableOf } from '../state.ts';
import { type Consumption, consumedCapacity, writeUnitsOf } from '../table/capacity.ts';

type DynamoDb = Context<DynamoDbState>;
type Output<T> = Omit<T, '$metadata'>;

export function putItem(input: PutItemCommandInput, context: DynamoDb): Output<PutItemCommandOutput> {
  checkReturnValues(input.ReturnValues);
  const done = writeItem(input.TableName, readPut(input), context);
  return answer(input, done, input.ReturnValues === 'ALL_OLD' ? done.write.old : undefined);
}

export function deleteItem(input: DeleteItemCommandInput, context: DynamoDb): Output<DeleteItemCommandOutput> {
  checkReturnValues(input.ReturnValues);
  const done = writeItem(input.TableName, readDelete(input), context);
  return answer(input, done, input.ReturnValues === 'ALL_OLD' ? done.write.old : undefined);
}

export function updateItem(input: UpdateItemCommandInput, context: DynamoDb): Output<UpdateItemCommandOutput> {
  const done = writeItem(input.TableName, readUpdate(input), context);
  return answer(input, done, updatedValues(input.ReturnValues, done.write));
}

interface Done {
  readonly write: Write;
  readonly consumption: Consumption;
}

/** Makes one change of one item, or throws that its condition does not hold. */
function writeItem(tableName: string | undefined, request: WriteRequest, { kernel, state, cause }: DynamoDb): Done {
  const table = tableOf(state, tableName);
  checkAgainstTable(table, request);
  const plan = planWrite(table, request);
  if (plan.status === 'condition-failed') {
    const units = writeUnitsOf(plan.old ? itemSizeBytes(plan.old) : 0);
    noteFailedCondition(kernel, { table, request, units, cause });
    throw conditionalCheckFailed(request.returnsItemOnFailure ? plan.old : undefined);
  }
  const consumption = commit(kernel, plan.write, { ...SINGLE_WRITE, cause });
  watchExpiry(kernel, state, table);
  return { write: plan.write, consumption };
}

function checkReturnValues(wanted: string | undefined): void {
  if (wanted !== undefined && wanted !== 'NONE' && wanted !== 'ALL_OLD') throw validation('ReturnValues can only be ALL_OLD or NONE');
}

function updatedValues(wanted: string | undefined, { old, next, request }: Write): Attributes | undefined {
  const paths = request.update?.paths ?? [];
  switch (wanted) {
    case 'ALL_OLD':
      return old;
    case 'ALL_NEW':
      return next;
    case 'UPDATED_OLD':
      return old && nonEmpty(project(old, paths));
    case 'UPDATED_NEW':
      return next && nonEmpty(project(next, paths));
    default:
      return undefined;
  }
}

function nonEmpty(attributes: Attributes): Attributes | undefined {
  return Object.keys(attributes).length === 0 ? undefined : attributes;
}

/** What the three operations answer alike. */
function answer(
  input: Pick<PutItemCommandInput, 'ReturnConsumedCapacity' | 'ReturnItemCollectionMetrics'>,
  { write, consumption }: Done,
  attributes: Attributes | undefined,
): Output<PutItemCommandOutput> {
  const capacity = consumedCapacity(consumption, input.ReturnConsumedCapacity);
  const metrics = itemCollectionMetrics(write.table, write.request.attributes, input.ReturnItemCollectionMetrics);
  return {
    ...(attributes && { Attributes: attributes }),
    ...(capacity && { ConsumedCapacity: capacity }),
    ...(metrics && { ItemCollectionMetrics: metrics }),
  };
}

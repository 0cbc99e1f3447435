import type { QueryCommandInput, QueryCommandOutput } from '@aws-sdk/client-dynamodb';
import type { Context } from '../../../kernel/service.ts';
import type { Attributes } from '../../../languages/dynamodb-expression/attribute-value.ts';
import { resolveElement } from '../../../languages/dynamodb-expression/paths.ts';
import { validation } from '../errors.ts';
import { readComparisons } from '../legacy/comparison.ts';
import { checkConditionalOperator, conditionOf } from '../legacy/condition.ts';
import { queryConditionsOf } from '../legacy/key-conditions.ts';
import { checkStartWithin, type KeyRange, keyRangeOf, type QueryConditions, stretch } from '../reading/key-range.ts';
import { readPage } from '../reading/page.ts';
import { checkQueryStartHash, checkQueryStartRest, checkSelect, pageAnswer, pageOptions, sourceOf } from '../reading/read-request.ts';
import { type BoundCondition, checkFamilies, type ParameterFamilies, readExpressions } from '../request/expressions.ts';
import { noteRead } from '../request/note-read.ts';
import { attributesToGet } from '../request/projection.ts';
import { readStartKey } from '../request/values.ts';
import { type DynamoDbState, tableOf } from '../state.ts';
import { conditionPaths, keyNames } from '../table/key-check.ts';
import { scalarText } from '../table/keys.ts';
import type { KeySchema } from '../table/schema.ts';
import type { Entry, Source } from '../table/table.ts';

const PARAMETERS: ParameterFamilies = {
  expressions: ['ProjectionExpression', 'FilterExpression', 'KeyConditionExpression'],
  legacy: ['AttributesToGet', 'QueryFilter', 'ConditionalOperator', 'KeyConditions'],
  withValues: ['FilterExpression', 'KeyConditionExpression'],
};

export function query(input: QueryCommandInput, { kernel, state, cause }: Context<DynamoDbState>): Omit<QueryCommandOutput, '$metadata'> {
  const request = readQuery(input);
  const table = tableOf(state, input.TableName);
  const source = sourceOf(table, input);
  const { start } = request;
  if (start) checkQueryStartHash(table, source, start);
  const range = keyRangeOf(table.record, source.keySchema, request.conditions);
  if (start) {
    checkQueryStartRest(table, source, start);
    checkStartWithin(source.keySchema, range, start);
  }
  if (request.filter) checkFilter(source.keySchema, request.filter, input.QueryFilter ? 'QueryFilter' : 'Filter Expression');
  const options = pageOptions(table, source, input, request);
  const page = readPage(table, source, itemsOf(source, range, { start, isForward: input.ScanIndexForward !== false }), options);
  noteRead(kernel, { table, operation: 'Query', count: page.count, consumption: page.consumption, cause });
  return pageAnswer(page, input.ReturnConsumedCapacity);
}

interface QueryRequest {
  readonly start: Attributes | undefined;
  readonly conditions: QueryConditions;
  readonly filter: BoundCondition | undefined;
  readonly projection: ReturnType<typeof attributesToGet>;
}

function readQuery(input: QueryCommandInput): QueryRequest {
  checkFamilies(input, PARAMETERS);
  const filterComparisons = input.QueryFilter && readComparisons(input.QueryFilter);
  const attributes = attributesToGet(input.AttributesToGet);
  const start = readStartKey(input.ExclusiveStartKey);
  const keyComparisons = input.KeyConditions && readComparisons(input.KeyConditions);
  checkConditionalOperator(input.ConditionalOperator, input.QueryFilter);
  const expressions = readExpressions(input);
  checkSelect(input);
  const conditions = expressions.keys ?? (keyComparisons && queryConditionsOf(keyComparisons));
  if (!conditions) throw validation('Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.');
  if (conditions.size < 1 || conditions.size > 2) throw validation('Conditions can be of length 1 or 2 only');
  return {
    start,
    conditions,
    filter: expressions.filter ?? (filterComparisons && conditionOf(filterComparisons, input.ConditionalOperator)),
    projection: expressions.projection ?? attributes,
  };
}

function checkFilter(schema: KeySchema, { tree, bindings }: BoundCondition, parameter: string): void {
  const keys = keyNames(schema);
  for (const path of conditionPaths(tree)) {
    const name = resolveElement(path[0] as string, bindings.names) as string;
    if (keys.includes(name)) throw validation(`${parameter} can only contain non-primary key attributes: Primary key attribute: ${name}`);
  }
}

/** The items of a stretch of a partition, forwards or backwards, behind a starting key. */
function* itemsOf(
  source: Source,
  { partition, sort }: KeyRange,
  { start: after, isForward }: { readonly start: Attributes | undefined; readonly isForward: boolean },
): Generator<Attributes> {
  const entries = source.partition(scalarText(partition));
  let { start, end } = stretch(entries, sort, source);
  if (after) {
    const { place, isThere } = source.position(entries, after);
    if (isForward) start = Math.max(start, isThere ? place + 1 : place);
    else end = Math.min(end, place);
  }
  if (isForward) for (let index = start; index < end; index += 1) yield source.item(entries[index] as Entry);
  else for (let index = end - 1; index >= start; index -= 1) yield source.item(entries[index] as Entry);
}

import type { DeleteItemCommandInput, PutItemCommandInput, UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { readAttributeUpdates } from '../legacy/attribute-updates.ts';
import { checkConditionalOperator, conditionOf, readExpected } from '../legacy/condition.ts';
import { checkFamilies, type ParameterFamilies, readExpressions } from './expressions.ts';
import { readAttributes } from './values.ts';
import type { WriteRequest } from './write-request.ts';

const CONDITION: ParameterFamilies = {
  expressions: ['ConditionExpression'],
  legacy: ['Expected', 'ConditionalOperator'],
  withValues: ['ConditionExpression'],
};

const UPDATE: ParameterFamilies = {
  expressions: ['UpdateExpression', 'ConditionExpression'],
  legacy: ['AttributeUpdates', 'Expected', 'ConditionalOperator'],
  withValues: ['UpdateExpression', 'ConditionExpression'],
};

type Conditional = Pick<PutItemCommandInput, 'Expected' | 'ConditionalOperator' | 'ReturnValuesOnConditionCheckFailure'>;

/** The condition of `Expected`, where the request is one of before there were expressions. */
function legacyCondition({ Expected: expected, ConditionalOperator: operator }: Conditional): WriteRequest['condition'] {
  checkConditionalOperator(operator, expected);
  return expected && conditionOf(readExpected(expected), operator);
}

const returnsItem = (input: Pick<Conditional, 'ReturnValuesOnConditionCheckFailure'>): boolean => input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD';

/** Reads a put, of its own or within a transaction. */
export function readPut(input: Omit<PutItemCommandInput, 'TableName'>): WriteRequest {
  checkFamilies(input, CONDITION);
  const attributes = readAttributes(input.Item);
  const expected = legacyCondition(input);
  const { condition } = readExpressions(input);
  return {
    operation: 'PutItem',
    attributes,
    condition: condition ?? expected,
    update: undefined,
    isLegacy: false,
    returnsItemOnFailure: returnsItem(input),
  };
}

/** Reads a delete. */
export function readDelete(input: Omit<DeleteItemCommandInput, 'TableName'>): WriteRequest {
  return { ...readKeyed(input), operation: 'DeleteItem' };
}

/** Reads a condition check of a transaction. */
export function readConditionCheck(input: Omit<DeleteItemCommandInput, 'TableName'>): WriteRequest {
  return { ...readKeyed(input), operation: 'ConditionCheckItem' };
}

function readKeyed(input: Omit<DeleteItemCommandInput, 'TableName'>): Omit<WriteRequest, 'operation'> {
  checkFamilies(input, CONDITION);
  const attributes = readAttributes(input.Key);
  const expected = legacyCondition(input);
  const { condition } = readExpressions(input);
  return { attributes, condition: condition ?? expected, update: undefined, isLegacy: false, returnsItemOnFailure: returnsItem(input) };
}

/** Reads an update. */
export function readUpdate(input: Omit<UpdateItemCommandInput, 'TableName'>): WriteRequest {
  checkFamilies(input, UPDATE);
  const attributes = readAttributes(input.Key);
  const updates = input.AttributeUpdates && readAttributeUpdates(input.AttributeUpdates);
  const expected = legacyCondition(input);
  const { condition, update } = readExpressions(input);
  return {
    operation: 'UpdateItem',
    attributes,
    condition: condition ?? expected,
    update: update ?? updates,
    isLegacy: updates !== undefined,
    returnsItemOnFailure: returnsItem(input),
  };
}

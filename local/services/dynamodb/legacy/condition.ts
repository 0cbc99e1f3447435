import type { AttributeValue } from '../../../languages/dynamodb-expression/attribute-value.ts';
import type { RawValue } from '../../../languages/dynamodb-expression/canonical-value.ts';
import type { Comparator, Condition, Operand } from '../../../languages/dynamodb-expression/syntax.ts';
import { invalidParameter, validation } from '../errors.ts';
import type { BoundCondition } from '../request/expressions.ts';
import { readValue } from '../request/values.ts';
import { type Comparison, type ComparisonOperator, comparison } from './comparison.ts';

/** An element of `Expected`. */
export interface RawExpectation {
  readonly Value?: RawValue | undefined;
  readonly Exists?: boolean | undefined;
  readonly ComparisonOperator?: string | undefined;
  readonly AttributeValueList?: readonly RawValue[] | undefined;
}

/** Reads `Expected` into comparisons. */
export function readExpected(raw: Readonly<Record<string, RawExpectation>>): Comparison[] {
  return Object.entries(raw).map(([name, expectation]) => {
    checkExpectation(name, expectation);
    const { Value: value, Exists: exists, ComparisonOperator: operator, AttributeValueList: list } = expectation;
    if (operator !== undefined) return comparison(name, operator as ComparisonOperator, (value ? [value] : (list ?? [])).map(readValue));
    return exists === false ? comparison(name, 'NULL', []) : comparison(name, 'EQ', [readValue(value as RawValue)]);
  });
}

function checkExpectation(name: string, { Value: value, Exists: exists, ComparisonOperator: operator, AttributeValueList: list }: RawExpectation): void {
  const fail = (reason: string): never => {
    throw invalidParameter(`${reason} for Attribute: ${name}`);
  };
  if (operator !== undefined) {
    if (exists !== undefined) fail('Exists and ComparisonOperator cannot be used together');
    if (operator !== 'NULL' && operator !== 'NOT_NULL' && !value && !list) {
      fail(`Value or AttributeValueList must be used with ComparisonOperator: ${operator}`);
    }
    if (value && list) fail('Value and AttributeValueList cannot be used together');
    return;
  }
  if (list) fail('AttributeValueList can only be used with a ComparisonOperator');
  if (exists === false && value) fail('Value cannot be used when Exists is false');
  if (exists !== false && !value) fail(`Value must be provided when Exists is ${exists === undefined ? 'null' : 'true'}`);
}

/** Joins comparisons to a condition, by AND where the request does not say otherwise. */
export function conditionOf(comparisons: readonly Comparison[], operator: string | undefined): BoundCondition | undefined {
  if (comparisons.length === 0) return undefined;
  const names: Record<string, string> = {};
  const values: Record<string, AttributeValue> = {};
  const trees = comparisons.map((one, index) => {
    names[`#${index}`] = one.name;
    one.values.forEach((value, position) => {
      values[`:${index}.${position}`] = value;
    });
    return treeOf(one, index);
  });
  const kind = operator === 'OR' ? 'or' : 'and';
  return { tree: trees.reduce((left, right) => ({ kind, left, right })), bindings: { names, values } };
}

const COMPARATORS: Partial<Record<ComparisonOperator, Comparator>> = { EQ: '=', NE: '<>', LT: '<', LE: '<=', GT: '>', GE: '>=' };

function treeOf({ operator, values }: Comparison, index: number): Condition {
  const path: Operand = { kind: 'path', path: [`#${index}`] };
  const operands: Operand[] = values.map((_, position) => ({ kind: 'value', name: `:${index}.${position}` }));
  const [first, second] = operands as [Operand, Operand];
  const comparator = COMPARATORS[operator];
  if (comparator) return { kind: 'compare', operator: comparator, left: path, right: first };
  const exists: Condition = { kind: 'call', name: 'attribute_exists', operands: [path] };
  switch (operator) {
    case 'IN':
      return { kind: 'in', operand: path, list: operands };
    case 'BETWEEN':
      return { kind: 'between', operand: path, lower: first, upper: second };
    case 'NULL':
      return { kind: 'call', name: 'attribute_not_exists', operands: [path] };
    case 'NOT_NULL':
      return exists;
    case 'BEGINS_WITH':
      return { kind: 'call', name: 'begins_with', operands: [path, first] };
    default: {
      const contains: Condition = { kind: 'call', name: 'contains', operands: [path, first] };
      return operator === 'CONTAINS' ? contains : { kind: 'and', left: exists, right: { kind: 'not', inner: contains } };
    }
  }
}

/** Throws where `ConditionalOperator` has nothing to join. */
export function checkConditionalOperator(operator: string | undefined, comparisons: object | undefined): void {
  if (operator === undefined) return;
  if (!comparisons) throw validation('ConditionalOperator cannot be used without Filter or Expected');
  if (Object.keys(comparisons).length < 2) throw validation('ConditionalOperator can only be used when Filter or Expected has two or more elements');
}

import type { SortKeyCondition } from '../../../languages/dynamodb-expression/key-condition.ts';
import type { QueryConditions } from '../reading/key-range.ts';
import type { Comparison, ComparisonOperator } from './comparison.ts';

type Simple = Exclude<SortKeyCondition['operator'], 'between'>;

const OPERATORS: Partial<Record<ComparisonOperator, Simple>> = { EQ: '=', LT: '<', LE: '<=', GT: '>', GE: '>=', BEGINS_WITH: 'begins_with' };

/** `KeyConditions` as the conditions of a query. */
export function queryConditionsOf(comparisons: readonly Comparison[]): QueryConditions {
  return new Map(comparisons.map((comparison) => [comparison.name, conditionOf(comparison)]));
}

function conditionOf({ operator, values }: Comparison): SortKeyCondition | undefined {
  const [first, second] = values;
  if (operator === 'BETWEEN' && first && second) return { operator: 'between', lower: first, upper: second };
  const simple = OPERATORS[operator];
  return simple && first ? { operator: simple, value: first } : undefined;
}

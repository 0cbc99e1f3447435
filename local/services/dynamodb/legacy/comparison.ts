import { type AttributeType, type AttributeValue, typeOf } from '../../../languages/dynamodb-expression/attribute-value.ts';
import type { RawValue } from '../../../languages/dynamodb-expression/canonical-value.ts';
import { compareValues } from '../../../languages/dynamodb-expression/order.ts';
import { invalidParameter, validation } from '../errors.ts';
import { readValue } from '../request/values.ts';

export type ComparisonOperator = 'EQ' | 'NE' | 'IN' | 'LE' | 'LT' | 'GE' | 'GT' | 'BETWEEN' | 'NOT_NULL' | 'NULL' | 'CONTAINS' | 'NOT_CONTAINS' | 'BEGINS_WITH';

/** A comparison of an attribute with values, from before there were expressions. */
export interface Comparison {
  readonly name: string;
  readonly operator: ComparisonOperator;
  readonly values: readonly AttributeValue[];
}

const ANY: readonly AttributeType[] = ['S', 'N', 'B', 'SS', 'NS', 'BS', 'M', 'L', 'NULL', 'BOOL'];
const ORDERED: readonly AttributeType[] = ['S', 'N', 'B'];
const ELEMENTS: readonly AttributeType[] = ['S', 'N', 'B', 'NULL', 'BOOL'];

interface OperatorRule {
  readonly countMin: number;
  readonly countMax: number;
  readonly types: readonly AttributeType[];
}

const one = (types: readonly AttributeType[]): OperatorRule => ({ countMin: 1, countMax: 1, types });

/** How many values of which types an operator takes. @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Condition.html */
const RULES: Readonly<Record<ComparisonOperator, OperatorRule>> = {
  EQ: one(ANY),
  NE: one(ANY),
  IN: { countMin: 1, countMax: 100, types: ORDERED },
  LE: one(ORDERED),
  LT: one(ORDERED),
  GE: one(ORDERED),
  GT: one(ORDERED),
  BETWEEN: { countMin: 2, countMax: 2, types: ORDERED },
  NOT_NULL: { countMin: 0, countMax: 0, types: [] },
  NULL: { countMin: 0, countMax: 0, types: [] },
  CONTAINS: one(ELEMENTS),
  NOT_CONTAINS: one(ELEMENTS),
  BEGINS_WITH: one(['S', 'B']),
};

/** Makes a comparison of values that are checked one by one. Throws where they do not suit the operator. */
export function comparison(name: string, operator: ComparisonOperator, values: readonly AttributeValue[]): Comparison {
  const { countMin, countMax, types } = RULES[operator];
  if (values.length < countMin || values.length > countMax) throw invalidParameter(`Invalid number of argument(s) for the ${operator} ComparisonOperator`);
  const [first] = values;
  if (first) {
    const type = typeOf(first);
    if (values.some((value) => typeOf(value) !== type)) throw invalidParameter('AttributeValues inside AttributeValueList must be of same type');
    if (!types.includes(type)) throw invalidParameter(`ComparisonOperator ${operator} is not valid for ${type} AttributeValue type`);
  }
  if (operator === 'BETWEEN' && (compareValues(values[0] as AttributeValue, values[1] as AttributeValue) as number) > 0) {
    throw validation('The BETWEEN condition was provided a range where the lower bound is greater than the upper bound');
  }
  return { name, operator, values };
}

export type RawComparisons = Readonly<
  Record<string, { readonly ComparisonOperator?: string | undefined; readonly AttributeValueList?: readonly RawValue[] | undefined }>
>;

/** Reads the comparisons of a filter or of key conditions. */
export function readComparisons(raw: RawComparisons): Comparison[] {
  const values = new Map(Object.entries(raw).map(([name, { AttributeValueList: list = [] }]) => [name, list.map(readValue)]));
  return Object.entries(raw).map(([name, { ComparisonOperator: operator }]) => comparison(name, operator as ComparisonOperator, values.get(name) ?? []));
}

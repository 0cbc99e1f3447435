import { type Attributes, type AttributeValue, typeOf } from '../../../languages/dynamodb-expression/attribute-value.ts';
import { beginsWith } from '../../../languages/dynamodb-expression/evaluate-condition.ts';
import type { SortKeyCondition } from '../../../languages/dynamodb-expression/key-condition.ts';
import { compareValues, equalValues } from '../../../languages/dynamodb-expression/order.ts';
import { invalidParameter, validation } from '../errors.ts';
import type { KeySchema, TableRecord } from '../table/schema.ts';
import type { Entry, Source } from '../table/table.ts';

/** Conditions of a query by attribute; `undefined` for one that an order of keys cannot answer. */
export type QueryConditions = ReadonlyMap<string, SortKeyCondition | undefined>;

/** What a query asks for: one partition, and perhaps a stretch of it. */
export interface KeyRange {
  readonly partition: AttributeValue;
  readonly sort: SortKeyCondition | undefined;
}

/** Brings conditions in line with the key schema of the table or index that is queried. */
export function keyRangeOf(record: TableRecord, { hash, range }: KeySchema, conditions: QueryConditions): KeyRange {
  if (conditions.size === 2 && range === undefined) throw validation('Query key condition not supported');
  const missed = !conditions.has(hash) ? hash : conditions.size === 2 && range !== undefined && !conditions.has(range) ? range : undefined;
  if (missed !== undefined) throw validation(`Query condition missed key schema element: ${missed}`);
  for (const condition of conditions.values()) if (!condition) throw validation('Attempted conditional constraint is not an indexable operation');
  for (const [name, condition] of conditions) checkTypes(record, name, condition as SortKeyCondition);
  const partition = conditions.get(hash);
  if (partition?.operator !== '=') throw validation('Query key condition not supported');
  return { partition: partition.value, sort: range === undefined ? undefined : conditions.get(range) };
}

function checkTypes(record: TableRecord, name: string, condition: SortKeyCondition): void {
  const values = condition.operator === 'between' ? [condition.lower, condition.upper] : [condition.value];
  if (values.some((value) => typeOf(value) !== record.attributeTypes[name])) {
    throw invalidParameter('Condition parameter type does not match schema type');
  }
}

/** The stretch `[start, end)` of a partition's places that a condition on the sort key selects. */
export function stretch(entries: readonly Entry[], sort: SortKeyCondition | undefined, source: Source): { start: number; end: number } {
  if (!sort || source.keySchema.range === undefined) return { start: 0, end: entries.length };
  const relation = (entry: Entry): number => relationTo(source.sortValue(entry), sort);
  const start = firstWhere(entries, 0, (entry) => relation(entry) >= 0);
  return { start, end: firstWhere(entries, start, (entry) => relation(entry) > 0) };
}

/** Negative before the stretch, zero within it, positive behind it. */
function relationTo(value: AttributeValue, sort: SortKeyCondition): number {
  if (sort.operator === 'between') {
    if ((compareValues(value, sort.lower) as number) < 0) return -1;
    return (compareValues(value, sort.upper) as number) > 0 ? 1 : 0;
  }
  const order = compareValues(value, sort.value) as number;
  switch (sort.operator) {
    case '=':
      return order;
    case '<':
      return order < 0 ? 0 : 1;
    case '<=':
      return order <= 0 ? 0 : 1;
    case '>':
      return order > 0 ? 0 : -1;
    case '>=':
      return order >= 0 ? 0 : -1;
    case 'begins_with':
      return beginsWith(value, sort.value) ? 0 : order;
  }
}

function firstWhere(entries: readonly Entry[], from: number, isReached: (entry: Entry) => boolean): number {
  let low = from;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isReached(entries[middle] as Entry)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Throws where a query cannot go on from a key: it is not of what the query asks for. */
export function checkStartWithin({ hash, range }: KeySchema, keyRange: KeyRange, start: Attributes): void {
  const isOfPartition = equalValues(start[hash] as AttributeValue, keyRange.partition);
  if (!keyRange.sort || range === undefined) {
    if (!isOfPartition) throw validation('The provided starting key is outside query boundaries based on provided conditions');
    return;
  }
  if (relationTo(start[range] as AttributeValue, keyRange.sort) !== 0) throw validation('The provided starting key does not match the range key predicate');
  if (!isOfPartition || keyRange.sort.operator === '=') throw validation('The query can return at most one row and cannot be restarted');
}

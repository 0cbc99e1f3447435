import { createHash } from 'node:crypto';
import { type Attributes, type AttributeValue, attributeOf, member, setAttribute } from '../../../languages/dynamodb-expression/attribute-value.ts';
import { bytesKey, compareValues } from '../../../languages/dynamodb-expression/order.ts';
import type { KeySchema } from './schema.ts';

/** A scalar as text, one to one among values of one type. */
export function scalarText(value: AttributeValue): string {
  const bytes = member(value, 'B');
  return bytes ? bytesKey(bytes) : (member(value, 'S') ?? (member(value, 'N') as string));
}

/** The text under which an item is kept: one for each primary key. */
export function itemKey(schema: KeySchema, attributes: Attributes): string {
  const hash = scalarText(attributes[schema.hash] as AttributeValue);
  if (schema.range === undefined) return hash;
  return `${hash.length}:${hash}${scalarText(attributes[schema.range] as AttributeValue)}`;
}

/** The primary key of an item. */
export function keyOf(schema: KeySchema, item: Attributes): Attributes {
  const key: Attributes = {};
  setAttribute(key, schema.hash, item[schema.hash] as AttributeValue);
  if (schema.range !== undefined) setAttribute(key, schema.range, item[schema.range] as AttributeValue);
  return key;
}

/** Places on the ring over which DynamoDB spreads partitions. */
export const RING_SIZE = 2 ** 48;

/**
 * Where a key lies on the ring. Scans and their segments go around it.
 * Differs from AWS: keys of type N are hashed as text, so that their order in a scan is another one.
 */
export function ringPosition(...parts: readonly string[]): number {
  const hash = createHash('md5').update('Outliers');
  for (const part of parts) hash.update(part);
  return hash.digest().readUIntBE(0, 6);
}

/** Orders the items of one partition of an index: by sort key, then by the place of their primary key on the ring. */
export function indexOrder(index: KeySchema, table: KeySchema): (a: Attributes, b: Attributes) => number {
  const positions = new WeakMap<Attributes, number>();
  const position = (item: Attributes): number => {
    const known = positions.get(item);
    if (known !== undefined) return known;
    const range = table.range === undefined ? '' : scalarText(item[table.range] as AttributeValue);
    const found = ringPosition(scalarText(item[table.hash] as AttributeValue), range);
    positions.set(item, found);
    return found;
  };
  const { range } = index;
  const byKey = tableOrder(table);
  return (a, b) => {
    const order = range === undefined ? 0 : compareAt(range, a, b);
    if (order !== 0) return order;
    const keyOrder = byKey(a, b);
    return keyOrder === 0 ? 0 : position(a) - position(b) || keyOrder;
  };
}

/** Orders items by primary key. */
function tableOrder({ hash, range }: KeySchema): (a: Attributes, b: Attributes) => number {
  return (a, b) => compareAt(hash, a, b) || (range === undefined ? 0 : compareAt(range, a, b));
}

/** Orders the items of one partition of a table. */
export function sortKeyOrder(range: string): (a: Attributes, b: Attributes) => number {
  return (a, b) => compareAt(range, a, b);
}

function compareAt(name: string, a: Attributes, b: Attributes): number {
  return compareValues(a[name] as AttributeValue, b[name] as AttributeValue) as number;
}

/** Says whether an item has the key attributes of an index. */
export function isIndexed(schema: KeySchema, item: Attributes): boolean {
  return attributeOf(item, schema.hash) !== undefined && (schema.range === undefined || attributeOf(item, schema.range) !== undefined);
}

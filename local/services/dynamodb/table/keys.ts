import { createHash } from 'node:crypto';
import { type Attributes, type AttributeValue, attributeOf, member, setAttribute } from '../../../languages/dynamodb-expression/attribute-value.ts';
import { bytesKey, compareValues } from '../../../languages/dynamodb-expression/order.ts';
import type { KeySchema, KeyType } from './schema.ts';

/** A scalar as text, one to one among values of one type. */
export function scalarText(value: AttributeValue): string {
  const bytes = member(value, 'B');
  return bytes ? bytesKey(bytes) : (member(value, 'S') ?? (member(value, 'N') as string));
}

/** The text under which an item is kept: one for each primary key. */
export function itemKey(schema: KeySchema, attributes: Attributes): string {
  const hash = scalarText(attributes[schema.hash] as AttributeValue);
  if (schema.range === undefined) return hash;
  // Joined, the text is one flat piece; a template leaves it in pieces for as long as it is kept.
  return [hash.length, ':', hash, scalarText(attributes[schema.range] as AttributeValue)].join('');
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

/** The two parts of a key of a table with a sort key, as text. */
function partsOf(key: string): readonly [hash: string, range: string] {
  const colon = key.indexOf(':');
  const end = colon + 1 + Number(key.slice(0, colon));
  return [key.slice(colon + 1, end), key.slice(end)];
}

/** The sort key in the text under which an item is kept. */
export function sortValueOf(key: string, type: KeyType): AttributeValue {
  const text = partsOf(key)[1];
  switch (type) {
    case 'S':
      return { S: text };
    case 'N':
      return { N: text };
    case 'B':
      return { B: Buffer.from(text, 'latin1') };
  }
}

/** Orders the items of one partition of a table by the texts under which they are kept. */
export function sortKeyOrder(type: KeyType): (a: string, b: string) => number {
  return (a, b) => (a === b ? 0 : (compareValues(sortValueOf(a, type), sortValueOf(b, type)) as number));
}

/** An item's place in an index. */
export interface IndexEntry {
  /** The text under which the table keeps the item. */
  readonly key: string;
  /** The sort key of an index that has one. */
  readonly sort: AttributeValue | undefined;
  /** Where the primary key lies on the ring; worked out when it is first needed. */
  position?: number;
}

/** Orders the items of one partition of an index of a table: by sort key, then by the place of their primary key on the ring. */
export function indexOrder({ range }: Pick<KeySchema, 'range'>): (a: IndexEntry, b: IndexEntry) => number {
  const position = (entry: IndexEntry): number => {
    entry.position ??= ringPosition(...(range === undefined ? [entry.key] : partsOf(entry.key)));
    return entry.position;
  };
  return (a, b) => {
    const order = a.sort && b.sort ? (compareValues(a.sort, b.sort) as number) : 0;
    if (order !== 0 || a.key === b.key) return order;
    return position(a) - position(b) || (a.key < b.key ? -1 : 1);
  };
}

/** Says whether an item has the key attributes of an index. */
export function isIndexed(schema: KeySchema, item: Attributes): boolean {
  return attributeOf(item, schema.hash) !== undefined && (schema.range === undefined || attributeOf(item, schema.range) !== undefined);
}

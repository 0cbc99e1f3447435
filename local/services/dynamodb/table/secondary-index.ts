import { type Attributes, type AttributeValue, attributeOf, setAttribute } from '../../../languages/dynamodb-expression/attribute-value.ts';
import { equalAttributes } from '../../../languages/dynamodb-expression/order.ts';
import { itemSizeBytes } from '../../../languages/dynamodb-expression/size.ts';
import { writeUnitsOf } from './capacity.ts';
import { type IndexEntry, indexOrder, isIndexed, scalarText } from './keys.ts';
import { Partitions } from './partitions.ts';
import type { IndexRecord, KeySchema } from './schema.ts';

/** A change of an item that is one: the two items differ. */
export interface SizedChange {
  readonly old: Attributes | undefined;
  readonly next: Attributes | undefined;
  readonly oldBytes: number;
  readonly nextBytes: number;
}

/** A secondary index: the places of the items of its table that have its key attributes. What it does not project is left out on reading. */
export class SecondaryIndex {
  readonly record: IndexRecord;
  readonly partitions: Partitions<IndexEntry>;
  /** How many items are indexed, and the size of what the index holds of them. */
  itemCount = 0;
  sizeBytes = 0;
  readonly #projected: readonly string[] | undefined;

  constructor(record: IndexRecord, table: KeySchema) {
    this.record = record;
    this.partitions = new Partitions(indexOrder(table));
    const keys = [record.keySchema.hash, record.keySchema.range, table.hash, table.range].filter((name) => name !== undefined);
    this.#projected = record.projection === 'ALL' ? undefined : [...new Set([...keys, ...record.nonKeyAttributes])];
  }

  /** The place of an item that the table keeps under `key`, or of a key from which a reading starts. */
  entryOf(key: string, attributes: Attributes): IndexEntry {
    const { range } = this.record.keySchema;
    return { key, sort: range === undefined ? undefined : (attributes[range] as AttributeValue) };
  }

  /** Follows a change of the item that the table keeps under `key`. */
  apply(key: string, change: SizedChange): void {
    const { keySchema } = this.record;
    const { old, next } = change;
    const from = old && isIndexed(keySchema, old) ? old : undefined;
    const to = next && isIndexed(keySchema, next) ? next : undefined;
    if (from) this.#count(from, change.oldBytes, -1);
    if (to) this.#count(to, change.nextBytes, 1);
    const fromPartition = from && this.#partitionOf(from);
    const toPartition = to && this.#partitionOf(to);
    const fromEntry = from && this.entryOf(key, from);
    const toEntry = to && this.entryOf(key, to);
    if (fromEntry && toEntry && fromPartition === toPartition && this.partitions.compare(fromEntry, toEntry) === 0) return;
    if (fromEntry) this.partitions.remove(fromPartition as string, fromEntry);
    if (toEntry) this.partitions.add(toPartition as string, toEntry);
  }

  #partitionOf(item: Attributes): string {
    return scalarText(item[this.record.keySchema.hash] as AttributeValue);
  }

  #count(item: Attributes, itemBytes: number, direction: 1 | -1): void {
    this.itemCount += direction;
    this.sizeBytes += direction * (this.#projected ? itemSizeBytes(this.project(item)) : itemBytes);
  }

  /** Says whether an attribute can be read from the index. */
  projects(name: string): boolean {
    return this.#projected === undefined || this.#projected.includes(name);
  }

  /** The part of an item that the index holds. */
  project(item: Attributes): Attributes {
    if (!this.#projected) return item;
    const out: Attributes = {};
    for (const name of this.#projected) {
      const value = attributeOf(item, name);
      if (value) setAttribute(out, name, value);
    }
    return out;
  }

  /**
   * Write units of a change: none where nothing projected changes, two writes where the key does.
   * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.ThroughputConsiderations.Writes
   */
  writeUnits({ old, next, oldBytes, nextBytes }: SizedChange): number {
    const { keySchema } = this.record;
    const from = old && isIndexed(keySchema, old) ? this.project(old) : undefined;
    const to = next && isIndexed(keySchema, next) ? this.project(next) : undefined;
    if (!from && !to) return 0;
    if (from && to && this.#projected && equalAttributes(from, to)) return 0;
    const fromUnits = from ? writeUnitsOf(from === old ? oldBytes : itemSizeBytes(from)) : 0;
    const toUnits = to ? writeUnitsOf(to === next ? nextBytes : itemSizeBytes(to)) : 0;
    if (!from || !to) return fromUnits + toUnits;
    const isMoved = this.#partitionOf(from) !== this.#partitionOf(to) || this.partitions.compare(this.entryOf('', from), this.entryOf('', to)) !== 0;
    return isMoved ? fromUnits + toUnits : Math.max(fromUnits, toUnits);
  }
}

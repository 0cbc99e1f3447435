import { type Attributes, type AttributeValue, attributeOf, setAttribute } from '../../../languages/dynamodb-expression/attribute-value.ts';
import { equalAttributes } from '../../../languages/dynamodb-expression/order.ts';
import { itemSizeBytes } from '../../../languages/dynamodb-expression/size.ts';
import { writeUnitsOf } from './capacity.ts';
import { indexOrder, isIndexed, scalarText } from './keys.ts';
import { Partitions } from './partitions.ts';
import type { IndexRecord, KeySchema } from './schema.ts';

/** A change of an item that is one: the two items differ. */
export interface SizedChange {
  readonly old: Attributes | undefined;
  readonly next: Attributes | undefined;
  readonly oldBytes: number;
  readonly nextBytes: number;
}

/** A secondary index: the items of its table that have its key attributes, as they stand in the table; what is not projected is left out on reading. */
export class SecondaryIndex {
  readonly record: IndexRecord;
  readonly partitions: Partitions;
  /** How many items are indexed, and the size of what the index holds of them. */
  itemCount = 0;
  sizeBytes = 0;
  readonly #projected: readonly string[] | undefined;

  constructor(record: IndexRecord, table: KeySchema) {
    this.record = record;
    this.partitions = new Partitions(indexOrder(record.keySchema, table));
    const keys = [record.keySchema.hash, record.keySchema.range, table.hash, table.range].filter((name) => name !== undefined);
    this.#projected = record.projection === 'ALL' ? undefined : [...new Set([...keys, ...record.nonKeyAttributes])];
  }

  /** Follows a change of an item. */
  apply(change: SizedChange): void {
    const { keySchema } = this.record;
    const { old, next } = change;
    const from = old && isIndexed(keySchema, old) ? old : undefined;
    const to = next && isIndexed(keySchema, next) ? next : undefined;
    if (from) this.#count(from, change.oldBytes, -1);
    if (to) this.#count(to, change.nextBytes, 1);
    const fromPartition = from && this.#partitionOf(from);
    const toPartition = to && this.#partitionOf(to);
    if (from && to && fromPartition === toPartition && this.partitions.compare(from, to) === 0) {
      this.partitions.replace(fromPartition as string, from, to);
      return;
    }
    if (from) this.partitions.remove(fromPartition as string, from);
    if (to) this.partitions.add(toPartition as string, to);
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
    const isMoved = this.#partitionOf(from) !== this.#partitionOf(to) || this.partitions.compare(from, to) !== 0;
    return isMoved ? fromUnits + toUnits : Math.max(fromUnits, toUnits);
  }
}

import { type Attributes, attributeOf, setAttribute } from '../../../languages/dynamodb-expression/attribute-value.ts';
import { equalAttributes } from '../../../languages/dynamodb-expression/order.ts';
import { itemSizeBytes } from '../../../languages/dynamodb-expression/size.ts';
import { writeUnitsOf } from './capacity.ts';
import { indexOrder, isIndexed, scalarText } from './keys.ts';
import { Partitions } from './partitions.ts';
import type { IndexRecord, KeySchema } from './schema.ts';

/** A secondary index: the items of its table that have its key attributes, as they stand in the table; what is not projected is left out on reading. */
export class SecondaryIndex {
  readonly record: IndexRecord;
  readonly partitions: Partitions;
  readonly #projected: readonly string[] | undefined;

  constructor(record: IndexRecord, table: KeySchema) {
    this.record = record;
    this.partitions = new Partitions(indexOrder(record.keySchema, table));
    const keys = [record.keySchema.hash, record.keySchema.range, table.hash, table.range].filter((name) => name !== undefined);
    this.#projected = record.projection === 'ALL' ? undefined : [...new Set([...keys, ...record.nonKeyAttributes])];
  }

  /** Follows a change of an item. */
  apply(old: Attributes | undefined, next: Attributes | undefined): void {
    const { keySchema } = this.record;
    const from = old && isIndexed(keySchema, old) ? old : undefined;
    const to = next && isIndexed(keySchema, next) ? next : undefined;
    const fromPartition = from && scalarText(from[keySchema.hash] as never);
    const toPartition = to && scalarText(to[keySchema.hash] as never);
    if (from && to && fromPartition === toPartition && this.partitions.compare(from, to) === 0) {
      this.partitions.replace(fromPartition as string, from, to);
      return;
    }
    if (from) this.partitions.remove(fromPartition as string, from);
    if (to) this.partitions.add(toPartition as string, to);
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
  writeUnits(old: Attributes | undefined, next: Attributes | undefined): number {
    const { keySchema } = this.record;
    const from = old && isIndexed(keySchema, old) ? this.project(old) : undefined;
    const to = next && isIndexed(keySchema, next) ? this.project(next) : undefined;
    if (!from && !to) return 0;
    if (!from || !to) return writeUnitsOf(itemSizeBytes((from ?? to) as Attributes));
    if (equalAttributes(from, to)) return 0;
    const isMoved = scalarText(from[keySchema.hash] as never) !== scalarText(to[keySchema.hash] as never) || this.partitions.compare(from, to) !== 0;
    if (isMoved) return writeUnitsOf(itemSizeBytes(from)) + writeUnitsOf(itemSizeBytes(to));
    return writeUnitsOf(Math.max(itemSizeBytes(from), itemSizeBytes(to)));
  }
}

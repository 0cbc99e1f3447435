import type { Collection } from '../../../kernel/collection.ts';
import { type Attributes, type AttributeValue, attributeOf } from '../../../languages/dynamodb-expression/attribute-value.ts';
import { itemSizeBytes } from '../../../languages/dynamodb-expression/size.ts';
import { ExpiryQueue } from './expiry.ts';
import { scalarText, sortKeyOrder } from './keys.ts';
import { Partitions, Ring, type Segment } from './partitions.ts';
import type { KeySchema, TableRecord } from './schema.ts';
import { SecondaryIndex, type SizedChange } from './secondary-index.ts';
import type { StreamWriter } from './stream.ts';

/** What a query or scan reads: the table itself or one of its indexes. */
export interface Source {
  readonly keySchema: KeySchema;
  readonly index: SecondaryIndex | undefined;
  /** The items of a partition, in order. */
  partition(key: string): readonly Attributes[];
  /** Partition keys around the ring. */
  around(segment: Segment, after: string | undefined): Iterable<string>;
  /** Index of the first item of a partition that does not come before `bound`. */
  position(items: readonly Attributes[], bound: Attributes): number;
  compare(a: Attributes, b: Attributes): number;
}

/** A table with its items, and what is derived from them. */
export class Table {
  record: TableRecord;
  readonly items: Collection<Attributes>;
  /** Size of all items. */
  sizeBytes = 0;
  indexes: readonly SecondaryIndex[] = [];
  expiry: ExpiryQueue | undefined;
  stream: StreamWriter | undefined;
  /** Only of a table with a sort key: without one, a partition is the item that is kept under its key. */
  readonly #partitions: Partitions | undefined;
  readonly #ring = new Ring();

  constructor(record: TableRecord, items: Collection<Attributes>) {
    this.record = record;
    this.items = items;
    const { range } = record.keySchema;
    this.#partitions = range === undefined ? undefined : new Partitions(sortKeyOrder(range));
    for (const item of items.values()) {
      this.sizeBytes += itemSizeBytes(item);
      this.#partitions?.add(this.#partitionOf(item), item);
    }
    this.setIndexes();
    this.setExpiry();
  }

  /** Brings the indexes in line with the record: keeps those that stay, fills new ones. */
  setIndexes(): void {
    const { indexes, keySchema } = this.record;
    this.indexes = indexes.map((wanted) => {
      const present = this.indexes.find((index) => index.record === wanted);
      if (present) return present;
      const index = new SecondaryIndex(wanted, keySchema);
      for (const item of this.items.values()) index.apply({ old: undefined, next: item, oldBytes: 0, nextBytes: itemSizeBytes(item) });
      return index;
    });
  }

  /** Brings the times of expiry in line with the record. */
  setExpiry(): void {
    const attribute = this.record.expiryAttribute;
    if (this.expiry?.attribute === attribute) return;
    this.expiry = attribute === undefined ? undefined : new ExpiryQueue(attribute);
    if (this.expiry) for (const [key, item] of this.items.entries()) this.expiry.apply(key, undefined, item);
  }

  /** Puts, replaces or removes an item, and all that is derived from it. */
  change(key: string, change: SizedChange): void {
    const { old, next } = change;
    if (next) this.items.put(key, next);
    else this.items.delete(key);
    this.sizeBytes += change.nextBytes - change.oldBytes;
    if (this.#partitions) this.#changePartition(this.#partitions, old, next);
    else if (!old) this.#ring.added(key);
    for (const index of this.indexes) index.apply(change);
    this.expiry?.apply(key, old, next);
  }

  #changePartition(partitions: Partitions, old: Attributes | undefined, next: Attributes | undefined): void {
    const partition = this.#partitionOf((next ?? old) as Attributes);
    if (old && next) partitions.replace(partition, old, next);
    else if (next) partitions.add(partition, next);
    else partitions.remove(partition, old as Attributes);
  }

  #partitionOf(item: Attributes): string {
    return scalarText(attributeOf(item, this.record.keySchema.hash) as AttributeValue);
  }

  /** What is read without an index name, or with that of an index; `undefined` where there is no such index. */
  source(indexName: string | undefined): Source | undefined {
    if (indexName === undefined) return this.#ownSource();
    const index = this.indexes.find(({ record }) => record.name === indexName);
    return index && sourceOf(index.record.keySchema, index.partitions, index);
  }

  #ownSource(): Source {
    const { keySchema } = this.record;
    if (this.#partitions) return sourceOf(keySchema, this.#partitions, undefined);
    return {
      keySchema,
      index: undefined,
      partition: (key) => {
        const item = this.items.get(key);
        return item ? [item] : [];
      },
      around: (segment, after) => this.#ring.walk(this.items, segment, after),
      position: () => 0,
      compare: () => 0,
    };
  }
}

function sourceOf(keySchema: KeySchema, partitions: Partitions, index: SecondaryIndex | undefined): Source {
  return {
    keySchema,
    index,
    partition: (key) => partitions.get(key),
    around: (segment, after) => partitions.around(segment, after),
    position: (items, bound) => partitions.position(items, bound),
    compare: (a, b) => partitions.compare(a, b),
  };
}

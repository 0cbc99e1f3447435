import type { Collection } from '../../../kernel/collection.ts';
import { type Attributes, type AttributeValue, attributeOf } from '../../../languages/dynamodb-expression/attribute-value.ts';
import { itemSizeBytes } from '../../../languages/dynamodb-expression/size.ts';
import { isPacked, type KeptItem, type PackedItem, packItem, unpackItem } from '../../../languages/dynamodb-item/packed-item.ts';
import { ExpiryQueue } from './expiry.ts';
import { type IndexEntry, itemKey, scalarText, sortKeyOrder, sortValueOf } from './keys.ts';
import { Partitions, Ring, type Segment } from './partitions.ts';
import type { KeySchema, KeyType, TableRecord } from './schema.ts';
import { SecondaryIndex, type SizedChange } from './secondary-index.ts';
import type { StreamWriter } from './stream.ts';

/** An item's place in what is read: under a table's key, or in an index. */
export type Entry = string | IndexEntry;

/** What a query or scan reads: the table itself or one of its indexes. */
export interface Source {
  readonly keySchema: KeySchema;
  readonly index: SecondaryIndex | undefined;
  /** The places of a partition's items, in order. */
  partition(key: string): readonly Entry[];
  /** Partition keys around the ring. */
  around(segment: Segment, after: string | undefined): Iterable<string>;
  /** Where reading goes on behind a starting key: the number of the first place that does not come before it, and whether that is its own. */
  position(entries: readonly Entry[], start: Attributes): { readonly place: number; readonly isThere: boolean };
  /** The sort key of a place, in a source that has one. */
  sortValue(entry: Entry): AttributeValue;
  item(entry: Entry): Attributes;
}

/** The old and the new item of a change, as they are kept. */
export interface KeptChange {
  readonly old: PackedItem | undefined;
  readonly next: PackedItem | undefined;
}

/** A table with its items, and what is derived from them. Items are kept packed and made on reading. */
export class Table {
  record: TableRecord;
  /** Size of all items. */
  sizeBytes = 0;
  indexes: readonly SecondaryIndex[] = [];
  expiry: ExpiryQueue | undefined;
  stream: StreamWriter | undefined;
  readonly #items: Collection<PackedItem>;
  /** Only of a table with a sort key: without one, a partition is the item that is kept under its key. */
  readonly #partitions: Partitions<string> | undefined;
  readonly #ring = new Ring();

  constructor(record: TableRecord, items: Collection<KeptItem>) {
    this.record = record;
    const { range } = record.keySchema;
    this.#partitions = range === undefined ? undefined : new Partitions(sortKeyOrder(record.attributeTypes[range] as KeyType));
    for (const [key, item] of items.entries()) if (!isPacked(item)) items.put(key, packItem(item));
    this.#items = items as Collection<PackedItem>;
    for (const [key, item] of this.entries()) {
      this.sizeBytes += itemSizeBytes(item);
      this.#partitions?.add(this.#partitionOf(item), key);
    }
    this.setIndexes();
    this.setExpiry();
  }

  get itemCount(): number {
    return this.#items.size;
  }

  /** The item under that key, made anew on each call. */
  item(key: string): Attributes | undefined {
    const kept = this.#items.get(key);
    return kept && unpackItem(kept);
  }

  /** All items with their keys. */
  *entries(): Generator<readonly [key: string, item: Attributes]> {
    for (const [key, kept] of this.#items.entries()) yield [key, unpackItem(kept)];
  }

  /** Removes all items; for a table that goes itself. */
  clear(): void {
    this.#items.clear();
  }

  /** Brings the indexes in line with the record: keeps those that stay, fills new ones. */
  setIndexes(): void {
    const { indexes, keySchema } = this.record;
    this.indexes = indexes.map((wanted) => {
      const present = this.indexes.find((index) => index.record === wanted);
      if (present) return present;
      const index = new SecondaryIndex(wanted, keySchema);
      for (const [key, item] of this.entries()) index.apply(key, { old: undefined, next: item, oldBytes: 0, nextBytes: itemSizeBytes(item) });
      return index;
    });
  }

  /** Brings the times of expiry in line with the record. */
  setExpiry(): void {
    const attribute = this.record.expiryAttribute;
    if (this.expiry?.attribute === attribute) return;
    this.expiry = attribute === undefined ? undefined : new ExpiryQueue(attribute);
    if (this.expiry) for (const [key, item] of this.entries()) this.expiry.apply(key, undefined, item);
  }

  /** Puts, replaces or removes an item, and all that is derived from it. */
  change(key: string, change: SizedChange): KeptChange {
    const { old, next } = change;
    const kept = { old: this.#items.get(key), next: next && packItem(next) };
    if (kept.next) this.#items.put(key, kept.next);
    else this.#items.delete(key);
    this.sizeBytes += change.nextBytes - change.oldBytes;
    if (this.#partitions) this.#changePartition(this.#partitions, key, change);
    else if (!old) this.#ring.added(key);
    for (const index of this.indexes) index.apply(key, change);
    this.expiry?.apply(key, old, next);
    return kept;
  }

  #changePartition(partitions: Partitions<string>, key: string, { old, next }: SizedChange): void {
    if (old && next) return;
    if (next) partitions.add(this.#partitionOf(next), key);
    else partitions.remove(this.#partitionOf(old as Attributes), key);
  }

  #partitionOf(item: Attributes): string {
    return scalarText(attributeOf(item, this.record.keySchema.hash) as AttributeValue);
  }

  /** What is read without an index name, or with that of an index; `undefined` where there is no such index. */
  source(indexName: string | undefined): Source | undefined {
    if (indexName === undefined) return this.#ownSource();
    const index = this.indexes.find(({ record }) => record.name === indexName);
    if (!index) return undefined;
    const { keySchema } = this.record;
    return {
      keySchema: index.record.keySchema,
      index,
      ...placesIn(index.partitions, (start) => index.entryOf(itemKey(keySchema, start), start)),
      sortValue: (entry) => (entry as IndexEntry).sort as AttributeValue,
      item: (entry) => this.item((entry as IndexEntry).key) as Attributes,
    };
  }

  #ownSource(): Source {
    const { keySchema, attributeTypes } = this.record;
    const { range } = keySchema;
    const item = (entry: Entry): Attributes => this.item(entry as string) as Attributes;
    if (this.#partitions && range !== undefined) {
      const places = placesIn(this.#partitions, (start) => itemKey(keySchema, start));
      return { keySchema, index: undefined, ...places, sortValue: (entry) => sortValueOf(entry as string, attributeTypes[range] as KeyType), item };
    }
    return {
      keySchema,
      index: undefined,
      partition: (key) => (this.#items.has(key) ? [key] : []),
      around: (segment, after) => this.#ring.walk(this.#items, segment, after),
      position: () => ({ place: 0, isThere: true }),
      sortValue: () => {
        throw new Error(`The table ${this.record.name} has no sort key`);
      },
      item,
    };
  }
}

/** How places in partitions are found; `entryOf` gives that of a starting key. */
function placesIn<Kind extends Entry>(partitions: Partitions<Kind>, entryOf: (start: Attributes) => Kind): Pick<Source, 'partition' | 'around' | 'position'> {
  return {
    partition: (key) => partitions.get(key),
    around: (segment, after) => partitions.around(segment, after),
    position: (entries, start) => {
      const own = entryOf(start);
      const place = partitions.position(entries as readonly Kind[], own);
      return { place, isThere: place < entries.length && partitions.compare(entries[place] as Kind, own) === 0 };
    },
  };
}

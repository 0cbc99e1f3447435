import type { Attributes } from '../../../languages/dynamodb-expression/attribute-value.ts';
import { RING_SIZE, ringPosition } from './keys.ts';

const EMPTY: readonly Attributes[] = [];

/**
 * The items of a table or index by partition key, each partition in order. A partition is a plain array: finding a place is a binary search, and
 * an insertion moves pointers, which stays cheap up to some hundred thousand items.
 */
export class Partitions {
  readonly #items = new Map<string, Attributes[]>();
  readonly #order: (a: Attributes, b: Attributes) => number;
  readonly #ring = new Ring();

  constructor(order: (a: Attributes, b: Attributes) => number) {
    this.#order = order;
  }

  get(partition: string): readonly Attributes[] {
    return this.#items.get(partition) ?? EMPTY;
  }

  add(partition: string, item: Attributes): void {
    const items = this.#items.get(partition);
    if (!items) {
      // A literal takes no more room than its one element needs; most partitions stay so.
      this.#items.set(partition, [item]);
      this.#ring.added(partition);
      return;
    }
    items.splice(this.position(items, item), 0, item);
  }

  /** Puts an item in place of one with the same place in the order. */
  replace(partition: string, old: Attributes, item: Attributes): void {
    const items = this.#items.get(partition) as Attributes[];
    items[this.position(items, old)] = item;
  }

  remove(partition: string, item: Attributes): void {
    const items = this.#items.get(partition) as Attributes[];
    if (items.length === 1) this.#items.delete(partition);
    else items.splice(this.position(items, item), 1);
  }

  /** Index of the first item that does not come before `bound`. */
  position(items: readonly Attributes[], bound: Attributes): number {
    let low = 0;
    let high = items.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#order(items[middle] as Attributes, bound) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  compare(a: Attributes, b: Attributes): number {
    return this.#order(a, b);
  }

  /** Partition keys around the ring, from `after` (or the beginning of the segment) to the end of the segment. */
  around(segment: Segment, after: string | undefined): Iterable<string> {
    return this.#ring.walk(this.#items, segment, after);
  }
}

/** One of `total` equal parts of the ring. */
export interface Segment {
  readonly segment: number;
  readonly total: number;
}

/** Says whether a partition key lies in a segment. */
export function isInSegment(partition: string, { segment, total }: Segment): boolean {
  return Math.floor((ringPosition(partition) / RING_SIZE) * total) === segment;
}

/** The order of partition keys for scans. Nothing is kept before the first scan; afterwards new keys wait until the next one. */
export class Ring {
  #places: { readonly position: number; readonly key: string }[] | undefined;
  #added: string[] = [];

  added(key: string): void {
    if (this.#places) this.#added.push(key);
  }

  *walk(present: { keys(): Iterable<string>; has(key: string): boolean }, segment: Segment, after: string | undefined): Generator<string> {
    const places = this.#settle(present);
    const end = ((segment.segment + 1) / segment.total) * RING_SIZE;
    let index =
      after === undefined ? firstAt(places, Math.ceil((segment.segment / segment.total) * RING_SIZE), '') : firstAt(places, ringPosition(after), after);
    if (after !== undefined && places[index]?.key === after) index += 1;
    for (; index < places.length; index += 1) {
      const { position, key } = places[index] as { position: number; key: string };
      if (position >= end) return;
      if (present.has(key)) yield key;
    }
  }

  /** Brings keys that came into their places and drops those that went. */
  #settle(present: { keys(): Iterable<string>; has(key: string): boolean }): { position: number; key: string }[] {
    const known = this.#places;
    if (known && this.#added.length === 0) return known;
    const fresh = [...(known ? new Set(this.#added) : present.keys())].map((key) => ({ position: ringPosition(key), key }));
    this.#added = [];
    const places = [...(known ?? []), ...fresh]
      .filter(({ key }) => present.has(key))
      .sort((a, b) => a.position - b.position || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
    this.#places = places.filter(({ key }, index) => places[index - 1]?.key !== key);
    return this.#places;
  }
}

/** Index of the first place that does not come before the given one. */
function firstAt(places: readonly { readonly position: number; readonly key: string }[], position: number, key: string): number {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const place = places[middle] as { position: number; key: string };
    if (place.position < position || (place.position === position && place.key < key)) low = middle + 1;
    else high = middle;
  }
  return low;
}

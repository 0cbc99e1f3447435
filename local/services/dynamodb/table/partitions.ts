import { RING_SIZE, ringPosition } from './keys.ts';

/**
 * The entries of a table or index by partition key, each partition in order: what stands for an item, not the item. A partition is a plain array, or the
 * entry itself where it has only one, as most have: finding a place is a binary search, and an insertion moves pointers, which stays cheap up to some
 * hundred thousand entries.
 */
export class Partitions<Entry extends string | object> {
  readonly #entries = new Map<string, Entry | Entry[]>();
  readonly #order: (a: Entry, b: Entry) => number;
  readonly #ring = new Ring();

  constructor(order: (a: Entry, b: Entry) => number) {
    this.#order = order;
  }

  get(partition: string): readonly Entry[] {
    const entries = this.#entries.get(partition);
    return entries === undefined ? [] : Array.isArray(entries) ? entries : [entries];
  }

  add(partition: string, entry: Entry): void {
    const entries = this.#entries.get(partition);
    if (entries === undefined) {
      this.#entries.set(partition, entry);
      this.#ring.added(partition);
    } else if (Array.isArray(entries)) {
      entries.splice(this.position(entries, entry), 0, entry);
    } else {
      this.#entries.set(partition, this.#order(entries, entry) < 0 ? [entries, entry] : [entry, entries]);
    }
  }

  /** Removes the entry with the same place in the order. */
  remove(partition: string, entry: Entry): void {
    const entries = this.#entries.get(partition);
    if (Array.isArray(entries) && entries.length > 1) entries.splice(this.position(entries, entry), 1);
    else this.#entries.delete(partition);
  }

  /** Index of the first entry that does not come before `bound`. */
  position(entries: readonly Entry[], bound: Entry): number {
    let low = 0;
    let high = entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#order(entries[middle] as Entry, bound) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  compare(a: Entry, b: Entry): number {
    return this.#order(a, b);
  }

  /** Partition keys around the ring, from `after` (or the beginning of the segment) to the end of the segment. */
  around(segment: Segment, after: string | undefined): Iterable<string> {
    return this.#ring.walk(this.#entries, segment, after);
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

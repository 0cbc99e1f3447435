import type { SlabPool } from './slab-pool.ts';
import { type Codec, Slabs } from './slabs.ts';

/** Handles dropped before their list is cut. */
const DROPPED_MAX = 1024;

/**
 * A sequence that grows at its end and is cut at its front, outside the heap and mostly compressed. Entries are numbered from 0 on; the number of an entry
 * never changes. It lives in memory: what has to outlive the process is a collection (`kernel.collection(name, codec)`).
 */
export class PackedLog<Value> {
  readonly #codec: Codec<Value>;
  readonly #slabs: Slabs;
  /** Handles from `#offset` on; those before `#first` are dropped. */
  #handles: number[] = [];
  #offset = 0;
  #first = 0;

  constructor(pool: SlabPool, codec: Codec<Value>) {
    this.#slabs = new Slabs(pool);
    this.#codec = codec;
  }

  /** The number of the oldest entry, which is `end` where there is none. */
  get first(): number {
    return this.#first;
  }

  /** The number of the next entry. */
  get end(): number {
    return this.#offset + this.#handles.length;
  }

  get size(): number {
    return this.end - this.#first;
  }

  /** Appends a value and answers its number. */
  append(value: Value): number {
    this.#handles.push(this.#slabs.append(this.#codec.encode(value)));
    return this.end - 1;
  }

  /** The value with that number, made anew; `undefined` where it is dropped or not there yet. */
  at(number: number): Value | undefined {
    const handle = number < this.#first ? undefined : this.#handles[number - this.#offset];
    const packed = handle === undefined ? undefined : this.#slabs.read(handle);
    return packed === undefined ? undefined : this.#codec.decode(packed);
  }

  /** Values from a number (or the first) to the end, in order. */
  *from(number = this.#first): Generator<Value> {
    for (let next = Math.max(number, this.#first); next < this.end; next += 1) yield this.at(next) as Value;
  }

  /** Drops the entries before that number. Their memory is given back slab by slab. */
  dropBefore(number: number): void {
    if (number <= this.#first) return;
    this.#first = Math.min(number, this.end);
    const handle = this.#handles[this.#first - this.#offset];
    if (handle === undefined) this.#slabs.clear();
    else this.#slabs.dropBefore(handle);
    const dropped = this.#first - this.#offset;
    if (dropped <= DROPPED_MAX && handle !== undefined) return;
    this.#handles = this.#handles.slice(dropped);
    this.#offset = this.#first;
  }
}

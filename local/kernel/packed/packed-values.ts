import type { Values } from '../collection.ts';
import type { SlabPool } from './slab-pool.ts';
import { type Codec, type Packed, Slabs } from './slabs.ts';

/** What a `Map` by text does, with its values outside the heap and mostly compressed. A value is made anew on each reading: changing it changes nothing. */
export class PackedValues<Value> implements Values<Value> {
  readonly #codec: Codec<Value>;
  readonly #slabs: Slabs;
  readonly #handles = new Map<string, number>();

  constructor(pool: SlabPool, options: { readonly codec: Codec<Value>; readonly values?: Values<Value> | undefined }) {
    this.#slabs = new Slabs(pool);
    this.#codec = options.codec;
    for (const [key, value] of options.values ?? []) this.set(key, value);
  }

  get size(): number {
    return this.#handles.size;
  }

  get(key: string): Value | undefined {
    const handle = this.#handles.get(key);
    return handle === undefined ? undefined : this.#valueOf(handle);
  }

  has(key: string): boolean {
    return this.#handles.has(key);
  }

  set(key: string, value: Value): void {
    const before = this.#handles.get(key);
    this.#handles.set(key, this.#slabs.append(this.#codec.encode(value), key));
    if (before !== undefined) this.#release(before);
  }

  delete(key: string): boolean {
    const handle = this.#handles.get(key);
    if (handle === undefined) return false;
    this.#handles.delete(key);
    this.#release(handle);
    return true;
  }

  keys(): IterableIterator<string> {
    return this.#handles.keys();
  }

  *values(): IterableIterator<Value> {
    for (const handle of this.#handles.values()) yield this.#valueOf(handle);
  }

  *entries(): IterableIterator<[string, Value]> {
    for (const [key, handle] of this.#handles) yield [key, this.#valueOf(handle)];
  }

  [Symbol.iterator](): IterableIterator<[string, Value]> {
    return this.entries();
  }

  #valueOf(handle: number): Value {
    return this.#codec.decode(this.#slabs.read(handle) as Packed);
  }

  /** Gives a record up. What is left of a slab of which most has gone moves to the present one, so that memory follows what is kept. */
  #release(handle: number): void {
    this.#slabs.release(handle);
    for (const { owner, handle: other } of this.#slabs.sparse(handle)) {
      if (this.#handles.get(owner) !== other) continue;
      this.#handles.set(owner, this.#slabs.append(this.#slabs.read(other) as Packed, owner));
      this.#slabs.release(other);
    }
  }
}

/** What a collection needs of the `Map` that holds its values. */
export interface Values<Value> extends Iterable<[string, Value]> {
  readonly size: number;
  get(key: string): Value | undefined;
  has(key: string): boolean;
  set(key: string, value: Value): unknown;
  delete(key: string): boolean;
  keys(): IterableIterator<string>;
  values(): IterableIterator<Value>;
  entries(): IterableIterator<[string, Value]>;
}

/**
 * A keyed set of plain records that outlives the process where the plane was started with a data folder.
 * All state that an acknowledged request may rest on lives in collections; whatever can be derived from them
 * (indexes, heaps, waiters, timers) is rebuilt by the service's `createState`.
 *
 * Values are plain data: what the structured clone keeps, and no class instances. After changing a value in place, say so with `touch`.
 * The values of a collection with a codec are kept packed and made anew on each reading: they cannot be changed in place.
 */
export class Collection<Value> {
  readonly name: string;
  readonly #values: Values<Value>;
  readonly #onChange: ((name: string, key: string) => void) | undefined;

  constructor(name: string, options: { values?: Values<Value>; onChange?: ((name: string, key: string) => void) | undefined } = {}) {
    this.name = name;
    this.#values = options.values ?? new Map();
    this.#onChange = options.onChange;
  }

  get size(): number {
    return this.#values.size;
  }

  get(key: string): Value | undefined {
    return this.#values.get(key);
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  put(key: string, value: Value): void {
    this.#values.set(key, value);
    this.#onChange?.(this.name, key);
  }

  /** Says that the value under `key` was changed in place. */
  touch(key: string): void {
    this.#onChange?.(this.name, key);
  }

  delete(key: string): boolean {
    const existed = this.#values.delete(key);
    if (existed) this.#onChange?.(this.name, key);
    return existed;
  }

  clear(): void {
    for (const key of [...this.#values.keys()]) this.delete(key);
  }

  keys(): IterableIterator<string> {
    return this.#values.keys();
  }

  values(): IterableIterator<Value> {
    return this.#values.values();
  }

  entries(): IterableIterator<[string, Value]> {
    return this.#values.entries();
  }
}

/**
 * Where collections keep their values. `storage/` implements it on files; without a data folder collections live in memory.
 * `open` hands out the values saved under a name, in the form that `pack` gives them where it is there; `changed` is called on every change of a key; `settled` resolves when
 * every change so far would survive `kill -9`.
 */
export interface CollectionStore {
  open(name: string, pack?: (values: Values<unknown>) => Values<unknown>): Values<unknown>;
  changed(name: string, key: string): void;
  settled(): Promise<void>;
}

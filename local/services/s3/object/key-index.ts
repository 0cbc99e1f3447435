/**
 * The keys of a bucket in order.
 * Differs from AWS: keys are in the order of their UTF-16 units, which is that of UTF-8 but for characters beyond the basic plane.
 */
export class KeyIndex {
  readonly #keys: string[];

  constructor(sorted: string[] = []) {
    this.#keys = sorted;
  }

  get size(): number {
    return this.#keys.length;
  }

  at(position: number): string | undefined {
    return this.#keys[position];
  }

  /** Where the first key is that is not before `key`. */
  position(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#keys[middle] as string) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  add(key: string): void {
    const position = this.position(key);
    if (this.#keys[position] !== key) this.#keys.splice(position, 0, key);
  }

  delete(key: string): void {
    const position = this.position(key);
    if (this.#keys[position] === key) this.#keys.splice(position, 1);
  }
}

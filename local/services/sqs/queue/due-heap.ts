/** Something that falls due. `heapIndex` belongs to the heap; -1 outside it. Equal times fall due by `order`. */
export interface Due {
  dueMs: number;
  readonly order: number;
  heapIndex: number;
}

/** A binary heap by due time. Every member knows its place, so a changed time and a removal cost O(log n) and leave nothing behind. */
export class DueHeap<Item extends Due> {
  #items: Item[] = [];

  get first(): Item | undefined {
    return this.#items[0];
  }

  add(item: Item): void {
    item.heapIndex = this.#items.length;
    this.#items.push(item);
    this.#rise(item);
  }

  remove(item: Item): void {
    const items = this.#items;
    const index = item.heapIndex;
    const last = items.pop();
    item.heapIndex = -1;
    if (!last || last === item) return;
    items[index] = last;
    last.heapIndex = index;
    this.#rise(last);
    this.#sink(last);
  }

  /** Says that the item's `dueMs` was changed. */
  moved(item: Item): void {
    this.#rise(item);
    this.#sink(item);
  }

  #isBefore(a: Item, b: Item): boolean {
    return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
  }

  #place(item: Item, index: number): void {
    this.#items[index] = item;
    item.heapIndex = index;
  }

  #rise(item: Item): void {
    let index = item.heapIndex;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = this.#items[parent] as Item;
      if (!this.#isBefore(item, above)) break;
      this.#place(above, index);
      index = parent;
    }
    this.#place(item, index);
  }

  #sink(item: Item): void {
    const items = this.#items;
    let index = item.heapIndex;
    for (;;) {
      let child = index * 2 + 1;
      if (child >= items.length) break;
      const right = items[child + 1];
      if (right && this.#isBefore(right, items[child] as Item)) child += 1;
      const below = items[child] as Item;
      if (!this.#isBefore(below, item)) break;
      this.#place(below, index);
      index = child;
    }
    this.#place(item, index);
  }
}

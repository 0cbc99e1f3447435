/**
 * Keeps work that can wait (queues, streams, asynchronous events) from being taken before there is a context to run it: what nobody can run stays
 * where it is. Callers come in in the order in which they asked.
 */
export class Admission {
  readonly #limit: () => number;
  readonly #waiting = new Set<() => void>();
  #running = 0;

  constructor(limit: () => number) {
    this.#limit = limit;
  }

  /** Calls `start` at once where there is room, else as soon as there is. The returned function withdraws the wish. */
  ask(start: () => void): () => void {
    const once = (): void => start();
    if (this.#waiting.size === 0 && this.#running < this.#limit()) start();
    else this.#waiting.add(once);
    return () => this.#waiting.delete(once);
  }

  entered(): void {
    this.#running += 1;
  }

  left(): void {
    this.#running -= 1;
    for (const start of this.#waiting) {
      if (this.#running >= this.#limit()) return;
      this.#waiting.delete(start);
      start();
    }
  }
}

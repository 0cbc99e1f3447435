import type { Collection } from '../../../kernel/collection.ts';

/** A repeated id is accepted but not delivered within this window. @see https://docs.aws.amazon.com/sns/latest/dg/fifo-message-dedup.html */
const WINDOW_MS = 5 * 60 * 1000;

/** Forgotten keys before the order of keys is copied without them. */
const FORGOTTEN_MAX = 1024;

/** What the first message of an id was answered. */
export interface Accepted {
  readonly messageId: string;
  readonly sequenceNumber: string;
}

interface Entry extends Accepted {
  readonly untilMs: number;
}

/** Remembers what FIFO topics took, for as long as a repetition would not count. */
export class Deduplication {
  readonly #entries: Collection<Entry>;
  /** Keys by the time they were noted: the window is the same for all. */
  #order: string[];
  #start = 0;

  constructor(entries: Collection<Entry>) {
    this.#entries = entries;
    this.#order = [...entries.entries()].sort(([, a], [, b]) => a.untilMs - b.untilMs).map(([key]) => key);
  }

  /** What was accepted under this key within the window. */
  first(key: string, nowMs: number): Accepted | undefined {
    this.#forget(nowMs);
    return this.#entries.get(key);
  }

  note(key: string, { messageId, sequenceNumber }: Accepted, nowMs: number): void {
    this.#entries.put(key, { messageId, sequenceNumber, untilMs: nowMs + WINDOW_MS });
    this.#order.push(key);
  }

  #forget(nowMs: number): void {
    for (;;) {
      const key = this.#order[this.#start];
      if (key === undefined || (this.#entries.get(key)?.untilMs ?? 0) > nowMs) break;
      this.#entries.delete(key);
      this.#start += 1;
    }
    if (this.#start > FORGOTTEN_MAX && this.#start * 2 > this.#order.length) {
      this.#order = this.#order.slice(this.#start);
      this.#start = 0;
    }
  }
}

/** One thing that happened. The only source of what is observable: console, traces, assertions and checkers read it. */
export interface JournalEntry {
  /** Counts from 1 without gaps. */
  readonly sequence: number;
  /** Milliseconds since the epoch, on the kernel's clock. */
  readonly atMs: number;
  /** The service that did it: `sqs`, `lambda`, … */
  readonly service: string;
  /** What: an operation's name for a request (`SendMessage`), kebab-case for anything else (`invocation-ended`). */
  readonly kind: string;
  /** The resource it was done to. */
  readonly arn: string;
  /** `sequence` of the entry that led to it, where one did. */
  readonly cause: number | undefined;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** What a service hands in; the journal adds `sequence` and `atMs`. */
export type JournalFact = Omit<JournalEntry, 'sequence' | 'atMs' | 'cause'> & { readonly cause?: number | undefined };

/** Keeps the last `capacity` entries; a listener sees each entry at once, in order. */
export class Journal {
  readonly #entries: JournalEntry[] = [];
  readonly #listeners = new Set<(entry: JournalEntry) => void>();
  readonly #capacity: number;
  readonly #nowMs: () => number;
  #sequence = 0;

  constructor(options: { nowMs: () => number; capacity: number }) {
    this.#nowMs = options.nowMs;
    this.#capacity = options.capacity;
  }

  /** Appends a fact and returns its sequence number, to be given as `cause` of what follows. */
  append(fact: JournalFact): number {
    this.#sequence += 1;
    const entry: JournalEntry = {
      sequence: this.#sequence,
      atMs: this.#nowMs(),
      service: fact.service,
      kind: fact.kind,
      arn: fact.arn,
      cause: fact.cause,
      detail: fact.detail,
    };
    this.#entries[this.#sequence % this.#capacity] = entry;
    for (const listener of this.#listeners) listener(entry);
    return entry.sequence;
  }

  /** The last sequence number given; 0 before the first. */
  get lastSequence(): number {
    return this.#sequence;
  }

  /** The oldest sequence number still held; entries before it are gone. */
  get firstSequence(): number {
    return Math.max(1, this.#sequence - this.#capacity + 1);
  }

  /** The entry with that number, if it is still held. */
  at(sequence: number): JournalEntry | undefined {
    if (sequence < this.firstSequence || sequence > this.#sequence) return undefined;
    return this.#entries[sequence % this.#capacity];
  }

  /** Entries after `after`, oldest first, as far as they are still held. */
  *since(after: number): Generator<JournalEntry> {
    for (let sequence = Math.max(after + 1, this.firstSequence); sequence <= this.#sequence; sequence += 1) {
      const entry = this.at(sequence);
      if (entry) yield entry;
    }
  }

  /** Calls `listener` for each further entry; the returned function ends it. */
  listen(listener: (entry: JournalEntry) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

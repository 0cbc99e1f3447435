import { renameSync } from 'node:fs';
import { serialize } from 'node:v8';
import { type Collections, encodeEntries } from './batch.ts';
import { DataFile } from './data-file.ts';
import type { SnapshotEnd } from './recover.ts';

/** Entries of one frame: some tens of microseconds to serialize. */
const ENTRIES_PER_STEP = 128;

/**
 * Writes all collections beside the present files, a few entries at a time. Entries may change meanwhile: every such change is in the log that was begun
 * with the snapshot, and is applied over it.
 */
export class SnapshotWriter {
  readonly #file: DataFile;
  readonly #target: string;
  readonly #entries: Iterator<readonly [string, (readonly [string, unknown])[]]>;

  constructor(target: string, collections: Collections) {
    this.#target = target;
    this.#file = DataFile.create(`${target}.part`);
    this.#entries = chunks(collections);
  }

  /** Writes the next entries; answers whether there are more. */
  step(): boolean {
    const next = this.#entries.next();
    if (next.done) return false;
    this.#file.append(encodeEntries(...next.value));
    return true;
  }

  /** Makes the snapshot the one to start from, and answers its size. */
  commit(end: SnapshotEnd): number {
    this.#file.append(serialize(end));
    this.#file.close();
    renameSync(this.#file.path, this.#target);
    return this.#file.sizeBytes;
  }
}

function* chunks(collections: Collections): Generator<readonly [string, (readonly [string, unknown])[]]> {
  for (const [name, values] of collections) {
    let chunk: (readonly [string, unknown])[] = [];
    for (const entry of values) {
      chunk.push(entry);
      if (chunk.length < ENTRIES_PER_STEP) continue;
      yield [name, chunk];
      chunk = [];
    }
    if (chunk.length > 0) yield [name, chunk];
  }
}

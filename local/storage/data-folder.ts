import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { CollectionStore, Values } from '../kernel/collection.ts';
import { UserError } from '../kernel/errors.ts';
import { type Collections, encodeBatch, valuesOf } from './batch.ts';
import { DataFile } from './data-file.ts';
import { lockFolder } from './lock.ts';
import { isOurs, logPath, recover, removeObsolete, snapshotPath } from './recover.ts';
import { SnapshotWriter } from './snapshot-writer.ts';

export interface DataFolderOptions {
  /**
   * When changes are written. `turn`: once a turn of the event loop, so that requests of one turn share a write. `microtask`: as soon as the running code
   * has ended, for a virtual clock, which does not wait for a turn.
   * @default 'turn'
   */
  readonly writes?: 'turn' | 'microtask';
  /** The log is compacted when it is larger than this and than twice the last snapshot. @default 16 MiB */
  readonly compactionBytesMin?: number;
}

const COMPACTION_BYTES_MIN = 16 * 1024 * 1024;

/** On a clean close the log is compacted where it is longer than this part of the snapshot. */
const CLOSE_COMPACTION_SHARE = 0.25;

const DONE = Promise.resolve();
const NEVER = new Promise<void>(() => {});

/**
 * Opens the folder that keeps a plane's collections, makes it where there is none, and locks it until `close`. A `UserError` for a folder that is in use,
 * damaged, or of a newer version; nothing is changed then.
 */
export function openDataFolder(directory: string, options: DataFolderOptions = {}): DataFolder {
  const root = resolve(directory);
  try {
    makeFolder(root);
  } catch (cause) {
    throw new UserError(`The data folder ${root} cannot be made (${(cause as NodeJS.ErrnoException).code}).`, { cause });
  }
  refuseForeign(root);
  const unlock = lockFolder(root);
  try {
    return new DataFolder(root, unlock, options);
  } catch (error) {
    unlock();
    throw error;
  }
}

/** Makes a folder and those above it. `mkdir` with `recursive` never ends where the system takes no folder, as below `/proc`. */
function makeFolder(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory()) return;
  if (!found && dirname(path) !== path) makeFolder(dirname(path));
  mkdirSync(path);
}

/** Refuses a folder of something else: state between a project's files would be taken for rubbish one day. */
function refuseForeign(root: string): void {
  const names = readdirSync(root);
  if (names.length === 0 || names.some(isOurs)) return;
  throw new UserError(
    `The folder ${root} holds other files (${names.slice(0, 3).join(', ')}) and no state of a plane. Name a new or an empty folder for the data.`,
  );
}

/**
 * Keeps collections in files: a snapshot, and a log of batches since. All changes of one turn are one batch, written at once: after a `kill -9` a batch is
 * there whole or not at all, and every acknowledged one is there. It does not wait for the disk, so a power cut may cost the last moments.
 *
 *     snapshot-n + log-n  ──grown──▶  log-(n+1) begun, snapshot-(n+1) written beside  ──whole──▶  n deleted
 */
export class DataFolder implements CollectionStore {
  readonly directory: string;
  readonly #unlock: () => void;
  readonly #writes: 'turn' | 'microtask';
  readonly #compactionBytesMin: number;
  readonly #collections: Collections;
  #changed = new Map<string, Set<string>>();
  #isScheduled = false;
  #isClosed = false;
  #waiting: Waiter | undefined;
  #failure: Error | undefined;
  #log: DataFile;
  #generation: number;
  #snapshotBytes: number;
  #snapshot: SnapshotWriter | undefined;

  constructor(directory: string, unlock: () => void, options: DataFolderOptions) {
    this.directory = directory;
    this.#unlock = unlock;
    this.#writes = options.writes ?? 'turn';
    this.#compactionBytesMin = options.compactionBytesMin ?? COMPACTION_BYTES_MIN;
    const recovered = recover(directory);
    this.#collections = recovered.collections;
    this.#log = recovered.log;
    this.#generation = recovered.generation;
    this.#snapshotBytes = recovered.snapshotBytes;
  }

  open(name: string, pack?: (values: Values<unknown>) => Values<unknown>): Values<unknown> {
    const values = valuesOf(this.#collections, name);
    if (!pack) return values;
    const packed = pack(values);
    this.#collections.set(name, packed);
    return packed;
  }

  changed(name: string, key: string): void {
    const keys = this.#changed.get(name);
    if (keys) keys.add(key);
    else this.#changed.set(name, new Set([key]));
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    if (this.#writes === 'turn') setImmediate(() => this.#flush());
    else queueMicrotask(() => this.#flush());
  }

  /** After `close` it never resolves: what is still under way is not acknowledged, and is no error either. */
  settled(): Promise<void> {
    if (this.#isClosed) return NEVER;
    if (this.#failure) return Promise.reject(this.#failure);
    if (!this.#isScheduled) return DONE;
    this.#waiting ??= waiter();
    return this.#waiting.promise;
  }

  /** Writes what is left, compacts where it pays, and gives the folder back. What changes later is not kept. */
  close(): void {
    if (this.#isClosed) return;
    this.#flush();
    if (!this.#snapshot && this.#log.sizeBytes > this.#snapshotBytes * CLOSE_COMPACTION_SHARE) this.#beginSnapshot();
    while (this.#snapshot && !this.#failure) this.#stepSnapshot();
    this.#log.close();
    this.#isClosed = true;
    this.#unlock();
  }

  /** Writes all changes so far as one batch. */
  #flush(): void {
    this.#isScheduled = false;
    const changed = this.#changed;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (changed.size > 0) {
      this.#changed = new Map();
      this.#write(() => this.#log.append(encodeBatch(this.#collections, changed)));
    }
    if (this.#failure) waiting?.reject(this.#failure);
    else waiting?.resolve();
    if (this.#snapshot || this.#isClosed || this.#log.sizeBytes <= Math.max(this.#compactionBytesMin, this.#snapshotBytes * 2)) return;
    this.#beginSnapshot();
    setImmediate(() => this.#compact());
  }

  /** Writes, unless writing has failed: half a batch may stand in the file then, and nothing may come after it. */
  #write(work: () => void): void {
    if (this.#failure || this.#isClosed) return;
    try {
      work();
    } catch (cause) {
      this.#failure = new UserError(`The data folder ${this.directory} cannot be written: ${(cause as Error).message}. What was acknowledged is kept.`, {
        cause,
      });
    }
  }

  /** Begins the next generation's log and snapshot. */
  #beginSnapshot(): void {
    this.#write(() => {
      const next = this.#generation + 1;
      const log = DataFile.create(logPath(this.directory, next));
      this.#log.close();
      this.#log = log;
      this.#generation = next;
      this.#snapshot = new SnapshotWriter(snapshotPath(this.directory, next), this.#collections);
    });
  }

  #compact(): void {
    if (!this.#snapshot || this.#failure) return;
    this.#stepSnapshot();
    setImmediate(() => this.#compact());
  }

  /** Writes some more of the snapshot. What it holds of unwritten changes must be in the log before it counts. */
  #stepSnapshot(): void {
    this.#write(() => {
      if (!this.#snapshot || this.#snapshot.step()) return;
      const snapshot = this.#snapshot;
      this.#flush();
      if (this.#failure) return;
      this.#snapshot = undefined;
      this.#snapshotBytes = snapshot.commit({ logBytes: this.#log.sizeBytes });
      removeObsolete(this.directory, this.#generation);
    });
  }
}

interface Waiter {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

function waiter(): Waiter {
  let resolve = (): void => {};
  let reject = (_error: Error): void => {};
  const promise = new Promise<void>((onDone, onError) => {
    resolve = onDone;
    reject = onError;
  });
  return { promise, resolve, reject };
}

import type { ClockMode } from './clock.ts';
import type { CollectionStore } from './collection.ts';
import type { Compression } from './packed/slab-pool.ts';

/** How a kernel is made. */
export interface KernelOptions {
  readonly accountId: string;
  readonly region: string;
  readonly clock: ClockMode;
  /** Seed of all chance. Two virtual runs with one seed are the same, byte for byte. */
  readonly seed: string | number;
  /** Where collections live; in memory where absent. */
  readonly store?: CollectionStore | undefined;
  /** How what is kept packed is made smaller; not at all where absent. */
  readonly compression?: Compression | undefined;
  /** Entries the journal keeps. */
  readonly journalCapacity: number;
}

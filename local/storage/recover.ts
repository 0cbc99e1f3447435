import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize } from 'node:v8';
import { UserError } from '../kernel/errors.ts';
import { applyBatch, type Collections } from './batch.ts';
import { DataFile } from './data-file.ts';
import { FORMAT_VERSION } from './frame.ts';
import { readFrames } from './read-frames.ts';

/** The last frame of a snapshot: it is whole, and was taken when its log had this size. */
export interface SnapshotEnd {
  readonly logBytes: number;
}

export const logPath = (directory: string, generation: number): string => join(directory, `log-${String(generation).padStart(6, '0')}`);
export const snapshotPath = (directory: string, generation: number): string => join(directory, `snapshot-${String(generation).padStart(6, '0')}`);

/** Says that the folder had a log once: a folder without one is new only where this is missing too. */
const MARK = 'tickertape-data';

/** Whether a file of that name says that the folder is a data folder; a lock is left by a start that was broken off. */
export const isOurs = (name: string): boolean => name === MARK || name === 'lock' || /^(?:log|snapshot)-\d+(?:\.part)?$/.test(name);

/** What a folder holds: the state, and the log to go on with. */
export interface Recovered {
  readonly collections: Collections;
  readonly log: DataFile;
  readonly generation: number;
  readonly snapshotBytes: number;
}

function generations(directory: string, kind: 'log' | 'snapshot'): number[] {
  const found = readdirSync(directory).map((name) => new RegExp(`^${kind}-(\\d+)$`).exec(name)?.[1]);
  return found
    .filter((digits) => digits !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
}

/**
 * Reads the newest snapshot and the logs from its generation on. A batch that was cut off at the very end was never acknowledged and is dropped.
 * Damage, a log that is missing or empty, or a newer version is a `UserError`, and then nothing is changed.
 */
export function recover(directory: string): Recovered {
  const collections: Collections = new Map();
  const snapshots = generations(directory, 'snapshot');
  const base = snapshots.at(-1);
  const logs = generations(directory, 'log').filter((generation) => generation >= (base ?? 0));
  const generation = logs.at(-1) ?? base ?? 0;
  const isFresh = base === undefined && logs.length === 0;
  if (isFresh && existsSync(join(directory, MARK))) {
    throw new UserError(
      `The data folder ${directory} was used before and has no log and no snapshot: they were removed. Restore the folder from a copy, or delete it to begin with nothing.`,
    );
  }
  for (let expected = base ?? 0; expected <= generation && !isFresh; expected += 1) {
    if (!logs.includes(expected)) throw new UserError(`The data folder ${directory} lacks ${logPath('', expected)}. Restore it from a copy.`);
  }
  const snapshot = base === undefined ? { sizeBytes: 0, logBytes: 0 } : readSnapshot(snapshotPath(directory, base), collections);
  let log: DataFile | undefined;
  let present = generation;
  for (const number of logs) {
    const path = logPath(directory, number);
    const { version, goodBytes, sizeBytes } = readFrames(path, (payload) => applyBatch(collections, payload));
    if (goodBytes < sizeBytes && number < generation)
      throw new UserError(`The data file ${path} ends at byte ${sizeBytes} within a batch, and later logs exist. Restore the folder from a copy.`);
    if (number === base && goodBytes < snapshot.logBytes)
      throw new UserError(`The data file ${path} was cut at byte ${sizeBytes}; its snapshot needs ${snapshot.logBytes}. Restore the folder from a copy.`);
    if (number !== generation) continue;
    log = DataFile.continueAt(path, goodBytes);
    if (version === FORMAT_VERSION) continue;
    // A program that knows only the older format must not take for it what comes now.
    log.close();
    log = undefined;
    present = generation + 1;
  }
  removeObsolete(directory, base ?? 0);
  log ??= DataFile.create(logPath(directory, present));
  // After the log is there: a start that was broken off leaves a folder that is new.
  writeFileSync(join(directory, MARK), 'The state of an embedded plane of Tickertape: logs, snapshots and code. They belong together.\n');
  return { collections, log, generation: present, snapshotBytes: snapshot.sizeBytes };
}

function readSnapshot(path: string, collections: Collections): { readonly sizeBytes: number; readonly logBytes: number } {
  let end: SnapshotEnd | undefined;
  let last: Buffer | undefined;
  const { sizeBytes } = readFrames(path, (payload) => {
    if (last) applyBatch(collections, last);
    last = payload;
  });
  const trailer: unknown = last && deserialize(last);
  if (typeof trailer === 'object' && trailer !== null && 'logBytes' in trailer) end = trailer as SnapshotEnd;
  if (!end) throw new UserError(`The data file ${path} ends at byte ${sizeBytes} before it is complete. Restore the folder from a copy.`);
  return { sizeBytes, logBytes: end.logBytes };
}

/** Removes what an ended compaction left behind. */
export function removeObsolete(directory: string, base: number): void {
  for (const name of readdirSync(directory)) {
    const [, number, part] = /^(?:log|snapshot)-(\d+)(\.part)?$/.exec(name) ?? [];
    if (number !== undefined && (part !== undefined || Number(number) < base)) rmSync(join(directory, name));
  }
}

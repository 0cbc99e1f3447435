import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../kernel/errors.ts';

interface Holder {
  readonly pid: number;
  /** When the process started, in the machine's own count; tells a process from a later one with the same id. Unknown outside Linux. */
  readonly started: string | undefined;
}

/** Field 22 of `/proc/<pid>/stat`, counted after the command's name, which may hold blanks. @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function startOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return undefined;
  }
}

function isAlive({ pid, started }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, and is someone else's.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const startedNow = startOf(pid);
  return started === undefined || startedNow === undefined || started === startedNow;
}

function parseHolder(text: string): Holder | undefined {
  try {
    const holder = JSON.parse(text) as Holder;
    return typeof holder?.pid === 'number' ? holder : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * Takes the folder for this process, and returns how to give it back. A lock whose process is gone is taken over. A folder that another process
 * (or this one) has open is a `UserError`.
 */
export function lockFolder(directory: string): () => void {
  const lock = join(directory, 'lock');
  const own = `${lock}.${process.pid}`;
  writeFileSync(own, JSON.stringify({ pid: process.pid, started: startOf(process.pid) }));
  try {
    if (!tryLink(own, lock)) {
      const text = readFileSync(lock, 'utf8');
      const holder = parseHolder(text);
      if (holder && isAlive(holder)) throw inUse(directory, `process ${holder.pid}`);
      // Two processes may see the same stale lock: whoever finds that it moved another one's away puts it back.
      const aside = `${lock}.stale.${process.pid}`;
      renameSync(lock, aside);
      const isStale = readFileSync(aside, 'utf8') === text;
      if (!isStale) tryLink(aside, lock);
      rmSync(aside);
      if (!isStale || !tryLink(own, lock)) throw inUse(directory, 'another process that has just started');
    }
  } finally {
    rmSync(own, { force: true });
  }
  return () => rmSync(lock, { force: true });
}

/** A link is made in one step, with its content, or not at all. */
function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

const inUse = (directory: string, by: string): UserError =>
  new UserError(`The data folder ${directory} is in use by ${by}. End that one first, or use another folder (--data).`);

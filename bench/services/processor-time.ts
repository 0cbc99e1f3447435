import { readdirSync, readFileSync } from 'node:fs';

/** What the kernel counts processor time in. @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const MS_PER_TICK = 10;

interface Process {
  readonly id: number;
  readonly parent: number;
  readonly ticks: number;
}

function readProcess(id: string): Process | undefined {
  try {
    const stat = readFileSync(`/proc/${id}/stat`, 'latin1');
    // The name, in brackets, may hold blanks: what is after it is counted from the state, the third field.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [parent = 0, ...times] = [1, 11, 12, 13, 14].map((index) => Number(fields[index]));
    return { id: Number(id), parent, ticks: times.reduce((sum, time) => sum + time, 0) };
  } catch {
    return undefined; // It has ended meanwhile.
  }
}

/** Milliseconds of processor time that a process and all that it started have used so far; NaN where the system does not tell. */
export function processorMs(root: number): number {
  let names: string[];
  try {
    names = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return Number.NaN;
  }
  const all = names.map(readProcess).filter((each) => each !== undefined);
  let ticks = 0;
  const ids = [root];
  for (let id = ids.pop(); id !== undefined; id = ids.pop()) {
    for (const each of all) {
      if (each.id === id) ticks += each.ticks;
      if (each.parent === id) ids.push(each.id);
    }
  }
  return ticks * MS_PER_TICK;
}

import type { JobRecord } from '../../operations/redrive/job-store.ts';
import type { ReplayStatus } from '../../operations/replays/replay.ts';
import { EXIT } from '../exit-codes.ts';
import type { GlobalOptions } from '../global-options.ts';
import { counted } from '../output/counted.ts';
import { CommandError, printJson, printLine, printNote } from '../output/report.ts';
import { tableLines } from '../output/table.ts';
import { operationsOf } from '../target.ts';
import { outcomesText } from './redrive.ts';

interface Row {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly startedAt: string | undefined;
  readonly text: string;
}

const rowOfRedrive = (job: JobRecord): Row => ({
  id: job.id,
  kind: 'redrive',
  state: job.status,
  startedAt: job.startedAt,
  text: `${job.consumer}: ${outcomesText(job.outcomes)} of ${job.planned}`,
});

const rowOfReplay = ({ name, state, startedAt, archive, from, to }: ReplayStatus): Row => ({
  id: name,
  kind: 'replay',
  state: state.toLowerCase(),
  startedAt,
  text: `${archive}: ${from} … ${to}`,
});

/** `tickertape jobs list` */
export async function list(options: GlobalOptions): Promise<void> {
  const operations = await operationsOf(options);
  const [redrives, replays] = await Promise.all([operations.jobs({}), operations.replays({})]);
  if (options.json) {
    printJson({ redrives, replays });
    return;
  }
  const rows = [...redrives.map(rowOfRedrive), ...replays.map(rowOfReplay)].sort((a, b) => (b.startedAt ?? '').localeCompare(a.startedAt ?? ''));
  const lines = tableLines(rows, [
    { head: 'JOB', text: ({ id }) => id },
    { head: 'KIND', text: ({ kind }) => kind },
    { head: 'STATE', text: ({ state }) => state },
    { head: 'STARTED', text: ({ startedAt }) => startedAt ?? '–' },
    { head: 'WHAT', text: ({ text }) => text },
  ]);
  for (const line of lines) printLine(line);
  printNote(counted(rows.length, 'job'));
}

/** The job of that id: a redrive, or a replay by its name. */
async function find(id: string, options: GlobalOptions): Promise<JobRecord | ReplayStatus> {
  const operations = await operationsOf(options);
  const redrive = (await operations.jobs({})).find((job) => job.id === id);
  if (redrive) return redrive;
  const replay = (await operations.replays({})).find(({ name }) => name === id);
  if (!replay) throw new CommandError(`There is no job "${id}"`, { exitCode: EXIT.notFound, advice: '`tickertape jobs list` shows them.' });
  return replay;
}

/** `tickertape jobs show` */
export async function show(id: string, options: GlobalOptions): Promise<void> {
  const job = await find(id, options);
  if (options.json) {
    printJson(job);
    return;
  }
  const { state, text, startedAt } = 'planned' in job ? rowOfRedrive(job) : rowOfReplay(job);
  printLine(`${id}  ${state}  started ${startedAt ?? '–'}`);
  printLine(`  ${text}`);
  if ('planned' in job) {
    if (job.error) printLine(`  ${job.error}`);
    for (const eventKey of job.failedAgain) printLine(`  ■ ${eventKey}`);
  }
}

/** `tickertape jobs cancel` */
export async function cancel(id: string, options: GlobalOptions): Promise<void> {
  const job = await find(id, options);
  const operations = await operationsOf(options);
  const cancelled = 'planned' in job ? await operations.cancelJob({ jobId: id }) : await operations.cancelReplay({ name: id });
  if (options.json) printJson(cancelled);
  else printLine(`${id}: what was moved stays moved, the rest stays where it is`);
}

import type { ProjectionStatus } from '../../operations/projections/list.ts';
import { eventsPerSecond, type Rebuild, runRebuild } from '../../operations/projections/rebuild.ts';
import { confirm } from '../confirm.ts';
import { EXIT } from '../exit-codes.ts';
import type { ConfirmedOptions, GlobalOptions } from '../global-options.ts';
import { counted } from '../output/counted.ts';
import { CommandError, printJson, printLine, printNote } from '../output/report.ts';
import { tableLines } from '../output/table.ts';
import { operationsOf } from '../target.ts';

const seconds = (age: number | undefined): string => (age === undefined ? '–' : `${age} s`);

function stateOf({ live, building, isStale, rebuild }: ProjectionStatus): string {
  if (rebuild && rebuild.phase !== 'DONE') return `${rebuild.mode} ${rebuild.phase}, ${counted(rebuild.events, 'event')}`;
  if (building) return `generation ${building.generation} is being filled`;
  if (isStale) return 'stale: rebuild it';
  return live ? 'live' : 'empty';
}

/** `tickertape projection list` */
export async function list(options: GlobalOptions): Promise<void> {
  const found = await (await operationsOf(options)).projections({});
  if (options.json) {
    printJson(found);
    return;
  }
  const lines = tableLines(found, [
    { head: 'PROJECTION', text: ({ projection }) => projection },
    { head: 'GROUP', text: ({ consumer }) => consumer },
    { head: 'VERSION', text: ({ live }) => String(live?.version ?? '–'), align: 'right' },
    { head: 'DEPLOYED', text: ({ deployedVersion }) => String(deployedVersion ?? '–'), align: 'right' },
    { head: 'GENERATION', text: ({ live }) => live?.generation ?? '–', align: 'right' },
    { head: 'NEWEST EVENT', text: ({ newestEventSeconds }) => seconds(newestEventSeconds), align: 'right' },
    { head: 'ITERATOR AGE', text: ({ iteratorAgeSeconds }) => seconds(iteratorAgeSeconds), align: 'right' },
    { head: 'STATE', text: stateOf },
  ]);
  for (const line of lines) printLine(line);
  printNote(counted(found.length, 'projection'));
}

interface RunOptions extends GlobalOptions {
  readonly pace?: number;
}

/** Carries a rebuild or a verification through. Interrupted, it goes on with the next call. */
async function run(projection: string, mode: Rebuild['mode'], options: RunOptions): Promise<Rebuild> {
  const operations = await operationsOf(options);
  const startMs = performance.now();
  return runRebuild((request) => operations.rebuildProjection(request), {
    projection,
    mode,
    pace: options.pace,
    nowMs: () => performance.now(),
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    onProgress: (rebuild) => {
      if (rebuild.phase !== 'DONE') printNote(progressText(rebuild));
      if (options.timeout !== undefined && rebuild.phase !== 'DONE' && performance.now() - startMs > options.timeout * 1000)
        throw new CommandError(`The ${mode} of ${projection} did not end in the time given`, {
          exitCode: EXIT.timedOut,
          advice: `The same command goes on with it; \`tickertape projection cancel ${projection}\` gives it up.`,
        });
    },
  });
}

function progressText({ phase, events, sources, compared, dropped, fillingMs }: Rebuild): string {
  if (phase === 'COMPARING') return `${phase} ${counted(compared, 'item')}`;
  if (phase === 'DROPPING') return `${phase} ${counted(dropped, 'item')}`;
  return `${phase} ${counted(events, 'event')} of ${counted(sources, 'aggregate')}, ${eventsPerSecond({ events, fillingMs })} events/s`;
}

/** `tickertape projection rebuild` */
export async function rebuild(projection: string, options: RunOptions & ConfirmedOptions): Promise<void> {
  await confirm(options, { name: projection, what: `Rebuilding ${projection} from the event store` });
  const done = await run(projection, 'rebuild', options);
  const pace = eventsPerSecond(done);
  if (options.json) printJson({ ...done, eventsPerSecond: pace });
  else if (!done.isCancelled)
    printLine(
      `${projection} is generation ${done.generation}: ${counted(done.events, 'event')} of ${counted(done.sources, 'aggregate')} at ${pace} events/s; ${counted(done.dropped, 'old item')} dropped.`,
    );
  if (done.isCancelled) throw new CommandError(`The rebuild of ${projection} was cancelled`, { exitCode: EXIT.failed });
}

/** Differences printed; the rest is counted. */
const DIFFERENCES_SHOWN = 10;

/** `tickertape projection verify` */
export async function verify(projection: string, options: RunOptions): Promise<void> {
  const done = await run(projection, 'verify', options);
  if (options.json) printJson(done);
  else {
    for (const { kind, key, live, folded } of done.differences.slice(0, DIFFERENCES_SHOWN)) {
      printLine(`■ ${kind === 'VIEW' ? 'view' : 'source'} ${key}`);
      printLine(`    live    ${live ?? '(absent)'}`);
      printLine(`    folded  ${folded ?? '(absent)'}`);
    }
    printLine(`${counted(done.events, 'event')} folded, ${counted(done.compared, 'item')} compared, ${counted(done.differing, 'difference')}`);
  }
  if (done.isCancelled) throw new CommandError(`The verification of ${projection} was cancelled`, { exitCode: EXIT.failed });
  if (done.differing > 0)
    throw new CommandError(`${projection} is not what the event store folds to`, {
      exitCode: EXIT.checkFailed,
      advice: `\`tickertape projection rebuild ${projection}\` makes it anew.`,
    });
}

/** `tickertape projection cancel` */
export async function cancel(projection: string, options: GlobalOptions): Promise<void> {
  const operations = await operationsOf(options);
  let current = await operations.rebuildProjection({ projection, action: 'cancel' });
  while (current.phase !== 'DONE') current = await operations.rebuildProjection({ projection, action: 'step' });
  if (options.json) printJson(current);
  else
    printLine(
      current.isCancelled
        ? `The ${current.mode} of ${projection} is given up; readers noticed nothing.`
        : `The last ${current.mode} of ${projection} had ended.`,
    );
}

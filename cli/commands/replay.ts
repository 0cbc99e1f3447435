import type { ReplayMode, ReplayPlan } from '../../operations/replays/plan.ts';
import type { ReplayStatus } from '../../operations/replays/replay.ts';
import type { EffectDifference, ReplayReport } from '../../operations/replays/report.ts';
import { confirm } from '../confirm.ts';
import { EXIT } from '../exit-codes.ts';
import type { ConfirmedOptions, GlobalOptions } from '../global-options.ts';
import { counted } from '../output/counted.ts';
import { CommandError, printJson, printLine, printNote } from '../output/report.ts';
import { tableLines } from '../output/table.ts';
import { operationsOf } from '../target.ts';

interface WindowOptions extends ConfirmedOptions {
  readonly from: string;
  readonly to: string;
  readonly archive?: string;
  readonly only: readonly string[];
  readonly mode: ReplayMode;
  readonly wait?: boolean;
}

interface StatusOptions extends GlobalOptions {
  readonly differences?: boolean;
}

/** `tickertape replay archives` */
export async function archives(options: GlobalOptions): Promise<void> {
  const found = await (await operationsOf(options)).archives({});
  if (options.json) {
    printJson(found);
    return;
  }
  const lines = tableLines(found, [
    { head: 'ARCHIVE', text: ({ name }) => name },
    { head: 'EVENTS', text: ({ events }) => String(events), align: 'right' },
    { head: 'KIB', text: ({ sizeBytes }) => String(Math.ceil(sizeBytes / 1024)), align: 'right' },
    { head: 'KEPT', text: ({ retentionDays }) => (retentionDays === 0 ? 'for ever' : `${retentionDays} d`) },
    { head: 'SINCE', text: ({ createdAt }) => createdAt },
    { head: 'STATE', text: ({ state }) => state },
  ]);
  for (const line of lines) printLine(line);
  printNote(`${counted(found.length, 'archive')} of the bus`);
}

const requestOf = ({ from, to, archive, only, mode }: WindowOptions) => ({ from, to, archive, mode, consumers: only.length > 0 ? only : undefined });

function printPlan(plan: ReplayPlan): void {
  const { events, basis, usd, pricesAsOf } = plan.estimate;
  const rows = [
    ['archive', plan.archive],
    ['window', `${plan.from} … ${plan.to}, by the time of the events`],
    ['to', plan.consumers?.join(', ') ?? 'every rule of the bus'],
    ['mode', plan.mode],
    ['events', `about ${events}${basis === 'share' ? ', if they came evenly' : ''}`],
    ['cost', `about $${usd} at list prices (${pricesAsOf})`],
    ['plan', plan.id],
  ];
  for (const [name = '', text] of rows) printLine(`  ${name.padEnd(9)}${text}`);
  for (const warning of plan.warnings) printLine(`  ! ${warning}`);
}

/** `tickertape replay plan` */
export async function plan(options: WindowOptions): Promise<void> {
  const planned = await (await operationsOf(options)).planReplay(requestOf(options));
  if (options.json) printJson(planned);
  else printPlan(planned);
}

/** `tickertape replay start` */
export async function start(options: WindowOptions): Promise<void> {
  const operations = await operationsOf(options);
  const planned = await operations.planReplay(requestOf(options));
  if (!options.json) printPlan(planned);
  await confirm(options, { name: planned.archive, what: `Replaying about ${counted(planned.estimate.events, 'event')} of ${planned.archive}` });
  // The window of the plan: `1h` would mean another hour by now.
  const { from, to, archive, consumers, mode } = planned;
  const started = await operations.startReplay({ from, to, archive, consumers, mode });
  const replay = options.wait ? await untilEnded(options, started.name) : started;
  if (options.json) printJson({ plan: planned, replay });
  else printLine(options.wait ? statusText(replay) : `Replay ${replay.name} started: tickertape replay status ${replay.name}`);
  if (options.wait && replay.state !== 'COMPLETED') throw new CommandError(statusText(replay), { exitCode: EXIT.partly });
}

const LOOK_MS = 500;
const RUNNING = new Set(['STARTING', 'RUNNING', 'CANCELLING']);

async function untilEnded(options: WindowOptions, name: string): Promise<ReplayStatus> {
  const operations = await operationsOf(options);
  const startMs = performance.now();
  for (;;) {
    const [replay] = await operations.replays({ name });
    if (replay && !RUNNING.has(replay.state)) return replay;
    if (options.timeout !== undefined && performance.now() - startMs > options.timeout * 1000) {
      throw new CommandError(`Replay ${name} did not end in the time given`, {
        exitCode: EXIT.timedOut,
        advice: 'It goes on. `tickertape replay cancel` stops it.',
      });
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

function statusText({ name, state, because, lastReplayedAt, to }: ReplayStatus): string {
  const how = lastReplayedAt === undefined ? 'nothing replayed' : `as far as ${lastReplayedAt} of ${to}`;
  return `${name} ${state}: ${how}${because === undefined ? '' : ` (${because})`}`;
}

/** `tickertape replay status` */
export async function status(name: string | undefined, options: StatusOptions): Promise<void> {
  if (options.differences) {
    await differences(name, options);
    return;
  }
  const replays = await (await operationsOf(options)).replays({ name });
  if (options.json) {
    printJson(name === undefined ? replays : replays[0]);
    return;
  }
  const lines = tableLines(replays, [
    { head: 'REPLAY', text: (replay) => replay.name },
    { head: 'MODE', text: ({ mode }) => mode ?? 'as declared' },
    { head: 'STATE', text: ({ state }) => state },
    { head: 'FROM', text: ({ from }) => from ?? '–' },
    { head: 'TO', text: ({ to }) => to ?? '–' },
    { head: 'AS FAR AS', text: ({ lastReplayedAt }) => lastReplayedAt ?? '–' },
    { head: 'STARTED', text: ({ startedAt }) => startedAt ?? '–' },
  ]);
  for (const line of lines) printLine(line);
  printNote(counted(replays.length, 'replay'));
}

/** `tickertape replay status <name> --differences`: of a rewind too, by its id. */
async function differences(name: string | undefined, options: StatusOptions): Promise<void> {
  if (name === undefined) throw new CommandError('Of which replay?', { exitCode: EXIT.usage, advice: '`tickertape replay status` lists them.' });
  const reports = await (await operationsOf(options)).replayReports({ name });
  if (options.json) {
    printJson(reports);
    return;
  }
  const lines = tableLines(reports, [
    { head: 'CONSUMER', text: ({ consumer }) => consumer },
    { head: 'SAME', text: ({ same }) => String(same), align: 'right' },
    { head: 'DIFFERS', text: ({ differs }) => String(differs), align: 'right' },
    { head: 'NEW', text: ({ unhandled }) => String(unhandled), align: 'right' },
    { head: 'SKIPPED', text: ({ skipped }) => String(skipped), align: 'right' },
  ]);
  for (const line of lines) printLine(line);
  for (const report of reports) printDifferences(report);
  printNote(
    `${counted(
      reports.reduce((sum, { differs }) => sum + differs, 0),
      'event',
    )} handled otherwise than the first time`,
  );
}

function printDifferences({ consumer, differs, differences: events }: ReplayReport): void {
  for (const { eventKey, eventType, hasReadItems, differences: found } of events) {
    printLine(`${consumer}  ${eventType} ${eventKey}${hasReadItems ? '  (it read items as they are now)' : ''}`);
    for (const difference of found) for (const line of differenceLines(difference)) printLine(`  ${line}`);
  }
  if (differs > events.length) printLine(`${consumer}  and ${differs - events.length} more`);
}

const SIGNS: Readonly<Record<EffectDifference['kind'], string>> = { changed: '~', added: '+', missing: '-', failed: '!' };

const differenceLines = ({ kind, what, before, after }: EffectDifference): string[] => [
  `${SIGNS[kind]} ${what}`,
  ...(before === undefined ? [] : [`    was ${before}`]),
  ...(after === undefined ? [] : [`    now ${after}`]),
];

/** `tickertape replay cancel` */
export async function cancel(name: string, options: ConfirmedOptions): Promise<void> {
  const replay = await (await operationsOf(options)).cancelReplay({ name });
  if (options.json) printJson(replay);
  else printLine(`${replay.name} ${replay.state}. What has reached the bus stays there.`);
}

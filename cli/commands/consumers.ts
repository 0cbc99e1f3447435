import { setTimeout as passed } from 'node:timers/promises';
import type { ConsumerLag } from '../../operations/consumers/lag.ts';
import type { RewindPlan } from '../../operations/consumers/rewind/plan.ts';
import type { ReplayMode } from '../../operations/replays/plan.ts';
import { confirm } from '../confirm.ts';
import type { ConfirmedOptions, GlobalOptions } from '../global-options.ts';
import { counted } from '../output/counted.ts';
import { formatDuration } from '../output/duration.ts';
import { printable } from '../output/printable.ts';
import { printJson, printJsonLine, printLine, printNote } from '../output/report.ts';
import { styled } from '../output/style.ts';
import { tableLines } from '../output/table.ts';
import { operationsOf } from '../target.ts';

interface RewindCommandOptions extends ConfirmedOptions {
  readonly to: string;
  readonly mode: ReplayMode;
  readonly pause?: boolean;
  readonly acceptLoss?: boolean;
  readonly dryRun?: boolean;
}

interface LagOptions extends GlobalOptions {
  readonly watch?: boolean;
}

const mappingText = (mapping: ConsumerLag['mapping']): string => {
  if (mapping === 'Enabled') return styled('green', '● runs');
  if (mapping === 'Disabled') return styled('yellow', '❚❚ paused');
  return styled(mapping === 'missing' ? 'red' : 'yellow', `■ ${mapping}`);
};

/** `tickertape consumers list` */
export async function list(options: GlobalOptions): Promise<void> {
  const operations = await operationsOf(options);
  const [status, lags] = await Promise.all([operations.status({}), operations.consumerLags({})]);
  const rows = status.consumers.map((consumer) => ({
    ...consumer,
    mapping: lags.find((lag) => lag.consumer === consumer.consumer)?.mapping ?? ('missing' as const),
  }));
  if (options.json) {
    printJson(rows);
    return;
  }
  const lines = tableLines(rows, [
    { head: 'CONSUMER', text: ({ consumer }) => consumer },
    { head: 'ON', text: ({ on }) => on.join(', ') },
    { head: 'WAITING', text: ({ visible, delayed }) => String(visible + delayed), align: 'right' },
    { head: 'IN FLIGHT', text: ({ inFlight }) => String(inFlight), align: 'right' },
    { head: 'IN DLQ', text: ({ deadLetters, ruleDeadLetters }) => String(deadLetters + ruleDeadLetters), align: 'right' },
    { head: 'FROM', text: ({ source }) => source },
    { head: 'STATE', text: ({ mapping }) => mappingText(mapping) },
  ]);
  for (const line of lines) printLine(line);
  printNote(counted(rows.length, 'consumer'));
}

const slaText = ({ seconds, isLate }: NonNullable<ConsumerLag['sla']>): string =>
  `${formatDuration(seconds * 1000)} ${isLate ? styled('red', 'missed') : styled('green', 'kept')}`;

function lagLines(lags: readonly ConsumerLag[]): string[] {
  const seconds = (value: number | undefined): string => (value === undefined ? '–' : formatDuration(value * 1000));
  return tableLines(lags, [
    { head: 'CONSUMER', text: ({ consumer }) => consumer },
    { head: 'BEHIND', text: ({ oldestSeconds }) => seconds(oldestSeconds), align: 'right' },
    { head: 'WAITING', text: ({ visible, delayed }) => String(visible + delayed), align: 'right' },
    { head: 'IN FLIGHT', text: ({ inFlight }) => String(inFlight), align: 'right' },
    { head: 'HANDLED/MIN', text: ({ handledPerMinute }) => String(handledPerMinute), align: 'right' },
    { head: 'EMPTY IN', text: ({ drainsInSeconds }) => seconds(drainsInSeconds), align: 'right' },
    { head: 'PARKED KEYS', text: ({ group }) => (group ? String(group.parkedKeys) : '–'), align: 'right' },
    { head: 'SLA', text: ({ sla }) => (sla ? slaText(sla) : '–') },
    { head: 'STATE', text: ({ mapping }) => mappingText(mapping) },
  ]);
}

const WATCH_EVERY_MS = 2_000;

/** `tickertape consumers lag` */
export async function lag(options: LagOptions): Promise<void> {
  const operations = await operationsOf(options);
  if (options.watch) {
    await watch(() => operations.consumerLags({}), options);
    return;
  }
  const lags = await operations.consumerLags({});
  if (options.json) printJson(lags);
  else for (const line of lagLines(lags)) printLine(line);
}

/** Looks again until Ctrl-C: a terminal is redrawn, a pipe gets a line of JSON a look. */
async function watch(look: () => Promise<readonly ConsumerLag[]>, { json, timeout }: LagOptions): Promise<void> {
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  const deadlineMs = timeout === undefined ? Number.POSITIVE_INFINITY : performance.now() + timeout * 1000;
  while (!controller.signal.aborted && performance.now() < deadlineMs) {
    const lags = await look();
    if (json || !process.stdout.isTTY) printJsonLine({ type: 'lag', at: new Date().toISOString(), consumers: lags });
    else process.stdout.write(`\x1b[2J\x1b[H${lagLines(lags).map(printable).join('\n')}\n`);
    await passed(Math.min(WATCH_EVERY_MS, Math.max(0, deadlineMs - performance.now())), undefined, { signal: controller.signal }).catch((error: unknown) => {
      if (!controller.signal.aborted) throw error;
    });
  }
}

/** `tickertape consumers pause` and `resume` */
export async function setEnabled(consumer: string, options: ConfirmedOptions, { isEnabled }: { readonly isEnabled: boolean }): Promise<void> {
  const operations = await operationsOf(options);
  await confirm(options, { name: consumer, what: `${isEnabled ? 'Resuming' : 'Pausing'} ${consumer}` });
  const mapping = await operations.setConsumer({ consumer, isEnabled });
  if (options.json) {
    printJson({ consumer, mapping });
    return;
  }
  const waits = isEnabled ? '' : '  what comes waits in its queue, or in the stream, until `tickertape consumers resume`';
  printLine(`${consumer}: ${mappingText(mapping.state)}${waits}`);
  if (!mapping.lost) return;
  const { from, until } = mapping.lost;
  printLine(styled('red', `What came from ${from} to ${until} is lost to ${consumer}: the stream does not keep it so long. The archive of the bus may.`));
}

function printRewindPlan(plan: RewindPlan): void {
  const { position, records, events, isWhole, seconds, usd, pricesAsOf } = plan;
  const atLeast = isWhole ? '' : 'at least ';
  const rows = [
    ['group', `${plan.consumer}  ${plan.mapping}`],
    ['stream', plan.stream],
    ['to', position.type === 'TRIM_HORIZON' ? 'the oldest record that is there' : new Date(position.seconds * 1000).toISOString()],
    ['mode', plan.mode],
    ['records', `${atLeast}${records}, of which ${events} are the group's`],
    [
      'time',
      seconds === undefined ? 'unknown: the group had nothing to do in the last day' : `about ${formatDuration(seconds * 1000)} at the pace of the last day`,
    ],
    ['cost', usd === undefined ? 'unknown' : `about $${usd} of invocations at list prices (${pricesAsOf}), and what the handler writes`],
    ['plan', plan.id],
  ];
  for (const [name = '', text] of rows) printLine(`  ${name.padEnd(9)}${text}`);
  const place = (at: RewindPlan['shards'][number]['to']): string => (at ? `${at.arrivedAt} ${at.sequenceNumber}` : '–');
  const lines = tableLines(plan.shards, [
    { head: 'SHARD', text: ({ shardId }) => shardId },
    { head: 'FROM (NEWEST)', text: ({ from }) => place(from) },
    { head: 'TO', text: ({ to }) => place(to) },
    { head: 'RECORDS', text: (shard) => `${shard.isWhole ? '' : '≥ '}${shard.records}`, align: 'right' },
    { head: 'ITS', text: (shard) => String(shard.events), align: 'right' },
  ]);
  for (const line of lines) printLine(`  ${line}`);
  for (const warning of plan.warnings) printLine(styled(warning.startsWith('LOST') ? 'red' : 'yellow', `  ! ${warning}`));
}

/** `tickertape consumers rewind` */
export async function rewind(consumer: string, options: RewindCommandOptions): Promise<void> {
  const operations = await operationsOf(options);
  const { to, mode, pause, acceptLoss } = options;
  const plan = await operations.planRewind({ consumer, to, mode });
  if (!options.json) printRewindPlan(plan);
  if (options.dryRun) {
    if (options.json) printJson(plan);
    return;
  }
  await confirm(options, { name: consumer, what: `Rewinding ${consumer} by ${counted(plan.events, 'event')}` });
  const rewound = await operations.rewind({ consumer, to: placeOf(plan), mode, pause, acceptLoss });
  if (options.json) {
    printJson(rewound);
    return;
  }
  const goesOn =
    rewound.mapping === 'Disabled' ? `It is paused, as it was: tickertape consumers resume ${consumer}` : 'It reads: tickertape consumers lag --watch';
  printLine(`${rewound.isResumed ? 'An unfinished rewind was finished' : 'Rewound'}: ${rewound.id}, mapping ${rewound.mappingId}. ${goesOn}`);
  if (mode === 'shadow') printLine(`What differs: tickertape replay status ${rewound.id} --differences`);
}

/** The place of the plan: `90m` would mean another by now. */
const placeOf = ({ position }: RewindPlan): string => (position.type === 'TRIM_HORIZON' ? 'trim-horizon' : new Date(position.seconds * 1000).toISOString());

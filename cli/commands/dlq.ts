import { connect } from '../../operations/api/client.ts';
import type { DeadLetter, DeadLetterQueue } from '../../operations/dead-letters/dead-letter.ts';
import type { RedriveJob } from '../../operations/redrive/job.ts';
import type { RedrivePlan } from '../../operations/redrive/plan.ts';
import { EXIT } from '../exit-codes.ts';
import type { GlobalOptions } from '../global-options.ts';
import { counted } from '../output/counted.ts';
import { formatDuration } from '../output/duration.ts';
import { CommandError, printJson, printLine, printNote } from '../output/report.ts';
import { stateLabel, styled } from '../output/style.ts';
import { tableLines } from '../output/table.ts';

interface ListOptions extends GlobalOptions {
  readonly all?: boolean;
  readonly failIfAny?: boolean;
}

interface RedriveOptions extends GlobalOptions {
  readonly dryRun?: boolean;
  readonly rate?: number;
  readonly wait?: boolean;
}

const reasonsText = (reasons: Readonly<Record<string, number>>): string =>
  Object.entries(reasons)
    .map(([reason, count]) => `${count} ${reason}`)
    .join(', ');

function printQueues(shown: readonly DeadLetterQueue[], { empty, total }: { readonly empty: number; readonly total: number }): void {
  const now = Date.now();
  const ago = (at: string | undefined): string => (at === undefined ? '–' : `${formatDuration(now - Date.parse(at))} ago`);
  const left = (at: string | undefined): string => (at === undefined ? '–' : formatDuration(Math.max(0, Date.parse(at) - now)));
  if (shown.length > 0) {
    const lines = tableLines(shown, [
      { head: 'CONSUMER', text: ({ consumer }) => consumer },
      { head: 'MESSAGES', text: ({ messages }) => String(messages), align: 'right' },
      { head: 'NEW 1H', text: ({ newInLastHour }) => String(newInLastHour), align: 'right' },
      { head: 'OLDEST', text: ({ oldestAt }) => ago(oldestAt) },
      { head: 'EXPIRES IN', text: ({ expiresAt }) => left(expiresAt) },
      { head: 'REASONS', text: ({ reasons }) => reasonsText(reasons) },
      { head: 'QUEUE', text: ({ queue }) => queue },
    ]);
    for (const line of lines) printLine(line);
  }
  printNote(`${shown.length} of ${total} dead-letter queues shown · ${empty} empty${shown.length < total ? ' (--all)' : ''}`);
}

/** `tickertape dlq list` */
export async function list(options: ListOptions): Promise<void> {
  const queues = await connect(options.console).listDeadLetters({});
  const holding = queues.filter(({ messages }) => messages > 0);
  const empty = queues.length - holding.length;
  // A program gets every queue, the empty ones with `messages: 0`; a person the ones that matter, and how many are not shown.
  if (options.json) printJson(queues);
  else printQueues(options.all ? queues : holding, { empty, total: queues.length });
  if (options.failIfAny && holding.length > 0) {
    throw new CommandError(`${counted(holding.length, 'dead-letter queue')} ${holding.length === 1 ? 'holds' : 'hold'} messages`, {
      exitCode: EXIT.checkFailed,
    });
  }
}

function printLetter(letter: DeadLetter): void {
  const rows: [string, string | number | undefined][] = [
    ['event', letter.eventId && `${letter.type} ${letter.eventId} from ${letter.source}`],
    ['subject', letter.subject],
    ['thread', letter.correlationId],
    ['error', letter.error],
    ['fingerprint', letter.fingerprint],
    ['attempts', letter.attempts],
    ['failed', [letter.firstFailedAt, letter.lastFailedAt].filter(Boolean).join(' … ') || undefined],
    ['code', letter.codeVersion],
    ['message', letter.messageId],
  ];
  printLine(`${stateLabel('dead')}  ${styled('bold', letter.consumer)}  ${letter.reason}`);
  for (const [name, value] of rows) if (value !== undefined) printLine(`  ${name.padEnd(12)}${value}`);
  printLine('  payload');
  for (const line of prettyPayload(letter.payload)) printLine(`    ${line}`);
}

function prettyPayload(payload: string): string[] {
  try {
    return JSON.stringify(JSON.parse(payload), null, 2).split('\n');
  } catch {
    // Malformed bodies end here too; they are shown as they are.
    return payload.split('\n');
  }
}

/** `tickertape dlq show` */
export async function show(id: string, options: GlobalOptions): Promise<void> {
  const letters = await connect(options.console).showDeadLetters({ key: id });
  if (options.json) {
    printJson(letters);
    return;
  }
  letters.forEach((letter, index) => {
    if (index > 0) printLine();
    printLetter(letter);
  });
}

function printPlan(plan: RedrivePlan, rate: number | undefined): void {
  printLine(`Redrive ${counted(plan.messages.length, 'message')}: ${plan.from} → ${plan.to}`);
  if (plan.messages.length === 0) return;
  printLine(`  reasons  ${reasonsText(plan.reasons)}`);
  printLine(`  pace     ${rate === undefined ? 'as fast as it goes' : `${rate} a second, about ${formatDuration((plan.messages.length / rate) * 1000)}`}`);
  printLine('  effect   new message ids; consumers are idempotent by event id: what was done already is not done again');
  printLine(`  plan     ${plan.id}`);
}

/** `tickertape dlq redrive` */
export async function redrive(consumer: string, options: RedriveOptions): Promise<void> {
  const operations = connect(options.console);
  const plan = await operations.planRedrive({ consumer });
  if (!options.json) printPlan(plan, options.rate);
  if (options.dryRun || plan.messages.length === 0) {
    if (options.json) printJson({ plan, job: null });
    return;
  }
  const job = await operations.startRedrive({ planId: plan.id, ratePerSecond: options.rate });
  if (!options.wait) {
    if (options.json) printJson({ plan, job });
    else printLine(`Job ${job.id} started. It goes on without this terminal.`);
    return;
  }
  const ended = await operations.job({ jobId: job.id, untilEnded: true });
  await operations.quiet({ timeoutMs: (options.timeout ?? 60) * 1000 });
  const again = await failedAgain(ended, await operations.listDeadLetters({}), operations);
  if (options.json) printJson({ plan, job: ended, failedAgain: again });
  else printEnd(ended, again);
  const { moved, gone } = ended.outcomes;
  if (ended.status === 'failed') throw new CommandError(ended.error ?? 'The job failed', { exitCode: moved > 0 ? EXIT.partly : EXIT.failed });
  if (again + gone > 0)
    throw new CommandError(`${again + gone} of ${plan.messages.length} ${again + gone === 1 ? 'is' : 'are'} not done`, { exitCode: EXIT.partly });
}

/** How many of the redriven events lie in the dead-letter queue again. */
async function failedAgain(job: RedriveJob, queues: readonly DeadLetterQueue[], operations: ReturnType<typeof connect>): Promise<number> {
  if ((queues.find((queue) => queue.consumer === job.plan.consumer)?.messages ?? 0) === 0) return 0;
  const moved = new Set(job.plan.messages.map(({ eventId }) => eventId));
  const letters = await operations.showDeadLetters({ key: job.plan.consumer });
  const known = letters.filter(({ eventId }) => eventId !== undefined && moved.has(eventId)).length;
  // A message without an envelope has no id that outlives the move: as many as were moved count as back, where so many lie there.
  const nameless = ({ eventId }: { readonly eventId: string | undefined }): boolean => eventId === undefined;
  return known + Math.min(job.plan.messages.filter(nameless).length, letters.filter(nameless).length);
}

function printEnd(job: RedriveJob, again: number): void {
  const { moved, gone } = job.outcomes;
  const took = job.endedAt === undefined ? '' : ` · ${formatDuration(Date.parse(job.endedAt) - Date.parse(job.startedAt))}`;
  printLine(`${moved} redriven: ${moved - again} passed, ${again} failed again${gone > 0 ? `, ${gone} were gone` : ''}${took}`);
}

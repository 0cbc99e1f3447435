import type { DeadLetter, DeadLetterQueue } from '../../operations/dead-letters/dead-letter.ts';
import { EXIT } from '../exit-codes.ts';
import type { GlobalOptions } from '../global-options.ts';
import { counted } from '../output/counted.ts';
import { formatDuration } from '../output/duration.ts';
import { headline } from '../output/printable.ts';
import { CommandError, printJson, printLine, printNote } from '../output/report.ts';
import { stateLabel, styled } from '../output/style.ts';
import { tableLines } from '../output/table.ts';
import { SourcePositions } from '../source-positions.ts';
import { operationsOf } from '../target.ts';

interface FilterOptions extends GlobalOptions {
  readonly where?: string;
}

interface ListOptions extends FilterOptions {
  readonly all?: boolean;
  readonly failIfAny?: boolean;
}

/** `3 defect, 1 business` */
export const reasonsText = (reasons: Readonly<Record<string, number>>): string =>
  Object.entries(reasons)
    .map(([reason, count]) => `${count} ${reason}`)
    .join(', ');

/** How long ago a moment was. */
const ago = (at: string | undefined): string => (at === undefined ? '–' : `${formatDuration(Math.max(0, Date.now() - Date.parse(at)))} ago`);

function printQueues(shown: readonly DeadLetterQueue[], { empty, total }: { readonly empty: number; readonly total: number }): void {
  const now = Date.now();
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
  const queues = await (await operationsOf(options)).listDeadLetters({ where: options.where });
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

/** `tickertape dlq groups` */
export async function groups(consumer: string | undefined, options: FilterOptions): Promise<void> {
  const found = await (await operationsOf(options)).groupDeadLetters({ key: consumer, where: options.where });
  if (options.json) {
    printJson(found);
    return;
  }
  if (found.length > 0) {
    const lines = tableLines(found, [
      { head: 'CONSUMER', text: (group) => group.consumer },
      { head: 'COUNT', text: ({ count }) => String(count), align: 'right' },
      { head: 'REASON', text: ({ reason }) => reason },
      { head: 'FINGERPRINT', text: ({ fingerprint }) => fingerprint ?? '–' },
      { head: 'FIRST', text: ({ firstFailedAt }) => ago(firstFailedAt) },
      { head: 'LAST', text: ({ lastFailedAt }) => ago(lastFailedAt) },
      { head: 'SAMPLE', text: ({ sample }) => sample.messageId },
      { head: 'ERROR', text: ({ sample }) => (sample.error === undefined ? '–' : headline(sample.error)) },
    ]);
    for (const line of lines) printLine(line);
  }
  printNote(
    `${counted(found.length, 'group')} of ${counted(
      found.reduce((sum, { count }) => sum + count, 0),
      'dead letter',
    )}`,
  );
}

function printLetter(letter: DeadLetter, positions: SourcePositions): void {
  const rows: [string, string | number | undefined][] = [
    ['event', letter.eventId && `${letter.type} ${letter.eventId} from ${letter.source}`],
    ['subject', letter.subject],
    ['thread', letter.correlationId],
    ['error', letter.error && positions.mapped(letter.error, letter.codeVersion)],
    ['fingerprint', letter.fingerprint],
    ['attempts', letter.attempts],
    ['failed', [letter.firstFailedAt, letter.lastFailedAt].filter(Boolean).join(' … ') || undefined],
    ['code', letter.codeVersion],
    ['message', letter.messageId],
  ];
  printLine(`${stateLabel('dead')}  ${styled('bold', letter.consumer)}  ${letter.reason}`);
  for (const [name, value] of rows) {
    if (value === undefined) continue;
    const [first, ...rest] = String(value).split('\n');
    printLine(`  ${name.padEnd(12)}${first}`);
    for (const line of rest) printLine(`  ${' '.repeat(12)}${line}`);
  }
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
export async function show(id: string | undefined, options: FilterOptions): Promise<void> {
  if (id === undefined && options.where === undefined) throw new CommandError('Say which: by an id, or with --where', { exitCode: EXIT.usage });
  const letters = await (await operationsOf(options)).showDeadLetters({ key: id, where: options.where });
  if (options.json) {
    printJson(letters);
    return;
  }
  const positions = new SourcePositions(process.cwd());
  letters.forEach((letter, index) => {
    if (index > 0) printLine();
    printLetter(letter, positions);
  });
  printNote(counted(letters.length, 'dead letter'));
}

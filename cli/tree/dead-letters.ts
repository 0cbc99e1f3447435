import type { Command } from 'commander';
import { collect, positiveNumber, wholeNumber } from '../option-values.ts';
import { examples } from './examples.ts';

const WHERE = ['--where <filter>', 'only those that the filter takes (help filters)'] as const;
const CONFIRM = ['--confirm <name>', 'confirm by the name of what is changed'] as const;

function addReading(dlq: Command): void {
  const list = dlq
    .command('list')
    .description('dead-letter queues that hold messages, and how many are empty; with --json all of them')
    .option(...WHERE)
    .option('--all', 'empty ones too')
    .option('--fail-if-any', 'exit with 4 where one holds a message')
    .action(async (_options, command: Command) => (await import('../commands/dlq.ts')).list(command.optsWithGlobals()));
  examples(list, 'dlq list', "dlq list --where 'age>1d' --fail-if-any");
  const groups = dlq
    .command('groups [consumer]')
    .description('dead letters by consumer, reason and fingerprint: failures of one cause are one line')
    .option(...WHERE)
    .action(async (consumer: string | undefined, _options, command: Command) =>
      (await import('../commands/dlq.ts')).groups(consumer, command.optsWithGlobals()),
    );
  examples(groups, 'dlq groups', "dlq groups payments --where 'type=OrderPlaced'");
  const show = dlq
    .command('show [id]')
    .description('dead letters by message id, event id, correlation id, subject or consumer; "bus" for events that no subscription can match')
    .option(...WHERE)
    .action(async (id: string | undefined, _options, command: Command) => (await import('../commands/dlq.ts')).show(id, command.optsWithGlobals()));
  examples(show, 'dlq show inventory', "dlq show --where 'fingerprint=ab12 and age>1h'");
}

function addSendingAgain(dlq: Command): void {
  const redrive = dlq
    .command('redrive <consumer>')
    .description("send a consumer's dead letters to its queue again: plan, then job")
    .option(...WHERE)
    .option('--dry-run', 'show the plan and stop')
    .option('--plan <id>', 'only if the plan is still the one that was reviewed')
    .option('--rate <n/s>', 'messages a second (default: as fast as it goes)', positiveNumber)
    .option('--canary <n>', 'send so many first, and the rest only if all of them pass', wholeNumber)
    .option('--halt-at <n|n%>', 'stop when so many failed again; no more are on their way at once')
    .option('--wait', 'wait until it is known what became of each message; on AWS always')
    .option(...CONFIRM)
    .action(async (consumer: string, _options, command: Command) => (await import('../commands/redrive.ts')).redrive(consumer, command.optsWithGlobals()));
  examples(redrive, 'dlq redrive inventory --dry-run', "dlq redrive payments --where 'fingerprint=ab12' --canary 5 --halt-at 3% --rate 50/s --wait");
  const edit = dlq
    .command('edit <message>')
    .description('send one dead letter again with other data, checked against its schema; without --set and --payload in $EDITOR')
    .option('--set <path=value>', 'set a member of the data; JSON where it parses as JSON', collect, [])
    .option('--payload <file>', 'the data as JSON; - for standard input')
    .option('--reason <text>', 'why, for the record')
    .option('--dry-run', 'show the difference and stop')
    .option('--wait', 'wait until it is known what became of it; on AWS always')
    .option(...CONFIRM)
    .action(async (message: string, _options, command: Command) => (await import('../commands/edit.ts')).edit(message, command.optsWithGlobals()));
  examples(edit, 'dlq edit 5b0e0c5e-… --set currency=EUR --reason "the shop sent it in lower case" --wait');
}

function addFiling(dlq: Command): void {
  const out = dlq
    .command('export <file>')
    .description('write dead letters to a file, a line of JSON each; - for standard output')
    .option('--consumer <name>', 'only of this consumer')
    .option(...WHERE)
    .option('--remove', 'take them out of their queues once the disk has them')
    .option(...CONFIRM)
    .action(async (file: string, _options, command: Command) => (await import('../commands/letters.ts')).exportLetters(file, command.optsWithGlobals()));
  examples(out, 'dlq export letters.ndjson', "dlq export old.ndjson --where 'age>10d' --remove");
  const back = dlq
    .command('import <file>')
    .description('put exported dead letters back into their dead-letter queues, each once however often it is imported')
    .option(...CONFIRM)
    .action(async (file: string, _options, command: Command) => (await import('../commands/letters.ts')).importLetters(file, command.optsWithGlobals()));
  examples(back, 'dlq import letters.ndjson');
  const discard = dlq
    .command('discard <consumer>')
    .description('delete dead letters for good; a copy goes to a file, and the index keeps why and by whom')
    .requiredOption('--reason <text>', 'why, for the record')
    .option(...WHERE)
    .option('--export <file>', 'file of the copy (default: discarded-<consumer>-<time>.ndjson)')
    .option('--no-export', 'keep no copy')
    .option('--dry-run', 'count them and stop')
    .option(...CONFIRM)
    .action(async (consumer: string, _options, command: Command) => (await import('../commands/letters.ts')).discard(consumer, command.optsWithGlobals()));
  examples(discard, "dlq discard payments --where 'reason=business' --reason 'refunded by hand' --confirm payments");
}

/** Commands for what failed. */
export function addDeadLetters(program: Command): void {
  const dlq = program.command('dlq').description('what failed, why, and the way back');
  addReading(dlq);
  addSendingAgain(dlq);
  addFiling(dlq);
}

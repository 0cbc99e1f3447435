import { type Command, Option } from 'commander';
import type { SagaActionName } from '../../operations/sagas/plan.ts';
import { wholeNumber } from '../option-values.ts';
import { examples } from './examples.ts';
import { addSagaVerify } from './saga-verify.ts';

const CONFIRM = ['--confirm <id>', "confirm by the saga's id"] as const;
const LIMIT_DEFAULT = 50;

/** Sagas: what they do, and what can be done to one that does not get on. */
export function addSagas(program: Command): void {
  const saga = program.command('saga').description('distributed transactions that a state machine leads');
  const list = saga
    .command('list')
    .description('instances, the unfinished first')
    .option('--saga <name>', 'only of this saga')
    .addOption(new Option('--state <state>', 'only in this state').choices(['RUNNING', 'COMPENSATING', 'STUCK', 'COMPLETED', 'CANCELLED']))
    .option('--stuck', 'only those that cannot go on without help')
    .option('--limit <n>', 'so many at most', wholeNumber, LIMIT_DEFAULT)
    .action(async (_options, command: Command) => (await import('../commands/saga.ts')).list(command.optsWithGlobals()));
  examples(list, 'saga list --stuck', 'saga list --saga Checkout --state COMPENSATING');
  const show = saga
    .command('show <id>')
    .description('one instance, with its whole trail')
    .action(async (id: string, _options, command: Command) => (await import('../commands/saga.ts')).show(id, command.optsWithGlobals()));
  examples(show, 'saga show 0b9d6f0e-…');
  const watch = saga
    .command('watch <id>')
    .description('the trail of one instance as it grows, until it ends')
    .action(async (id: string, _options, command: Command) => (await import('../commands/saga.ts')).watch(id, command.optsWithGlobals()));
  examples(watch, 'saga watch 0b9d6f0e-… --timeout 600');
  addActions(saga);
  addSagaVerify(saga);
}

function addActions(saga: Command): void {
  const retry = action(saga, 'retry', 'try again now what a stuck saga cannot do; one whose machine failed is redriven');
  examples(retry, 'saga retry 0b9d6f0e-… --reason "payments is back"');
  const compensate = action(saga, 'compensate', 'turn back: undo what was done');
  examples(compensate, 'saga compensate 0b9d6f0e-… --reason "the customer withdrew" --dry-run');
  const resume = action(saga, 'resume', 'go on, on the definition that is deployed now, with the results of finished steps').option(
    '--from <step>',
    'go on from this step instead of the first without an answer',
  );
  examples(resume, 'saga resume 0b9d6f0e-… --from ProcessPayment --reason "mended in 4f1c2d"');
  const skip = action(saga, 'skip', 'go on as if the step that is stuck were done, or undone: somebody did it by hand').option(
    '--result <json>',
    'what the step would have answered',
  );
  examples(skip, 'saga skip 0b9d6f0e-… --reason "refunded by hand, case 4711"');
}

function action(saga: Command, name: SagaActionName, description: string): Command {
  return saga
    .command(`${name} <id>`)
    .description(description)
    .requiredOption('--reason <text>', 'why; it stands in the trail')
    .option('--dry-run', 'only the plan')
    .option(...CONFIRM)
    .action(async (id: string, _options, command: Command) => (await import('../commands/saga.ts')).act(name, id, command.optsWithGlobals()));
}

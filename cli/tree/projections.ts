import type { Command } from 'commander';
import { positiveNumber } from '../option-values.ts';
import { examples } from './examples.ts';

const PACE = ['--pace <events>', 'fold at most so many events a second', positiveNumber] as const;

/** Commands on read models. */
export function addProjections(program: Command): void {
  const projection = program.command('projection').description('read models: how late, rebuilt beside the live one, verified');
  const list = projection
    .command('list')
    .description('the read models, their versions and generations, and how late they are')
    .action(async (_options, command: Command) => (await import('../commands/projection.ts')).list(command.optsWithGlobals()));
  examples(list, 'projection list');
  const rebuild = projection
    .command('rebuild <name>')
    .description('fill it again from the event store, beside the live one, and move the readers when it is whole')
    .option(...PACE)
    .option('--confirm <name>', 'confirm by the name of what is changed')
    .action(async (name: string, _options, command: Command) => (await import('../commands/projection.ts')).rebuild(name, command.optsWithGlobals()));
  examples(rebuild, 'projection rebuild customer-dashboard --pace 500');
  const verify = projection
    .command('verify <name>')
    .description('compare it with a fold of the whole event store; exit code 4 where something differs')
    .option(...PACE)
    .action(async (name: string, _options, command: Command) => (await import('../commands/projection.ts')).verify(name, command.optsWithGlobals()));
  examples(verify, 'projection verify customer-dashboard');
  const cancel = projection
    .command('cancel <name>')
    .description('give up a rebuild or a verification; readers keep what they have')
    .action(async (name: string, _options, command: Command) => (await import('../commands/projection.ts')).cancel(name, command.optsWithGlobals()));
  examples(cancel, 'projection cancel customer-dashboard');
}

import type { Command } from 'commander';
import { examples } from './examples.ts';

/** Adds `verify` to the command of sagas. */
export function addSagaVerify(saga: Command): void {
  const verify = saga
    .command('verify <saga>')
    .description('every fault at every step of a saga, in virtual time, checked against what must hold')
    .option('--file <path>', 'what must hold, and how a saga is started (default: test/sagas/<saga>.verification.ts)')
    .option('--assembly <folder>', 'a synthesized cloud assembly (default: synthesizes the app of cdk.json)')
    .option('--app <command>', 'the command that synthesizes, instead of cdk.json')
    .option('--case <text>', 'only cases whose id has this in it: Charge/reply-lost, #undo')
    .option('--seed <seed>', 'decides all chance', '1')
    .option('--against <file>', 'first: which recorded instances, or those that are "running", could not go on with this definition?')
    .action(async (name: string, _options, command: Command) => (await import('../commands/saga-verify.ts')).verify(name, command.optsWithGlobals()));
  examples(verify, 'saga verify Checkout', 'saga verify Checkout --case ProcessPayment --json', 'saga verify Checkout --against instances.json');
}

import type { Command } from 'commander';

/** Adds examples to a command's help. */
export function examples(command: Command, ...lines: readonly string[]): Command {
  return command.addHelpText('after', `\nExample${lines.length === 1 ? '' : 's'}:\n${lines.map((line) => `  $ tickertape ${line}`).join('\n')}`);
}

/** The options of a command as it was called, those before its name included. */
export function optionsOf<Options>(command: Command): Options {
  return command.optsWithGlobals<Options & Record<string, unknown>>();
}

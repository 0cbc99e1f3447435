import type { Command } from 'commander';

/** Adds examples to a command's help. */
export function examples(command: Command, ...lines: readonly string[]): Command {
  return command.addHelpText('after', `\nExample${lines.length === 1 ? '' : 's'}:\n${lines.map((line) => `  $ tickertape ${line}`).join('\n')}`);
}

import { createInterface } from 'node:readline/promises';
import { EXIT } from './exit-codes.ts';
import type { ConfirmedOptions } from './global-options.ts';
import { CommandError } from './output/report.ts';
import { isGuarded } from './target.ts';

/**
 * Lets a change pass that was confirmed by the name of what it changes: with `--confirm <name>`, or typed on a terminal. On AWS every change asks; elsewhere only what cannot be
 * undone (`always`). Where nobody can be asked the command is refused and nothing is done.
 */
export async function confirm(
  options: ConfirmedOptions,
  { name, what, always = false }: { readonly name: string; readonly what: string; readonly always?: boolean },
): Promise<void> {
  if (!always && !isGuarded(options)) return;
  if (options.confirm === name) return;
  const refused = (problem: string): CommandError =>
    new CommandError(`${what}: ${problem}. Nothing was done.`, { exitCode: EXIT.refused, advice: `Confirm it with --confirm ${name}` });
  if (options.confirm !== undefined) throw refused(`--confirm ${options.confirm} is not ${name}`);
  if (!process.stdin.isTTY || !process.stderr.isTTY) throw refused('it is not confirmed, and there is no terminal to ask at');
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await asking.question(`${what}. Type ${name} to go on: `);
  asking.close();
  if (answer.trim() !== name) throw refused(`"${answer.trim()}" is not ${name}`);
}

import { type Command, InvalidArgumentError } from 'commander';
import type { GlobalOptions } from '../global-options.ts';
import { printLine, printText } from '../output/report.ts';
import { examples } from './examples.ts';

/** A completion that takes longer is none. */
const PATIENCE_MS = 300;

async function consumerNames(options: GlobalOptions): Promise<readonly string[]> {
  const { operationsOf } = await import('../target.ts');
  const look = async (): Promise<readonly string[]> => (await (await operationsOf(options)).status({})).consumers.map(({ consumer }) => consumer);
  const late = new Promise<readonly string[]>((resolve) => setTimeout(() => resolve([]), PATIENCE_MS).unref());
  // Where no system answers there is nothing to complete, and a shell wants no error in the middle of a line.
  return Promise.race([look().catch(() => []), late]);
}

/** Commands by which shells complete what is typed. */
export function addCompleting(program: Command): void {
  const known = ['bash', 'zsh', 'fish'];
  const shellOf = (text: string): string => {
    if (!known.includes(text)) throw new InvalidArgumentError(`It is one of ${known.join(', ')}.`);
    return text;
  };
  const completion = program
    .command('completion')
    .argument('<shell>', 'bash, zsh or fish', shellOf)
    .description('print a script that completes commands, options and consumers')
    .action(async (shell: string) => printText((await import('../completion.ts')).COMPLETION_SCRIPTS[shell] ?? ''));
  examples(completion, 'completion bash > /etc/bash_completion.d/tickertape', 'completion fish | source');
  program.command('__complete [words...]', { hidden: true }).action(async (words: string[], _options, command: Command) => {
    const { candidates } = await import('../completion.ts');
    for (const candidate of await candidates(program, words, () => consumerNames(command.optsWithGlobals()))) printLine(candidate);
  });
}

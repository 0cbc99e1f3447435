import { EXIT, type ExitCode } from '../exit-codes.ts';
import { escaped, printable } from './printable.ts';

/** A command's end that is not success: what to print on stderr, and the exit code. */
export class CommandError extends Error {
  readonly exitCode: ExitCode;
  /** What to do about it; printed on a line of its own. */
  readonly advice: string | undefined;

  constructor(message: string, options: { exitCode?: ExitCode; advice?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CommandError';
    this.exitCode = options.exitCode ?? EXIT.failed;
    this.advice = options.advice;
  }
}

/** Prints the one object that `--json` promises. */
export function printJson(data: unknown, warnings: readonly string[] = []): void {
  process.stdout.write(`${escaped(JSON.stringify({ apiVersion: '1', data, warnings }))}\n`);
}

/** Prints one line of a stream: with `--json`, newline-delimited JSON. */
export function printJsonLine(line: object): void {
  process.stdout.write(`${escaped(JSON.stringify(line))}\n`);
}

/** Prints one line, whatever is in the text: what a terminal would obey is escaped. */
export function printLine(text = ''): void {
  process.stdout.write(`${printable(text)}\n`);
}

/** Prints a text of several lines, each as `printLine` does. */
export function printText(text: string): void {
  for (const line of text.split('\n')) printLine(line);
}

/** Progress, notes, what is not shown: never on stdout, so that a pipe gets data only. */
export function printNote(text: string): void {
  process.stderr.write(`${printable(text)}\n`);
}

/** An error's text of several lines; those after the first are indented, so that none passes for a line of ours. */
export function printProblem(text: string): void {
  const [first = '', ...rest] = text.split('\n');
  printNote(first);
  for (const line of rest) printNote(line === '' ? '' : `  ${line}`);
}

import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import type { ExportedLetter } from '../operations/dead-letters/export.ts';
import { EXIT } from './exit-codes.ts';
import { readText } from './members.ts';
import { CommandError } from './output/report.ts';

/** First and last line of a file of letters: a file that was cut off is told by its missing end. */
interface Begin {
  readonly kind: 'tickertape-dead-letters';
  readonly version: 1;
  readonly exportedAt: string;
  readonly where: string | undefined;
}
interface End {
  readonly kind: 'end';
  readonly count: number;
  readonly sha256: string;
}

const digestOf = (lines: readonly string[]): string => createHash('sha256').update(lines.join('\n')).digest('hex');

/** The lines of a file of letters: a head, a letter a line, and an end that counts them. */
export function linesOf(letters: readonly ExportedLetter[], where: string | undefined): string[] {
  const begin: Begin = { kind: 'tickertape-dead-letters', version: 1, exportedAt: new Date().toISOString(), where };
  const lines = letters.map((letter) => JSON.stringify(letter));
  const end: End = { kind: 'end', count: letters.length, sha256: digestOf(lines) };
  return [JSON.stringify(begin), ...lines, JSON.stringify(end)];
}

/** Writes a new file, and returns when the disk has it. A file that exists is never overwritten. */
export function writeLetters(path: string, lines: readonly string[]): void {
  let file: number;
  try {
    file = openSync(path, 'wx', 0o600);
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST';
    throw new CommandError(isThere ? `${path} exists; letters are never written over others` : `${path} cannot be written: ${(error as Error).message}`, {
      exitCode: isThere ? EXIT.refused : EXIT.usage,
      cause: error,
    });
  }
  try {
    writeSync(file, `${lines.join('\n')}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Reads a file of letters. Refuses one that is none, is cut off, or was changed, with the line. */
export function readLetters(path: string): ExportedLetter[] {
  const refuse = (line: number, problem: string): CommandError =>
    new CommandError(`${path}, line ${line}: ${problem}. Nothing was imported.`, { exitCode: EXIT.usage });
  const lines = readText(path)
    .split('\n')
    .filter((line) => line !== '');
  const parsed = lines.map((line, index) => {
    try {
      return JSON.parse(line) as Begin | End | ExportedLetter;
    } catch (error) {
      throw refuse(index + 1, `not JSON: ${(error as Error).message}`);
    }
  });
  const [begin, ...rest] = parsed;
  const end = rest.at(-1);
  if (begin?.kind !== 'tickertape-dead-letters' || begin.version !== 1) throw refuse(1, 'no file of `tickertape dlq export`');
  if (end?.kind !== 'end') throw refuse(lines.length, 'the end is missing: the file was cut off');
  const letters = rest.slice(0, -1);
  const stray = letters.findIndex(({ kind }) => kind !== 'dead-letter');
  if (stray !== -1) throw refuse(stray + 2, 'no dead letter');
  if (end.count !== letters.length) throw refuse(lines.length, `${end.count} letters were written, ${letters.length} are there`);
  if (end.sha256 !== digestOf(lines.slice(1, -1))) throw refuse(lines.length, 'the letters are not those that were written: the file was changed');
  return letters as ExportedLetter[];
}

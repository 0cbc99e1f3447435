import { randomBytes } from 'node:crypto';

/** What a terminal does not show but obeys: C0 and C1, DEL, the line separators of Unicode, and what turns the direction of writing. */
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Text with every control character written as JSON writes it (`\u001b`): nobody's data moves the cursor, colours a line or forges one. In JSON such characters stand in
 * strings only, so that escaped JSON says the same.
 */
export function escaped(text: string): string {
  return text.replace(CONTROLS, (character) => SHORT[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Stands for ESC in a style of ours until it is printed. New in each process: data cannot say it. */
const MARK = `\ufdd0${randomBytes(8).toString('hex')}`;
const MARKED = new RegExp(`${MARK}\\[[0-9;]*m`, 'g');

/** A sequence of the terminal that is ours, and passes `printable`. */
export function marked(sequence: string): string {
  return sequence.replaceAll('\u001b', MARK);
}

/** What goes to the terminal: our styles are real, everything else of that kind is escaped. */
export function printable(line: string): string {
  return escaped(line).replaceAll(MARK, '\u001b');
}

/** How many characters a line shows. */
export function widthOf(line: string): number {
  return escaped(line).replace(MARKED, '').length;
}

/** Characters of an error that a line of events has room for. */
const HEADLINE_LENGTH_MAX = 160;

/** The first line of an error, name and message, shortened: its stack is for `dlq show`. */
export function headline(error: string): string {
  const [first = ''] = error.split('\n', 1);
  return first.length > HEADLINE_LENGTH_MAX ? `${first.slice(0, HEADLINE_LENGTH_MAX - 1)}…` : first;
}

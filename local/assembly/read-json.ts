import { readFileSync } from 'node:fs';
import { UserError } from '../kernel/errors.ts';

/** Where in `text` the parser stopped, as line and column from 1; the end where it names no position. */
function positionIn(text: string, error: Error): string {
  const offset = Number(/at position (\d+)/.exec(error.message)?.[1] ?? text.length);
  const before = text.slice(0, offset);
  return `line ${before.split('\n').length}, column ${offset - before.lastIndexOf('\n')}`;
}

/** Reads a JSON object from a file. A `UserError` says what `role` the file has and where it is broken. */
export function readJsonObject(file: string, role: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new UserError(`${role} is missing: ${file} cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'unknown'}). Synthesize the app again.`, {
      cause,
    });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new UserError(`${role} is broken: ${file}, ${positionIn(text, cause as Error)}: ${(cause as Error).message}. Synthesize the app again.`, { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UserError(`${role} is broken: ${file} does not hold a JSON object. Synthesize the app again.`);
  }
  return value as Record<string, unknown>;
}

import { readFileSync } from 'node:fs';
import { UserError } from '../kernel/errors.ts';

/** Can the text be the beginning of JSON? The parser stops at its end then, if at all. */
function isBeginning(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    const { message } = error as Error;
    return message.includes('end of JSON input') || message.endsWith(`at position ${text.length}`);
  }
}

/** Where `text` stops being JSON, as line and column from 1. The parser's message does not always say it, so the longest good beginning is searched for. */
function positionOfError(text: string): string {
  let good = 0;
  let bad = text.length + 1;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (isBeginning(text.slice(0, middle))) good = middle;
    else bad = middle;
  }
  const before = text.slice(0, good);
  return `line ${before.split('\n').length}, column ${good - before.lastIndexOf('\n')}`;
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
    throw new UserError(`${role} is broken: ${file}, ${positionOfError(text)}: ${(cause as Error).message}. Synthesize the app again.`, { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UserError(`${role} is broken: ${file} does not hold a JSON object. Synthesize the app again.`);
  }
  return value as Record<string, unknown>;
}

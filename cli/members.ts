import { readFileSync } from 'node:fs';
import { EXIT } from './exit-codes.ts';
import { CommandError } from './output/report.ts';

/** Sets a member by its path: `lines.0.sku=CD-001`. The value is JSON where it parses as JSON. */
export function setMember(data: Record<string, unknown>, assignment: string): void {
  const [path = '', ...rest] = assignment.split('=');
  if (path === '' || rest.length === 0) throw new CommandError(`--set ${assignment}: expected <path>=<value>`, { exitCode: EXIT.usage });
  const names = path.split('.');
  let target = data;
  names.slice(0, -1).forEach((name, index) => {
    target[name] ??= /^\d+$/.test(names[index + 1] ?? '') ? [] : {};
    target = target[name] as Record<string, unknown>;
  });
  target[names.at(-1) ?? ''] = readValue(rest.join('='));
}

function readValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A bare word is a string: --set customerId=ada.
    return text;
  }
}

/** Reads a file, or standard input for `-`. */
export function readText(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (error) {
    throw new CommandError(`${path} cannot be read: ${(error as Error).message}`, { exitCode: EXIT.usage, cause: error });
  }
}

/** Reads data as JSON from a file, or from standard input for `-`. */
export function readData(path: string): Record<string, unknown> {
  const text = readText(path);
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    throw new CommandError(`${path} is not JSON: ${(error as Error).message}`, { exitCode: EXIT.usage, cause: error });
  }
}

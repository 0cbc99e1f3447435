import { execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A command's outcome. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** A command that takes longer hangs. */
const COMMAND_MS_MAX = 60_000;
const SESSION_MS_MAX = 300_000;

/** Runs a command to its end. */
export function run(command: string, args: readonly string[], environment: NodeJS.ProcessEnv): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(command, args, { env: environment, timeout: COMMAND_MS_MAX, maxBuffer: 1 << 24 }, (failure, out, error) => {
      resolve({ code: failure ? Number(failure.code ?? 1) : 0, out, error });
    });
  });
}

/** One case of a session in another language, and what was wrong with it. */
export interface SessionCase {
  readonly name: string;
  readonly error: string | null;
}

/**
 * Runs a session: a program that prints `{"case", "error"}` a line for each of its cases and `{"end": true}` as its last. One that does not come to its end has a
 * failed case more, with what it wrote to its error stream.
 */
export function runSession(command: string, args: readonly string[], environment: NodeJS.ProcessEnv): Promise<SessionCase[]> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env: environment, timeout: SESSION_MS_MAX, stdio: ['ignore', 'pipe', 'pipe'] });
    const cases: SessionCase[] = [];
    let complaint = '';
    let hasEnded = false;
    createInterface({ input: child.stdout }).on('line', (line) => {
      const told = JSON.parse(line) as { readonly case?: string; readonly error?: string | null; readonly end?: true };
      if (told.case !== undefined) cases.push({ name: told.case, error: told.error ?? null });
      if (told.end) hasEnded = true;
    });
    child.stderr.on('data', (chunk: Buffer) => {
      complaint += chunk.toString('utf8');
    });
    child.on('error', (error) => {
      complaint += error.message;
    });
    child.on('close', (code) => {
      const error = hasEnded && code === 0 ? null : `It ended with exit code ${code}: ${complaint}`;
      resolve([...cases, { name: 'comes to its end', error }]);
    });
  });
}

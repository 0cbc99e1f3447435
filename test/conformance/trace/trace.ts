import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One request of a recorded test, with boto's names. `${n:path}` in `params` stands for a part of the answer to step `n`. */
export interface Step {
  readonly n: number;
  readonly service: string;
  readonly op: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly protocol?: 'query';
  /** The recorded call failed. */
  readonly expectError?: unknown;
}

/** What AWS answered: to the whole of step `response`, or put together of several answers as `composed` shows. */
export interface Expectation {
  readonly label: string;
  readonly afterStep: number;
  readonly recorded: unknown;
  readonly response?: number;
  readonly composed?: unknown;
}

/** Something that was there before the first step. */
export interface TraceResource {
  readonly type: string;
  readonly name: string;
  readonly arn: string;
  readonly handlerFile?: string | null;
  readonly runtime?: string | null;
  readonly extra?: { readonly envvars?: Readonly<Record<string, string>>; readonly timeout?: number; readonly settings?: object };
}

/** A replacement that the recorder made in the answers. */
export interface Binding {
  readonly kind: string;
  readonly regex?: string;
  readonly replacement: string;
}

/** A recorded test. */
export interface Trace {
  readonly id: string;
  readonly awsValidated: boolean;
  readonly complete: boolean;
  readonly resources: readonly TraceResource[];
  readonly steps: readonly Step[];
  readonly expect: readonly Expectation[];
  readonly bindings: readonly Binding[];
}

/** The traces of a set, in the order of its manifest. */
export function readTraces(folder: string): Trace[] {
  const read = (file: string): unknown => JSON.parse(readFileSync(join(folder, 'visible', file), 'utf8'));
  const manifest = read('manifest.json') as { readonly cases: readonly { readonly file: string }[] };
  return manifest.cases.map(({ file }) => read(file) as Trace);
}

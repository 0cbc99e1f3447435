import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Binding } from '../trace/trace.ts';

/** A call that a recorded test made besides the execution. */
export interface AslStep {
  readonly service: string;
  readonly op: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** What was there before an execution began. */
export interface AslResource {
  readonly type: 'lambda' | 'queue' | 'topic' | 'table' | 'log-group' | 'helper';
  readonly name?: string;
  readonly handlerFile?: string;
  readonly attributes?: Readonly<Record<string, string>> | null;
  readonly [member: string]: unknown;
}

/** What AWS answered. */
export interface AslExpectation {
  readonly status?: string | null;
  readonly output?: unknown;
  readonly error?: unknown;
  readonly cause?: unknown;
  readonly events?: readonly Readonly<Record<string, unknown>>[];
  readonly response?: Readonly<Record<string, unknown>>;
}

/** One case of the set. */
export interface AslCase {
  readonly id: string;
  readonly kind: 'execution' | 'express-sync' | 'test-state' | 'validate-definition' | 'create-error';
  readonly tier: 'core' | 'lambda' | 'services' | 'manual';
  readonly awsValidated: boolean;
  readonly type?: 'STANDARD' | 'EXPRESS';
  readonly definition?: string;
  readonly input?: string;
  readonly request?: Readonly<Record<string, unknown>>;
  readonly operation?: string;
  readonly resources: readonly AslResource[];
  readonly setup?: readonly AslStep[];
  readonly bindings: readonly Binding[];
  readonly expected: AslExpectation;
}

/** All cases of the set, in the order of their files' names. */
export function readCases(folder: string): AslCase[] {
  const root = join(folder, 'visible', 'cases');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'));
  return files.sort().map((name) => JSON.parse(readFileSync(join(root, name), 'utf8')) as AslCase);
}

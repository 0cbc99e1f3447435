import type { FailState } from '../definition/model.ts';
import { runtimeError } from '../errors.ts';
import type { Awaitable } from '../json.ts';
import { evaluateTyped } from '../jsonata/evaluate.ts';
import type { Scope } from '../scope.ts';
import { evaluatePathOrIntrinsic } from '../template.ts';

/** The error with which a `Fail` ends its machine. */
export interface Failure {
  readonly error?: string;
  readonly cause?: string;
}

/** The error and the cause of a `Fail`, each left out where the state has none. */
export function failureOf(state: FailState, scope: Scope): Awaitable<Failure> {
  if (state.QueryLanguage === 'JSONata') return failureOfJsonata(state, scope);
  const error = state.ErrorPath === undefined ? state.Error : textAt(state.ErrorPath, 'ErrorPath', scope);
  const cause = state.CausePath === undefined ? state.Cause : textAt(state.CausePath, 'CausePath', scope);
  return failure(error, cause);
}

function textAt(path: string, field: string, scope: Scope): string {
  const value = evaluatePathOrIntrinsic(path, field, scope);
  if (typeof value !== 'string') throw runtimeError(`The ${field} field refers to value ${JSON.stringify(value)} which is not a string: ${path}`);
  return value;
}

async function failureOfJsonata(state: FailState, scope: Scope): Promise<Failure> {
  const error = state.Error === undefined ? undefined : await evaluateTyped(state.Error, 'Error', 'string', scope);
  const cause = state.Cause === undefined ? undefined : await evaluateTyped(state.Cause, 'Cause', 'string', scope);
  return failure(error as string | undefined, cause as string | undefined);
}

function failure(error: string | undefined, cause: string | undefined): Failure {
  return { ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) };
}

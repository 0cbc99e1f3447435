import type { Catcher, StateBase } from '../definition/model.ts';
import { StatesError } from '../errors.ts';
import type { Json, JsonObject } from '../json.ts';
import { PlaceNotFound, parseReferencePath, putAt } from '../json-path/reference-path.ts';
import { requirePath } from '../json-path/resolve.ts';
import { evaluateJsonata, type StateAnswer } from '../jsonata/evaluate.ts';
import type { Scope } from '../scope.ts';
import { evaluateTemplate } from '../template.ts';

/** What a state leaves behind: its output and the variables it assigns. */
export interface Outcome {
  readonly output: Json;
  readonly assigned: Readonly<JsonObject>;
}

/** An error as `Catch` hands it on. */
export interface CaughtError {
  readonly Error: string;
  readonly Cause: string;
}

const NOTHING: Readonly<JsonObject> = {};

/** The input of a state after `InputPath`. */
export function afterInputPath(state: StateBase, scope: Scope): Json {
  return selected(state.InputPath, scope);
}

/** A value after `OutputPath`. */
export function afterOutputPath(state: StateBase, scope: Scope, value: Json): Json {
  return selected(state.OutputPath, { ...scope, input: value });
}

function selected(path: string | null | undefined, scope: Scope): Json {
  if (path === undefined || path === '$') return scope.input;
  return path === null ? {} : requirePath(path, scope);
}

/** The raw input with a result put where `ResultPath` says. */
export function afterResultPath(path: string | null | undefined, input: Json, result: Json): Json {
  if (path === undefined || path === '$') return result;
  if (path === null) return input;
  try {
    return putAt(input, parseReferencePath(path), result);
  } catch (error) {
    if (!(error instanceof PlaceNotFound)) throw error;
    throw new StatesError('States.ResultPathMatchFailure', `Unable to apply ReferencePath ${path} to input ${JSON.stringify(input)}`);
  }
}

/** The variables that a JSONPath state assigns; `$` is the value given. */
export function assignedByPaths(template: JsonObject | undefined, scope: Scope, value: Json): Readonly<JsonObject> {
  return template === undefined ? NOTHING : (evaluateTemplate(template, { ...scope, input: value }) as JsonObject);
}

/** What a JSONata state leaves behind: its `Output`, else what stands for it, and the variables it assigns. Both see the variables as they were before. */
export async function outcomeOfJsonata(
  state: Pick<Catcher, 'Output' | 'Assign'>,
  scope: Scope,
  answer: StateAnswer,
  otherwise: Json,
  at = '',
): Promise<Outcome> {
  const assigned = state.Assign === undefined ? NOTHING : ((await evaluateJsonata(state.Assign, `${at}Assign`, scope, answer)) as JsonObject);
  const output = state.Output === undefined ? otherwise : await evaluateJsonata(state.Output, `${at}Output`, scope, answer);
  return { output, assigned };
}

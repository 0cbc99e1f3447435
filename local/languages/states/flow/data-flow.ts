import type { Catcher, MapState, ParallelState, PassState, State, SucceedState, TaskState } from '../definition/model.ts';
import type { Awaitable, Json } from '../json.ts';
import { evaluateJsonata } from '../jsonata/evaluate.ts';
import type { Scope } from '../scope.ts';
import { evaluateTemplate } from '../template.ts';
import { afterInputPath, afterOutputPath, afterResultPath, assignedByPaths, type CaughtError, type Outcome, outcomeOfJsonata } from './output.ts';

/**
 * What a state works on: `InputPath` and `Parameters`, or `Arguments`.
 *
 * Of a `Map` it is what `InputPath` selects; {@link itemsOf} goes on from there.
 */
export function inputOf(state: State, scope: Scope): Awaitable<Json> {
  if (state.QueryLanguage === 'JSONata') {
    const template = 'Arguments' in state ? state.Arguments : undefined;
    return template === undefined ? scope.input : evaluateJsonata(template, 'Arguments', scope);
  }
  const input = afterInputPath(state, scope);
  if (!('Parameters' in state) || state.Parameters === undefined) return input;
  return evaluateTemplate(state.Parameters, { ...scope, input }, state.Type === 'Pass' ? 'States.Runtime' : 'States.ParameterPathFailure');
}

/** What a state makes of its result: `ResultSelector`, `Assign`, `ResultPath` and `OutputPath`, or `Assign` and `Output`. */
export function resultOf(state: TaskState | ParallelState | MapState, scope: Scope, result: Json): Awaitable<Outcome> {
  if (state.QueryLanguage === 'JSONata') return outcomeOfJsonata(state, scope, { result }, result);
  return finished(state, scope, afterResultSelector(state, scope, result));
}

/** A result after `ResultSelector`. */
export function afterResultSelector(state: TaskState | ParallelState | MapState, scope: Scope, result: Json): Json {
  if (state.ResultSelector === undefined) return result;
  return evaluateTemplate(state.ResultSelector, { ...scope, input: result }, 'States.ParameterPathFailure');
}

/** What a `Pass` makes of its input. */
export function passOf(state: PassState, scope: Scope): Awaitable<Outcome> {
  if (state.QueryLanguage === 'JSONata') return outcomeOfJsonata(state, scope, {}, scope.input);
  return finished(state, scope, state.Result === undefined ? (inputOf(state, scope) as Json) : state.Result);
}

function finished(state: TaskState | ParallelState | MapState | PassState, scope: Scope, result: Json): Outcome {
  const assigned = assignedByPaths(state.Assign, scope, result);
  return { output: afterOutputPath(state, scope, afterResultPath(state.ResultPath, scope.input, result)), assigned };
}

/** What a `Succeed` makes of its input. */
export function succeedOf(state: SucceedState, scope: Scope): Awaitable<Outcome> {
  if (state.QueryLanguage === 'JSONata') return outcomeOfJsonata(state, scope, {}, scope.input);
  return { output: afterOutputPath(state, scope, afterInputPath(state, scope)), assigned: {} };
}

/** What a catcher makes of an error: its `ResultPath`, or its `Output`; and the variables it assigns. */
export function caughtOf(state: State, catcher: Catcher, scope: Scope, error: CaughtError, index = 0): Awaitable<Outcome> {
  const errorOutput = { Error: error.Error, Cause: error.Cause };
  if (state.QueryLanguage === 'JSONata') return outcomeOfJsonata(catcher, scope, { errorOutput }, errorOutput, `Catch[${index}]/`);
  const assigned = assignedByPaths(catcher.Assign, scope, errorOutput);
  return { output: afterResultPath(catcher.ResultPath, scope.input, errorOutput), assigned };
}

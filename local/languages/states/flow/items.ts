import type { MapState } from '../definition/model.ts';
import { runtimeError, StatesError } from '../errors.ts';
import type { Awaitable, Json } from '../json.ts';
import { requireField } from '../json-path/resolve.ts';
import { evaluateJsonata, evaluateTyped, queryError } from '../jsonata/evaluate.ts';
import type { Scope } from '../scope.ts';
import { evaluateTemplate } from '../template.ts';
import { afterInputPath } from './output.ts';

/**
 * The items of a `Map` that has no reader.
 *
 * @throws StatesError where they are not a list.
 */
export function itemsOf(state: MapState, scope: Scope): Awaitable<Json[]> {
  if (state.QueryLanguage === 'JSONata') return itemsOfJsonata(state, scope);
  const input = afterInputPath(state, scope);
  const path = state.ItemsPath;
  const items = path === undefined ? input : requireField(path, 'ItemsPath', { ...scope, input });
  if (Array.isArray(items)) return items;
  if (path === undefined) throw runtimeError(`Map state input must be an array but was: ${JSON.stringify(items)}`);
  throw runtimeError(`Reference path "${path}" must point to array.`);
}

async function itemsOfJsonata(state: MapState, scope: Scope): Promise<Json[]> {
  const items = state.Items === undefined ? scope.input : await evaluateTyped(state.Items, 'Items', 'array', scope);
  if (Array.isArray(items)) return items;
  // Recorded: no field is named where it is the state's input.
  if (state.Items === undefined) throw new StatesError('States.QueryEvaluationError', `Map state input must be an array but was: ${JSON.stringify(items)}`);
  throw queryError(`Map state input must be an array but was: ${JSON.stringify(items)}`, 'Items');
}

/** The input of one iteration: `ItemSelector`, which reads the item in the context object, else the item itself. */
export function itemInputOf(state: MapState, scope: Scope, item: Json): Awaitable<Json> {
  if (state.ItemSelector === undefined) return item;
  if (state.QueryLanguage === 'JSONata') return evaluateJsonata(state.ItemSelector, 'ItemSelector', scope);
  return evaluateTemplate(state.ItemSelector, { ...scope, input: afterInputPath(state, scope) }, 'States.ParameterPathFailure');
}

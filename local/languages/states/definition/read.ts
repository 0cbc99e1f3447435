import { DefinitionError } from '../errors.ts';
import { isObject, type Json, type JsonObject, setKey } from '../json.ts';
import type { StateMachine } from './model.ts';

/**
 * Reads a definition that has been found valid.
 *
 * @throws DefinitionError where the text is not even the shape of one.
 */
export function readDefinition(text: string): StateMachine {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (error) {
    if (error instanceof SyntaxError) throw new DefinitionError(`The definition is not JSON: ${error.message}`);
    throw error;
  }
  return readMachine(value, 'JSONPath') as unknown as StateMachine;
}

function readMachine(value: Json | undefined, inherited: Json): JsonObject {
  if (!isObject(value) || !isObject(value.States)) throw new DefinitionError('The definition has no states');
  const language = value.QueryLanguage ?? inherited;
  const states: JsonObject = {};
  for (const [name, state] of Object.entries(value.States)) setKey(states, name, readState(state, language));
  return { ...value, QueryLanguage: language, States: states };
}

function readState(value: Json, inherited: Json): JsonObject {
  if (!isObject(value)) throw new DefinitionError('A state is not an object');
  const language = value.QueryLanguage ?? inherited;
  const state: JsonObject = { ...value, QueryLanguage: language };
  // What lies inside a state takes the machine's language, not that of the state around it.
  if (value.Type === 'Parallel') state.Branches = Array.isArray(value.Branches) ? value.Branches.map((branch) => readMachine(branch, inherited)) : [];
  if (value.Type !== 'Map') return state;
  const { Iterator: iterator, Parameters: parameters, ...map } = state;
  map.ItemProcessor = readMachine(value.ItemProcessor ?? iterator, inherited);
  if (parameters !== undefined) map.ItemSelector = parameters;
  return map;
}

import { isObject, type Json, type JsonObject } from '../json.ts';
import type { Report } from './report.ts';

/**
 * What a variable may be called: a name of Unicode's, of at most 80 characters.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
 */
const NAME = /^[\p{ID_Start}_][\p{ID_Continue}]{0,79}$/u;

/** The name under which JSONata sees the state's data. */
const RESERVED = 'states';

/** The names that the states of a machine assign, those of the machines inside it left out. */
export function assignedIn(states: JsonObject): ReadonlySet<string> {
  const names = new Set<string>();
  for (const state of Object.values(states)) {
    if (isObject(state)) for (const [, assign] of assignments(state)) for (const name of Object.keys(assign)) names.add(bare(name));
  }
  return names;
}

/** Checks the variables that a state assigns: their names, and that no machine around has one of the same name. */
export function checkVariables(state: JsonObject, outer: ReadonlySet<string>, location: string, report: Report): void {
  for (const [field, assign] of assignments(state)) {
    for (const key of Object.keys(assign)) {
      const name = bare(key);
      const place = `${location}/${field}/${key}`;
      if (name === RESERVED || !NAME.test(name)) report.error(place, `The variable name '${name}' is not valid`);
      else if (outer.has(name)) report.error(place, `The variable '${name}' is already assigned in an outer scope`);
    }
  }
}

function assignments(state: JsonObject): [field: string, assign: JsonObject][] {
  const found: [string, Json | undefined][] = [['Assign', state.Assign]];
  for (const list of ['Choices', 'Catch']) {
    const entries = state[list];
    if (!Array.isArray(entries)) continue;
    for (const [index, entry] of entries.entries()) if (isObject(entry)) found.push([`${list}[${index}]/Assign`, entry.Assign]);
  }
  return found.filter((entry): entry is [string, JsonObject] => isObject(entry[1]));
}

function bare(name: string): string {
  return name.endsWith('.$') ? name.slice(0, -2) : name;
}

import { isObject, type Json, type JsonObject } from '../json.ts';
import type { Report } from './report.ts';

/** Checks that transitions lead to states of the same machine, that each state is reached, and that the machine can end. */
export function checkGraph(machine: JsonObject, states: JsonObject, location: string, report: Report): void {
  const names = new Set(Object.keys(states));
  const start = machine.StartAt;
  if (typeof start !== 'string') return;
  if (!names.has(start)) report.error(`${location}/StartAt`, `Missing 'Next' target: ${start}`, 'MISSING_TRANSITION_TARGET');
  for (const [name, state] of Object.entries(states)) {
    if (!isObject(state)) continue;
    for (const [field, target] of transitions(state)) {
      if (!names.has(target)) report.error(`${location}/States/${name}/${field}`, `Missing 'Next' target: ${target}`, 'MISSING_TRANSITION_TARGET');
    }
  }
  const reached = reachedFrom(start, states);
  for (const name of names)
    if (!reached.has(name)) report.error(`${location}/States/${name}`, `State "${name}" is not reachable.`, 'MISSING_TRANSITION_TARGET');
  if (names.size > 0 && !Object.values(states).some((state) => isObject(state) && isTerminal(state))) {
    report.error(`${location}/States`, 'No terminal state: at least one state must be Succeed, Fail or have End', 'NO_TERMINAL_STATE');
  }
}

function reachedFrom(start: string, states: JsonObject): ReadonlySet<string> {
  const reached = new Set<string>();
  const open = [start];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const state = Object.hasOwn(states, name) ? states[name] : undefined;
    if (reached.has(name) || !isObject(state)) continue;
    reached.add(name);
    for (const [, target] of transitions(state)) open.push(target);
  }
  return reached;
}

function isTerminal(state: JsonObject): boolean {
  return state.Type === 'Succeed' || state.Type === 'Fail' || state.End === true;
}

/** Where a state may go on, and by which field. */
function transitions(state: JsonObject): [field: string, target: string][] {
  const found: [string, Json | undefined][] = [
    ['Next', state.Next],
    ['Default', state.Default],
  ];
  for (const list of ['Choices', 'Catch']) {
    const entries = state[list];
    if (!Array.isArray(entries)) continue;
    for (const [index, entry] of entries.entries()) if (isObject(entry)) found.push([`${list}[${index}]/Next`, entry.Next]);
  }
  return found.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
}

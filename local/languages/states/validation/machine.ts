import { isObject, type Json, type JsonObject } from '../json.ts';
import { checkFields, checkRequired } from './check-fields.ts';
import { MACHINE } from './fields.ts';
import { checkGraph } from './graph.ts';
import type { Report } from './report.ts';
import { checkState } from './state.ts';

/**
 * The longest name of a state.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
 */
const NAME_LENGTH_MAX = 80;

/** What holds for a whole definition while its machines are checked one by one. */
interface Surroundings {
  readonly names: Set<string>;
  readonly language: Json;
}

/** Checks a definition with all the machines inside it. */
export function checkMachine(machine: JsonObject, report: Report): void {
  checkInner(machine, '', report, { names: new Set(), language: machine.QueryLanguage ?? 'JSONPath' });
}

function checkInner(machine: JsonObject, location: string, report: Report, around: Surroundings): void {
  checkRequired(machine, ['States', 'StartAt'], location, report);
  checkFields(machine, MACHINE, location, report);
  const { States: states } = machine;
  if (!isObject(states)) return;
  if (Object.keys(states).length === 0) report.error(`${location}/States`, 'Value cannot be empty');
  for (const [name, state] of Object.entries(states)) checkNamed(name, state, `${location}/States/${name}`, report, around);
  checkGraph(machine, states, location, report);
}

function checkNamed(name: string, state: Json, location: string, report: Report, around: Surroundings): void {
  if (name.length > NAME_LENGTH_MAX) report.error(location, `State names must have a maximum length of ${NAME_LENGTH_MAX} characters`);
  if (around.names.has(name)) report.error(location, `Duplicate State name: ${name}`, 'DUPLICATE_STATE_NAME');
  around.names.add(name);
  if (!isObject(state)) {
    report.error(location, 'Expected value of type Object');
    return;
  }
  checkState(state, around.language, location, report);
  const branches = Array.isArray(state.Branches) ? state.Branches : [];
  for (const [index, branch] of branches.entries()) {
    if (isObject(branch)) checkInner(branch, `${location}/Branches[${index}]`, report, around);
    else report.error(`${location}/Branches[${index}]`, 'Expected value of type Object');
  }
  for (const field of ['ItemProcessor', 'Iterator']) {
    const inner = state[field];
    if (isObject(inner)) checkInner(inner, `${location}/${field}`, report, around);
  }
}

import { isObject, type Json, type JsonObject } from '../json.ts';
import { checkFields, checkRequired } from './check-fields.ts';
import { MACHINE } from './fields.ts';
import { checkGraph } from './graph.ts';
import type { Report } from './report.ts';
import { checkState } from './state.ts';
import { assignedIn, checkVariables } from './variables.ts';

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
  /** The variables of the machines around the one being checked. */
  readonly outer: ReadonlySet<string>;
  /** Its own. */
  readonly own: ReadonlySet<string>;
}

const NONE: ReadonlySet<string> = new Set();

/** Checks a definition with all the machines inside it. */
export function checkMachine(machine: JsonObject, report: Report): void {
  checkInner(machine, '', report, { names: new Set(), language: machine.QueryLanguage ?? 'JSONPath', outer: NONE, own: NONE });
}

function checkInner(machine: JsonObject, location: string, report: Report, around: Surroundings): void {
  checkRequired(machine, ['States', 'StartAt'], location, report);
  checkFields(machine, MACHINE, location, report);
  const { States: states } = machine;
  if (!isObject(states)) return;
  if (Object.keys(states).length === 0) report.error(`${location}/States`, 'Value cannot be empty');
  const here = { ...around, outer: around.own.size === 0 ? around.outer : new Set([...around.outer, ...around.own]), own: assignedIn(states) };
  for (const [name, state] of Object.entries(states)) checkNamed(name, state, `${location}/States/${name}`, report, here);
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
  checkVariables(state, around.outer, location, report);
  const branches = Array.isArray(state.Branches) ? state.Branches : [];
  for (const [index, branch] of branches.entries()) {
    if (isObject(branch)) checkInner(branch, `${location}/Branches[${index}]`, report, around);
    else report.error(`${location}/Branches[${index}]`, 'Expected value of type Object');
  }
  for (const field of ['ItemProcessor', 'Iterator']) {
    const inner = state[field];
    if (isObject(inner)) checkInner(inner, `${location}/${field}`, report, isDistributed(inner) ? { ...around, outer: NONE, own: NONE } : around);
  }
}

/** The iterations of a distributed `Map` are executions of their own: they see no variables from around. */
function isDistributed(processor: JsonObject): boolean {
  return isObject(processor.ProcessorConfig) && processor.ProcessorConfig.Mode === 'DISTRIBUTED';
}

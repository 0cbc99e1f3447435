import { type Diagnostic, diagnose, readDefinition, type State, type StateMachine } from '../../../languages/states/index.ts';
import type { Path } from '../engine/compile.ts';
import { refusedDefinition, validationException } from '../errors.ts';

/** The name of a state that is given without a machine around it. Recorded. */
const LONE_STATE = 'StateName';

/** A state that is to be tried: its machine, as text, and where in it the state is. */
export interface TestedState {
  readonly definition: string;
  readonly path: Path;
  readonly name: string;
  readonly state: State;
}

/** Findings about what lies around a state that stands alone. */
const OF_SURROUNDINGS = /^(MISSING_TRANSITION_TARGET|NO_TERMINAL_STATE)$/;

/** Recorded: what lies around a state that stands alone, and what lies inside, is not looked at. */
const isElsewhere = ({ code, location = '' }: Diagnostic): boolean =>
  OF_SURROUNDINGS.test(code) || /^\/States\/StateName\/(ItemProcessor|Iterator|Branches\[?\/?\d+\]?)\/States\//.test(location);

/** Reads what is to be tried: a machine with the name of one of its states, or a state alone. */
export function readTestedState(definition: string, stateName: string | undefined): TestedState {
  const text = stateName === undefined ? alone(definition) : definition;
  const errors = diagnose(text, 'STANDARD').filter((found) => found.severity === 'ERROR' && !(stateName === undefined && isElsewhere(found)));
  if (errors.length > 0) throw refusedDefinition(`Invalid State Machine Definition: '${errors.map(printed).join(', ')}'`);
  const found = find(readDefinition(text), stateName ?? LONE_STATE, []);
  if (!found) throw validationException('State not found in definition');
  return { definition: text, ...found };
}

const printed = ({ code, message, location }: Diagnostic): string => `${code}: ${message}${location === undefined ? '' : ` at ${location}`}`;

function alone(definition: string): string {
  try {
    const value = JSON.parse(definition) as object;
    return 'States' in value ? definition : JSON.stringify({ StartAt: LONE_STATE, States: { [LONE_STATE]: value } });
  } catch {
    return definition;
  }
}

function find(machine: StateMachine, name: string, path: Path): Omit<TestedState, 'definition'> | undefined {
  const state = machine.States[name];
  if (state) return { path, name, state };
  for (const [around, outer] of Object.entries(machine.States)) {
    const inside = outer.Type === 'Map' ? [outer.ItemProcessor] : outer.Type === 'Parallel' ? outer.Branches : [];
    for (const [branch, inner] of inside.entries()) {
      const found = find(inner, name, [...path, [around, branch]]);
      if (found) return found;
    }
  }
  return undefined;
}

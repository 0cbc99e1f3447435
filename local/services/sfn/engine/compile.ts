import { readDefinition, type State, type StateMachine } from '../../../languages/states/index.ts';
import type { Revision } from '../records.ts';
import type { Frame } from './frame.ts';
import type { Running } from './running.ts';

/** A definition as the engine runs it. */
export interface Compiled {
  readonly machine: StateMachine;
  /** How long an execution may last, where the definition says. */
  readonly timeoutSeconds: number | undefined;
}

/** The way to the states inside a Parallel or Map state. */
export type Path = readonly (readonly [state: string, branch: number])[];

const machines = new WeakMap<Revision, StateMachine>();

/** The machine of a revision, or the one inside it to which a path leads. Each revision is read once. */
export function compile(revision: Revision, path: Path = []): Compiled {
  let machine = machines.get(revision);
  if (!machine) {
    machine = readDefinition(revision.definition);
    machines.set(revision, machine);
  }
  return { machine: machineAt(machine, path), timeoutSeconds: machine.TimeoutSeconds };
}

/** The machine inside a machine. */
export function machineAt(machine: StateMachine, path: Path): StateMachine {
  let at = machine;
  for (const [name, branch] of path) {
    const state = at.States[name] as State;
    at = state.Type === 'Map' ? state.ItemProcessor : ((state as Extract<State, { Type: 'Parallel' }>).Branches[branch] as StateMachine);
  }
  return at;
}

/** The state at which a frame is. */
export function stateOf({ compiled }: Running, { path, state }: Frame): State {
  return machineAt(compiled.machine, path).States[state] as State;
}

import { compensationStates, ending } from './compensation-states.ts';
import type { SagaDeclaration } from './declaration.ts';
import { entryStates } from './entry-states.ts';
import { forwardStates } from './forward-states.ts';
import { enteredAt, type MachineState, SUPERSEDED, type Wiring } from './machine-tasks.ts';
import { stuckStates } from './stuck-states.ts';

/** A definition in the Amazon States Language. */
export interface Definition {
  readonly Comment: string;
  readonly QueryLanguage: 'JSONata';
  readonly StartAt: string;
  readonly States: Readonly<Record<string, MachineState>>;
}

/**
 * Makes the machine of a saga: the only definition of it that there is.
 *
 * ```
 * Enter ─▶ Entry ─▶ Start ─▶ for each step: in time? ─▶ begin ─▶ command ─▶ done ─▶ announced ─▶ … ─▶ Complete
 *            └────▶ Take over ─▶ Go on ─▶ (any step, or Compensate)   │ fails
 *                                                    Compensate ◀─────┘ ─▶ undo, in reverse ─▶ Cancel
 *                                              Stuck: waits for a decision, then tries again, for ever
 * ```
 *
 * What it needs to know it keeps in variables: `saga` (who it is), `input`, `results` by step, `failure`, `deadline`, `undoFrom`, `stuck`, `decision`.
 */
export function definitionOf(declaration: SagaDeclaration, wiring: Wiring): Definition {
  const { name, steps } = declaration;
  const [first] = steps;
  if (!first) throw new Error(`Saga ${name} has no steps`);
  const states: Record<string, MachineState> = {
    ...entryStates(declaration, wiring),
    ...Object.fromEntries(steps.flatMap((step, index) => forwardStates(wiring, { step, before: steps.slice(0, index), next: steps[index + 1] }))),
    ...ending(wiring, { state: 'COMPLETED', write: 'Complete', event: 'SagaCompleted', data: { completedAt: enteredAt }, end: 'Completed' }),
    ...compensationStates(declaration, wiring),
    ...stuckStates(declaration, wiring),
    [SUPERSEDED]: { Type: 'Succeed', Comment: 'Another execution has taken the saga over.' },
  };
  return { Comment: `Saga ${name}`, QueryLanguage: 'JSONata', StartAt: 'Enter', States: states };
}

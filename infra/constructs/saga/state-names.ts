import type { Step } from './declaration.ts';
import { expression } from './machine-tasks.ts';

/** The error by which a participant refuses: it did nothing, and never will. Every other error leaves open what happened. */
export const REFUSED = 'StepRefused';

/** Stands in the place of a step where there is nothing to undo. No step has such a name. */
export const NOTHING = 'none';

/** The state that undoes a step. */
export const undoName = (step: Step): string => `Undo ${step.name}`;

/** The first state of a step. */
export const inTime = (step: Step): string => `${step.name} in time`;

/** The last step that has an undo. */
export const undoable = (steps: readonly Step[]): Step | undefined => steps.findLast(({ undo }) => undo !== undefined);

/** The error of a failed task, in words that fit an event. */
export const ERROR = '$exists($states.errorOutput.Error) ? $states.errorOutput.Error : "unknown"';
/** Its cause, as far as an event has room for it. */
export const REASON =
  '$exists($states.errorOutput.Cause) and $length($states.errorOutput.Cause) > 0 ? $substring($states.errorOutput.Cause, 0, 400) : "There was no answer"';

/** What a stuck saga knows of what it cannot do. */
export const stuckIn = (step: Step, direction: 'forward' | 'undo'): string =>
  expression(`{"step": "${step.name}", "direction": "${direction}", "error": (${ERROR}), "reason": (${REASON})}`);

import type { Sightings } from '../faults/saga-faults.ts';
import type { SagaDescription, SagaStep } from '../sagas/description.ts';
import { hasEnded, type SagaInstance } from '../sagas/instance.ts';

/** What does not hold after a case, and the step that is to blame, where that shows. */
export interface Violation {
  readonly invariant: string;
  readonly step: string | undefined;
  readonly cause: string;
}

/** What must hold of every saga: it ends, and what its participants did is finished or undone. */
export function checkSaga({ steps }: SagaDescription, instance: SagaInstance | undefined, sightings: Sightings): Violation[] {
  if (!hasEnded(instance)) return [notEnded(instance)];
  return steps.flatMap((step) => checkStep(step, instance, sightings) ?? []);
}

function notEnded(instance: SagaInstance | undefined): Violation {
  const invariant = 'the saga ended';
  if (!instance) return { invariant, step: undefined, cause: 'there is no instance of it: it never began' };
  const { state, step, direction, failure } = instance;
  const why = failure?.error === undefined ? '' : `; its failure is ${failure.error}${failure.step === undefined ? '' : ` of ${failure.step}`}`;
  return { invariant, step, cause: `it is ${state} at ${direction === 'undo' ? 'the undo of ' : ''}${step ?? 'no step'}${why}` };
}

function checkStep({ name, hasUndo, isForwardOnly }: SagaStep, { state }: SagaInstance, { asked, done }: Sightings): Violation | undefined {
  const isDone = done.has(name);
  const isUndone = done.has(`${name}#undo`);
  if (state === 'COMPLETED') {
    if (!isDone) return { invariant: 'a completed saga took every step', step: name, cause: `${name} was never done` };
    return isUndone ? { invariant: 'a completed saga undid nothing', step: name, cause: `${name} was undone` } : undefined;
  }
  if (!isDone || isUndone) return undefined;
  const invariant = 'a cancelled saga undid what it did';
  if (asked.has(`${name}#undo`)) return { invariant, step: name, cause: `${name} was done, and its undo never was` };
  const why = hasUndo ? 'and its undo was never asked for' : isForwardOnly ? 'and the saga was cancelled after its pivot' : 'and it has no undo';
  return { invariant, step: name, cause: `${name} was done, ${why}` };
}

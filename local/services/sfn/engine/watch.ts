import type { Place } from './place.ts';
import { taskFallsDue } from './task.ts';
import { setTimer, taskDueMs } from './timers.ts';

/** Sets the timer that a frame's step needs: when it begins to wait, and again after a restart. */
export function watch(place: Place): void {
  const { engine, running, frame } = place;
  const { step } = frame;
  if (step.kind === 'wait') {
    const due = (): void => {
      frame.step = { kind: 'waited', exit: step.exit };
      engine.drive(running, frame);
    };
    setTimer(engine, running, frame, { dueMs: step.dueMs, due });
  } else if (step.kind === 'retry') {
    const due = (): void => {
      frame.step = { kind: 'entered' };
      engine.drive(running, frame);
    };
    setTimer(engine, running, frame, { dueMs: step.dueMs, due });
  } else if (step.kind === 'task') {
    const dueMs = taskDueMs(step);
    if (dueMs !== undefined) setTimer(engine, running, frame, { dueMs, due: () => taskFallsDue(place) });
  }
}

import { type Frame, frameKey, type TaskStep } from './frame.ts';
import type { Engine } from './place.ts';
import type { Running } from './running.ts';

/** Keeps where a frame stands; of executions that nothing is kept of, nothing. */
export function keep({ state }: Engine, running: Running, frame: Frame): void {
  if (running.execution.type === 'STANDARD') state.frames.put(frameKey(running.execution.arn, frame.id), frame);
}

/** Takes a frame away, with what it waits for. */
export function discard({ state }: Engine, running: Running, frame: Frame): void {
  stopTimer(running, frame);
  running.frames.delete(frame.id);
  running.busy.delete(frame.id);
  if (running.execution.type === 'STANDARD') state.frames.delete(frameKey(running.execution.arn, frame.id));
}

export function stopTimer(running: Running, frame: Frame): void {
  running.timers.get(frame.id)?.cancel();
  running.timers.delete(frame.id);
}

/** When a task next falls due: its heartbeat or its end, whichever comes first. */
export function taskDueMs({ deadlineMs, beatDueMs }: TaskStep): number | undefined {
  if (deadlineMs === undefined) return beatDueMs;
  return beatDueMs === undefined ? deadlineMs : Math.min(deadlineMs, beatDueMs);
}

/** Calls `due` when the frame's step falls due, unless it has gone on until then. */
export function setTimer({ kernel }: Engine, running: Running, frame: Frame, timer: { readonly dueMs: number; readonly due: () => void }): void {
  stopTimer(running, frame);
  const { step } = frame;
  const set = kernel.at(timer.dueMs, 'state due', () => {
    if (running.frames.get(frame.id) !== frame || frame.step !== step) return;
    running.timers.delete(frame.id);
    timer.due();
  });
  running.timers.set(frame.id, set);
}

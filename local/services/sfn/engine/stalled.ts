import type { Frame, Step } from './frame.ts';
import type { Running } from './running.ts';

/**
 * Where an execution stood when it failed, so that it can be redriven from there: failed and interrupted states begin again, what had ended well stays.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
 */
export function stall(running: Running, frame: Frame, step: Step): void {
  running.stalled.set(frame.id, { ...frame, step, attempts: {}, retryCount: 0 });
}

/** A failure was taken: what stood below that state is not gone back to. */
export function forgetStalled(running: Running, { id }: Frame): void {
  if (running.stalled.size === 0) return;
  for (const key of [...running.stalled.keys()]) if (key === id || key.startsWith(`${id}.`)) running.stalled.delete(key);
}

/** The step from which a frame that is interrupted goes on. */
export function restartStep(step: Step): Step {
  switch (step.kind) {
    case 'enter':
    case 'map-run':
      return step;
    case 'parallel':
      return { ...step, results: [...step.results] };
    case 'map':
      return { ...step, results: [...step.results] };
    default:
      return { kind: 'entered' };
  }
}

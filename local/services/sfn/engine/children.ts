import type { HistoryEventType } from '@aws-sdk/client-sfn';
import { innerScope } from '../../../languages/states/index.ts';
import { append } from '../history/append.ts';
import { machineAt, stateOf } from './compile.ts';
import type { Failure, Frame, MapStep, ParallelStep } from './frame.ts';
import type { Place } from './place.ts';
import { restartStep, stall } from './stalled.ts';
import { discard, keep } from './timers.ts';

/** A frame below a Parallel or Map state. */
export function childFrame(
  { running, frame: parent }: Place,
  child: Pick<Frame, 'index' | 'input' | 'item' | 'previousEventId'> & { readonly branch: number },
): Frame {
  const path = [...parent.path, [parent.state, child.branch] as const];
  const frame: Frame = {
    id: `${parent.id}.${child.index}`,
    executionArn: parent.executionArn,
    parent: parent.id,
    index: child.index,
    path,
    item: child.item,
    state: machineAt(running.compiled.machine, path).StartAt,
    step: { kind: 'enter' },
    input: child.input,
    inputText: undefined,
    variables: innerScope(parent.variables),
    previousEventId: child.previousEventId,
    enteredEventId: 0,
    ledById: child.previousEventId,
    enteredMs: 0,
    attempts: {},
    retryCount: 0,
  };
  running.frames.set(frame.id, frame);
  return frame;
}

/** A branch or an iteration has ended well. Answers the frames that may go on. */
export function childSucceeded(place: Place, child: Frame, output: unknown): readonly Frame[] {
  const { step } = place.frame;
  if (step.kind === 'parallel') return branchSucceeded(place, step, { child, output });
  if (step.kind === 'map') return iterationSucceeded(place, step, { child, output });
  return [];
}

function branchSucceeded(
  { engine, running, frame }: Place,
  step: ParallelStep,
  { child, output }: { readonly child: Frame; readonly output: unknown },
): readonly Frame[] {
  step.results[child.index] = output;
  step.pending -= 1;
  if (step.pending > 0) {
    keep(engine, running, frame);
    return [];
  }
  frame.previousEventId = child.previousEventId;
  append(engine.state, running, { type: 'ParallelStateSucceeded', previousEventId: frame.previousEventId });
  frame.step = { kind: 'result', value: step.results };
  return [frame];
}

function iterationSucceeded(place: Place, step: MapStep, { child, output }: { readonly child: Frame; readonly output: unknown }): readonly Frame[] {
  const { engine, running, frame } = place;
  const details = { name: frame.state, index: child.index };
  const id = append(engine.state, running, { type: 'MapIterationSucceeded', previousEventId: child.previousEventId, details });
  step.results[child.index] = output;
  return iterationEnded(place, step, { lastId: id, childId: child.previousEventId });
}

/** Goes on after an iteration: with the next one, or with the result. */
function iterationEnded(place: Place, step: MapStep, { lastId, childId }: { readonly lastId: number; readonly childId: number }): readonly Frame[] {
  const { engine, running, frame } = place;
  step.running -= 1;
  step.done += 1;
  if (step.done === step.items.length) {
    frame.previousEventId = lastId;
    append(engine.state, running, { type: 'MapStateSucceeded', previousEventId: lastId });
    frame.step = { kind: 'result', value: step.results };
    return [frame];
  }
  const began = startIterations(place, step, childId);
  keep(engine, running, frame);
  return began;
}

/** Inline iterations that run at once where the definition sets no bound. @see https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html */
const CONCURRENT_ITERATIONS_MAX = 40;

/** Begins as many iterations as may run. */
export function startIterations(place: Place, step: MapStep, previousEventId: number): readonly Frame[] {
  const { engine, running, frame } = place;
  const bound = step.maxConcurrency === 0 ? CONCURRENT_ITERATIONS_MAX : step.maxConcurrency;
  const began: Frame[] = [];
  while (step.running < bound && step.next < step.items.length) {
    const index = step.next;
    step.next += 1;
    step.running += 1;
    const id = append(engine.state, running, { type: 'MapIterationStarted', previousEventId, details: { name: frame.state, index } });
    const child = childFrame(place, { index, branch: 0, input: step.inputs[index], item: { index, value: step.items[index] }, previousEventId: id });
    keep(engine, running, child);
    began.push(child);
  }
  return began;
}

/** A branch or an iteration has failed, and with it, unless that is tolerated, the state. Answers the frames that may go on. */
export function childFailed(place: Place, child: Frame, failure: Failure): readonly Frame[] {
  const { engine, running, frame } = place;
  const { step } = frame;
  const before = restartStep(step);
  if (step.kind === 'map') {
    const details = { name: frame.state, index: child.index };
    const id = append(engine.state, running, { type: 'MapIterationFailed', previousEventId: child.previousEventId, details });
    step.failed += 1;
    if (isTolerated(step)) return iterationEnded(place, step, { lastId: id, childId: child.previousEventId });
  }
  stall(running, frame, before);
  abortChildren(place, { isTold: true });
  frame.previousEventId = child.previousEventId;
  frame.step = { kind: 'failed', failure: { error: failure.error, cause: failure.cause } };
  return [frame];
}

function isTolerated({ failed, items, toleratedCount, toleratedPercentage }: MapStep): boolean {
  if (toleratedCount !== undefined && failed <= toleratedCount) return true;
  return toleratedPercentage !== undefined && (failed / items.length) * 100 <= toleratedPercentage;
}

/** Ends what runs below a frame; each state that was under way says so where it `isTold`. */
export function abortChildren({ engine, running, frame }: Place, options: { readonly isTold: boolean }): void {
  if (running.frames.size === 1) return;
  const prefix = `${frame.id}.`;
  const below = [...running.frames.values()].filter(({ id }) => id.startsWith(prefix));
  for (const child of below.reverse()) abortFrame({ engine, running, frame: child }, options);
}

/** Types whose interruption has an event. */
const ABORTABLE = new Set(['Task', 'Wait', 'Parallel', 'Map']);

/** Takes a frame away in the middle of its state. */
export function abortFrame({ engine, running, frame }: Place, { isTold }: { readonly isTold: boolean }): void {
  stall(running, frame, restartStep(frame.step));
  discard(engine, running, frame);
  engine.interrupt(running, frame);
  if (frame.step.kind === 'enter' || !isTold) return;
  const { Type: type } = stateOf(running, frame);
  if (ABORTABLE.has(type)) append(engine.state, running, { type: `${type}StateAborted` as HistoryEventType, previousEventId: frame.previousEventId });
}

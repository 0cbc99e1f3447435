import type { HistoryEventType } from '@aws-sdk/client-sfn';
import { append } from '../history/append.ts';
import { abortChildren, childFailed } from './children.ts';
import { stateOf } from './compile.ts';
import type { Exit, Failure } from './frame.ts';
import { evaluateCatch, retryOf } from './language.ts';
import { BLOCKED, type Maybe, type Outcome, type Place } from './place.ts';
import { forgetStalled, stall } from './stalled.ts';
import { discard } from './timers.ts';

/** What becomes of a failure. */
export type Decision =
  | { readonly kind: 'retry'; readonly index: number; readonly delayMs: number }
  | { readonly kind: 'catch'; readonly exit: Exit }
  | { readonly kind: 'fail' };

/** Who takes a failure: a retrier that has attempts left, else a catcher, else nobody. */
export function decide(place: Place, failure: Failure): Maybe<Decision> {
  if (failure.isFatal || failure.isFinal) return { kind: 'fail' };
  const retry = retryOf(place, failure);
  if (retry) return { kind: 'retry', ...retry };
  const exit = evaluateCatch(place, failure);
  if (exit === undefined) return { kind: 'fail' };
  return exit instanceof Promise ? exit.then((awaited) => ({ kind: 'catch', exit: awaited })) : { kind: 'catch', exit };
}

export function applyDecision(place: Place, failure: Failure, decision: Decision): Outcome {
  const { engine, running, frame } = place;
  if (failure.evaluation) noteEvaluation(place, failure);
  if (failure.isFatal) {
    engine.end(running, { status: 'FAILED', error: failure.error, cause: failure.cause }, frame.previousEventId);
    return BLOCKED;
  }
  if (decision.kind !== 'fail') forgetStalled(running, frame);
  if (decision.kind === 'retry') {
    const { index, delayMs } = decision;
    frame.attempts = { ...frame.attempts, [index]: (frame.attempts[index] ?? 0) + 1 };
    frame.retryCount += 1;
    frame.step = { kind: 'retry', dueMs: engine.kernel.nowMs() + delayMs };
    return BLOCKED;
  }
  const { Type: type } = stateOf(running, frame);
  if (type === 'Map' || type === 'Parallel') {
    frame.previousEventId = append(engine.state, running, { type: `${type}StateFailed` as HistoryEventType, previousEventId: frame.previousEventId });
  }
  if (decision.kind === 'catch') return decision.exit;
  return failFrame(place, failure);
}

/** An expression that cannot be evaluated has an event, whose cause is that of the failure. */
function noteEvaluation({ engine, running, frame }: Place, { error, cause, evaluation }: Failure): void {
  const details = { error, cause, ...(evaluation?.location !== undefined && { location: evaluation.location }), state: frame.state };
  frame.previousEventId = append(engine.state, running, { type: 'EvaluationFailed', previousEventId: frame.ledById, details });
}

/** Nobody took the failure: it is that of the execution, or of the state above. */
function failFrame({ engine, running, frame }: Place, failure: Failure): Outcome {
  abortChildren({ engine, running, frame }, { isTold: true });
  if (!running.stalled.has(frame.id)) stall(running, frame, { kind: 'entered' });
  discard(engine, running, frame);
  const parent = frame.parent === undefined ? undefined : running.frames.get(frame.parent);
  if (!parent) {
    engine.end(running, { status: 'FAILED', error: failure.error, cause: failure.cause }, frame.previousEventId);
    return BLOCKED;
  }
  return { kind: 'blocked', began: childFailed({ engine, running, frame: parent }, frame, failure) };
}

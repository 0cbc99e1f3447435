import type { HistoryEventType } from '@aws-sdk/client-sfn';
import { append, HistoryFull } from '../history/append.ts';
import { isTooLarge, jsonText } from '../history/text.ts';
import { stateOf } from './compile.ts';
import { applyDecision, decide } from './fail.ts';
import type { Exit, Frame } from './frame.ts';
import { handlerOf } from './handlers.ts';
import { evaluateResult, failureOf } from './language.ts';
import { leave } from './leave.ts';
import { AGAIN, BLOCKED, type Engine, type Maybe, type Outcome, type Place } from './place.ts';
import type { Running } from './running.ts';
import { keep } from './timers.ts';
import { watch } from './watch.ts';

/** Transitions that an execution makes before others have their turn. */
const TURN = 1000;

/** An Express execution may go round for ever: its turns take time, so that its time-out comes. */
const EXPRESS_TURN_MS = 1000;

/**
 * Goes on with a frame, and with those that it begins or lets go on, until all of them wait. Between two waits nothing else of the plane runs: a state's
 * transition is one piece, unless a JSONata expression has to be awaited.
 */
export function drive(engine: Engine, running: Running, first: Frame): void {
  const work = [first];
  guarded(engine, running, () => {
    for (let frame = work.pop(); frame !== undefined; frame = work.pop()) {
      goOn({ engine, running, frame }, work);
      if (running.execution.ending !== undefined) return;
    }
  });
}

function guarded(engine: Engine, running: Running, piece: () => void): void {
  try {
    piece();
  } catch (error) {
    if (!(error instanceof HistoryFull)) throw error;
    engine.end(
      running,
      { status: 'FAILED', error: 'States.Runtime', cause: 'The execution reached the maximum number of history events (25000).' },
      running.execution.events,
    );
  }
}

const isThere = ({ running, frame }: Place): boolean => running.frames.get(frame.id) === frame && running.execution.ending === undefined;

/** Steps a frame until it waits, ends, or has had its turn. */
function goOn(place: Place, work: Frame[]): void {
  const { engine, running, frame } = place;
  while (isThere(place) && !running.busy.has(frame.id)) {
    if (running.transitions >= TURN) {
      rest(place, work);
      return;
    }
    running.transitions += 1;
    const outcome = step(place);
    if (outcome instanceof Promise) {
      running.busy.add(frame.id);
      void outcome.then((finish) => finishStep(place, frame.step, finish));
      break;
    }
    take(place, outcome, work);
    if (outcome.kind === 'blocked') break;
  }
  if (isThere(place)) keep(engine, running, frame);
}

/** Lets others have their turn. */
function rest({ engine, running, frame }: Place, work: Frame[]): void {
  const { kernel } = engine;
  const waiting = [...work.splice(0), frame];
  for (const each of waiting) keep(engine, running, each);
  const dueMs = kernel.nowMs() + (running.execution.type === 'EXPRESS' ? EXPRESS_TURN_MS : 0);
  kernel.at(dueMs, 'next turn of an execution', () => {
    running.transitions = 0;
    for (const each of waiting) if (running.frames.get(each.id) === each) engine.drive(running, each);
  });
}

/** Goes on when an evaluation has ended, unless the frame has gone until then. */
function finishStep(place: Place, before: Frame['step'], finish: () => Outcome): void {
  const { engine, running, frame } = place;
  if (!isThere(place) || frame.step !== before) return;
  running.busy.delete(frame.id);
  const work: Frame[] = [];
  guarded(engine, running, () => take(place, finish(), work));
  for (const each of [frame, ...work]) if (running.frames.get(each.id) === each) engine.drive(running, each);
}

/** One step of a frame: what came of it, or a promise of the piece that remains to be done once expressions are evaluated. */
function step(place: Place): Outcome | Promise<() => Outcome> {
  const { frame, running } = place;
  switch (frame.step.kind) {
    case 'enter':
      return enter(place);
    case 'entered': {
      const handler = handlerOf(stateOf(running, frame));
      return evaluated(
        place,
        () => handler.evaluate(place),
        (value) => handler.apply(place, value),
      );
    }
    case 'waited':
      return frame.step.exit;
    case 'result': {
      const { value, text } = frame.step;
      return evaluated(
        place,
        () => evaluateResult(place, value),
        (exit) => (exit.output === value && text !== undefined ? { ...exit, text } : exit),
      );
    }
    case 'failed': {
      const { failure } = frame.step;
      return evaluated(
        place,
        () => decide(place, failure),
        (decision) => applyDecision(place, failure, decision),
      );
    }
    default:
      return BLOCKED;
  }
}

/** Does the step's two halves: what a field's expression cannot be evaluated to is the state's failure. */
function evaluated<Value>(place: Place, evaluate: () => Maybe<Value>, apply: (value: Value) => Outcome): Outcome | Promise<() => Outcome> {
  const isFinal = place.frame.step.kind === 'failed';
  const failedWith = (error: unknown): Outcome => ({ kind: 'failed', failure: { ...failureOf(error, place), ...(isFinal && { isFinal }) } });
  const finish = (value: Value): Outcome => {
    try {
      return apply(value);
    } catch (error) {
      return failedWith(error);
    }
  };
  try {
    const value = evaluate();
    if (!(value instanceof Promise)) return finish(value);
    return value.then(
      (awaited) => () => finish(awaited),
      (error: unknown) => () => failedWith(error),
    );
  } catch (error) {
    return failedWith(error);
  }
}

function enter({ engine, running, frame }: Place): Outcome {
  const { kernel, state } = engine;
  if (!state.machines.has(running.revision.stateMachineArn)) {
    engine.end(running, { status: 'ABORTED', error: undefined, cause: undefined }, frame.previousEventId);
    return BLOCKED;
  }
  const input = frame.inputText ?? jsonText(frame.input);
  frame.inputText = input;
  frame.enteredMs = kernel.nowMs();
  frame.attempts = {};
  frame.retryCount = 0;
  frame.ledById = frame.previousEventId;
  const type = `${stateOf(running, frame).Type}StateEntered` as HistoryEventType;
  frame.enteredEventId = append(state, running, { type, previousEventId: frame.ledById, details: { name: frame.state, input } });
  frame.previousEventId = frame.enteredEventId;
  frame.step = { kind: 'entered' };
  return AGAIN;
}

/** Lets an outcome take effect; frames that may go on because of it are added to the work. */
function take(place: Place, outcome: Outcome, work: Frame[]): void {
  switch (outcome.kind) {
    case 'again':
      return;
    case 'blocked':
      if (isThere(place)) watch(place);
      if (outcome.began) work.push(...[...outcome.began].reverse());
      return;
    case 'failed':
      place.frame.step = { kind: 'failed', failure: outcome.failure };
      return;
    case 'exit':
      exit(place, outcome, work);
  }
}

function exit(place: Place, outcome: Exit, work: Frame[]): void {
  const { frame } = place;
  const text = outcome.text ?? (outcome.output === frame.input && frame.inputText !== undefined ? frame.inputText : jsonText(outcome.output));
  if (isTooLarge(text)) {
    const cause = `The state/task '${frame.state}' returned a result with a size exceeding the maximum number of bytes service limit.`;
    frame.step = { kind: 'failed', failure: { error: 'States.DataLimitExceeded', cause, ...(frame.step.kind === 'failed' && { isFinal: true }) } };
    return;
  }
  work.push(...leave(place, outcome, text));
}

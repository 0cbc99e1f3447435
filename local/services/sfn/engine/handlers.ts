import {
  type ChoiceOutcome,
  chooseOf,
  type Failure as FailFields,
  failureOf,
  inputOf,
  type Outcome as Left,
  passOf,
  type State,
  succeedOf,
  type WaitOutcome,
  waitOf,
} from '../../../languages/states/index.ts';
import { append } from '../history/append.ts';
import { childFrame } from './children.ts';
import { stateOf } from './compile.ts';
import { exitOf, scopeOf } from './language.ts';
import { mapHandler } from './mapping/map.ts';
import { BLOCKED, type Handler, type Place } from './place.ts';
import { taskHandler } from './task.ts';
import { keep } from './timers.ts';

type StateOf<Type extends State['Type']> = Extract<State, { Type: Type }>;

const at = <Type extends State['Type']>({ running, frame }: Place): StateOf<Type> => stateOf(running, frame) as StateOf<Type>;

const pass: Handler<Left> = {
  evaluate: (place) => passOf(at<'Pass'>(place), scopeOf(place)),
  apply: (place, left) => exitOf(at(place), left),
};

const succeed: Handler<Left> = {
  evaluate: (place) => succeedOf(at<'Succeed'>(place), scopeOf(place)),
  apply: (place, left) => exitOf(at(place), left),
};

const choice: Handler<ChoiceOutcome> = {
  evaluate: (place) => chooseOf(at<'Choice'>(place), scopeOf(place)),
  apply: (place, left) => exitOf(at(place), left, left.next),
};

const fail: Handler<FailFields> = {
  evaluate: (place) => failureOf(at<'Fail'>(place), scopeOf(place)),
  apply: (_place, { error, cause }) => ({ kind: 'failed', failure: { error, cause } }),
};

const wait: Handler<WaitOutcome> = {
  evaluate: (place) => waitOf(at<'Wait'>(place), scopeOf(place)),
  apply(place, outcome) {
    const { engine, frame } = place;
    const nowMs = engine.kernel.nowMs();
    const dueMs = 'seconds' in outcome ? nowMs + outcome.seconds * 1000 : outcome.untilMs;
    const exit = exitOf(at(place), outcome);
    if (dueMs <= nowMs) return exit;
    frame.step = { kind: 'wait', dueMs, exit };
    return BLOCKED;
  },
};

const parallel: Handler<unknown> = {
  evaluate: (place) => inputOf(at<'Parallel'>(place), scopeOf(place)),
  apply(place, input) {
    const { engine, running, frame } = place;
    const { length } = at<'Parallel'>(place).Branches;
    frame.previousEventId = append(engine.state, running, { type: 'ParallelStateStarted', previousEventId: frame.previousEventId });
    frame.step = { kind: 'parallel', results: Array.from({ length }, () => null), pending: length };
    keep(engine, running, frame);
    const began = Array.from({ length }, (_, index) =>
      childFrame(place, { index, branch: index, input, item: frame.item, previousEventId: frame.previousEventId }),
    );
    for (const child of began) keep(engine, running, child);
    return { kind: 'blocked', began };
  },
};

const HANDLERS: Readonly<Record<State['Type'], Handler<never>>> = {
  Pass: pass,
  Succeed: succeed,
  Choice: choice,
  Fail: fail,
  Wait: wait,
  Parallel: parallel,
  Map: mapHandler,
  Task: taskHandler,
} as unknown as Record<State['Type'], Handler<never>>;

/** How states of that type work. */
export function handlerOf({ Type: type }: State): Handler<unknown> {
  return HANDLERS[type] as unknown as Handler<unknown>;
}

import type { Step } from './declaration.ts';
import { announces, commands, constant, enteredAt, expression, inState, type MachineState, now, text, type Wiring, writes } from './machine-tasks.ts';
import { ERROR, inTime, NOTHING, REASON, REFUSED, stuckIn, undoable } from './state-names.ts';

/** Where a step stands. */
export interface Forward {
  readonly step: Step;
  /** The steps before it. */
  readonly before: readonly Step[];
  readonly next: Step | undefined;
}

/** The states of one step. */
export function forwardStates(wiring: Wiring, forward: Forward): readonly (readonly [string, MachineState])[] {
  const { step, next } = forward;
  const { name } = step;
  const running = inState(wiring.saga, 'RUNNING');
  const begun = {
    set: { ...running, step: constant(name) },
    setOnce: { [`registered.${name}`]: now },
    entry: { what: constant('begun'), step: constant(name) },
  };
  const done = { set: { ...running, [`results.${name}`]: text(`$string($results.${name})`) }, entry: { what: constant('done'), step: constant(name) } };
  return [
    [inTime(step), looksAtDeadline(forward)],
    // The undo is registered before the act: whatever becomes of the act, who looks at the instance knows that it may have happened.
    [`${name} begins`, writes(wiring, begun, name)],
    [name, asks(wiring, forward)],
    [`${name} done`, writes(wiring, done, `${name} announced`)],
    [`${name} announced`, announces(wiring, 'SagaStepCompleted', { step: name, completedAt: enteredAt }, next ? inTime(next) : 'Complete')],
  ];
}

const previousOf = ({ before }: Forward): string => undoable(before)?.name ?? NOTHING;

/** After the pivot there is no way back, and so no deadline. */
function looksAtDeadline(forward: Forward): MachineState {
  const { name } = forward.step;
  if (forward.before.some(({ isForwardOnly }) => isForwardOnly)) return { Type: 'Pass', Next: `${name} begins` };
  const late = {
    Condition: expression('$millis() >= $deadline'),
    Assign: {
      failure: { step: name, error: 'DeadlineExceeded', reason: 'The saga did not reach its pivot in time' },
      undoFrom: previousOf(forward),
    },
    Output: {},
    Next: 'Compensate',
  };
  return { Type: 'Choice', Choices: [late], Default: `${name} begins` };
}

function asks(wiring: Wiring, forward: Forward): MachineState {
  const { step } = forward;
  const { name, retry } = step;
  const failure = (error: string, reason: string) => expression(`{"step": "${name}", "error": ${error}, "reason": ${reason}}`);
  const refusal = {
    ErrorEquals: [REFUSED],
    Assign: {
      failure: failure('$parse($states.errorOutput.Cause).code', '$parse($states.errorOutput.Cause).reason'),
      undoFrom: previousOf(forward),
    },
    Output: {},
    Next: 'Compensate',
  };
  const noAnswer = step.isForwardOnly
    ? { Assign: { stuck: stuckIn(step, 'forward') }, Next: 'Stuck announced' }
    : { Assign: { failure: failure(ERROR, REASON), undoFrom: step.undo ? name : previousOf(forward) }, Next: 'Compensate' };
  const passing = { IntervalSeconds: retry.intervalSeconds, MaxDelaySeconds: retry.maxIntervalSeconds, MaxAttempts: retry.attempts };
  return {
    ...commands(wiring, { step, sent: step.command, kind: 'step', timeoutSeconds: timeoutOf(step) }),
    Retry: [
      { ErrorEquals: [REFUSED, 'States.QueryEvaluationError'], MaxAttempts: 0 },
      { ErrorEquals: ['States.ALL'], ...passing, BackoffRate: 2, JitterStrategy: 'FULL' },
    ],
    Catch: [refusal, { ErrorEquals: ['States.ALL'], Output: {}, ...noAnswer }],
    Assign: { results: expression(`$merge([$results, {"${name}": $states.result}])`) },
    Output: {},
    Next: `${name} done`,
  };
}

/** As long as an answer is waited for; before the pivot no longer than the deadline allows. */
function timeoutOf({ command, isForwardOnly }: Step): number | string {
  if (isForwardOnly) return command.timeoutSeconds;
  return expression(`$max([1, $min([${command.timeoutSeconds}, $ceil(($deadline - $millis()) / 1000)])])`);
}

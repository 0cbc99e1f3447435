import type { SagaDeclaration } from './declaration.ts';
import { announces, commands, constant, enteredAt, expression, inState, type MachineState, now, type Wiring, writes } from './machine-tasks.ts';
import { stuckIn, undoName } from './state-names.ts';

/** How a saga ends: it says so in its instance, then on the bus. */
export function ending(
  wiring: Wiring,
  {
    state,
    write,
    event,
    data,
    end,
  }: { readonly state: string; readonly write: string; readonly event: string; readonly data: Readonly<Record<string, string>>; readonly end: string },
): Record<string, MachineState> {
  return {
    [write]: writes(wiring, { set: { ...inState(wiring.saga, state), endedAt: now }, entry: { what: constant(state.toLowerCase()) } }, `${write} announced`),
    [`${write} announced`]: announces(wiring, event, data, end),
    [end]: { Type: 'Succeed', Output: expression(`{"saga": "${wiring.saga}", "sagaId": $saga.id, "state": "${state}"}`) },
  };
}

const FAILURE = { step: expression('$failure.step'), error: expression('$failure.error'), reason: expression('$failure.reason') };

/** Undoes in reverse, without giving up. */
export function compensationStates({ steps }: SagaDeclaration, wiring: Wiring): Record<string, MachineState> {
  const undoing = steps.filter(({ undo }) => undo !== undefined);
  const compensating = inState(wiring.saga, 'COMPENSATING');
  const failure = { M: { step: { S: FAILURE.step }, error: { S: FAILURE.error }, reason: { S: FAILURE.reason } } };
  const states: Record<string, MachineState> = {
    Compensate: writes(wiring, { set: { ...compensating, failure }, entry: { what: constant('compensating'), failure } }, 'Compensate announced'),
    'Compensate announced': announces(wiring, 'SagaCompensating', { ...FAILURE, compensatingAt: enteredAt }, 'Undo from'),
    'Undo from': {
      Type: 'Choice',
      Choices: undoing.map((step) => ({ Condition: expression(`$undoFrom = '${step.name}'`), Next: undoName(step) })),
      Default: 'Cancel',
    },
  };
  for (const [index, step] of undoing.entries()) {
    const { undo } = step;
    if (!undo) continue;
    const before = undoing[index - 1];
    states[undoName(step)] = {
      ...commands(wiring, { step, sent: undo, kind: 'undo', timeoutSeconds: undo.timeoutSeconds }),
      Retry: [
        { ErrorEquals: ['States.QueryEvaluationError'], MaxAttempts: 0 },
        { ErrorEquals: ['States.ALL'], IntervalSeconds: 5, BackoffRate: 2, MaxDelaySeconds: 300, MaxAttempts: undo.attempts - 1, JitterStrategy: 'FULL' },
      ],
      Catch: [{ ErrorEquals: ['States.ALL'], Assign: { stuck: stuckIn(step, 'undo') }, Output: {}, Next: 'Stuck announced' }],
      Output: {},
      Next: `${undoName(step)} done`,
    };
    states[`${undoName(step)} done`] = writes(
      wiring,
      { set: { ...compensating, [`undone.${step.name}`]: now }, entry: { what: constant('undone'), step: constant(step.name) } },
      before ? undoName(before) : 'Cancel',
    );
  }
  return {
    ...states,
    ...ending(wiring, { state: 'CANCELLED', write: 'Cancel', event: 'SagaCancelled', data: { ...FAILURE, cancelledAt: enteredAt }, end: 'Cancelled' }),
  };
}

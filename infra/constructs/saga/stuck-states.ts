import type { SagaDeclaration, Step } from './declaration.ts';
import {
  announces,
  awaitsDecision,
  constant,
  countsStuck,
  enteredAt,
  expression,
  inState,
  type MachineState,
  now,
  text,
  type Wiring,
  writes,
} from './machine-tasks.ts';
import { NOTHING, undoable, undoName } from './state-names.ts';

/** What a stuck saga does: says so, waits for a decision, and acts on it. */
export function stuckStates({ steps }: SagaDeclaration, wiring: Wiring): Record<string, MachineState> {
  const undoing = steps.filter(({ undo }) => undo !== undefined);
  const detail = {
    step: expression('$stuck.step'),
    direction: expression('$stuck.direction'),
    error: expression('$stuck.error'),
    reason: expression('$stuck.reason'),
  };
  const stuck = {
    M: { ...Object.fromEntries(Object.entries(detail).map(([name, value]) => [name, { S: value }])), token: text('$states.context.Task.Token'), at: now },
  };
  const when = (direction: string, step: Step, action: string): string =>
    expression(`$stuck.direction = '${direction}' and $stuck.step = '${step.name}' and $decision.action = '${action}'`);
  const { token: _, ...shown } = stuck.M as Record<string, unknown>;
  return {
    'Stuck announced': announces(wiring, 'SagaStuck', { ...detail, stuckAt: enteredAt }, 'Stuck counted'),
    'Stuck counted': countsStuck(wiring, 'Stuck'),
    Stuck: awaitsDecision(
      wiring,
      { set: { ...inState(wiring.saga, 'STUCK'), stuck }, entry: { what: constant('stuck'), ...shown } },
      { decided: 'Decided', undecided: 'Act' },
    ),
    Decided: writes(
      wiring,
      {
        set: { updatedAt: now },
        entry: {
          what: constant('decided'),
          step: text('$stuck.step'),
          action: text('$decision.action'),
          reason: text('$exists($decision.reason) ? $decision.reason : ""'),
        },
      },
      'Act',
    ),
    Act: {
      Type: 'Choice',
      Choices: [
        ...undoing.flatMap((step, index) => {
          const before = undoing[index - 1];
          return [
            { Condition: when('undo', step, 'retry'), Next: undoName(step) },
            { Condition: when('undo', step, 'skip'), Next: before ? undoName(before) : 'Cancel' },
          ];
        }),
        ...steps
          .filter(({ isForwardOnly }) => isForwardOnly)
          .flatMap((step) => forwardDecisions(step, { when, previous: undoable(steps.slice(0, steps.indexOf(step))) })),
      ],
      Default: 'Stuck announced',
    },
  };
}

function forwardDecisions(
  step: Step,
  { when, previous }: { readonly when: (direction: string, step: Step, action: string) => string; readonly previous: Step | undefined },
): readonly object[] {
  const result = '$exists($decision.result) ? $decision.result : {}';
  return [
    { Condition: when('forward', step, 'retry'), Next: step.name },
    {
      Condition: when('forward', step, 'skip'),
      Assign: { results: expression(`$merge([$results, {"${step.name}": (${result})}])`) },
      Next: `${step.name} done`,
    },
    {
      Condition: when('forward', step, 'compensate'),
      Assign: {
        failure: expression(`{"step": "${step.name}", "error": $stuck.error, "reason": $stuck.reason}`),
        undoFrom: step.undo ? step.name : (previous?.name ?? NOTHING),
      },
      Next: 'Compensate',
    },
  ];
}

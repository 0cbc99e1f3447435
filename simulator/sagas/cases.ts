import { type SagaCase, type SagaFault, type SagaTask, type Times, taskName } from '../faults/saga-fault.ts';
import type { SagaStep } from './description.ts';

/** The SDK calls that the participant makes for each task, in order, as runs without a fault showed them; by the task's name. */
export type CallsOf = ReadonlyMap<string, readonly string[]>;

interface NamedFault {
  readonly id: string;
  readonly label: string;
  readonly fault: SagaFault;
}

/** The step whose refusal lets a saga compensate all that can be: the pivot, or the last. */
export function refusingStep(steps: readonly SagaStep[]): string {
  const step = steps.find(({ isForwardOnly }) => isForwardOnly) ?? steps.at(-1);
  if (!step) throw new Error('A saga without steps');
  return step.name;
}

/** Every fault at every step and at every undo. */
export function enumerateCases(steps: readonly SagaStep[], callsOf: CallsOf): SagaCase[] {
  const refusing = refusingStep(steps);
  const cases: SagaCase[] = [
    { id: 'no-fault', task: { step: steps[0]?.name ?? '', direction: 'step' }, label: 'no fault', fault: { kind: 'none' }, refuses: undefined },
  ];
  steps.forEach((step, index) => {
    const { isForwardOnly } = step;
    const isAfterPivot = isForwardOnly && step.name !== refusing;
    const task = { step: step.name, direction: 'step' } as const;
    const faults = [...(isAfterPivot ? [] : refusal), ...stops(task, index), ...transient(isForwardOnly ? 'until-stuck' : 'always'), ...crashes(callsOf, task)];
    for (const fault of faults) cases.push(caseOf(task, fault, undefined));
  });
  for (const step of steps.filter(({ name, hasUndo }) => hasUndo && name !== refusing)) {
    const task = { step: step.name, direction: 'undo' } as const;
    const faults = [...failing, ...stops(task), ...transient('until-stuck'), ...crashes(callsOf, task)];
    for (const fault of faults) cases.push(caseOf(task, fault, refusing));
  }
  return cases;
}

const refusal: readonly NamedFault[] = [{ id: 'refused', label: 'refused', fault: { kind: 'refused' } }];

const failing: readonly NamedFault[] = [{ id: 'fails-3-times', label: 'fails 3 times', fault: { kind: 'fails', effect: 'before', times: 3 } }];

/** Faults that pass after one attempt, and the same until the machine gives up: of what can only go on, until it is stuck. */
function transient(long: Times): NamedFault[] {
  const during = long === 'always' ? 'each time' : 'until stuck';
  const late = long === 'always' ? long : 1;
  return [
    ...([1, long] as const).flatMap((times): NamedFault[] => {
      const [id, label] = times === 1 ? ['once', 'once'] : [during.replace(' ', '-'), during];
      return [
        { id: `fails-before-effect-${id}`, label: `fails before its effect, ${label}`, fault: { kind: 'fails', effect: 'before', times } },
        { id: `fails-after-effect-${id}`, label: `fails after its effect, ${label}`, fault: { kind: 'fails', effect: 'after', times } },
        { id: `time-out-${id}`, label: `time-out: command lost, ${label}`, fault: { kind: 'command-lost', times } },
        { id: `reply-lost-${id}`, label: `reply lost, ${label}`, fault: { kind: 'reply-lost', times } },
      ];
    }),
    { id: 'command-late', label: 'command late, as the saga goes on', fault: { kind: 'command-late', times: late, release: 'next-command' } },
    { id: 'command-after-end', label: 'command late, after the end', fault: { kind: 'command-late', times: late, release: 'end' } },
    { id: 'command-doubled', label: 'command twice', fault: { kind: 'command-doubled' } },
    { id: 'reply-late', label: 'reply late, as the saga goes on', fault: { kind: 'reply-late', times: late, release: 'next-command' } },
    { id: 'reply-after-end', label: 'reply late, after the end', fault: { kind: 'reply-late', times: late, release: 'end' } },
    { id: 'reply-doubled', label: 'reply twice', fault: { kind: 'reply-doubled' } },
  ];
}

function stops(task: SagaTask, index?: number): NamedFault[] {
  const begun: NamedFault = { id: 'stopped-at-start', label: 'execution stopped as it begins', fault: { kind: 'stopped', when: 'begun' } };
  return [
    ...(task.direction === 'step' && index === 0 ? [begun] : []),
    { id: 'stopped-when-asked', label: 'execution stopped when asked', fault: { kind: 'stopped', when: 'asked' } },
    { id: 'stopped-when-done', label: 'execution stopped when done', fault: { kind: 'stopped', when: 'done' } },
  ];
}

/** The participant crashes before its first call, between any two, and after the last. */
function crashes(callsOf: CallsOf, task: SagaTask): NamedFault[] {
  const calls = callsOf.get(taskName(task)) ?? [];
  return Array.from({ length: calls.length + 1 }, (_, call) => {
    const where = call === 0 ? 'before its first call' : `after call ${call} (${calls[call - 1]})`;
    return { id: `crash-${call}`, label: `participant crashes ${where}`, fault: { kind: 'crash', call } as const };
  });
}

function caseOf(task: SagaTask, { id, label, fault }: NamedFault, refuses: string | undefined): SagaCase {
  return { id: `${taskName(task)}/${id}`, task, label, fault, refuses };
}

import type { SagaDeclaration, Step } from './declaration.ts';
import {
  announces,
  awaitsDecision,
  commands,
  constant,
  countsStuck,
  enteredAt,
  expression,
  inState,
  type MachineState,
  now,
  SUPERSEDED,
  text,
  type Wiring,
  writes,
} from './machine-tasks.ts';

/** A definition in the Amazon States Language. */
export interface Definition {
  readonly Comment: string;
  readonly QueryLanguage: 'JSONata';
  readonly StartAt: string;
  readonly States: Readonly<Record<string, MachineState>>;
}

/** The error by which a participant refuses: it did nothing, and never will. Every other error leaves open what happened. */
const REFUSED = 'StepRefused';

/** Stands in the place of a step where there is nothing to undo. No step has such a name. */
const NOTHING = 'none';

const undoName = (step: Step): string => `Undo ${step.name}`;

/**
 * Makes the machine of a saga: the only definition of it that there is.
 *
 * ```
 * Enter ─▶ Entry ─▶ Start ─▶ for each step: in time? ─▶ begin ─▶ command ─▶ done ─▶ announced ─▶ … ─▶ Complete
 *            └────▶ Take over ─▶ Go on ─▶ (any step, or Compensate)   │ fails
 *                                                    Compensate ◀─────┘ ─▶ undo, in reverse ─▶ Cancel
 *                                              Stuck: waits for a decision, then tries again, for ever
 * ```
 *
 * What it needs to know it keeps in variables: `saga` (who it is), `input`, `results` by step, `failure`, `deadline`, `undoFrom`, `stuck`, `decision`.
 */
export function definitionOf(declaration: SagaDeclaration, wiring: Wiring): Definition {
  const { name, steps } = declaration;
  const [first] = steps;
  if (!first) throw new Error(`Saga ${name} has no steps`);
  const states: Record<string, MachineState> = {
    ...entry(declaration, wiring),
    ...Object.fromEntries(steps.flatMap((step, index) => forward(wiring, { step, previous: undoable(steps.slice(0, index)), next: steps[index + 1] }))),
    ...ending(wiring, { state: 'COMPLETED', write: 'Complete', event: 'SagaCompleted', data: { completedAt: enteredAt }, end: 'Completed' }),
    ...compensation(declaration, wiring),
    ...decisions(declaration, wiring),
    [SUPERSEDED]: { Type: 'Succeed', Comment: 'Another execution has taken the saga over.' },
  };
  return { Comment: `Saga ${name}`, QueryLanguage: 'JSONata', StartAt: 'Enter', States: states };
}

const undoable = (steps: readonly Step[]): Step | undefined => steps.findLast(({ undo }) => undo !== undefined);

function entry({ name, steps, deadlineSeconds }: SagaDeclaration, wiring: Wiring): Record<string, MachineState> {
  const [first] = steps as readonly [Step, ...Step[]];
  const empty = { M: {} };
  const base = {
    entity: constant('SAGA'),
    saga: constant(name),
    sagaId: text('$saga.id'),
    startedAt: now,
    ownerSort: text("$states.context.State.EnteredTime & '#' & $saga.id"),
    correlationid: text('$saga.correlationid'),
    registered: empty,
    results: empty,
    undone: empty,
  };
  const round = { N: expression('$string($saga.round)') };
  const begin = writes(
    wiring,
    { set: { ...inState(name, 'RUNNING'), execution: text('$states.context.Execution.Name'), round, ...base }, entry: { what: constant('started') } },
    'Started',
  );
  const beginArguments = begin['Arguments'] as { readonly UpdateExpression: string };
  return {
    Enter: {
      Type: 'Pass',
      Assign: {
        saga: expression(
          '{"id": $states.input.sagaId, "correlationid": $states.input.correlationid, "causationid": $states.input.causationid, "traceparent": $states.input.traceparent, "round": $states.input.round}',
        ),
        input: expression('$states.input.data'),
        results: expression('$exists($states.input.results) ? $states.input.results : {}'),
        failure: expression('$exists($states.input.failure) ? $states.input.failure : {}'),
        undoFrom: expression(`$exists($states.input.at) ? $states.input.at : '${NOTHING}'`),
        number: 1,
        deadline: expression(`$toMillis($states.context.Execution.StartTime) + ${deadlineSeconds * 1000}`),
      },
      Next: 'Entry',
    },
    Entry: { Type: 'Choice', Choices: [{ Condition: expression("$states.input.entry = 'start'"), Next: 'Start' }], Default: 'Take over' },
    // A map cannot be changed inside before it is there: the first write makes the trail, with its first entry.
    Start: {
      ...begin,
      Arguments: {
        ...beginArguments,
        UpdateExpression: beginArguments.UpdateExpression.replace('#trail.#entry = if_not_exists(#trail.#entry, :entry)', '#trail = :trail'),
        ConditionExpression: 'attribute_not_exists(pk) OR #execution = :execution',
        ...trailOf(begin),
      },
    },
    Started: announces(wiring, 'SagaStarted', { startedAt: enteredAt }, inTime(first)),
    'Take over': takeOver(wiring, round),
    'Go on': {
      Type: 'Choice',
      Choices: [
        { Condition: expression("$states.input.entry = 'compensate'"), Next: 'Compensate' },
        ...steps.map((step) => ({ Condition: expression(`$states.input.at = '${step.name}'`), Next: inTime(step) })),
        { Condition: expression("$states.input.at = 'Cancel'"), Next: 'Cancel' },
      ],
      Default: 'Complete',
    },
  };
}

/** The values of the first write: the trail as a whole instead of an entry in it. */
function trailOf(begin: MachineState): Readonly<Record<string, unknown>> {
  const { ExpressionAttributeNames: names, ExpressionAttributeValues: values } = begin['Arguments'] as Record<string, Record<string, unknown>>;
  const { '#entry': _, ...otherNames } = names ?? {};
  const { ':entry': first, ...otherValues } = values ?? {};
  return { ExpressionAttributeNames: otherNames, ExpressionAttributeValues: { ...otherValues, ':trail': { M: { '000.00000': first } } } };
}

/** The next round of a saga takes it over from the one before: of two that try, one does. */
function takeOver(wiring: Wiring, round: unknown): MachineState {
  const state = writes(
    wiring,
    {
      set: { execution: text('$states.context.Execution.Name'), round, updatedAt: now },
      entry: { what: constant('taken over'), entry: text('$states.input.entry'), step: text('$undoFrom') },
    },
    'Go on',
  );
  const given = state['Arguments'] as Readonly<Record<string, Record<string, unknown>>>;
  return {
    ...state,
    Output: expression('$states.input'),
    Arguments: {
      ...given,
      ConditionExpression: '#execution = :execution OR #execution = :previous',
      ExpressionAttributeValues: { ...given['ExpressionAttributeValues'], ':previous': text('$states.input.previous') },
    },
  };
}

/** The first state of a step. What is forward only has no deadline: it may have been asked for. */
const inTime = (step: Step): string => `${step.name} in time`;

interface Forward {
  readonly step: Step;
  /** The last step before it that has an undo. */
  readonly previous: Step | undefined;
  readonly next: Step | undefined;
}

function forward(wiring: Wiring, { step, previous, next }: Forward): readonly (readonly [string, MachineState])[] {
  const { name } = step;
  const running = inState(wiring.saga, 'RUNNING');
  const failure = (error: string, reason: string) => expression(`{"step": "${name}", "error": ${error}, "reason": ${reason}}`);
  const turnBack = { undoFrom: step.undo ? name : (previous?.name ?? NOTHING) };
  const refusal = {
    ErrorEquals: [REFUSED],
    Assign: {
      failure: failure('$parse($states.errorOutput.Cause).code', '$parse($states.errorOutput.Cause).reason'),
      undoFrom: previous?.name ?? NOTHING,
    },
    Output: {},
    Next: 'Compensate',
  };
  const noAnswer = step.isForwardOnly
    ? { Assign: { stuck: stuckIn(step, 'forward') }, Next: 'Stuck announced' }
    : { Assign: { failure: failure(ERROR, REASON), ...turnBack }, Next: 'Compensate' };
  const command = commands(wiring, { step, sent: step.command, kind: 'step', timeoutSeconds: timeoutOf(step) });
  return [
    [
      inTime(step),
      {
        Type: 'Choice',
        Choices: [
          {
            Condition: expression('$millis() >= $deadline'),
            Assign: {
              failure: { step: name, error: 'DeadlineExceeded', reason: 'The saga did not reach its pivot in time' },
              undoFrom: previous?.name ?? NOTHING,
            },
            Output: {},
            Next: 'Compensate',
          },
        ],
        Default: `${name} begins`,
      },
    ],
    // The undo is registered before the act: whatever becomes of the act, who looks at the instance knows that it may have happened.
    [
      `${name} begins`,
      writes(
        wiring,
        { set: { ...running, step: constant(name) }, setOnce: { [`registered.${name}`]: now }, entry: { what: constant('begun'), step: constant(name) } },
        name,
      ),
    ],
    [
      name,
      {
        ...command,
        Retry: [
          { ErrorEquals: [REFUSED, 'States.QueryEvaluationError'], MaxAttempts: 0 },
          {
            ErrorEquals: ['States.ALL'],
            IntervalSeconds: step.retry.intervalSeconds,
            MaxDelaySeconds: step.retry.maxIntervalSeconds,
            MaxAttempts: step.retry.attempts,
            BackoffRate: 2,
            JitterStrategy: 'FULL',
          },
        ],
        Catch: [refusal, { ErrorEquals: ['States.ALL'], Output: {}, ...noAnswer }],
        Assign: { results: expression(`$merge([$results, {"${name}": $states.result}])`) },
        Output: {},
        Next: `${name} done`,
      },
    ],
    [
      `${name} done`,
      writes(
        wiring,
        { set: { ...running, [`results.${name}`]: text(`$string($results.${name})`) }, entry: { what: constant('done'), step: constant(name) } },
        `${name} announced`,
      ),
    ],
    [`${name} announced`, announces(wiring, 'SagaStepCompleted', { step: name, completedAt: enteredAt }, next ? inTime(next) : 'Complete')],
  ];
}

/** The error of a failed task, in words that fit an event. */
const ERROR = '$exists($states.errorOutput.Error) ? $states.errorOutput.Error : "unknown"';
const REASON =
  '$exists($states.errorOutput.Cause) and $length($states.errorOutput.Cause) > 0 ? $substring($states.errorOutput.Cause, 0, 400) : "There was no answer"';

/** As long as an answer is waited for; before the pivot no longer than the deadline allows. */
function timeoutOf({ command, isForwardOnly }: Step): number | string {
  if (isForwardOnly) return command.timeoutSeconds;
  return expression(`$max([1, $min([${command.timeoutSeconds}, $ceil(($deadline - $millis()) / 1000)])])`);
}

const stuckIn = (step: Step, direction: 'forward' | 'undo'): string =>
  expression(`{"step": "${step.name}", "direction": "${direction}", "error": (${ERROR}), "reason": (${REASON})}`);

function ending(
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

function compensation({ steps }: SagaDeclaration, wiring: Wiring): Record<string, MachineState> {
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

/** What a stuck saga does: says so, waits for a decision, and acts on it. */
function decisions({ steps }: SagaDeclaration, wiring: Wiring): Record<string, MachineState> {
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

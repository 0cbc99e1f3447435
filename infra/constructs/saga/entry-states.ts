import type { SagaDeclaration, Step } from './declaration.ts';
import { announces, constant, enteredAt, expression, inState, type MachineState, now, text, type Wiring, writes } from './machine-tasks.ts';
import { inTime, NOTHING } from './state-names.ts';

/** How an execution begins: at the first step, or where the one before it left off. */
export function entryStates({ name, steps, deadlineSeconds }: SagaDeclaration, wiring: Wiring): Record<string, MachineState> {
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
    Enter: enter(deadlineSeconds),
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

/** Puts what the execution was given into variables. */
function enter(deadlineSeconds: number): MachineState {
  return {
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
  };
}

import type { InspectionData, TestStateInput, TestStateOutput } from '@aws-sdk/client-sfn';
import {
  afterInputPath,
  afterResultPath,
  afterResultSelector,
  assign,
  inputOf,
  itemsOf,
  type Json,
  mapSettingsOf,
  retrierOf,
  retryDelaySeconds,
  type State,
} from '../../../languages/states/index.ts';
import type { Exit, Failure } from '../engine/frame.ts';
import { handlerOf } from '../engine/handlers.ts';
import { evaluateCatch, evaluateResult, failureOf, scopeOf } from '../engine/language.ts';
import type { Outcome, Place } from '../engine/place.ts';
import { evaluateTask } from '../engine/task-fields.ts';
import { validationException } from '../errors.ts';
import { jsonText } from '../history/text.ts';
import { callTask } from '../tasks/call.ts';
import { failed, type TaskOutcome } from '../tasks/outcome.ts';
import { readResource } from '../tasks/resource.ts';
import { mockedOutcome } from './mock.ts';

type StateOf<Type extends State['Type']> = Extract<State, { Type: Type }>;

/** What is to be tried, and what has been seen of it so far. */
export interface Trial {
  readonly place: Place;
  readonly state: State;
  readonly input: TestStateInput;
  readonly seen: { -readonly [Member in keyof InspectionData]: InspectionData[Member] };
}

const isJsonPath = ({ state }: Trial): boolean => state.QueryLanguage === 'JSONPath';

/** Tries a state once and says how it ended: retriers are not followed, waits are not waited. */
export async function tryState(trial: Trial): Promise<TestStateOutput> {
  const { place, state, seen } = trial;
  seen.input = place.frame.inputText ?? jsonText(place.frame.input);
  const tried = await outcomeOf(trial);
  if (place.frame.variables !== undefined) seeVariables(trial, tried);
  if (tried.kind === 'failed') return failureOutput(trial, tried.failure);
  return {
    status: 'SUCCEEDED',
    output: tried.text ?? jsonText(tried.output),
    ...(tried.next !== undefined && state.Type !== 'Fail' && { nextState: tried.next }),
  };
}

type Tried = Exit | Extract<Outcome, { kind: 'failed' }>;

async function outcomeOf(trial: Trial): Promise<Tried> {
  const { place, state } = trial;
  try {
    if (state.Type === 'Task' || state.Type === 'Map' || state.Type === 'Parallel') return await worked(trial);
    return await plain(trial);
  } catch (error) {
    return { kind: 'failed', failure: failureOf(error, place) };
  }
}

/** States that do nothing elsewhere. */
async function plain(trial: Trial): Promise<Tried> {
  const { place, state } = trial;
  const handler = handlerOf(state);
  seePlain(trial);
  const outcome = handler.apply(place, await handler.evaluate(place));
  if (outcome.kind === 'exit' || outcome.kind === 'failed') return outcome;
  const { step } = place.frame;
  if (step.kind === 'wait') return step.exit;
  throw validationException(`A state of type ${state.Type} cannot be tried`);
}

/** What JSONPath makes of a state's input, field by field. Recorded. */
function seePlain(trial: Trial): void {
  const { place, state, seen } = trial;
  if (!isJsonPath(trial)) return;
  const scope = scopeOf(place);
  if (state.Type !== 'Pass') {
    seen.afterInputPath = jsonText(afterInputPath(state, scope));
    return;
  }
  const hasResult = state.Result !== undefined;
  const result = hasResult ? (state.Result as Json) : (inputOf(state, scope) as Json);
  if (hasResult) seen.result = jsonText(result);
  else {
    seen.afterInputPath = jsonText(afterInputPath(state, scope));
    seen.afterParameters = jsonText(result);
  }
  seen.afterResultSelector = jsonText(result);
  seen.afterResultPath = jsonText(afterResultPath(state.ResultPath, place.frame.input as Json, result));
}

/** States whose work is done elsewhere, or mocked. */
async function worked(trial: Trial): Promise<Tried> {
  const { place, state, seen } = trial;
  const outcome = state.Type === 'Task' ? await task(trial) : await mockedBranches(trial);
  if (outcome.kind === 'failed') return { kind: 'failed', failure: { error: outcome.error, cause: outcome.cause } };
  const result = outcome.output as Json;
  if (isJsonPath(trial)) {
    const selected = afterResultSelector(state as StateOf<'Task'>, scopeOf(place), result);
    seen.afterResultSelector = jsonText(selected);
    seen.afterResultPath = jsonText(afterResultPath((state as StateOf<'Task'>).ResultPath, place.frame.input as Json, selected));
    if (state.Type === 'Task') seen.result = jsonText(result);
  }
  return evaluateResult(place, result);
}

async function task(trial: Trial): Promise<TaskOutcome> {
  const { place, input, seen } = trial;
  const state = trial.state as StateOf<'Task'>;
  const fields = await evaluateTask(place);
  if (isJsonPath(trial)) {
    seen.afterInputPath = jsonText(afterInputPath(state, scopeOf(place)));
    seen.afterParameters = jsonText(fields.args);
  } else if (state.Arguments !== undefined) seen.afterArguments = jsonText(fields.args);
  if (input.mock) return mockedOutcome(input.mock, state);
  const resource = readResource(state.Resource);
  if (resource === undefined || resource.kind === 'activity' || (resource.kind !== 'lambda' && resource.pattern !== 'request-response')) {
    throw validationException(`A task of the resource ${state.Resource} is tried with a mock only`);
  }
  if (input.roleArn === undefined) throw validationException('A task is tried with a role or a mock only');
  const call = { resource, args: fields.args, roleArn: input.roleArn, credentialsRoleArn: fields.credentialsRoleArn, cause: place.running.execution.cause };
  return callTask(place.engine.kernel, call);
}

async function mockedBranches(trial: Trial): Promise<TaskOutcome> {
  const { state, input } = trial;
  const outcome = mockedOutcome(input.mock ?? {}, state);
  if (state.Type !== 'Map') return outcome;
  const { toleratedFailureCount: count, toleratedFailurePercentage: percentage, length } = await seeMap(trial, state);
  const failures = input.stateConfiguration?.mapIterationFailureCount ?? 0;
  const isOver = (count !== undefined && failures > count) || (percentage !== undefined && (failures / length) * 100 > percentage);
  return isOver ? failed('States.ExceedToleratedFailureThreshold', 'The specified tolerated failure threshold was exceeded') : outcome;
}

/** What a Map makes of its input and its settings. */
async function seeMap({ place, seen }: Trial, state: StateOf<'Map'>) {
  const scope = scopeOf(place);
  const settings = await mapSettingsOf(state, scope);
  const items = state.ItemReader ? [] : await itemsOf(state, scope);
  if (state.QueryLanguage === 'JSONPath') {
    seen.afterInputPath = jsonText(afterInputPath(state, scope));
    seen.afterItemsPath = jsonText(items);
  }
  const { maxConcurrency, toleratedFailureCount, toleratedFailurePercentage } = settings;
  seen.maxConcurrency = maxConcurrency;
  if (toleratedFailureCount !== undefined) seen.toleratedFailureCount = toleratedFailureCount;
  if (toleratedFailurePercentage !== undefined) seen.toleratedFailurePercentage = toleratedFailurePercentage;
  return { toleratedFailureCount, toleratedFailurePercentage, length: items.length };
}

/** The variables as they are after the state. */
function seeVariables({ place, seen }: Trial, tried: Tried): void {
  const { variables } = place.frame;
  const { own } = tried.kind === 'exit' && tried.assigned ? assign(variables, tried.assigned) : variables;
  if (Object.keys(own).length > 0) seen.variables = jsonText(own);
}

/** What becomes of a failure: it would be tried again, is caught, or ends the execution. */
async function failureOutput({ place, state, input, seen }: Trial, failure: Failure): Promise<TestStateOutput> {
  const { error, cause } = failure;
  const told = { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
  const retrier = failure.isFatal ? undefined : retrierOf('Retry' in state ? state.Retry : undefined, error ?? '');
  if (retrier) {
    const attempt = (input.stateConfiguration?.retrierRetryCount ?? 0) + 1;
    seen.errorDetails = { retryIndex: retrier.index };
    if (attempt <= (retrier.retrier.MaxAttempts ?? 3)) {
      const seconds = retryDelaySeconds(retrier.retrier, attempt, () => place.engine.kernel.chance.random());
      seen.errorDetails = { retryIndex: retrier.index, retryBackoffIntervalSeconds: Math.round(seconds) };
      return { ...told, status: 'RETRIABLE' };
    }
  }
  const caught = failure.isFatal ? undefined : await evaluateCatch(place, failure);
  if (!caught) return { ...told, status: 'FAILED' };
  const catchers = 'Catch' in state ? (state.Catch ?? []) : [];
  const catchIndex = catchers.findIndex(({ Next, ErrorEquals }) => Next === caught.next && takes(ErrorEquals, error ?? ''));
  seen.errorDetails = { catchIndex };
  return { ...told, status: 'CAUGHT_ERROR', output: jsonText(caught.output), ...(caught.next !== undefined && { nextState: caught.next }) };
}

const takes = (names: readonly string[], error: string): boolean =>
  names.some((name) => name === error || name === 'States.ALL' || name === 'States.TaskFailed');

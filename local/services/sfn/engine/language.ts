import {
  catcherOf,
  caughtOf,
  causeAt,
  type Json,
  type JsonObject,
  MAX_ATTEMPTS_DEFAULT,
  resultOf,
  retrierOf,
  retryDelaySeconds,
  type Scope,
  type State,
  StatesError,
} from '../../../languages/states/index.ts';
import { isoTime } from '../naming.ts';
import { stateOf } from './compile.ts';
import type { Exit, Failure } from './frame.ts';
import type { Maybe, Place } from './place.ts';

/** What a state is evaluated in. */
export function scopeOf({ engine, running, frame }: Place, more: JsonObject = {}): Scope {
  return { input: frame.input as Json, context: contextOf({ engine, running, frame }, more), variables: frame.variables, ports: engine.ports };
}

const RETRIABLE: ReadonlySet<string> = new Set(['Task', 'Parallel', 'Map']);

/** The context object, `$$`. @see https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html */
function contextOf({ running, frame }: Place, more: JsonObject): JsonObject {
  const { execution, revision } = running;
  const { redriveCount, redriveMs } = execution;
  running.input ??= JSON.parse(execution.input) as Json;
  const Execution: JsonObject = {
    Id: execution.arn,
    Input: running.input,
    Name: execution.name,
    RoleArn: revision.roleArn === '' ? null : revision.roleArn,
    StartTime: isoTime(execution.startMs),
    ...(execution.type === 'STANDARD' && { RedriveCount: redriveCount }),
    ...(redriveMs !== undefined && { RedriveTime: isoTime(redriveMs) }),
  };
  const { item } = frame;
  // Recorded: states that have no retriers do not tell how often they were tried.
  const isRetriable = RETRIABLE.has(stateOf(running, frame).Type);
  const context: JsonObject = {
    Execution,
    StateMachine: { Id: revision.stateMachineArn, Name: revision.machineName },
    State: { Name: frame.state, EnteredTime: isoTime(frame.enteredMs), ...(isRetriable && { RetryCount: frame.retryCount }) },
    ...(item && { Map: { Item: { Index: item.index, Value: item.value as Json } } }),
    ...more,
  };
  return running.mockedContext ? withMocked(context, running.mockedContext) : context;
}

function withMocked(context: JsonObject, mocked: JsonObject): JsonObject {
  const sections = Object.entries(mocked).map(([name, members]) => [name, { ...(context[name] as JsonObject | undefined), ...(members as JsonObject) }]);
  return { ...context, ...(Object.fromEntries(sections) as JsonObject) };
}

/** `then` of what may be no promise. */
export function mapMaybe<Value, Result>(value: Maybe<Value>, next: (value: Value) => Result): Maybe<Result> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** The end of a state that goes where its definition says. */
export function exitOf(state: State, { output, assigned }: { readonly output: unknown; readonly assigned: Readonly<JsonObject> }, next = nextOf(state)): Exit {
  return { kind: 'exit', output, assigned: Object.keys(assigned).length > 0 ? assigned : undefined, next };
}

const nextOf = (state: State): string | undefined => ('Next' in state ? state.Next : undefined);

/** What a state makes of its result. */
export function evaluateResult(place: Place, result: unknown): Maybe<Exit> {
  const state = stateOf(place.running, place.frame) as Extract<State, { Type: 'Task' | 'Parallel' | 'Map' }>;
  return mapMaybe(resultOf(state, scopeOf(place), result as Json), (outcome) => exitOf(state, outcome));
}

/** What retriers and catchers know an error by. A heartbeat that did not come is told as a time-out, and may be taken by its own name. */
const nameOf = ({ error = '', isHeartbeat }: Failure): string => (isHeartbeat ? 'States.HeartbeatTimeout' : error);

/** The retrier that takes a failure and has an attempt left, and how long it waits before. */
export function retryOf({ engine, running, frame }: Place, failure: Failure): { readonly index: number; readonly delayMs: number } | undefined {
  const state = stateOf(running, frame);
  const found = retrierOf('Retry' in state ? state.Retry : undefined, nameOf(failure));
  if (!found) return undefined;
  const { retrier, index } = found;
  const attempt = (frame.attempts[index] ?? 0) + 1;
  if (attempt > (retrier.MaxAttempts ?? MAX_ATTEMPTS_DEFAULT)) return undefined;
  return { index, delayMs: Math.round(retryDelaySeconds(retrier, attempt, () => engine.kernel.chance.random()) * 1000) };
}

/** The end of a state whose failure a catcher takes. */
export function evaluateCatch(place: Place, failure: Failure): Maybe<Exit> | undefined {
  const state = stateOf(place.running, place.frame);
  const catchers = 'Catch' in state ? state.Catch : undefined;
  const catcher = catcherOf(catchers, nameOf(failure));
  if (!catcher) return undefined;
  const { error = '', cause = '' } = failure;
  const caught = caughtOf(state, catcher, scopeOf(place), { Error: error, Cause: cause }, catchers?.indexOf(catcher));
  return mapMaybe(caught, (outcome) => exitOf(state, outcome, catcher.Next));
}

/** The failure that an error of the language is. An error of another kind is a bug and is thrown on. */
export function failureOf(error: unknown, { frame }: Place): Failure {
  if (!(error instanceof StatesError)) throw error;
  const cause = causeAt(error, frame.state, frame.enteredEventId);
  return {
    error: error.error,
    cause,
    ...(error.error === 'States.Runtime' && { isFatal: true }),
    ...(error.error === 'States.QueryEvaluationError' && { evaluation: { location: error.location } }),
  };
}

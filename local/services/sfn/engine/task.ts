import type { HistoryEventType } from '@aws-sdk/client-sfn';
import type { State } from '../../../languages/states/index.ts';
import { append } from '../history/append.ts';
import { isTooLarge, jsonText } from '../history/text.ts';
import { callTask, dataLimitExceeded } from '../tasks/call.ts';
import type { TaskOutcome } from '../tasks/outcome.ts';
import { readResource, type TaskResource } from '../tasks/resource.ts';
import { stateOf } from './compile.ts';
import type { TaskStep } from './frame.ts';
import { BLOCKED, type Engine, type Handler, type Place } from './place.ts';
import { evaluateTask, type TaskFields, taskId } from './task-fields.ts';
import { keep } from './timers.ts';
import { offerTask } from './waiting/activity-queue.ts';
import { awaitExecution, childResult } from './waiting/awaited.ts';

type TaskState = Extract<State, { Type: 'Task' }>;

/** What the frame's Task state names. */
export function resourceOf({ running, frame }: Place): TaskResource {
  return readResource((stateOf(running, frame) as TaskState).Resource) as TaskResource;
}

/** Events of a task are called by its kind. */
function eventType(resource: TaskResource, what: 'Scheduled' | 'Started' | 'Succeeded' | 'Failed' | 'TimedOut'): HistoryEventType {
  const subject = resource.kind === 'lambda' ? 'LambdaFunction' : resource.kind === 'activity' ? 'Activity' : 'Task';
  return `${subject}${what}` as HistoryEventType;
}

/** Members by which events of a service's task say which it is. */
function naming(resource: TaskResource): Readonly<Record<string, unknown>> {
  return resource.kind === 'lambda' || resource.kind === 'activity' ? {} : { resourceType: resource.resourceType, resource: resource.resource };
}

function note({ engine, running, frame }: Place, type: HistoryEventType, details?: Readonly<Record<string, unknown>>): void {
  const told = details && Object.keys(details).length > 0 ? details : undefined;
  frame.previousEventId = append(engine.state, running, { type, previousEventId: frame.previousEventId, details: told });
}

export const taskHandler: Handler<TaskFields> = {
  evaluate: evaluateTask,
  apply(place, fields) {
    const { engine, running, frame } = place;
    const resource = resourceOf(place);
    if (resource.kind === 'activity' && !engine.state.activities.has(resource.activityArn)) {
      const cause = `An error occurred while executing the state '${frame.state}' (entered at the event id #${frame.enteredEventId}). The activity ${resource.activityArn} does not exist.`;
      return { kind: 'failed', failure: { error: 'States.Runtime', cause, isFatal: true } };
    }
    schedule(place, resource, fields);
    frame.step = begun(engine, taskId(place), { resource, fields });
    keep(engine, running, frame);
    if (resource.kind === 'activity') offerTask(engine.state.queue, resource.activityArn, placeOf(place));
    else startCall(place, frame.step);
    return BLOCKED;
  },
};

const placeOf = (place: Place) => ({ executionArn: place.running.execution.arn, frame: place.frame.id, task: taskId(place) });

function begun({ kernel }: Engine, id: string, { resource, fields }: { readonly resource: TaskResource; readonly fields: TaskFields }): TaskStep {
  const nowMs = kernel.nowMs();
  const { args, timeoutSeconds, heartbeatSeconds, credentialsRoleArn } = fields;
  // A worker has no heartbeat to send before it has the task.
  const isQueued = resource.kind === 'activity';
  return {
    kind: 'task',
    id,
    args,
    phase: isQueued ? 'queued' : 'calling',
    deadlineMs: timeoutSeconds === undefined ? undefined : nowMs + timeoutSeconds * 1000,
    heartbeatMs: heartbeatSeconds === undefined ? undefined : heartbeatSeconds * 1000,
    beatDueMs: heartbeatSeconds === undefined ? undefined : nowMs + heartbeatSeconds * 1000,
    early: undefined,
    awaited: undefined,
    credentialsRoleArn,
  };
}

function schedule(place: Place, resource: TaskResource, { args, timeoutSeconds, heartbeatSeconds, credentialsRoleArn }: TaskFields): void {
  const limits = {
    ...(timeoutSeconds !== undefined && { timeoutInSeconds: timeoutSeconds }),
    ...(heartbeatSeconds !== undefined && { heartbeatInSeconds: heartbeatSeconds }),
    ...(credentialsRoleArn !== undefined && { taskCredentials: { roleArn: credentialsRoleArn } }),
  };
  const text = args === place.frame.input && place.frame.inputText !== undefined ? place.frame.inputText : jsonText(args);
  switch (resource.kind) {
    case 'lambda':
      note(place, 'LambdaFunctionScheduled', { resource: resource.functionArn, input: text, ...limits });
      note(place, 'LambdaFunctionStarted');
      return;
    case 'activity':
      note(place, 'ActivityScheduled', { resource: resource.activityArn, input: text, ...limits });
      return;
    default:
      note(place, 'TaskScheduled', { ...naming(resource), region: place.engine.kernel.region, parameters: text, ...limits });
      note(place, 'TaskStarted', naming(resource));
  }
}

/** Calls the task's service; after a restart a call whose answer is not known is made again. */
export function startCall(place: Place, step: TaskStep): void {
  const { engine, running } = place;
  const resource = resourceOf(place) as Exclude<TaskResource, { kind: 'activity' }>;
  const { roleArn } = running.revision;
  const call = { resource, args: step.args, roleArn, credentialsRoleArn: step.credentialsRoleArn, cause: running.execution.cause };
  void callTask(engine.kernel, call).then((outcome) => answered(place, step.id, { resource, outcome }));
}

/** Whether the frame still waits for this attempt of its task. */
export function taskStepOf({ running, frame }: Place, id: string): TaskStep | undefined {
  const { step } = frame;
  return running.frames.get(frame.id) === frame && running.execution.ending === undefined && step.kind === 'task' && step.id === id ? step : undefined;
}

/** The call has returned: the task has ended, unless it waits for what it began or for a callback. */
function answered(
  place: Place,
  id: string,
  { resource, outcome }: { readonly resource: Exclude<TaskResource, { kind: 'activity' }>; readonly outcome: TaskOutcome },
): void {
  const { engine, running, frame } = place;
  const step = taskStepOf(place, id);
  if (!step) return;
  const pattern = resource.kind === 'lambda' ? 'request-response' : resource.pattern;
  if (pattern === 'request-response') {
    endTask(place, outcome);
    return;
  }
  if (outcome.kind === 'failed') {
    note(place, 'TaskSubmitFailed', { ...naming(resource), ...errorMembers(outcome) });
    frame.step = { kind: 'failed', failure: { error: outcome.error, cause: outcome.cause } };
    engine.drive(running, frame);
    return;
  }
  note(place, 'TaskSubmitted', { ...naming(resource), output: jsonText(outcome.output) });
  if (pattern === 'callback') {
    frame.step = { ...step, phase: 'waiting' };
    if (step.early) endTask(place, step.early);
    else engine.drive(running, frame);
    return;
  }
  const { ExecutionArn: awaited } = outcome.output as { ExecutionArn: string };
  frame.step = { ...step, phase: 'waiting', awaited };
  engine.drive(running, frame);
  awaitChild(place);
}

/** Waits for the execution that a `.sync` task has begun. */
export function awaitChild(place: Place): void {
  const { frame, engine } = place;
  const { step } = frame;
  if (step.kind !== 'task' || step.awaited === undefined) return;
  const resource = resourceOf(place);
  const isParsed = resource.kind === 'optimized' && resource.pattern === 'sync:2';
  awaitExecution(engine, step.awaited, (execution) => {
    if (taskStepOf(place, step.id)) endTask(place, childResult(execution, { isParsed }));
  });
}

const errorMembers = ({ error, cause }: { readonly error: string | undefined; readonly cause: string | undefined }) => ({
  ...(error !== undefined && { error }),
  ...(cause !== undefined && { cause }),
});

/** Ends a task; what comes of it is the state's result or failure. */
export function endTask(place: Place, outcome: TaskOutcome): void {
  const { engine, running, frame } = place;
  const resource = resourceOf(place);
  const checked = limited(outcome, resource);
  if (checked.kind === 'failed') {
    note(place, eventType(resource, 'Failed'), { ...naming(resource), ...errorMembers(checked) });
    frame.step = { kind: 'failed', failure: { error: checked.error, cause: checked.cause } };
  } else {
    const text = checked.text ?? jsonText(checked.output);
    note(place, eventType(resource, 'Succeeded'), { ...naming(resource), output: text });
    frame.step = { kind: 'result', value: checked.output, text };
  }
  keep(engine, running, frame);
  engine.drive(running, frame);
}

function limited(outcome: TaskOutcome, resource: TaskResource): TaskOutcome {
  if (outcome.kind === 'failed' || !isTooLarge(outcome.text ?? jsonText(outcome.output))) return outcome;
  return dataLimitExceeded(resource.kind === 'lambda' ? resource.functionArn : resource.kind === 'activity' ? resource.activityArn : resource.resourceType);
}

/** A task has taken too long, or its heartbeat did not come. */
export function taskFallsDue(place: Place): void {
  const { engine, running, frame } = place;
  const { step } = frame;
  if (step.kind !== 'task') return;
  const isHeartbeat = step.beatDueMs !== undefined && (step.deadlineMs === undefined || step.beatDueMs < step.deadlineMs);
  const resource = resourceOf(place);
  // Recorded: a heartbeat that did not come is told as a time-out too.
  const error = 'States.Timeout';
  note(place, eventType(resource, 'TimedOut'), { ...naming(resource), error });
  engine.interrupt(running, frame);
  frame.step = { kind: 'failed', failure: { error, cause: undefined, ...(isHeartbeat && { isHeartbeat }) } };
  engine.drive(running, frame);
}

/** The end that a token's holder tells. */
export function tell(place: Place, step: TaskStep, outcome: TaskOutcome): void {
  // What a function tells of its own task before it returns is heeded when it has.
  if (step.phase === 'calling') {
    place.frame.step = { ...step, early: outcome };
    keep(place.engine, place.running, place.frame);
    return;
  }
  endTask(place, outcome);
}

/** Puts off the next heartbeat. */
export function heartbeat(place: Place, step: TaskStep): void {
  const { engine, running, frame } = place;
  if (step.heartbeatMs === undefined) return;
  frame.step = { ...step, beatDueMs: engine.kernel.nowMs() + step.heartbeatMs };
  keep(engine, running, frame);
  engine.drive(running, frame);
}

/** A worker has the task: from now on its heartbeats are due. */
export function workerTook(place: Place, step: TaskStep, workerName: string | undefined): void {
  const { engine, running, frame } = place;
  note(place, 'ActivityStarted', workerName === undefined ? {} : { workerName });
  const beatDueMs = step.heartbeatMs === undefined ? undefined : engine.kernel.nowMs() + step.heartbeatMs;
  frame.step = { ...step, phase: 'waiting', beatDueMs };
  keep(engine, running, frame);
  engine.drive(running, frame);
}

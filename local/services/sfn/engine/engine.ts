import type { Kernel } from '../../../kernel/kernel.ts';
import { NO_VARIABLES } from '../../../languages/states/index.ts';
import { append, CHUNK } from '../history/append.ts';
import type { Ending, Execution } from '../records.ts';
import { reportEnd, reportStart } from '../reporting/report.ts';
import { indexExecution, type StatesState } from '../state.ts';
import { abortFrame } from './children.ts';
import { compile } from './compile.ts';
import { drive } from './drive.ts';
import { type Frame, frameKey } from './frame.ts';
import { childExecutionEnded, resumeMapRun, stopMapRun } from './mapping/map-run.ts';
import type { Engine, Place, StartRequest } from './place.ts';
import { createRunning, type Running } from './running.ts';
import { awaitChild, resourceOf, startCall } from './task.ts';
import { offerTask } from './waiting/activity-queue.ts';
import { watch } from './watch.ts';

/** Express executions last five minutes at most, Standard ones a year. @see https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const LIFETIME_MS = { EXPRESS: 5 * 60_000, STANDARD: 365 * 86_400_000 } as const;

/** Runs executions: starts them, goes on after a restart, and ends them. */
export function createEngine(kernel: Kernel, state: StatesState): Engine {
  const engine: Engine = {
    kernel,
    state,
    ports: { nowMs: () => kernel.nowMs(), random: () => kernel.chance.random(), uuid: () => kernel.uuid() },
    drive: (running, frame) => drive(engine, running, frame),
    start: (request) => start(engine, request),
    end: (running, ending, previousEventId) => end(engine, running, { ending, previousEventId }),
    interrupt: (running, frame) => interrupt(engine, running, frame),
  };
  return engine;
}

function start(engine: Engine, request: StartRequest): Running {
  const { kernel, state } = engine;
  const { revision } = request;
  const startMs = kernel.nowMs();
  const { timeoutSeconds = Number.POSITIVE_INFINITY } = request.mapParent ? {} : compile(revision);
  const execution: Execution = {
    arn: request.arn,
    name: request.name,
    stateMachineArn: request.stateMachineArn,
    versionArn: request.versionArn,
    aliasArn: request.aliasArn,
    revisionKey: revision.key,
    type: request.type,
    input: request.input,
    startMs,
    traceHeader: request.traceHeader,
    mapParent: request.mapParent,
    cause: request.cause,
    events: 0,
    deadlineMs: startMs + Math.min(LIFETIME_MS[request.type], timeoutSeconds * 1000),
    stopMs: undefined,
    redriveCount: 0,
    redriveMs: undefined,
    ending: undefined,
  };
  const running = createRunning(execution, revision);
  if (!request.isSynchronous) {
    state.executions.put(execution.arn, execution);
    indexExecution(state, execution);
  }
  state.running.set(execution.arn, running);
  begin(engine, running);
  return running;
}

/** Writes the first event and lets the first state have its turn soon. */
function begin(engine: Engine, running: Running): void {
  const { execution, revision, compiled } = running;
  reportStart(engine, running);
  const { versionArn, aliasArn } = execution;
  const details = {
    input: execution.input,
    roleArn: revision.roleArn,
    ...(aliasArn !== undefined && { stateMachineAliasArn: aliasArn }),
    ...(versionArn !== undefined && { stateMachineVersionArn: versionArn }),
  };
  append(engine.state, running, { type: 'ExecutionStarted', previousEventId: 0, details });
  const frame = rootFrame(execution, compiled.machine.StartAt);
  running.frames.set(frame.id, frame);
  if (execution.type === 'STANDARD') engine.state.frames.put(frameKey(execution.arn, frame.id), frame);
  setDeadline(engine, running);
  engine.kernel.soon('start of an execution', () => {
    if (running.frames.get(frame.id) === frame) engine.drive(running, frame);
  });
}

function rootFrame({ arn, input }: Execution, startAt: string): Frame {
  return {
    id: 'r',
    executionArn: arn,
    parent: undefined,
    index: 0,
    path: [],
    item: undefined,
    state: startAt,
    step: { kind: 'enter' },
    input: JSON.parse(input) as unknown,
    inputText: input,
    variables: NO_VARIABLES,
    previousEventId: 0,
    enteredEventId: 0,
    ledById: 0,
    enteredMs: 0,
    attempts: {},
    retryCount: 0,
  };
}

function setDeadline(engine: Engine, running: Running): void {
  const { deadlineMs } = running.execution;
  if (deadlineMs === undefined) return;
  running.deadline = engine.kernel.at(deadlineMs, 'time-out of an execution', () => {
    if (running.execution.ending === undefined) engine.end(running, { status: 'TIMED_OUT', error: undefined, cause: undefined }, 0);
  });
}

/** Frees what a frame waited for elsewhere: a task that no worker has, an execution that it began, a map's run. */
function interrupt({ state, ...engine }: Engine, running: Running, { step, id }: Frame): void {
  if (step.kind === 'map-run') stopMapRun({ state, ...engine }, running, step);
  if (step.kind !== 'task') return;
  if (step.phase === 'queued') {
    for (const [arn, tasks] of state.queue.tasks) {
      const left = tasks.filter((task) => task.executionArn !== running.execution.arn || task.frame !== id || task.task !== step.id);
      if (left.length < tasks.length) state.queue.tasks.set(arn, left);
    }
  }
  const awaited = step.awaited === undefined ? undefined : state.running.get(step.awaited);
  if (awaited) stopExecutionOf({ state, ...engine }, awaited, {});
}

/** Ends an execution from outside. */
export function stopExecutionOf(engine: Engine, running: Running, why: { readonly error?: string | undefined; readonly cause?: string | undefined }): void {
  engine.end(running, { status: 'ABORTED', error: why.error, cause: why.cause }, 0);
}

const LAST_EVENT = { SUCCEEDED: 'ExecutionSucceeded', FAILED: 'ExecutionFailed', TIMED_OUT: 'ExecutionTimedOut', ABORTED: 'ExecutionAborted' } as const;

function end(engine: Engine, running: Running, { ending, previousEventId }: { readonly ending: Ending; readonly previousEventId: number }): void {
  const { state, kernel } = engine;
  const { execution } = running;
  if (execution.ending !== undefined) return;
  clear(engine, running, ending);
  const details = ending.status === 'SUCCEEDED' ? { output: ending.output } : errorMembers(ending);
  append(state, running, { type: LAST_EVENT[ending.status], previousEventId, details });
  execution.ending = ending;
  execution.stopMs = kernel.nowMs();
  running.deadline?.cancel();
  state.running.delete(execution.arn);
  keepEnd(engine, running);
  reportEnd(engine, running, ending);
  for (const waiter of state.waiters.get(execution.arn) ?? []) kernel.soon('end of an execution', () => waiter(execution));
  state.waiters.delete(execution.arn);
  if (execution.mapParent) kernel.soon('end of a map’s execution', () => childExecutionEnded(engine, execution));
}

function errorMembers({ error, cause }: Extract<Ending, { status: 'FAILED' | 'TIMED_OUT' | 'ABORTED' }>): Record<string, string> {
  return { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
}

/** Takes the frames of an execution that ends. One that did not succeed keeps where it stood, to be redriven from there. */
function clear(engine: Engine, running: Running, ending: Ending): void {
  const isTold = ending.status === 'ABORTED' || ending.status === 'TIMED_OUT';
  if (ending.status !== 'SUCCEEDED') for (const frame of [...running.frames.values()].reverse()) abortFrame({ engine, running, frame }, { isTold });
  running.frames.clear();
  if (ending.status === 'SUCCEEDED' || running.execution.type === 'EXPRESS') return;
  for (const frame of running.stalled.values()) engine.state.frames.put(frameKey(running.execution.arn, frame.id), frame);
}

/** Express executions are not kept once they have ended, but for those of a map's run. */
function keepEnd({ state }: Engine, { execution }: Running): void {
  if (execution.type === 'EXPRESS' && execution.mapParent === undefined) {
    state.executions.delete(execution.arn);
    return;
  }
  state.executions.put(execution.arn, execution);
  state.ended.push(execution.arn);
}

/** Takes up, after a restart, every execution that had not ended. Express executions begin again, as AWS may let them. */
export function resume(engine: Engine): void {
  const { state, kernel } = engine;
  const framesOf = new Map<string, Frame[]>();
  for (const frame of state.frames.values()) {
    const frames = framesOf.get(frame.executionArn);
    if (frames) frames.push(frame);
    else framesOf.set(frame.executionArn, [frame]);
  }
  for (const execution of state.executions.values()) {
    const revision = state.revisions.get(execution.revisionKey);
    if (execution.ending !== undefined || !revision) continue;
    execution.cause = undefined;
    const running = createRunning(execution, revision);
    state.running.set(execution.arn, running);
    if (execution.type === 'EXPRESS') {
      execution.events = 0;
      begin(engine, running);
      continue;
    }
    running.chunk = state.history.get(`${execution.arn}|${Math.floor((execution.events - 1) / CHUNK)}`) ?? [];
    setDeadline(engine, running);
    for (const frame of framesOf.get(execution.arn) ?? []) running.frames.set(frame.id, frame);
    kernel.soon('resume an execution', () => resumeFrames(engine, running));
  }
}

function resumeFrames(engine: Engine, running: Running): void {
  for (const frame of [...running.frames.values()]) {
    const place = { engine, running, frame };
    const { step } = frame;
    watch(place);
    if (step.kind === 'task') {
      if (step.phase === 'calling') startCall(place, step);
      else if (step.awaited !== undefined) awaitChild(place);
      else if (step.phase === 'queued') requeue(place);
    } else if (step.kind === 'map-run') resumeMapRun(place);
    else engine.drive(running, frame);
  }
}

function requeue({ engine, running, frame }: Place): void {
  const { step } = frame;
  if (step.kind !== 'task') return;
  const resource = resourceOf({ engine, running, frame });
  if (resource.kind !== 'activity') return;
  offerTask(engine.state.queue, resource.activityArn, { executionArn: running.execution.arn, frame: frame.id, task: step.id });
}

import type { State } from '../../../../languages/states/index.ts';
import { append } from '../../history/append.ts';
import { jsonText } from '../../history/text.ts';
import type { Execution, MapRun } from '../../records.ts';
import { writeResults } from '../../tasks/result-writer.ts';
import type { Failure, MapRunStep } from '../frame.ts';
import { BLOCKED, type Engine, type Outcome, type Place } from '../place.ts';
import type { Running } from '../running.ts';
import { keep } from '../timers.ts';
import type { MapFields } from './map.ts';

type MapState = Extract<State, { Type: 'Map' }>;

/** Child executions that run at once, where the definition sets no lower bound. @see https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html */
const CONCURRENT_EXECUTIONS_MAX = 1000;

/** Begins a distributed map: each item, or batch of items, is an execution of its own. */
export function beginMapRun(place: Place, { Label, ItemProcessor }: MapState, { items, inputs, settings, writer }: MapFields): Outcome {
  const { engine, running, frame } = place;
  const { kernel, state } = engine;
  const { execution, revision } = running;
  const label = Label ?? kernel.uuid();
  const run: MapRun = {
    arn: kernel.arn('states', `mapRun:${revision.machineName}/${label}:${kernel.uuid()}`),
    executionArn: execution.arn,
    stateMachineArn: `${revision.stateMachineArn}/${label}`,
    startMs: kernel.nowMs(),
    itemCount: items.length,
    executionCount: inputs.length,
    stopMs: undefined,
    status: 'RUNNING',
    maxConcurrency: settings.maxConcurrency,
    toleratedFailureCount: settings.toleratedFailureCount ?? 0,
    toleratedFailurePercentage: settings.toleratedFailurePercentage ?? 0,
    counts: { running: 0, succeeded: 0, failed: 0, timedOut: 0, aborted: 0 },
    redriveCount: 0,
    redriveMs: undefined,
  };
  state.mapRuns.put(run.arn, run);
  frame.previousEventId = append(state, running, { type: 'MapRunStarted', previousEventId: frame.previousEventId, details: { mapRunArn: run.arn } });
  const step: MapRunStep = {
    kind: 'map-run',
    mapRunArn: run.arn,
    executionType: ItemProcessor.ProcessorConfig?.ExecutionType ?? 'STANDARD',
    inputs,
    results: [],
    failures: [],
    writer,
    next: 0,
    running: 0,
    done: 0,
  };
  frame.step = step;
  keep(engine, running, frame);
  startChildren(place, step, run);
  return BLOCKED;
}

/** Starts as many children as may run; where there is none left, the run has ended. */
function startChildren(place: Place, step: MapRunStep, run: MapRun): void {
  const { engine, running, frame } = place;
  const bound = run.maxConcurrency === 0 ? CONCURRENT_EXECUTIONS_MAX : Math.min(run.maxConcurrency, CONCURRENT_EXECUTIONS_MAX);
  while (step.running < bound && step.next < step.inputs.length) {
    const index = step.next;
    step.next += 1;
    step.running += 1;
    run.counts.running += 1;
    startChild(place, step, { run, index });
  }
  engine.state.mapRuns.touch(run.arn);
  keep(engine, running, frame);
  if (step.done === step.inputs.length) engine.kernel.soon('end of a map run', () => endRun(place, step, run));
}

function startChild({ engine, running, frame }: Place, step: MapRunStep, { run, index }: { readonly run: MapRun; readonly index: number }): void {
  const { kernel } = engine;
  const { revision, execution } = running;
  const name = kernel.uuid();
  const machine = run.stateMachineArn.slice(revision.stateMachineArn.length - revision.machineName.length);
  const arn =
    step.executionType === 'EXPRESS'
      ? kernel.arn('states', `express:${machine}:${name}:${kernel.uuid()}`)
      : kernel.arn('states', `execution:${machine}:${name}`);
  const path = [...(execution.mapParent?.path ?? []), ...frame.path, [frame.state, 0] as const];
  engine.start({
    arn,
    name,
    revision,
    stateMachineArn: run.stateMachineArn,
    type: step.executionType,
    input: jsonText(step.inputs[index]),
    cause: execution.cause,
    mapParent: { mapRunArn: run.arn, executionArn: execution.arn, frame: frame.id, index, path },
  });
}

const COUNTS = { SUCCEEDED: 'succeeded', FAILED: 'failed', TIMED_OUT: 'timedOut', ABORTED: 'aborted' } as const;

/** A child of a map run has ended. */
export function childExecutionEnded(engine: Engine, child: Execution): void {
  const { mapParent: parent, ending } = child;
  const run = parent && engine.state.mapRuns.get(parent.mapRunArn);
  if (!parent || !run || !ending) return;
  run.counts.running -= 1;
  run.counts[COUNTS[ending.status]] += 1;
  const running = engine.state.running.get(parent.executionArn);
  const frame = running?.frames.get(parent.frame);
  if (!running || frame?.step.kind !== 'map-run' || frame.step.mapRunArn !== run.arn || run.status !== 'RUNNING') return;
  const { step } = frame;
  const place = { engine, running, frame };
  step.running -= 1;
  step.done += 1;
  if (ending.status === 'SUCCEEDED') step.results[parent.index] = JSON.parse(ending.output) as unknown;
  else step.failures.push(parent.index);
  if (isOverThreshold(run, step)) failRun(place, step, run);
  else startChildren(place, step, run);
}

/** Either bound is enough: a run fails when its failures are more than the count and more than the percentage allow. */
function isOverThreshold({ toleratedFailureCount: count, toleratedFailurePercentage: percentage }: MapRun, { failures, inputs }: MapRunStep): boolean {
  if (failures.length === 0) return false;
  const isOverCount = failures.length > count;
  const isOverPercentage = (failures.length / inputs.length) * 100 > percentage;
  if (count > 0 && percentage > 0) return isOverCount || isOverPercentage;
  return count > 0 ? isOverCount : isOverPercentage;
}

const THRESHOLD: Failure = { error: 'States.ExceedToleratedFailureThreshold', cause: 'The specified tolerated failure threshold was exceeded' };

function failRun(place: Place, step: MapRunStep, run: MapRun): void {
  const { engine, running, frame } = place;
  endRunWith(engine, run, 'FAILED');
  stopChildren(engine, run);
  frame.previousEventId = append(engine.state, running, { type: 'MapRunFailed', previousEventId: frame.previousEventId, details: { ...THRESHOLD } });
  running.stalled.set(frame.id, { ...frame, step: { ...step }, attempts: {}, retryCount: 0 });
  frame.step = { kind: 'failed', failure: THRESHOLD };
  engine.drive(running, frame);
}

function endRunWith({ kernel, state }: Engine, run: MapRun, status: MapRun['status']): void {
  run.status = status;
  run.stopMs = kernel.nowMs();
  state.mapRuns.touch(run.arn);
}

function endRun(place: Place, step: MapRunStep, run: MapRun): void {
  const { engine, running, frame } = place;
  if (running.frames.get(frame.id) !== frame || frame.step !== step || run.status !== 'RUNNING') return;
  endRunWith(engine, run, 'SUCCEEDED');
  const results = step.results.filter((_, index) => !step.failures.includes(index));
  const finish = (value: unknown): void => {
    if (running.frames.get(frame.id) !== frame || frame.step !== step) return;
    // Recorded since November 2024: the exit follows on the run's start.
    const succeeded = append(engine.state, running, { type: 'MapRunSucceeded', previousEventId: frame.previousEventId });
    append(engine.state, running, { type: 'MapStateSucceeded', previousEventId: succeeded });
    frame.step = { kind: 'result', value };
    engine.drive(running, frame);
  };
  if (!step.writer) {
    finish(results);
    return;
  }
  const written = writeResults(engine, { run, writer: step.writer, roleArn: running.revision.roleArn });
  void written.then((outcome) => {
    if (outcome.kind === 'succeeded') finish(outcome.output);
    else {
      frame.step = { kind: 'failed', failure: { error: 'States.ResultWriterFailed', cause: outcome.cause } };
      engine.drive(running, frame);
    }
  });
}

/** Ends the children that run. */
function stopChildren(engine: Engine, run: MapRun): void {
  for (const arn of engine.state.byOwner.get(run.arn) ?? []) {
    const child = engine.state.running.get(arn);
    if (child) engine.end(child, { status: 'ABORTED', error: undefined, cause: undefined }, 0);
  }
}

/** The map that began the run is interrupted. */
export function stopMapRun(engine: Engine, running: Running, { mapRunArn }: MapRunStep): void {
  const run = engine.state.mapRuns.get(mapRunArn);
  if (run?.status !== 'RUNNING') return;
  endRunWith(engine, run, 'ABORTED');
  stopChildren(engine, run);
  append(engine.state, running, { type: 'MapRunAborted', previousEventId: running.execution.events });
}

/** After a restart: children go on by themselves, those that ended are counted in the run's step. */
export function resumeMapRun(place: Place): void {
  const { step } = place.frame;
  const run = step.kind === 'map-run' ? place.engine.state.mapRuns.get(step.mapRunArn) : undefined;
  if (step.kind !== 'map-run' || !run) return;
  for (const arn of place.engine.state.byOwner.get(run.arn) ?? []) {
    const child = place.engine.state.executions.get(arn);
    const index = child?.mapParent?.index;
    const isUncounted = child?.ending !== undefined && index !== undefined && step.results[index] === undefined && !step.failures.includes(index);
    if (child && isUncounted) place.engine.kernel.soon('end of a map’s execution', () => childExecutionEnded(place.engine, child));
  }
  startChildren(place, step, run);
}

/** Runs the items that failed once more, and those that were not begun. */
export function redriveMapRun(place: Place): void {
  const { engine, running, frame } = place;
  const { step } = frame;
  const run = step.kind === 'map-run' ? engine.state.mapRuns.get(step.mapRunArn) : undefined;
  if (step.kind !== 'map-run' || !run) return;
  run.status = 'RUNNING';
  run.stopMs = undefined;
  run.redriveCount += 1;
  run.redriveMs = engine.kernel.nowMs();
  const details = { mapRunArn: run.arn, redriveCount: run.redriveCount };
  frame.previousEventId = append(engine.state, running, { type: 'MapRunRedriven', previousEventId: frame.previousEventId, details });
  const again = [...step.inputs.keys()].slice(0, step.next).filter((index) => step.results[index] === undefined);
  const redriven: MapRunStep = { ...step, failures: [], running: again.length, done: step.next - again.length };
  frame.step = redriven;
  for (const index of again) {
    run.counts.running += 1;
    startChild(place, redriven, { run, index });
  }
  startChildren(place, redriven, run);
}

import { Fault } from '../../../kernel/errors.ts';
import type { Engine } from '../engine/place.ts';
import type { Running } from '../engine/running.ts';
import type { Ending } from '../records.ts';
import { statusChange } from './bus-event.ts';
import { openLog } from './log.ts';

/** Tells that an execution has begun, or goes on after a redrive. */
export function reportStart(engine: Engine, running: Running): void {
  const { execution } = running;
  const { kernel } = engine;
  const { arn, name, stateMachineArn, redriveCount, cause } = execution;
  execution.cause = kernel.journal.append({
    service: 'sfn',
    kind: redriveCount > 0 ? 'execution-redriven' : 'execution-started',
    arn,
    cause,
    detail: { name, stateMachineArn },
  });
  running.log = openLog(engine, running);
  if (execution.mapParent === undefined) meter(engine, running, { name: 'ExecutionsStarted', value: 1, unit: 'Count' });
  changed(engine, running);
}

const ENDED = { SUCCEEDED: 'ExecutionsSucceeded', FAILED: 'ExecutionsFailed', TIMED_OUT: 'ExecutionsTimedOut', ABORTED: 'ExecutionsAborted' } as const;

/** Tells that an execution has ended. */
export function reportEnd(engine: Engine, running: Running, ending: Ending): void {
  const { execution } = running;
  const { kernel } = engine;
  const { arn, cause, startMs, events } = execution;
  const { status } = ending;
  const error = ending.status === 'SUCCEEDED' ? {} : { error: ending.error, cause: ending.cause };
  execution.cause = kernel.journal.append({ service: 'sfn', kind: 'execution-ended', arn, cause, detail: { status, events, ...error } });
  if (execution.mapParent === undefined) {
    meter(engine, running, { name: ENDED[status], value: 1, unit: 'Count' });
    meter(engine, running, { name: 'ExecutionTime', value: kernel.nowMs() - startMs, unit: 'Milliseconds' });
  }
  changed(engine, running);
}

/** @see https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html */
function meter({ kernel }: Engine, { execution }: Running, datum: { readonly name: string; readonly value: number; readonly unit: string }): void {
  kernel.meter({ namespace: 'AWS/States', dimensions: { StateMachineArn: execution.stateMachineArn }, ...datum });
}

/** Standard executions tell the default bus of each change of their status; the bus may not be there in a test of the engine alone. */
function changed({ kernel }: Engine, { execution }: Running): void {
  if (execution.type !== 'STANDARD' || execution.mapParent) return;
  const principal = { type: 'service', service: 'states.amazonaws.com', sourceArn: execution.stateMachineArn } as const;
  const input = { Entries: [statusChange(execution)] };
  const sent = kernel.request({ service: 'eventbridge', operation: 'PutEvents', input, principal, cause: execution.cause });
  void sent.catch((error: unknown) => {
    if (!(error instanceof Fault)) throw error;
  });
}

import { Fault } from '../../../kernel/errors.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import type { LogSink } from '../engine/log-sink.ts';
import type { Engine } from '../engine/place.ts';
import type { Running } from '../engine/running.ts';
import type { HistoryRecord } from '../history/record.ts';
import { wireDetails } from '../history/wire.ts';
import { logGroupName } from '../log-destination.ts';

/** Events that a level takes. @see https://docs.aws.amazon.com/step-functions/latest/dg/cloudwatch-log-level.html */
const FATAL = /^Execution(Aborted|Failed|TimedOut)$/;
const ERROR =
  /^(Activity(Failed|ScheduleFailed|TimedOut)|EvaluationFailed|Execution(Aborted|Failed|TimedOut)|FailStateEntered|LambdaFunction(Failed|ScheduleFailed|StartFailed|TimedOut)|Map(IterationAborted|IterationFailed|RunAborted|RunFailed|StateAborted|StateFailed)|ParallelState(Aborted|Failed)|Task(Failed|StartFailed|StateAborted|SubmitFailed|TimedOut)|WaitStateAborted)$/;

/** Events of one turn go to the log together. */
const BATCH_MAX = 1000;

/** Where the events of an execution are logged, where its machine logs. */
export function openLog({ kernel }: Engine, running: Running): LogSink | undefined {
  const { level, destinations, includeExecutionData } = running.revision.logging;
  const [destination] = destinations ?? [];
  if (level === 'OFF' || destination === undefined) return undefined;
  const { arn } = running.execution;
  let batch: { readonly timestamp: number; readonly message: string }[] = [];
  const flush = (): void => {
    const logEvents = batch;
    batch = [];
    void write(kernel, running, { logGroupArn: destination, logEvents });
  };
  return (event) => {
    if (level === 'FATAL' ? !FATAL.test(event.type) : level === 'ERROR' && !ERROR.test(event.type)) return;
    if (batch.length === 0) kernel.soon('log of an execution', flush);
    batch.push({ timestamp: event.atMs, message: messageOf(event, { arn, includeExecutionData, redriveCount: running.execution.redriveCount }) });
    if (batch.length >= BATCH_MAX) flush();
  };
}

/** One line of the log. Recorded. */
function messageOf(
  { id, type, previousEventId, atMs, details }: HistoryRecord,
  { arn, includeExecutionData, redriveCount }: { readonly arn: string; readonly includeExecutionData: boolean; readonly redriveCount: number },
): string {
  return JSON.stringify({
    id: String(id),
    type,
    details: details === undefined ? {} : wireDetails(details, { isDataIncluded: includeExecutionData }),
    previous_event_id: String(previousEventId),
    event_timestamp: String(atMs),
    execution_arn: arn,
    redrive_count: String(redriveCount),
  });
}

const streamName = (kernel: Kernel, machineName: string): string => {
  const at = new Date(kernel.nowMs()).toISOString();
  return `states/${machineName}/${at.slice(0, 10)}-${at.slice(11, 13)}-${at.slice(14, 16)}/${kernel.uuid().slice(0, 8)}`;
};

/** Streams by machine and minute: a machine's executions share one. */
const streams = new WeakMap<Kernel, Map<string, string>>();

/** The log is written as the service: its rights are those of the log group's policy on AWS. */
async function write(
  kernel: Kernel,
  { revision, execution }: Running,
  { logGroupArn, logEvents }: { readonly logGroupArn: string; readonly logEvents: readonly { readonly timestamp: number; readonly message: string }[] },
): Promise<void> {
  if (logEvents.length === 0) return;
  const group = logGroupName(logGroupArn);
  const call = (operation: string, input: object) =>
    kernel.request({ service: 'cloudwatch-logs', operation, input, principal: { type: 'root' }, cause: execution.cause });
  const known = streams.get(kernel) ?? new Map<string, string>();
  streams.set(kernel, known);
  try {
    let logStreamName = known.get(revision.stateMachineArn);
    if (logStreamName === undefined) {
      logStreamName = streamName(kernel, revision.machineName);
      known.set(revision.stateMachineArn, logStreamName);
      await call('CreateLogStream', { logGroupName: group, logStreamName });
    }
    await call('PutLogEvents', { logGroupName: group, logStreamName, logEvents });
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const detail = { error: error.code, message: error.message };
    kernel.journal.append({ service: 'sfn', kind: 'log-refused', arn: revision.stateMachineArn, cause: execution.cause, detail });
  }
}

import type { Execution } from '../../records.ts';
import { failed, type TaskOutcome } from '../../tasks/outcome.ts';
import type { Engine } from '../place.ts';

/** Calls `ended` when the execution has ended: at once where it has. */
export function awaitExecution({ state, kernel }: Engine, arn: string, ended: (execution: Execution) => void): void {
  const execution = state.executions.get(arn);
  if (!execution) return;
  if (execution.ending) {
    kernel.soon('an execution that has ended', () => ended(execution));
    return;
  }
  const waiters = state.waiters.get(arn);
  if (waiters) waiters.push(ended);
  else state.waiters.set(arn, [ended]);
}

/** The end of an execution as that of the task that awaited it; `.sync:2` has its data as JSON, `.sync` as text. */
export function childResult(execution: Execution, { isParsed }: { readonly isParsed: boolean }): TaskOutcome {
  const { ending, arn, name, stateMachineArn, startMs, stopMs, input } = execution;
  const data = (text: string): unknown => (isParsed ? (JSON.parse(text) as unknown) : text);
  const described = {
    ExecutionArn: arn,
    Input: data(input),
    InputDetails: { Included: true },
    Name: name,
    ...(ending?.status === 'SUCCEEDED' && { Output: data(ending.output), OutputDetails: { Included: true } }),
    StartDate: startMs,
    StateMachineArn: stateMachineArn,
    Status: ending?.status,
    StopDate: stopMs,
  };
  if (ending?.status === 'SUCCEEDED') return { kind: 'succeeded', output: described };
  const { error, cause } = ending ?? {};
  return failed(
    'States.TaskFailed',
    JSON.stringify({ ...(cause !== undefined && { Cause: cause }), ...(error !== undefined && { Error: error }), ...described }),
  );
}

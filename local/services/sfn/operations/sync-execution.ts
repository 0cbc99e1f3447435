import type { StartSyncExecutionInput, StartSyncExecutionOutput } from '@aws-sdk/client-sfn';
import { refuseAllBut } from '../../../kernel/errors.ts';
import { stateMachineTypeNotSupported } from '../errors.ts';
import type { Execution } from '../records.ts';
import type { States } from '../state.ts';
import { readStart } from './starting.ts';

/** Memory that AWS bills at least, in steps of which it bills, and time likewise. @see https://aws.amazon.com/step-functions/pricing/ */
const BILLED_MEMORY_MIB = 64;
const BILLED_STEP_MS = 100;

/** Runs an Express execution and answers its end. */
export async function startSyncExecution(input: StartSyncExecutionInput, context: States): Promise<StartSyncExecutionOutput> {
  refuseAllBut(['stateMachineArn', 'name', 'input', 'traceHeader', 'includedData'], input, { operation: 'StartSyncExecution', page: 'sfn' });
  const { state } = context;
  const started = readStart(input, context);
  if (started.revision.type !== 'EXPRESS') throw stateMachineTypeNotSupported();
  const { execution } = state.engine.start({ ...started, isSynchronous: true });
  const ended = await new Promise<Execution>((resolve) => {
    state.waiters.set(execution.arn, [resolve]);
  });
  return outputOf(ended, { isDataIncluded: input.includedData !== 'METADATA_ONLY', asked: input.stateMachineArn ?? '' });
}

function outputOf(execution: Execution, { isDataIncluded, asked }: { readonly isDataIncluded: boolean; readonly asked: string }): StartSyncExecutionOutput {
  const { arn, name, startMs, stopMs = startMs, ending, traceHeader } = execution;
  const billedMs = Math.max(BILLED_STEP_MS, Math.ceil((stopMs - startMs) / BILLED_STEP_MS) * BILLED_STEP_MS);
  const common = {
    executionArn: arn,
    name,
    stateMachineArn: asked,
    startDate: new Date(startMs),
    stopDate: new Date(stopMs),
    ...(isDataIncluded && { input: execution.input, inputDetails: { included: true } }),
    ...(traceHeader !== undefined && { traceHeader }),
    billingDetails: { billedMemoryUsedInMB: BILLED_MEMORY_MIB, billedDurationInMilliseconds: billedMs },
  };
  if (ending?.status === 'SUCCEEDED') {
    return { ...common, status: 'SUCCEEDED', ...(isDataIncluded && { output: ending.output, outputDetails: { included: true } }) };
  }
  const { error, cause } = ending ?? {};
  const status = ending?.status === 'TIMED_OUT' ? 'TIMED_OUT' : 'FAILED';
  return { ...common, status, ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
}

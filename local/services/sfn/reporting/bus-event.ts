import type { Execution } from '../records.ts';
import { redriveStatus } from '../redrive-status.ts';

/** Data of an execution beyond this is left out of its events. @see https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html */
const DATA_BYTES_MAX = 248 * 1024;

/** The entry for the default event bus when an execution's status changes. Recorded. */
export function statusChange(execution: Execution): object {
  const { arn, stateMachineArn, name, ending, startMs, stopMs, input, versionArn, aliasArn, redriveCount, redriveMs } = execution;
  const { redriveStatus: status, redriveStatusReason: reason } = redriveStatus(execution);
  const output = ending?.status === 'SUCCEEDED' ? ending.output : undefined;
  const isIncluded = Buffer.byteLength(input) + Buffer.byteLength(output ?? '') <= DATA_BYTES_MAX;
  const detail = {
    executionArn: arn,
    stateMachineArn,
    name,
    status: ending?.status ?? 'RUNNING',
    startDate: startMs,
    stopDate: stopMs ?? null,
    input: isIncluded ? input : null,
    output: (isIncluded && output) || null,
    stateMachineVersionArn: versionArn ?? null,
    stateMachineAliasArn: aliasArn ?? null,
    redriveCount,
    redriveDate: redriveMs ?? null,
    redriveStatus: status,
    redriveStatusReason: reason ?? null,
    inputDetails: { included: isIncluded },
    outputDetails: output === undefined ? null : { included: isIncluded },
    error: (ending?.status !== 'SUCCEEDED' && ending?.error) || null,
    cause: (ending?.status !== 'SUCCEEDED' && ending?.cause) || null,
  };
  return {
    Source: 'aws.states',
    DetailType: 'Step Functions Execution Status Change',
    Resources: [arn],
    Time: new Date(stopMs ?? startMs),
    Detail: JSON.stringify(detail),
  };
}

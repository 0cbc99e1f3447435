import type { InvokeCommandOutput } from '@aws-sdk/client-lambda';
import type { StartSyncExecutionCommandOutput } from '@aws-sdk/client-sfn';
import { entryRefused } from '../errors.ts';
import type { PipeLine } from './line.ts';

/** Invokes a function and waits for what it answers; an error of the function is thrown. */
export async function invoke(line: PipeLine, arn: string, payload: string, cause: number): Promise<string> {
  const input = { FunctionName: arn, InvocationType: 'RequestResponse', Payload: Buffer.from(payload) };
  const call = { service: 'lambda', operation: 'Invoke', input, principal: line.principal, cause };
  const output = await line.kernel.request<InvokeCommandOutput>(call);
  const answer = Buffer.from(output.Payload ?? []).toString();
  if (output.FunctionError !== undefined) throw entryRefused(output.FunctionError, answer);
  return answer;
}

/** Runs an Express state machine and waits for its output; an execution that does not succeed is thrown. */
export async function execute(line: PipeLine, arn: string, input: string, cause: number): Promise<string> {
  const call = { service: 'sfn', operation: 'StartSyncExecution', input: { stateMachineArn: arn, input }, principal: line.principal, cause };
  const output = await line.kernel.request<StartSyncExecutionCommandOutput>(call);
  if (output.status !== 'SUCCEEDED') throw entryRefused(output.error ?? output.status ?? 'FAILED', output.cause ?? '');
  return output.output ?? 'null';
}

import { Fault } from '../../../kernel/errors.ts';
import type { ResultWriter } from '../engine/frame.ts';
import type { Engine } from '../engine/place.ts';
import type { Execution, MapRun } from '../records.ts';
import { failed, type TaskOutcome } from './outcome.ts';

interface Writing {
  readonly run: MapRun;
  readonly writer: ResultWriter;
  readonly roleArn: string;
}

/**
 * Writes how each child of a map run ended to its bucket, and a manifest of what was written.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
 */
export async function writeResults({ kernel, state }: Engine, { run, writer, roleArn }: Writing): Promise<TaskOutcome> {
  const id = run.arn.slice(run.arn.lastIndexOf(':') + 1);
  const folder = writer.prefix === '' ? id : `${writer.prefix.replace(/\/$/, '')}/${id}`;
  const children = (state.byOwner.get(run.arn) ?? []).flatMap((arn) => state.executions.get(arn) ?? []);
  const put = async (name: string, value: unknown): Promise<{ readonly Key: string; readonly Size: number }> => {
    const body = Buffer.from(JSON.stringify(value));
    const input = { Bucket: writer.bucket, Key: `${folder}/${name}`, Body: body, ContentType: 'application/json' };
    await kernel.request({ service: 's3', operation: 'PutObject', input, principal: { type: 'role', roleArn, sessionName: 'StepFunctions' } });
    return { Key: input.Key, Size: body.length };
  };
  try {
    const files: Record<string, readonly object[]> = { FAILED: [], PENDING: [], SUCCEEDED: [] };
    for (const status of ['SUCCEEDED', 'FAILED'] as const) {
      const ended = children.filter(({ ending }) => (ending?.status === 'SUCCEEDED') === (status === 'SUCCEEDED'));
      if (ended.length > 0) files[status] = [await put(`${status}_0.json`, ended.map(resultOf))];
    }
    const manifest = await put('manifest.json', { DestinationBucket: writer.bucket, MapRunArn: run.arn, ResultFiles: files });
    return { kind: 'succeeded', output: { MapRunArn: run.arn, ResultWriterDetails: { Bucket: writer.bucket, Key: manifest.Key } } };
  } catch (error) {
    if (error instanceof Fault) return failed(error.code, error.message);
    throw error;
  }
}

function resultOf({ arn, name, input, ending, startMs, stopMs, stateMachineArn }: Execution): object {
  return {
    ExecutionArn: arn,
    Input: input,
    InputDetails: { Included: true },
    Name: name,
    ...(ending?.status === 'SUCCEEDED' ? { Output: ending.output, OutputDetails: { Included: true } } : { Error: ending?.error, Cause: ending?.cause }),
    StartDate: new Date(startMs).toISOString(),
    StateMachineArn: stateMachineArn,
    Status: ending?.status,
    StopDate: new Date(stopMs ?? startMs).toISOString(),
  };
}

import type { InvokeCommandInput, InvokeCommandOutput } from '@aws-sdk/client-lambda';
import { NotEmulated, refuseAllBut } from '../../../kernel/errors.ts';
import { enqueue } from '../asynchronous.ts';
import { hasFailed, invokeFunction } from '../invocation.ts';
import { qualifiedNamed } from '../naming.ts';
import { checkPayload } from '../rules.ts';
import type { Lambda } from '../state.ts';

type Output = Omit<InvokeCommandOutput, '$metadata'>;
type Payload = NonNullable<Output['Payload']>;

/** How much of the log `LogType: Tail` answers. @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
const TAIL_BYTES = 4096;

/** Invokes a function: waits for its result, or takes the event in. */
export async function invoke(input: InvokeCommandInput, context: Lambda): Promise<Output> {
  refuseAllBut(['FunctionName', 'InvocationType', 'LogType', 'ClientContext', 'Payload', 'Qualifier'], input, { operation: 'Invoke', page: 'lambda' });
  const { record, qualifier } = qualifiedNamed(context, input.FunctionName, input.Qualifier);
  const functionName = record.name;
  const clientContext = input.ClientContext === undefined ? undefined : Buffer.from(input.ClientContext, 'base64').toString('utf8');
  const { requestId, cause } = context;
  const bytes = input.Payload as Uint8Array | undefined;
  switch (input.InvocationType ?? 'RequestResponse') {
    case 'DryRun':
      return { StatusCode: 204 };
    case 'Event':
      enqueue(context, { requestId, functionName, qualifier, payload: checkPayload(bytes, 'Event'), clientContext, cause });
      return { StatusCode: 202 };
    case 'RequestResponse': {
      const event = checkPayload(bytes, 'RequestResponse');
      const { result, version } = await invokeFunction(context, { functionName, qualifier, event, requestId, trigger: 'Invoke', cause, clientContext });
      const tail = input.LogType === 'Tail' ? Buffer.from(`${result.logs.map(({ text }) => text).join('\n')}\n`).subarray(-TAIL_BYTES) : undefined;
      return {
        StatusCode: 200,
        ExecutedVersion: version,
        Payload: Buffer.from(result.payload) as unknown as Payload,
        ...(hasFailed(result) && { FunctionError: 'Unhandled' }),
        ...(tail && { LogResult: tail.toString('base64') }),
      };
    }
    default:
      throw new NotEmulated(`Invoke with InvocationType ${input.InvocationType}`, 'lambda');
  }
}

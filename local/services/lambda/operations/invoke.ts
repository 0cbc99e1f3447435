import type { InvokeCommandInput, InvokeCommandOutput } from '@aws-sdk/client-lambda';
import { NotEmulated, refuseAllBut } from '../../../kernel/errors.ts';
import { enqueue } from '../asynchronous.ts';
import { functionNotFound } from '../errors.ts';
import { hasFailed, invokeFunction } from '../invocation.ts';
import { findQualified, functionArn, functionNameOf, type Qualified } from '../naming.ts';
import { checkPayload } from '../rules.ts';
import { keyOf, type Lambda } from '../state.ts';

type Output = Omit<InvokeCommandOutput, '$metadata'>;
type Payload = NonNullable<Output['Payload']>;

/** How much of the log `LogType: Tail` answers. @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
const TAIL_BYTES = 4096;

/** What is invoked; the fault that there is none names `$LATEST` where nothing else was asked for. Recorded. */
function invokedNamed(input: InvokeCommandInput, context: Lambda): Qualified {
  const { name, qualifier } = functionNameOf(context.kernel, input.FunctionName, input.Qualifier);
  const found = findQualified(context, { name, qualifier });
  if (!found) throw functionNotFound(keyOf(functionArn(context.kernel, name), qualifier ?? '$LATEST'));
  return found;
}

/** Invokes a function: waits for its result, or takes the event in. */
export async function invoke(input: InvokeCommandInput, context: Lambda): Promise<Output> {
  refuseAllBut(['FunctionName', 'InvocationType', 'LogType', 'ClientContext', 'Payload', 'Qualifier'], input, { operation: 'Invoke', page: 'lambda' });
  const { record, qualifier } = invokedNamed(input, context);
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

import { parseArn } from '../../kernel/arn.ts';
import { Fault, NotEmulated } from '../../kernel/errors.ts';
import type { DeliveryPayload } from '../../kernel/service.ts';
import { roleOf } from './invocation.ts';
import type { FunctionRecord } from './records.ts';
import type { Plane } from './state.ts';

/** Something that goes where results or failures of a function go. */
export interface ToDestination {
  readonly record: FunctionRecord;
  readonly to: string;
  readonly payload: DeliveryPayload;
  readonly cause: number | undefined;
  /** For an event bus. */
  readonly detailType?: string;
  /** For a bucket: what the object's key begins with. */
  readonly keyPrefix: string;
  /** For a bucket: the object, where it is more than what goes elsewhere. */
  readonly objectBody?: string;
}

/** Tries, of which the later ones wait. Differs from AWS, which does not say how often it tries. */
const TRIES_MAX = 3;
const RETRY_DELAY_MS = 1000;

/** Sends as the function's role, to SQS, SNS, Lambda, a bucket or an event bus. Answers whether it arrived; that it did not is journalled. */
export async function sendToDestination(plane: Plane, message: ToDestination): Promise<boolean> {
  const { kernel } = plane;
  for (let attempt = 1; ; attempt += 1) {
    const refusal = await send(plane, message);
    if (!refusal) return true;
    if (!refusal.isRetryable || attempt === TRIES_MAX) {
      const detail = { destination: message.to, error: refusal.code, message: refusal.message };
      kernel.journal.append({ service: 'lambda', kind: 'destination-failed', arn: message.record.arn, cause: message.cause, detail });
      return false;
    }
    await kernel.until(kernel.nowMs() + RETRY_DELAY_MS * attempt, 'destination retry');
  }
}

type Refusal = { readonly code: string; readonly message: string; readonly isRetryable: boolean };

async function send(plane: Plane, message: ToDestination): Promise<Refusal | undefined> {
  const { kernel } = plane;
  const { record, to, payload, cause, detailType = 'Lambda Function Invocation Result - Failure' } = message;
  const principal = roleOf(record);
  const service = parseArn(to)?.service;
  try {
    if (service === 's3') {
      await putObject(plane, message);
      return undefined;
    }
    if (service !== 'events') {
      const outcome = await kernel.deliver({ to, payload, principal, cause });
      return outcome.status === 'accepted' ? undefined : outcome;
    }
    const entry = {
      Source: 'lambda',
      DetailType: detailType,
      Detail: payload.body,
      EventBusName: to,
      Resources: [to, record.version === '$LATEST' ? `${record.arn}:$LATEST` : record.arn],
    };
    const output = await kernel.request<{ FailedEntryCount?: number; Entries?: { ErrorCode?: string; ErrorMessage?: string }[] }>({
      service: 'eventbridge',
      operation: 'PutEvents',
      input: { Entries: [entry] },
      principal,
      cause,
    });
    if (!output.FailedEntryCount) return undefined;
    const { ErrorCode = 'InternalFailure', ErrorMessage = '' } = output.Entries?.[0] ?? {};
    return { code: ErrorCode, message: ErrorMessage, isRetryable: ErrorCode === 'InternalFailure' || ErrorCode === 'ThrottlingException' };
  } catch (error) {
    if (error instanceof NotEmulated) return { code: error.name, message: error.message, isRetryable: false };
    if (!(error instanceof Fault)) throw error;
    return { code: error.code, message: error.message, isRetryable: false };
  }
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html */
async function putObject({ kernel }: Plane, { record, to, payload, cause, keyPrefix, objectBody }: ToDestination): Promise<void> {
  const time = new Date(kernel.nowMs()).toISOString().slice(0, 19);
  const day = time.slice(0, 10).replaceAll('-', '/');
  const input = {
    Bucket: parseArn(to)?.resource,
    Key: `${keyPrefix}/${day}/${time.replaceAll(':', '.')}-${kernel.uuid()}`,
    Body: Buffer.from(objectBody ?? payload.body),
  };
  await kernel.request({ service: 's3', operation: 'PutObject', input, principal: roleOf(record), cause });
}

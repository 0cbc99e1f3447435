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
}

/** Tries, of which the later ones wait. Differs from AWS, which does not say how often it tries. */
const TRIES_MAX = 3;
const RETRY_DELAY_MS = 1000;

/** Sends as the function's role, to SQS, SNS, Lambda or an event bus. Answers whether it arrived; that it did not is journalled. */
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

async function send(
  { kernel }: Plane,
  { record, to, payload, cause, detailType = 'Lambda Function Invocation Result - Failure' }: ToDestination,
): Promise<Refusal | undefined> {
  const principal = roleOf(record);
  try {
    if (parseArn(to)?.service !== 'events') {
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

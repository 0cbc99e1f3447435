import { Fault } from '../../kernel/errors.ts';
import { sendToDestination } from './destination.ts';
import { hasFailed, invokeFunction, meter, type Outcome, traceHeader } from './invocation.ts';
import { findQualified, functionArn } from './naming.ts';
import type { AsyncEvent, EventInvokeConfig, FunctionRecord } from './records.ts';
import { keyOf, type Plane } from './state.ts';

/** Retries after an error of the function, and how long each waits. @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
const RETRIES_DEFAULT = 2;
const RETRY_DELAYS_MS = [60_000, 120_000];

/** How long an event may wait. @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-configuring.html */
const AGE_SECONDS_DEFAULT = 6 * 60 * 60;

/** A throttled event is tried again after one second, then later and later, at most every five minutes. @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
const throttleDelayMs = (throttles: number): number => Math.min(1000 * 2 ** throttles, 300_000);

type DropReason = 'RetriesExhausted' | 'EventAgeExceeded' | 'ZeroReservedConcurrency' | 'FunctionDeleted';

/** Takes an event in; it is invoked as soon as there is room. */
export function enqueue(plane: Plane, event: Pick<AsyncEvent, 'requestId' | 'functionName' | 'qualifier' | 'payload' | 'clientContext' | 'cause'>): void {
  const nowMs = plane.kernel.nowMs();
  plane.state.asyncEvents.put(event.requestId, { ...event, acceptedMs: nowMs, failedAttempts: 0, throttles: 0, nextMs: nowMs });
  meter(plane, event.functionName, 'AsyncEventsReceived', 1);
  schedule(plane, event.requestId, nowMs);
}

/** Goes on with the events that a restart found. */
export function resumeAsyncEvents(plane: Plane): void {
  for (const event of plane.state.asyncEvents.values()) schedule(plane, event.requestId, event.nextMs);
}

function schedule(plane: Plane, requestId: string, dueMs: number): void {
  plane.kernel.at(dueMs, 'asynchronous invocation', () => plane.state.admission.ask(() => void attempt(plane, requestId)));
}

async function attempt(plane: Plane, requestId: string): Promise<void> {
  const { kernel, state } = plane;
  const event = state.asyncEvents.get(requestId);
  if (!event) return;
  const { functionName, qualifier } = event;
  const record = findQualified(plane, { name: functionName, qualifier })?.record;
  const config = state.eventInvokeConfigs.get(keyOf(functionName, qualifier));
  if (!record) return drop(plane, event, { reason: 'FunctionDeleted', record, config });
  const ageLimitMs = (config?.maximumEventAgeInSeconds ?? AGE_SECONDS_DEFAULT) * 1000;
  const ageMs = kernel.nowMs() - event.acceptedMs;
  if (ageMs > ageLimitMs) return drop(plane, event, { reason: 'EventAgeExceeded', record, config });
  if (state.functions.get(functionName)?.reservedConcurrency === 0) return drop(plane, event, { reason: 'ZeroReservedConcurrency', record, config });
  meter(plane, event.functionName, 'AsyncEventAge', ageMs, 'Milliseconds');
  let outcome: Outcome;
  try {
    const { payload, clientContext, cause } = event;
    outcome = await invokeFunction(plane, { functionName, qualifier, event: payload, requestId, trigger: 'Event', cause, clientContext });
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return retryLater(plane, event, { throttles: event.throttles + 1, nextMs: kernel.nowMs() + throttleDelayMs(event.throttles) });
  }
  if (!hasFailed(outcome.result)) {
    state.asyncEvents.delete(requestId);
    return sendResult(plane, { event, record, outcome, condition: 'Success', destination: config?.onSuccess });
  }
  const failedAttempts = event.failedAttempts + 1;
  if (failedAttempts > (config?.maximumRetryAttempts ?? RETRIES_DEFAULT)) {
    return drop(plane, { ...event, failedAttempts }, { reason: 'RetriesExhausted', record, config, outcome });
  }
  const nextMs = kernel.nowMs() + (RETRY_DELAYS_MS[failedAttempts - 1] ?? 120_000);
  // What would be too old by then is not kept until then. Recorded.
  if (nextMs - event.acceptedMs >= ageLimitMs) return drop(plane, { ...event, failedAttempts }, { reason: 'EventAgeExceeded', record, config, outcome });
  retryLater(plane, event, { failedAttempts, nextMs });
}

function retryLater(plane: Plane, event: AsyncEvent, change: Partial<AsyncEvent> & Pick<AsyncEvent, 'nextMs'>): void {
  if (!plane.state.asyncEvents.has(event.requestId)) return;
  plane.state.asyncEvents.put(event.requestId, { ...event, ...change });
  schedule(plane, event.requestId, change.nextMs);
}

interface Dropped {
  readonly reason: DropReason;
  readonly record: FunctionRecord | undefined;
  readonly config: EventInvokeConfig | undefined;
  readonly outcome?: Outcome;
}

async function drop(plane: Plane, event: AsyncEvent, { reason, record, config, outcome }: Dropped): Promise<void> {
  const { kernel, state } = plane;
  state.asyncEvents.delete(event.requestId);
  meter(plane, event.functionName, 'AsyncEventsDropped', 1);
  const arn = keyOf(functionArn(kernel, event.functionName), event.qualifier);
  const detail = { requestId: event.requestId, reason, attempts: event.failedAttempts };
  kernel.journal.append({ service: 'lambda', kind: 'async-dropped', arn, cause: outcome?.sequence ?? event.cause, detail });
  if (!record) return;
  if (record.deadLetterArn !== undefined) await sendToDeadLetters(plane, record, { event, reason, outcome });
  await sendResult(plane, { event, record, outcome, condition: reason, destination: config?.onFailure });
}

/** A dead-letter queue gets the event as it was, with the error in attributes. @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
async function sendToDeadLetters(
  plane: Plane,
  record: FunctionRecord,
  { event, outcome }: { event: AsyncEvent; reason: DropReason; outcome: Outcome | undefined },
): Promise<void> {
  const error = outcome ? (JSON.parse(outcome.result.payload) as { errorMessage?: string }) : {};
  const attributes = {
    RequestID: { DataType: 'String', StringValue: event.requestId },
    ErrorCode: { DataType: 'Number', StringValue: '200' },
    ErrorMessage: { DataType: 'String', StringValue: (error.errorMessage ?? 'unknown').slice(0, 1024) || 'unknown' },
  };
  const sent = await sendToDestination(plane, {
    record,
    to: record.deadLetterArn ?? '',
    payload: { body: event.payload, attributes },
    cause: outcome?.sequence,
    keyPrefix: keyPrefixOf(record),
  });
  if (!sent) meter(plane, record.name, 'DeadLetterErrors', 1);
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
const keyPrefixOf = ({ name }: FunctionRecord): string => `aws/lambda/async/${name}`;

interface Result {
  readonly event: AsyncEvent;
  readonly record: FunctionRecord;
  readonly outcome: Outcome | undefined;
  readonly condition: 'Success' | DropReason;
  readonly destination: string | undefined;
}

/** What a destination gets: the request, and how it ended. @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#create-destination */
async function sendResult(plane: Plane, { event, record, outcome, condition, destination }: Result): Promise<void> {
  if (destination === undefined) return;
  const failed = outcome !== undefined && hasFailed(outcome.result);
  const body = {
    version: '1.0',
    timestamp: new Date(plane.kernel.nowMs()).toISOString(),
    requestContext: {
      requestId: event.requestId,
      functionArn: `${functionArn(plane.kernel, record.name)}:${event.qualifier ?? '$LATEST'}`,
      condition,
      approximateInvokeCount: condition === 'Success' ? event.failedAttempts + 1 : event.failedAttempts,
    },
    requestPayload: JSON.parse(event.payload) as unknown,
    ...(outcome && {
      responseContext: { statusCode: 200, executedVersion: outcome.version, ...(failed && { functionError: 'Unhandled' }) },
      responsePayload: JSON.parse(outcome.result.payload) as unknown,
    }),
  };
  const detailType = `Lambda Function Invocation Result - ${condition === 'Success' ? 'Success' : 'Failure'}`;
  const sent = await sendToDestination(plane, {
    record,
    to: destination,
    payload: { body: JSON.stringify(body), traceHeader: outcome?.traceHeader ?? traceHeader(plane) },
    cause: outcome?.sequence ?? event.cause,
    detailType,
    keyPrefix: keyPrefixOf(record),
  });
  if (!sent) meter(plane, record.name, 'DestinationDeliveryFailures', 1);
}

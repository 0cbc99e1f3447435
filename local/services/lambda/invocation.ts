import { Fault, NotEmulated } from '../../kernel/errors.ts';
import type { InvocationResult, LogLine } from '../../kernel/function-runner.ts';
import { type Principal, principalName } from '../../kernel/principal.ts';
import { functionNotFound, tooManyRequests } from './errors.ts';
import { findQualified, functionArn, type Qualified } from './naming.ts';
import type { FunctionRecord } from './records.ts';
import { codeOf, keyOf, type Plane } from './state.ts';

/** One invocation, whoever asked for it. */
export interface Request {
  readonly functionName: string;
  /** Version or alias; `undefined` for `$LATEST`. */
  readonly qualifier?: string | undefined;
  readonly event: string;
  readonly requestId: string;
  /** `Invoke`, `Event`, or the ARN of the event source. */
  readonly trigger: string;
  readonly cause: number | undefined;
  /** Ids of the messages or records in the event, where it is a batch. */
  readonly records?: readonly string[];
  readonly clientContext?: string | undefined;
}

export interface Outcome {
  readonly result: InvocationResult;
  /** The version that ran: an alias may stand for two. */
  readonly version: string;
  readonly requestId: string;
  /** Journal sequence of its start. */
  readonly sequence: number;
  readonly traceHeader: string;
}

/** The principal that a function is. */
export const roleOf = (record: FunctionRecord): Principal => ({ type: 'role', roleArn: record.role, sessionName: record.name });

/** Whether the function failed; Lambda says so in `FunctionError`. */
export const hasFailed = (result: InvocationResult): boolean => result.outcome !== 'succeeded';

/** The version that an invocation of an alias runs: where there are two, each has its share. @see https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html */
function versionOf({ kernel, state }: Plane, { record, alias }: Qualified): FunctionRecord {
  if (!alias?.additional || kernel.chance.random() >= alias.additional.weight) return record;
  return state.versions.get(keyOf(record.name, alias.additional.version)) ?? record;
}

/** Counts a metric of a function. */
export function meter({ kernel }: Plane, functionName: string, name: string, value: number, unit = 'Count'): void {
  kernel.meter({ namespace: 'AWS/Lambda', name, dimensions: { FunctionName: functionName }, value, unit });
}

function admit(plane: Plane, { name }: FunctionRecord): void {
  const reason = plane.state.concurrency.refusal(name);
  if (reason === undefined) return;
  meter(plane, name, 'Throttles', 1);
  throw tooManyRequests(reason);
}

/**
 * Runs a function once. Throws `TooManyRequestsException` where concurrency is used up, `ResourceNotFoundException` where the function has gone;
 * an error of the function itself is an outcome.
 */
export async function invokeFunction(plane: Plane, request: Request): Promise<Outcome> {
  const { kernel, state } = plane;
  const { functionName, qualifier } = request;
  const qualified = findQualified(plane, { name: functionName, qualifier });
  if (!qualified) throw functionNotFound(keyOf(functionArn(kernel, functionName), qualifier));
  const record = versionOf(plane, qualified);
  admit(plane, record);
  const code = codeOf(plane, record);
  const { requestId, trigger, records = [] } = request;
  const sequence = kernel.journal.append({
    service: 'lambda',
    kind: 'invocation-started',
    arn: record.arn,
    cause: request.cause,
    detail: { requestId, trigger, records },
  });
  const running = state.concurrency.entered(record.name);
  state.admission.entered();
  meter(plane, record.name, 'Invocations', 1);
  meter(plane, record.name, 'ConcurrentExecutions', running);
  const header = traceHeader(plane);
  try {
    const result = await kernel.functionRunner.invoke({
      code,
      requestId,
      invokedArn: qualified.alias?.arn,
      event: request.event,
      timeoutMs: record.timeoutSeconds * 1000,
      cause: sequence,
      traceHeader: header,
      clientContext: request.clientContext,
    });
    const outcome = { result, version: record.version, requestId, sequence, traceHeader: header };
    ended(plane, record, outcome);
    return outcome;
  } finally {
    state.concurrency.left(record.name);
    state.admission.left();
  }
}

const HEX_DIGITS = '0123456789abcdef';

/** A root of a trace. @see https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader */
export function traceRoot({ kernel }: Plane): string {
  const seconds = Math.floor(kernel.nowMs() / 1000).toString(16);
  return `Root=1-${seconds.padStart(8, '0')}-${kernel.chance.text(24, HEX_DIGITS)}`;
}

/** `_X_AMZN_TRACE_ID`: a root of its own for each invocation. */
export const traceHeader = (plane: Plane): string => `${traceRoot(plane)};Parent=${plane.kernel.chance.text(16, HEX_DIGITS)};Sampled=0`;

function ended(plane: Plane, record: FunctionRecord, { result, requestId, sequence }: Outcome): void {
  const { outcome, durationMs, initDurationMs } = result;
  const failed = hasFailed(result);
  const error = failed ? (JSON.parse(result.payload) as { errorType?: string; errorMessage?: string }) : undefined;
  const detail = { requestId, outcome, durationMs, initDurationMs, ...(error && { error: { errorType: error.errorType, errorMessage: error.errorMessage } }) };
  plane.kernel.journal.append({ service: 'lambda', kind: 'invocation-ended', arn: record.arn, cause: sequence, detail });
  meter(plane, record.name, 'Duration', durationMs, 'Milliseconds');
  meter(plane, record.name, 'Errors', failed ? 1 : 0);
  void writeLogs(plane, record, { lines: result.logs, cause: sequence });
}

/** Sends the lines of an invocation to CloudWatch Logs as the function's role. That it may not is said once for each revision, and fails nothing. */
async function writeLogs(plane: Plane, record: FunctionRecord, logs: { lines: readonly LogLine[]; cause: number }): Promise<void> {
  const { kernel, state } = plane;
  if (logs.lines.length === 0 || state.unloggable.has(record.revisionId)) return;
  const stream = { logGroupName: record.logGroup, logStreamName: record.logStream };
  const call = (operation: string, input: object): Promise<unknown> =>
    kernel.request({ service: 'cloudwatch-logs', operation, input, principal: roleOf(record), cause: logs.cause });
  try {
    const name = `${stream.logGroupName}/${stream.logStreamName}`;
    if (!state.openLogStreams.has(name)) {
      state.openLogStreams.add(name);
      await openLogStream(call, stream);
    }
    const logEvents = logs.lines.map(({ atMs, text }) => ({ timestamp: atMs, message: text }));
    await call('PutLogEvents', { ...stream, logEvents });
  } catch (error) {
    if (!(error instanceof Fault || error instanceof NotEmulated)) throw error;
    if (state.unloggable.has(record.revisionId)) return;
    state.unloggable.add(record.revisionId);
    const detail = { principal: principalName(roleOf(record), kernel.accountId), error: error.name, message: error.message };
    kernel.journal.append({ service: 'lambda', kind: 'logs-not-written', arn: record.arn, cause: logs.cause, detail });
  }
}

async function openLogStream(
  call: (operation: string, input: object) => Promise<unknown>,
  stream: { logGroupName: string; logStreamName: string },
): Promise<void> {
  const unlessExists = async (operation: string, input: object): Promise<void> => {
    try {
      await call(operation, input);
    } catch (error) {
      if (!(error instanceof Fault && error.code === 'ResourceAlreadyExistsException')) throw error;
    }
  };
  try {
    await unlessExists('CreateLogStream', stream);
  } catch (error) {
    if (!(error instanceof Fault && error.code === 'ResourceNotFoundException')) throw error;
    await unlessExists('CreateLogGroup', { logGroupName: stream.logGroupName });
    await unlessExists('CreateLogStream', stream);
  }
}

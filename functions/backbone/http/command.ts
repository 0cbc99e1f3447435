import { SpanKind } from '@opentelemetry/api';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { type Contract, PAYLOAD_BYTES_MAX, SchemaInvalid } from '../../../schemas/index.ts';
import { commandKeyOf, UNCLAIMED } from '../commit-record.ts';
import { repeatingConflicts } from '../delivery/attempt.ts';
import type { Cause } from '../envelope.ts';
import { PayloadMismatchError, RetryableError } from '../errors.ts';
import { derivedUuid, payloadHashOf } from '../identity.ts';
import { lambdaPorts, type Ports } from '../ports.ts';
import { counted } from '../telemetry/invocation.ts';
import { type InvocationCounts, inSpan, log, newTraceparent, validTraceparent } from '../telemetry/telemetry.ts';
import { type CommitOutcome, UnitOfWork } from '../unit-of-work.ts';
import type { Work } from '../work.ts';
import { type Answer, type HttpFunction, HttpProblem, invalidBody, jsonBody, problems, respond } from './http.ts';

/** What a command handler declares. */
export interface CommandOptions<Type extends string, Data> {
  /** Part of the idempotency key: it must never change. */
  readonly name: string;
  readonly on: Contract<Type, Data, 'command'>;
  /** Which flow what follows from the command takes. @default choreography */
  readonly flowOf?: (data: Data) => 'choreography' | 'orchestration';
}

/** A command as it was received. */
export interface Command<Data> {
  /** The caller's `Idempotency-Key`. */
  readonly id: string;
  readonly data: Data;
  /** When it was received: ISO 8601. */
  readonly receivedAt: string;
  readonly correlationId: string;
}

/** Handles a command, and answers. What it puts into `work` is committed with the answer; a repetition gets the same answer and does nothing. */
export type CommandHandler<Data> = (command: Command<Data>, work: Work) => Promise<Answer> | Answer;

/** Visible ASCII, as long as a key part may reasonably be. */
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;
const CORRELATION_ID = /^[\w.:-]{1,128}$/;

/**
 * Makes the Lambda handler of a command behind an HTTP API, idempotent by the header `Idempotency-Key`: the key, the hash of the data and the answer are the commit record.
 * The same key with the same data gets the first answer again, with the header `idempotency-replayed`; with other data it is refused with 422.
 */
export function command<Type extends string, Data>(
  options: CommandOptions<Type, Data>,
  handle: CommandHandler<Data>,
  ports: Ports = lambdaPorts,
): HttpFunction {
  const run = async (event: APIGatewayProxyEventV2, context: Context, counts: InvocationCounts): Promise<APIGatewayProxyStructuredResultV2> => {
    const request = readRequest(options, event, ports);
    const { correlationId, traceparent } = request;
    const done = await inSpan(`${options.name} command`, { kind: SpanKind.SERVER, traceparent }, (active) =>
      execute({ options, handle, ports, request, traceparent: active, remainingMs: () => context.getRemainingTimeInMillis() }),
    );
    counts.add(done.isRepeated ? 'Duplicates' : 'Processed');
    log('info', done.isRepeated ? 'duplicate' : 'processed', {
      handler: options.name,
      commandType: options.on.type,
      correlationId,
      requestId: context.awsRequestId,
      status: done.answer.status,
    });
    return respond(done.answer, { 'x-correlation-id': correlationId, ...(done.isRepeated && { 'idempotency-replayed': 'true' }) });
  };
  return counted(options.name, run, [problems(options.name)]);
}

interface Request<Data> extends Command<Data> {
  readonly payloadHash: string;
  readonly traceparent: string;
}

/** Reads and checks a request, as strictly as a producer has to write. @throws {HttpProblem} */
function readRequest<Type extends string, Data>({ name, on }: CommandOptions<Type, Data>, event: APIGatewayProxyEventV2, ports: Ports): Request<Data> {
  const { headers } = event;
  const id = headers['idempotency-key'];
  if (!id)
    throw new HttpProblem(400, 'Idempotency-Key missing', 'Send the header `Idempotency-Key`, unique for this command, and the same again when you repeat it');
  if (!IDEMPOTENCY_KEY.test(id)) throw new HttpProblem(400, 'Idempotency-Key invalid', '`Idempotency-Key` has 1 to 255 visible ASCII characters');
  const data = readData(on, jsonBody(event, PAYLOAD_BYTES_MAX));
  const given = headers['x-correlation-id'];
  const correlationId = given !== undefined && CORRELATION_ID.test(given) ? given : derivedUuid(name, id, 'correlation');
  return {
    id,
    data,
    payloadHash: payloadHashOf(data),
    receivedAt: new Date(ports.nowMs()).toISOString(),
    correlationId,
    traceparent: validTraceparent(headers['traceparent']) ?? newTraceparent(correlationId),
  };
}

function readData<Data>(contract: Contract<string, Data, 'command'>, body: unknown): Data {
  try {
    return contract.parseClosed(body);
  } catch (error) {
    if (error instanceof SchemaInvalid) throw invalidBody(error);
    throw error;
  }
}

interface Execution<Type extends string, Data> {
  readonly options: CommandOptions<Type, Data>;
  readonly handle: CommandHandler<Data>;
  readonly ports: Ports;
  readonly request: Request<Data>;
  readonly traceparent: string;
  remainingMs(): number;
}

function execute<Type extends string, Data>({
  options,
  handle,
  ports,
  request,
  traceparent,
  remainingMs,
}: Execution<Type, Data>): Promise<{ readonly answer: Answer; readonly isRepeated: boolean }> {
  const { id, data, payloadHash, receivedAt, correlationId } = request;
  const cause: Cause = { id, correlationid: correlationId, traceparent, flow: options.flowOf?.(data) ?? 'choreography' };
  const once = async () => {
    const work = new UnitOfWork({ ports, cause, identity: [options.name, 'command', id] });
    const answer = await handle({ id, data, receivedAt, correlationId }, work);
    const record = { ...commandKeyOf(options.name, id), payloadHash };
    const condition = { expression: UNCLAIMED, values: { ':nowSeconds': Math.floor(ports.nowMs() / 1000) } };
    const outcome = await work.commit({ kind: 'put', record, condition }, JSON.stringify(answer));
    return outcome.outcome === 'committed' ? { answer, isRepeated: false } : { answer: storedAnswer(outcome, payloadHash), isRepeated: true };
  };
  return repeatingConflicts(ports, once, { remainingMs });
}

function storedAnswer({ existing }: Extract<CommitOutcome, { outcome: 'duplicate' }>, payloadHash: string): Answer {
  if (existing && existing.payloadHash !== payloadHash)
    throw new PayloadMismatchError('This Idempotency-Key was used before, with another body. Use a new key for a new command.');
  if (existing?.answer === undefined) throw new RetryableError('The command was repeated while its first answer was written');
  return JSON.parse(existing.answer) as Answer;
}

import type middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import type { SchemaInvalid, SchemaProblem } from '../../../schemas/index.ts';
import { isPassing } from '../delivery/outcome.ts';
import { InFlightError, InvalidCursorError, PayloadMismatchError, RetryableError, TerminalError, ThrottledError } from '../errors.ts';
import { log } from '../telemetry/telemetry.ts';

/** What a handler answers over HTTP. `body` is sent as JSON. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** A Lambda function behind an HTTP API (payload format 2.0). */
export type HttpFunction = (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyStructuredResultV2>;

/** A request that cannot be answered as it is: thrown, it becomes a problem document. @see https://www.rfc-editor.org/rfc/rfc9457 */
export class HttpProblem extends Error {
  readonly status: number;
  readonly title: string;
  readonly problems: readonly SchemaProblem[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    title: string,
    detail: string,
    options: { readonly problems?: readonly SchemaProblem[]; readonly headers?: Readonly<Record<string, string>>; readonly cause?: unknown } = {},
  ) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'HttpProblem';
    this.status = status;
    this.title = title;
    this.problems = options.problems;
    this.headers = options.headers ?? {};
  }
}

/** The problem of something that is not there. */
export function notFound(kind: string, id: string): HttpProblem {
  return new HttpProblem(404, 'Not found', `There is no ${kind} ${id}`);
}

/** Sends an answer as JSON. */
export function respond({ status, body }: Answer, headers: Readonly<Record<string, string>> = {}): APIGatewayProxyStructuredResultV2 {
  return { statusCode: status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

/** Middleware: turns what was thrown into a problem document. Of a defect the caller learns nothing but that it is one; the log has the rest. */
export function problems(handler: string): middy.MiddlewareObj<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Error, Context> {
  return {
    onError: (request) => {
      const problem = problemOf(request.error);
      const fields = { handler, requestId: request.context.awsRequestId, status: problem.status };
      if (problem.status >= 500) log('error', 'failed', fields, request.error ?? undefined);
      else log('info', 'refused', { ...fields, detail: problem.message });
      const { status, title, message: detail, problems: errors } = problem;
      request.response = {
        statusCode: status,
        headers: { 'content-type': 'application/problem+json', ...problem.headers },
        body: JSON.stringify({ type: 'about:blank', title, status, detail, ...(errors && { errors }) }),
      };
    },
  };
}

/** The right side of the error table for HTTP: see `errors.ts`. */
function problemOf(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof InvalidCursorError) return new HttpProblem(400, 'Invalid cursor', error.message);
  if (error instanceof PayloadMismatchError) return new HttpProblem(422, 'Idempotency-Key reused', error.message);
  if (error instanceof TerminalError) return new HttpProblem(422, 'Refused', error.message, { cause: error });
  if (error instanceof InFlightError) return new HttpProblem(409, 'Under way', error.message);
  if (error instanceof ThrottledError) {
    return new HttpProblem(503, 'Busy', 'Try again later', { headers: { 'retry-after': String(Math.ceil(error.retryAfterSeconds)) }, cause: error });
  }
  if (error instanceof RetryableError || isPassing(error))
    return new HttpProblem(503, 'Busy', 'Try again later', { headers: { 'retry-after': '1' }, cause: error });
  return new HttpProblem(500, 'Internal error', 'The request could not be processed', { cause: error });
}

/** Problem of data that its contract refuses. */
export function invalidBody(error: SchemaInvalid): HttpProblem {
  const detail = error.problems.map(({ path, message }) => `${path || '/'} ${message}`).join('; ');
  return new HttpProblem(400, 'Invalid body', detail, { problems: error.problems });
}

/**
 * Reads a JSON body.
 * @throws {HttpProblem} 413 where it is larger than `sizeBytesMax`, 400 where it is absent or no JSON
 */
export function jsonBody({ body, isBase64Encoded }: APIGatewayProxyEventV2, sizeBytesMax: number): unknown {
  if (!body) throw new HttpProblem(400, 'Invalid body', 'The request has no body');
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > sizeBytesMax) {
    throw new HttpProblem(
      413,
      'Body too large',
      `The body has ${bytes.length} bytes; at most ${sizeBytesMax} are taken. Keep the large part in an object store and send a reference to it (claim check).`,
    );
  }
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) throw new HttpProblem(400, 'Invalid body', `The body is not JSON: ${error.message}`);
    throw error;
  }
}

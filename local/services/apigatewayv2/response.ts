import type { HttpResponse } from '../../kernel/http.ts';

/** An answer of API Gateway's own. */
export function message(status: number, text: string): HttpResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify({ message: text })) };
}

/** What API Gateway answers by itself; the reasons are those of `$context.integrationErrorMessage`. */
export const notFound = (): HttpResponse => message(404, 'Not Found');
export const forbidden = (): HttpResponse => message(403, 'Forbidden');
export const tooManyRequests = (): HttpResponse => message(429, 'Too Many Requests');
export const requestTooLarge = (): HttpResponse => message(413, 'Request Entity Too Large');
export const internalServerError = (): HttpResponse => message(500, 'Internal Server Error');
export const serviceUnavailable = (): HttpResponse => message(503, 'Service Unavailable');

interface ProxyAnswer {
  readonly statusCode: unknown;
  readonly headers?: Readonly<Record<string, unknown>> | null;
  readonly cookies?: readonly unknown[] | null;
  readonly body?: unknown;
  readonly isBase64Encoded?: boolean;
}

/**
 * What a function answered, as a response; `undefined` where it is malformed. Without a `statusCode` the whole answer is the body: JSON, status 200.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function responseOf(payload: string): HttpResponse | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(payload === '' ? 'null' : payload);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (typeof answer === 'object' && answer !== null && 'statusCode' in answer) return explicit(answer as ProxyAnswer);
  return { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(typeof answer === 'string' ? answer : JSON.stringify(answer)) };
}

function explicit({ statusCode, headers, cookies, body, isBase64Encoded }: ProxyAnswer): HttpResponse | undefined {
  const status = typeof statusCode === 'string' && statusCode !== '' ? Number(statusCode) : statusCode;
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 100 || status > 599) return undefined;
  if (typeof (headers ?? {}) !== 'object' || Array.isArray(headers) || (cookies && !Array.isArray(cookies))) return undefined;
  const own = Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)] as const);
  const text = typeof body === 'string' ? body : body === undefined || body === null ? '' : JSON.stringify(body);
  const setCookies = (cookies ?? []).map(String);
  return {
    status,
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      ...Object.fromEntries(own),
      ...(setCookies.length === 1 && { 'set-cookie': setCookies[0] as string }),
    },
    body: Buffer.from(text, isBase64Encoded ? 'base64' : 'utf8'),
    ...(setCookies.length > 1 && { setCookies }),
  };
}

import type { HttpResponse } from '../../../kernel/http.ts';

const json = { 'content-type': 'application/json' };
const message = (status: number, text: string, errorType: string): HttpResponse => ({
  status,
  headers: { ...json, 'x-amzn-errortype': errorType },
  body: Buffer.from(JSON.stringify({ Message: text })),
});

/** @see https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html */
export const forbidden = (): HttpResponse =>
  message(
    403,
    'Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html',
    'AccessDeniedException',
  );
export const tooManyRequests = (): HttpResponse => message(429, 'Rate Exceeded.', 'TooManyRequestsException');
export const tooLarge = (): HttpResponse =>
  message(413, 'Request must be smaller than 6291456 bytes for the InvokeFunction operation', 'RequestEntityTooLargeException');

/** A function that failed, or whose answer cannot be read. */
export const badGateway = (): HttpResponse => ({ status: 502, headers: json, body: Buffer.from('Internal Server Error') });

interface ProxyAnswer {
  readonly statusCode?: unknown;
  readonly headers?: Readonly<Record<string, unknown>> | null;
  readonly cookies?: readonly unknown[] | null;
  readonly body?: unknown;
  readonly isBase64Encoded?: unknown;
}

/**
 * What a function answered, as a response. Without a `statusCode` the whole answer is the body: text as it is, else JSON, status 200.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-response-payload
 */
export function responseOf(payload: string): HttpResponse {
  const answer = JSON.parse(payload) as unknown;
  const isProxy = typeof answer === 'object' && answer !== null && !Array.isArray(answer) && 'statusCode' in answer;
  if (!isProxy) return { status: 200, headers: json, body: Buffer.from(typeof answer === 'string' ? answer : payload) };
  const { statusCode, headers, cookies, body, isBase64Encoded } = answer as ProxyAnswer;
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 100 || status > 599) return badGateway();
  if (typeof (headers ?? {}) !== 'object' || (cookies && !Array.isArray(cookies))) return badGateway();
  const own = Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)] as const);
  const text = typeof body === 'string' ? body : body === undefined || body === null ? '' : JSON.stringify(body);
  const setCookies = (cookies ?? []).map(String);
  return {
    status,
    headers: { ...json, ...Object.fromEntries(own), ...(setCookies.length === 1 && { 'set-cookie': setCookies[0] as string }) },
    body: Buffer.from(text, isBase64Encoded === true ? 'base64' : 'utf8'),
    ...(setCookies.length > 1 && { setCookies }),
  };
}

import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { Answer, ApiRequest } from './target.ts';

/** The functions behind the routes of the system's API, for targets without an API Gateway. */
const ROUTES: readonly { readonly method: string; readonly path: RegExp; readonly routeKey: string; readonly functionName: string }[] = [
  { method: 'POST', path: /^\/orders$/, routeKey: 'POST /orders', functionName: 'tickertape-orders-place-order' },
  { method: 'GET', path: /^\/orders\/(?<orderId>[^/]+)$/, routeKey: 'GET /orders/{orderId}', functionName: 'tickertape-orders-get-order' },
  {
    method: 'GET',
    path: /^\/customers\/(?<customerId>[^/]+)\/orders$/,
    routeKey: 'GET /customers/{customerId}/orders',
    functionName: 'tickertape-orders-list-customer-orders',
  },
  { method: 'POST', path: /^\/stock$/, routeKey: 'POST /stock', functionName: 'tickertape-inventory-receive-stock' },
  { method: 'POST', path: /^\/users$/, routeKey: 'POST /users', functionName: 'tickertape-users-sign-up-user' },
];

/** The bytes of a request over HTTP. */
export function gatewayRequest({ method, path, key, body }: ApiRequest): {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array<ArrayBuffer>;
} {
  const headers = { 'content-type': 'application/json', ...(key !== undefined && { 'idempotency-key': key }) };
  return { method, path, headers, body: body === undefined ? new Uint8Array() : Uint8Array.from(Buffer.from(JSON.stringify(body))) };
}

/**
 * Invokes the function behind a route with the event that an HTTP API would give it.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export async function callFunction(lambda: LambdaClient, request: ApiRequest): Promise<Answer> {
  const { method, path, headers, body } = gatewayRequest(request);
  const route = ROUTES.find((one) => one.method === method && one.path.test(path));
  if (!route) throw new Error(`The system has no route ${method} ${path}`);
  const event = {
    version: '2.0',
    routeKey: route.routeKey,
    rawPath: path,
    rawQueryString: '',
    headers,
    pathParameters: { ...route.path.exec(path)?.groups },
    requestContext: {
      accountId: '000000000000',
      apiId: 'direct',
      domainName: 'direct',
      domainPrefix: 'direct',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'suite' },
      requestId: 'direct',
      routeKey: route.routeKey,
      stage: '$default',
      time: '05/Jan/2026:08:00:00 +0000',
      timeEpoch: Date.UTC(2026, 0, 5, 8),
    },
    ...(body.byteLength > 0 && { body: Buffer.from(body).toString() }),
    isBase64Encoded: false,
  };
  const invoked = await lambda.send(new InvokeCommand({ FunctionName: route.functionName, Payload: Buffer.from(JSON.stringify(event)) }));
  const payload = Buffer.from(invoked.Payload ?? []).toString();
  if (invoked.FunctionError !== undefined) throw new Error(`${route.functionName} failed: ${payload}`);
  const answer = JSON.parse(payload) as { statusCode: number; headers?: Record<string, string>; body?: string };
  return { status: answer.statusCode, headers: answer.headers ?? {}, body: answer.body === undefined ? undefined : JSON.parse(answer.body) };
}

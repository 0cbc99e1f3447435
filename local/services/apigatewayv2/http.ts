import { Fault } from '../../kernel/errors.ts';
import type { HttpRequest, HttpResponse } from '../../kernel/http.ts';
import { isPreflight, preflightHeaders, withCors } from './cors.ts';
import { addressOf } from './endpoint.ts';
import { commonLogTime, eventOf, type RoutedRequest, SOURCE_IP } from './event.ts';
import { forbidden, internalServerError, notFound, requestTooLarge, responseOf, serviceUnavailable, tooManyRequests } from './response.ts';
import type { Destination } from './routing.ts';
import { type Api, type Gateway, type Integration, ownKey, routingOf, type Stage } from './state.ts';
import { TokenBucket } from './throttle.ts';

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const PAYLOAD_BYTES_MAX = 10 * 1024 * 1024;

const TRACE_ALPHABET = '0123456789abcdef';
const REQUEST_ID_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** How a request ended, beside its response. */
interface Outcome {
  readonly response: HttpResponse;
  readonly routeKey?: string;
  readonly integrationLatencyMs?: number;
  /** `$context.integrationErrorMessage` */
  readonly integrationError?: string;
}

/** What is known of a request before it is routed. */
interface Arrival {
  readonly request: HttpRequest;
  readonly api: Api;
  readonly stage: Stage;
  /** As the client sent it, without the prefix of the plane. */
  readonly path: string;
  /** Without the stage's name. */
  readonly routePath: string;
  readonly query: string;
  readonly requestId: string;
  readonly atMs: number;
}

/** Answers a request to an HTTP API; `undefined` where the request is for none. */
export function answerHttp(request: HttpRequest, context: Gateway): Promise<HttpResponse> | undefined {
  const address = addressOf(request.headers['host'] ?? '', request.target);
  return address && answerAt(address, request, context);
}

async function answerAt(
  address: { readonly apiId: string; readonly path: string; readonly query: string },
  request: HttpRequest,
  context: Gateway,
): Promise<HttpResponse> {
  const { kernel, state } = context;
  const { apiId, path, query } = address;
  const api = state.apis.get(apiId);
  if (!api) return notFound();
  if (api.isEndpointDisabled) return forbidden();
  const located = locateStage(context, apiId, path);
  if (!located) return notFound();
  const requestId = `${kernel.chance.text(15, REQUEST_ID_ALPHABET)}=`;
  const arrival: Arrival = { request, api, path, query, requestId, atMs: kernel.nowMs(), ...located };
  const outcome = await answerArrival(arrival, context);
  const { cors } = api;
  const own = outcome.response.headers;
  const headers = cors && !isPreflight(request) ? withCors(cors, request, own) : own;
  const response = { ...outcome.response, headers: { ...headers, 'apigw-requestid': requestId } };
  record(arrival, { ...outcome, response }, context);
  return response;
}

/** A stage is the first segment of the path; without such a stage it is `$default`. */
function locateStage({ state }: Gateway, apiId: string, path: string): { readonly stage: Stage; readonly routePath: string } | undefined {
  const end = path.indexOf('/', 1);
  const first = path.slice(1, end < 0 ? undefined : end);
  const named = first === '' ? undefined : state.stages.get(ownKey(apiId, first));
  if (named) return { stage: named, routePath: end < 0 ? '/' : path.slice(end) };
  const stage = state.stages.get(ownKey(apiId, '$default'));
  return stage && { stage, routePath: path };
}

async function answerArrival(arrival: Arrival, context: Gateway): Promise<Outcome> {
  const { request, api, stage, routePath } = arrival;
  if (api.cors && isPreflight(request)) return { response: { status: 204, headers: preflightHeaders(api.cors, request), body: new Uint8Array() } };
  const match = routingOf(context.state, stage).match(request.method, routePath);
  if (!match) return { response: notFound() };
  const { routeKey } = match.destination.route;
  if (!hasToken(stage, routeKey, context)) return { response: tooManyRequests(), routeKey };
  if (request.body.byteLength > PAYLOAD_BYTES_MAX) return { response: requestTooLarge(), routeKey };
  const { integration } = match.destination;
  if (!integration) return { response: internalServerError(), routeKey, integrationError: 'The route has no integration' };
  const { kernel } = context;
  const event = eventOf({
    request,
    apiId: api.apiId,
    accountId: kernel.accountId,
    domainName: `${api.apiId}.execute-api.${kernel.region}.amazonaws.com`,
    path: arrival.path,
    query: arrival.query,
    stageName: stage.stageName,
    stageVariables: stage.variables,
    routeKey,
    pathParameters: match.pathParameters,
    requestId: arrival.requestId,
    traceId: request.headers['x-amzn-trace-id'] ?? traceId(arrival.atMs, context),
    atMs: arrival.atMs,
  } satisfies RoutedRequest);
  const startMs = kernel.nowMs();
  const invoked = await invoke(arrival, { destination: match.destination, integration, event }, context);
  return { ...invoked, routeKey, integrationLatencyMs: kernel.nowMs() - startMs };
}

/** @see https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader */
const traceId = (atMs: number, { kernel }: Gateway): string => `Root=1-${Math.floor(atMs / 1000).toString(16)}-${kernel.chance.text(24, TRACE_ALPHABET)}`;

/** Takes a token from the route's bucket, or from the stage's where the route has none. */
function hasToken(stage: Stage, routeKey: string, { kernel, state }: Gateway): boolean {
  const own = stage.routeThrottling[routeKey];
  const throttling = own ?? stage.throttling;
  if (throttling.ratePerSecond === undefined && throttling.burst === undefined) return true;
  const key = `${stage.apiId}/${stage.stageName}${own ? `/${routeKey}` : ''}`;
  let bucket = state.buckets.get(key);
  if (!bucket) {
    bucket = new TokenBucket(throttling, kernel.nowMs());
    state.buckets.set(key, bucket);
  }
  return bucket.take(kernel.nowMs());
}

/** The route as a Lambda permission's `SourceArn` names it. `ANY` is the method that was sent. */
function routeArn({ api, stage, request }: Arrival, routeKey: string, { kernel }: Gateway): string {
  const [method = '', path = ''] = routeKey.split(' ');
  const resource = routeKey === '$default' ? '$default' : `${method === 'ANY' ? request.method : method}${path}`;
  return kernel.arn('execute-api', `${api.apiId}/${stage.stageName}/${resource}`);
}

async function invoke(
  arrival: Arrival,
  to: { readonly destination: Destination; readonly integration: Integration; readonly event: object },
  context: Gateway,
): Promise<Pick<Outcome, 'response' | 'integrationError'>> {
  const { kernel } = context;
  const input = { FunctionName: to.integration.functionArn, InvocationType: 'RequestResponse', Payload: Buffer.from(JSON.stringify(to.event)) };
  const principal = { type: 'service', service: 'apigateway.amazonaws.com', sourceArn: routeArn(arrival, to.destination.route.routeKey, context) } as const;
  const call = kernel.request<{ FunctionError?: string; Payload?: Uint8Array }>({
    service: 'lambda',
    operation: 'Invoke',
    input,
    principal,
    cause: arrival.request.cause,
  });
  let timer: { cancel(): void } | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = kernel.at(kernel.nowMs() + to.integration.timeoutMs, 'integration timeout', () => resolve(undefined));
  });
  try {
    const output = await Promise.race([call, timeout]);
    if (!output) return { response: serviceUnavailable(), integrationError: `The integration did not answer within ${to.integration.timeoutMs} ms` };
    const payload = new TextDecoder().decode(output.Payload);
    if (output.FunctionError) return { response: internalServerError(), integrationError: `The function failed: ${payload}` };
    const response = responseOf(payload);
    return response
      ? { response }
      : { response: internalServerError(), integrationError: 'The response from the Lambda function does not match the format that API Gateway expects' };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const isThrottled = error.code === 'TooManyRequestsException';
    return { response: isThrottled ? serviceUnavailable() : internalServerError(), integrationError: `${error.code}: ${error.message}` };
  } finally {
    timer?.cancel();
  }
}

/** Journals a request that has ended, meters it, and writes the stage's access log. */
function record(
  { request, api, stage, path, requestId, atMs }: Arrival,
  { response, routeKey, integrationLatencyMs, integrationError }: Outcome,
  { kernel, state }: Gateway,
): void {
  const ms = kernel.nowMs() - atMs;
  const { status } = response;
  const { method } = request;
  kernel.journal.append({
    service: 'apigatewayv2',
    kind: 'http-request',
    arn: kernel.arn('execute-api', `${api.apiId}/${stage.stageName}`),
    cause: request.cause,
    detail: { method, path, status, ms, routeKey, requestId, ...(integrationError !== undefined && { integrationError }) },
  });
  const dimensions = { ApiId: api.apiId, Stage: stage.stageName };
  const meter = (name: string, value: number, unit: string): void => kernel.meter({ namespace: 'AWS/ApiGateway', name, dimensions, value, unit });
  meter('Count', 1, 'Count');
  meter('4xx', status >= 400 && status < 500 ? 1 : 0, 'Count');
  meter('5xx', status >= 500 ? 1 : 0, 'Count');
  meter('Latency', ms, 'Milliseconds');
  if (integrationLatencyMs !== undefined) meter('IntegrationLatency', integrationLatencyMs, 'Milliseconds');
  if (!stage.accessLog) return;
  const values = {
    accountId: kernel.accountId,
    apiId: api.apiId,
    domainName: `${api.apiId}.execute-api.${kernel.region}.amazonaws.com`,
    domainPrefix: api.apiId,
    requestId,
    extendedRequestId: requestId,
    httpMethod: method,
    path,
    protocol: 'HTTP/1.1',
    routeKey,
    stage: stage.stageName,
    status,
    responseLength: response.body.byteLength,
    responseLatency: ms,
    integrationLatency: integrationLatencyMs,
    integrationErrorMessage: integrationError,
    'integration.error': integrationError,
    'integration.latency': integrationLatencyMs,
    requestTime: commonLogTime(atMs),
    requestTimeEpoch: atMs,
    'identity.sourceIp': SOURCE_IP,
    'identity.userAgent': request.headers['user-agent'],
  };
  state.accessLog.write(stage, values, atMs);
}

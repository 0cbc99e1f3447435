import { Fault } from '../../../kernel/errors.ts';
import type { HttpRequest, HttpResponse } from '../../../kernel/http.ts';
import type { Principal } from '../../../kernel/principal.ts';
import { notSigned } from '../errors.ts';
import { hasFailed, invokeFunction, traceRoot } from '../invocation.ts';
import { functionArn } from '../naming.ts';
import type { UrlRecord } from '../records.ts';
import { PAYLOAD_BYTES_MAX } from '../rules.ts';
import { keyOf, type Lambda } from '../state.ts';
import { addressOf } from './address.ts';
import { isPreflight, preflightHeaders, withCors } from './cors.ts';
import { type UrlRequest, urlEvent } from './event.ts';
import { badGateway, forbidden, responseOf, tooLarge, tooManyRequests } from './response.ts';

/** Whoever has not signed. No policy names it, but `*` means it too. */
const ANYONE: Principal = { type: 'service', service: 'anonymous', sourceArn: undefined };

/** The access key in a signature's scope. @see https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html */
const ACCESS_KEY = /^AWS4-HMAC-SHA256 .*Credential=([^/,\s]+)\//;

/** Answers a request to a function's URL; `undefined` where the request is for none. */
export function answerUrl(request: HttpRequest, context: Lambda): Promise<HttpResponse> | undefined {
  const address = addressOf(request.headers['host'] ?? '', request.target);
  return address && answerAt(address, request, context);
}

async function answerAt(
  address: { readonly urlId: string; readonly path: string; readonly query: string },
  request: HttpRequest,
  context: Lambda,
): Promise<HttpResponse> {
  const { kernel, state } = context;
  const url = state.urls.get(state.urlsById.get(address.urlId) ?? '');
  if (!url) return forbidden();
  const { cors } = url;
  if (cors && isPreflight(request)) return { status: 200, headers: preflightHeaders(cors, request), body: new Uint8Array() };
  const startMs = kernel.nowMs();
  const { requestId } = context;
  const answered = await answerAllowed(url, { ...address, request, requestId, traceId: traceRoot(context), caller: undefined }, context);
  const own = cors ? withCors(cors, request, answered.headers) : answered.headers;
  const response = { ...answered, headers: { ...own, 'x-amzn-requestid': requestId } };
  record(url, { request, path: address.path, status: response.status, ms: kernel.nowMs() - startMs }, context);
  return response;
}

async function answerAllowed(url: UrlRecord, arrival: UrlRequest, context: Lambda): Promise<HttpResponse> {
  const { kernel } = context;
  const { request, requestId } = arrival;
  try {
    const caller = callerOf(url, request, context);
    if (request.body.byteLength > PAYLOAD_BYTES_MAX.RequestResponse) return tooLarge();
    const event = JSON.stringify(urlEvent({ ...arrival, caller }, kernel));
    const { functionName, qualifier } = url;
    const { result } = await invokeFunction(context, { functionName, qualifier, event, requestId, trigger: 'Url', cause: request.cause });
    return hasFailed(result) ? badGateway() : responseOf(result.payload);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (error.code.startsWith('AccessDenied')) return forbidden();
    return error.code === 'TooManyRequestsException' ? tooManyRequests() : badGateway();
  }
}

/**
 * Who calls, where that has to be known; throws where he may not: he needs both `lambda:InvokeFunctionUrl` and `lambda:InvokeFunction`.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
 */
function callerOf({ functionName, qualifier, authType }: UrlRecord, request: HttpRequest, { kernel, state }: Lambda): UrlRequest['caller'] {
  const accessKeyId = ACCESS_KEY.exec(request.headers['authorization'] ?? '')?.[1];
  if (authType === 'AWS_IAM' && accessKeyId === undefined) throw notSigned();
  const principal = authType === 'AWS_IAM' && accessKeyId !== undefined ? kernel.credentials.principalOf(accessKeyId) : ANYONE;
  const resource = keyOf(functionArn(kernel, functionName), qualifier);
  const resourcePolicy = state.policies.get(keyOf(functionName, qualifier))?.document;
  const conditionKeys = { 'lambda:FunctionUrlAuthType': authType, 'lambda:InvokedViaFunctionUrl': 'true' };
  for (const action of ['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction']) kernel.authorize(principal, { action, resource, resourcePolicy, conditionKeys });
  return authType === 'AWS_IAM' && accessKeyId !== undefined ? { principal, accessKeyId } : undefined;
}

/** Journals a request that has ended, and meters it. @see https://docs.aws.amazon.com/lambda/latest/dg/urls-monitoring.html */
function record(
  { functionName, qualifier }: UrlRecord,
  ended: { readonly request: HttpRequest; readonly path: string; readonly status: number; readonly ms: number },
  { kernel }: Lambda,
): void {
  const { request, path, status, ms } = ended;
  const arn = keyOf(functionArn(kernel, functionName), qualifier);
  kernel.journal.append({ service: 'lambda', kind: 'http-request', arn, cause: request.cause, detail: { method: request.method, path, status, ms } });
  const meter = (name: string, value: number, unit: string): void =>
    kernel.meter({ namespace: 'AWS/Lambda', name, dimensions: { FunctionName: functionName }, value, unit });
  meter('UrlRequestCount', 1, 'Count');
  meter('UrlRequestLatency', ms, 'Milliseconds');
  meter('Url4xxCount', status >= 400 && status < 500 ? 1 : 0, 'Count');
  meter('Url5xxCount', status >= 500 ? 1 : 0, 'Count');
}

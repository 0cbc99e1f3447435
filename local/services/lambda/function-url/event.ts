import type { HttpRequest } from '../../../kernel/http.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import { type Principal, principalName } from '../../../kernel/principal.ts';
import { domainName } from './address.ts';

/** A request to a function's URL, once it may pass. */
export interface UrlRequest {
  readonly request: HttpRequest;
  readonly urlId: string;
  readonly path: string;
  readonly query: string;
  readonly requestId: string;
  readonly traceId: string;
  /** Who signed it; `undefined` where nobody has to. */
  readonly caller: { readonly principal: Principal; readonly accessKeyId: string } | undefined;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `12/Mar/2020:19:03:58 +0000` */
function commonLogTime(atMs: number): string {
  const at = new Date(atMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(at.getUTCDate())}/${MONTHS[at.getUTCMonth()]}/${at.getUTCFullYear()}:${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} +0000`;
}

const SOURCE_IP = '127.0.0.1';

/** Bodies of these types are text; a body of any other reaches the function as base64. */
const TEXT_TYPES = /^(text\/|application\/(json|javascript|xml|[^;]*\+(json|xml))\s*(;|$))/i;

/** Repeated parameters are joined with commas. */
function queryParameters(query: string): Record<string, string> | undefined {
  if (query === '') return undefined;
  const values = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) values.set(name, values.has(name) ? `${values.get(name)},${value}` : value);
  return Object.fromEntries(values);
}

/** What a function learns of who signed the request. */
function iamOf({ principal, accessKeyId }: NonNullable<UrlRequest['caller']>, { accountId }: Kernel): object {
  const userArn = principalName(principal, accountId);
  const userId = principal.type === 'role' ? `${accessKeyId}:${principal.sessionName}` : accountId;
  return { iam: { accessKey: accessKeyId, accountId, callerId: userId, cognitoIdentity: null, principalOrgId: null, userArn, userId } };
}

/** The event of a function's URL: payload format 2.0. @see https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads */
export function urlEvent({ request, urlId, path, query, requestId, traceId, caller }: UrlRequest, kernel: Kernel): object {
  const { cookie, ...headers } = request.headers;
  const domain = domainName(urlId, kernel.region);
  const queryStringParameters = queryParameters(query);
  const hasBody = request.body.byteLength > 0;
  const isText = TEXT_TYPES.test(request.headers['content-type'] ?? '');
  const atMs = kernel.nowMs();
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: query,
    ...(cookie && { cookies: cookie.split(';').map((part) => part.trim()) }),
    headers: {
      ...headers,
      host: domain,
      'x-amzn-trace-id': traceId,
      'x-forwarded-for': SOURCE_IP,
      'x-forwarded-port': '443',
      'x-forwarded-proto': 'https',
    },
    ...(queryStringParameters && { queryStringParameters }),
    requestContext: {
      accountId: caller ? kernel.accountId : 'anonymous',
      apiId: urlId,
      ...(caller && { authorizer: iamOf(caller, kernel) }),
      domainName: domain,
      domainPrefix: urlId,
      http: { method: request.method, path, protocol: 'HTTP/1.1', sourceIp: SOURCE_IP, userAgent: request.headers['user-agent'] ?? '' },
      requestId,
      routeKey: '$default',
      stage: '$default',
      time: commonLogTime(atMs),
      timeEpoch: atMs,
    },
    ...(hasBody && { body: Buffer.from(request.body).toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: hasBody && !isText,
  };
}

import type { HttpRequest } from '../../kernel/http.ts';

/** A request as API Gateway sees it, once its route is known. */
export interface RoutedRequest {
  readonly request: HttpRequest;
  readonly apiId: string;
  readonly accountId: string;
  readonly domainName: string;
  /** With the stage's name before it, unless the stage is `$default`. */
  readonly path: string;
  readonly query: string;
  readonly stageName: string;
  readonly stageVariables: Readonly<Record<string, string>>;
  readonly routeKey: string;
  readonly pathParameters: Readonly<Record<string, string>> | undefined;
  readonly requestId: string;
  readonly traceId: string;
  readonly atMs: number;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `12/Mar/2020:19:03:58 +0000` */
export function commonLogTime(atMs: number): string {
  const at = new Date(atMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(at.getUTCDate())}/${MONTHS[at.getUTCMonth()]}/${at.getUTCFullYear()}:${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} +0000`;
}

/** Where requests of the plane come from. */
export const SOURCE_IP = '127.0.0.1';

/** Bodies of these types are text; a body without a type as well; all others reach the function as base64. */
const TEXT_TYPES = /^(text\/|application\/(json|javascript|xml|[^;]*\+(json|xml))\s*(;|$))/i;

/** Repeated parameters are joined with commas. */
function queryParameters(query: string): Record<string, string> | undefined {
  if (query === '') return undefined;
  const parameters: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    const earlier = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    parameters[name] = earlier === undefined ? value : `${earlier},${value}`;
  }
  return parameters;
}

function forwardedHeaders({ request, domainName, traceId }: RoutedRequest): Record<string, string> {
  // Cookies stand in a member of their own.
  const { cookie: _cookie, ...headers } = request.headers;
  return {
    ...headers,
    host: domainName,
    'x-amzn-trace-id': traceId,
    'x-forwarded-for': SOURCE_IP,
    'x-forwarded-port': '443',
    'x-forwarded-proto': 'https',
  };
}

/**
 * The event of payload format 2.0.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function eventOf(routed: RoutedRequest): object {
  const { request, apiId, domainName, path, query, routeKey, pathParameters, stageVariables, atMs } = routed;
  const { cookie } = request.headers;
  const queryStringParameters = queryParameters(query);
  const isText = TEXT_TYPES.test(request.headers['content-type'] ?? 'text/plain');
  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString: query,
    ...(cookie && { cookies: cookie.split(';').map((part) => part.trim()) }),
    headers: forwardedHeaders(routed),
    ...(queryStringParameters && { queryStringParameters }),
    requestContext: {
      accountId: routed.accountId,
      apiId,
      domainName,
      domainPrefix: apiId,
      http: { method: request.method, path, protocol: 'HTTP/1.1', sourceIp: SOURCE_IP, userAgent: request.headers['user-agent'] ?? '' },
      requestId: routed.requestId,
      routeKey,
      stage: routed.stageName,
      time: commonLogTime(atMs),
      timeEpoch: atMs,
    },
    ...(pathParameters && { pathParameters }),
    ...(Object.keys(stageVariables).length > 0 && { stageVariables }),
    ...(request.body.byteLength > 0 && { body: Buffer.from(request.body).toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: request.body.byteLength > 0 && !isText,
  };
}

import type { HttpRequest } from '../../../kernel/http.ts';
import type { UrlCors } from '../records.ts';

type Headers = Readonly<Record<string, string>>;

function shared(cors: UrlCors, origin: string | undefined): Record<string, string> {
  const origins = cors.AllowOrigins ?? [];
  if (origin === undefined || !(origins.includes('*') || origins.includes(origin))) return {};
  return {
    'access-control-allow-origin': origins.includes('*') && !cors.AllowCredentials ? '*' : origin,
    ...(cors.AllowCredentials && { 'access-control-allow-credentials': 'true' }),
    vary: 'Origin',
  };
}

/** Is it a browser's question whether it may send a request of another origin? It needs no permission and does not reach the function. */
export const isPreflight = ({ method, headers }: HttpRequest): boolean =>
  method === 'OPTIONS' && headers['origin'] !== undefined && headers['access-control-request-method'] !== undefined;

/** Headers of the answer to a preflight; none where the origin is not allowed. @see https://docs.aws.amazon.com/lambda/latest/api/API_Cors.html */
export function preflightHeaders(cors: UrlCors, { headers }: HttpRequest): Headers {
  const base = shared(cors, headers['origin']);
  if (Object.keys(base).length === 0) return base;
  return {
    ...base,
    ...(cors.AllowMethods && { 'access-control-allow-methods': cors.AllowMethods.join(',') }),
    ...(cors.AllowHeaders && { 'access-control-allow-headers': cors.AllowHeaders.join(',') }),
    ...(cors.MaxAge !== undefined && { 'access-control-max-age': String(cors.MaxAge) }),
  };
}

/** What the URL says about other origins, in place of whatever the function says. */
export function withCors(cors: UrlCors, request: HttpRequest, headers: Headers): Headers {
  const own = Object.entries(headers).filter(([name]) => !name.startsWith('access-control-'));
  const base = shared(cors, request.headers['origin']);
  const exposed = cors.ExposeHeaders?.length && Object.keys(base).length > 0 ? { 'access-control-expose-headers': cors.ExposeHeaders.join(',') } : {};
  return { ...Object.fromEntries(own), ...base, ...exposed };
}

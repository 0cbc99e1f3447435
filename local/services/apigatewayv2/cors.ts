import type { HttpRequest } from '../../kernel/http.ts';
import type { Cors } from './state.ts';

type Headers = Readonly<Record<string, string>>;

/** The configured origin that a request's origin falls under: itself, `*`, or all of a scheme (`https://*`). */
function allowedOrigin({ allowOrigins, allowCredentials }: Cors, origin: string): string | undefined {
  if (allowOrigins.includes('*')) return allowCredentials ? origin : '*';
  const isAllowed = allowOrigins.some((allowed) => allowed === origin || (allowed.endsWith('://*') && origin.startsWith(allowed.slice(0, -1))));
  return isAllowed ? origin : undefined;
}

function shared(cors: Cors, origin: string | undefined): Record<string, string> | undefined {
  const allowed = origin === undefined ? undefined : allowedOrigin(cors, origin);
  if (allowed === undefined) return undefined;
  return { 'access-control-allow-origin': allowed, ...(cors.allowCredentials && { 'access-control-allow-credentials': 'true' }) };
}

/** Is it a browser's question whether it may send a request of another origin? */
export const isPreflight = ({ method, headers }: HttpRequest): boolean =>
  method === 'OPTIONS' && headers['origin'] !== undefined && headers['access-control-request-method'] !== undefined;

/** Headers of the answer to a preflight; none where the origin is not allowed. */
export function preflightHeaders(cors: Cors, { headers }: HttpRequest): Headers {
  const base = shared(cors, headers['origin']);
  if (!base) return {};
  return {
    ...base,
    ...(cors.allowMethods.length > 0 && { 'access-control-allow-methods': cors.allowMethods.join(',') }),
    ...(cors.allowHeaders.length > 0 && { 'access-control-allow-headers': cors.allowHeaders.join(',') }),
    ...(cors.maxAgeSeconds !== undefined && { 'access-control-max-age': String(cors.maxAgeSeconds) }),
  };
}

/** Replaces whatever the integration says about other origins by what the API says. */
export function withCors(cors: Cors, request: HttpRequest, headers: Headers): Headers {
  const own = Object.entries(headers).filter(([name]) => !name.startsWith('access-control-'));
  const expose = cors.exposeHeaders.length > 0 ? { 'access-control-expose-headers': cors.exposeHeaders.join(',') } : {};
  const base = shared(cors, request.headers['origin']);
  return { ...Object.fromEntries(own), ...(base && { ...base, ...expose }) };
}

/** The URL that AWS gives an API; it is the attribute `ApiEndpoint`. */
export const apiEndpoint = (apiId: string, region: string): string => `https://${apiId}.execute-api.${region}.amazonaws.com`;

/** The same API on the plane, whose own endpoint is `endpoint` (`http://127.0.0.1:4566`). Needs no name resolution. */
export const localUrl = (endpoint: string, apiId: string): string => `${endpoint.replace(/\/$/, '')}/_aws/execute-api/${apiId}`;

/** The id in `apiEndpoint`; `undefined` for another URL. */
export const apiIdOf = (url: string): string | undefined => /^https:\/\/([a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com/.exec(url)?.[1];

const HOST = /^([a-z0-9]+)\.execute-api\.(?:[a-z0-9-]+\.amazonaws\.com|localhost)(?::\d+)?$/;
const PREFIX = '/_aws/execute-api/';

/** Which API a request is for, and its path and query there; `undefined` where it is for none. */
export function addressOf(host: string, target: string): { readonly apiId: string; readonly path: string; readonly query: string } | undefined {
  let apiId: string | undefined;
  let rest = target;
  if (target.startsWith(PREFIX)) {
    const end = target.slice(PREFIX.length).search(/[/?]|$/) + PREFIX.length;
    apiId = target.slice(PREFIX.length, end);
    rest = target.slice(end);
  } else if (host.includes('.execute-api.')) {
    apiId = HOST.exec(host)?.[1];
  }
  if (apiId === undefined) return undefined;
  const mark = rest.indexOf('?');
  const path = mark < 0 ? rest : rest.slice(0, mark);
  return { apiId, path: path === '' ? '/' : path, query: mark < 0 ? '' : rest.slice(mark + 1) };
}

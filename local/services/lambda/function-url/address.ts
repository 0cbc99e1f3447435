/** The URL that AWS gives a function. @see https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html */
export const functionUrl = (urlId: string, region: string): string => `https://${domainName(urlId, region)}/`;

export const domainName = (urlId: string, region: string): string => `${urlId}.lambda-url.${region}.on.aws`;

const HOST = /^([a-z0-9]{32})\.lambda-url\.[a-z0-9-]+\.on\.aws(?::\d+)?$/;

/** The same function on the plane's own endpoint, for clients that cannot resolve the name. */
const PREFIX = '/_aws/lambda-url/';

/** Whose URL a request is for; `undefined` where it is for none. */
export function addressOf(host: string, target: string): { readonly urlId: string; readonly path: string; readonly query: string } | undefined {
  const urlId = HOST.exec(host)?.[1];
  if (urlId !== undefined) return { urlId, ...splitTarget(target) };
  if (!target.startsWith(PREFIX)) return undefined;
  const { path, query } = splitTarget(target.slice(PREFIX.length));
  const end = path.indexOf('/');
  return { urlId: end < 0 ? path : path.slice(0, end), path: end < 0 ? '/' : path.slice(end), query };
}

function splitTarget(target: string): { readonly path: string; readonly query: string } {
  const mark = target.indexOf('?');
  return mark < 0 ? { path: target, query: '' } : { path: target.slice(0, mark), query: target.slice(mark + 1) };
}

import type { Plane } from '../../../local/plane.ts';
import type { Answer } from './answer.ts';

/** A plain HTTP request of a trace, as Python's `requests` makes it: to a function's URL. */
export async function callUrl(plane: Plane, method: string, params: Readonly<Record<string, unknown>>): Promise<Answer> {
  const url = new URL(String(params['url']));
  const body = bodyOf(params);
  const headers = Object.fromEntries(Object.entries((params['headers'] ?? {}) as Record<string, string>).map(([name, value]) => [name.toLowerCase(), value]));
  const response = await plane.dispatch({
    method: method.toUpperCase(),
    target: `${url.pathname}${url.search}`,
    headers: { host: url.host, 'user-agent': 'python-requests', accept: '*/*', 'content-length': String(body.length), ...headers },
    body,
  });
  const named = Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase()), value]),
  );
  return { body: { ...named, status: response.status, content: Buffer.from(response.body).toString('utf8') } };
}

function bodyOf({ data, json }: Readonly<Record<string, unknown>>): Buffer {
  if (typeof data === 'object' && data !== null && '$base64' in data) return Buffer.from(String(data.$base64), 'base64');
  if (typeof data === 'string') return Buffer.from(data);
  return json === null || json === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(json));
}

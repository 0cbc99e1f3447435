import { hostHeader } from './http-client.ts';
import type { Destination, Outgoing } from './outgoing.ts';

/** `fetch` of a context: the same ways out as `http`. */
export function contextFetch(outgoing: Outgoing): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    const isSecure = url.protocol === 'https:';
    const destination: Destination = { isSecure, hostname: url.hostname, port: Number(url.port) || (isSecure ? 443 : 80) };
    const route = outgoing.route(destination);
    if (route === 'real') return fetch(request);
    if (route !== 'plane') throw new TypeError('fetch failed', { cause: route.refused });
    const headers: Record<string, string> = { host: hostHeader(destination) };
    request.headers.forEach((value, name) => {
      headers[name] = value;
    });
    const body = new Uint8Array(await request.arrayBuffer());
    const controller = new AbortController();
    request.signal.addEventListener('abort', () => controller.abort(), { once: true });
    const response = await outgoing.send({ method: request.method, target: `${url.pathname}${url.search}`, headers, body }, controller);
    request.signal.throwIfAborted();
    const hasBody = response.status !== 204 && response.status !== 304;
    return new Response(hasBody ? Buffer.from(response.body) : null, { status: response.status, headers: response.headers });
  };
}

import { clientsOf, destroy } from './clients.ts';
import type { Call } from './operation.ts';

/** Stands for the value in the request that is taken apart. No encoding changes it. */
const MARK = 'xVALUExMARKx';

interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Record<string, string | string[] | null>;
  readonly headers: Record<string, string>;
  readonly body?: string | Uint8Array;
}

/** The request as the SDK client would have sent it, signature and all. */
async function capture(url: string, call: Call): Promise<SdkRequest> {
  let captured: SdkRequest | undefined;
  const handle = async (request: object): Promise<never> => {
    captured = request as SdkRequest;
    throw new Error('Captured, not sent');
  };
  const clients = clientsOf(url, { handle });
  await call(clients, MARK).catch(() => undefined);
  destroy(clients);
  if (captured === undefined) throw new Error('The call sent no request');
  return captured;
}

/**
 * The bytes that an SDK client sends for the call, once and for all: what is left to do per request is to put in the value. All bytes are ASCII, so a
 * character is a byte.
 */
export async function prebuild(url: string, call: Call): Promise<(value: string) => string> {
  const { method, path, query = {}, headers, body = '' } = await capture(url, call);
  const search = Object.entries(query).map(([name, value]) => (value === null || value === '' ? name : `${name}=${String(value)}`));
  const target = search.length === 0 ? path : `${path}?${search.join('&')}`;
  const kept = Object.entries(headers).filter(([name]) => !['content-length', 'host'].includes(name.toLowerCase()));
  const lines = [`${method} ${target} HTTP/1.1`, `host: ${new URL(url).host}`, ...kept.map(([name, value]) => `${name}: ${value}`)];
  const text = typeof body === 'string' ? body : new TextDecoder('latin1').decode(body);
  const pieces = text.split(MARK);
  const holes = pieces.length - 1;
  const head = `${lines.join('\r\n')}\r\ncontent-length: `;
  const fixedLength = text.length - holes * MARK.length;
  if (holes === 0) {
    const request = `${head}${fixedLength}\r\n\r\n${text}`;
    return () => request;
  }
  return (value) => `${head}${fixedLength + holes * value.length}\r\n\r\n${pieces.join(value)}`;
}

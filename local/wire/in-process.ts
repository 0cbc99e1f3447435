import { Readable } from 'node:stream';
import type { HttpRequest, HttpResponse } from '../kernel/http.ts';

/** The part of the SDK's request that the handler reads. */
interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly hostname: string;
  readonly port?: number;
}

/** An SDK `requestHandler` that has no socket. Hand it to any client: `new SQSClient({ requestHandler: inProcessHandler(wire.dispatch), … })`. */
export interface InProcessHandler {
  readonly metadata: { readonly handlerProtocol: string };
  // biome-ignore lint/suspicious/noExplicitAny: the SDK's HttpRequest class and its options, structurally
  handle(request: any, options?: { readonly abortSignal?: any }): Promise<{ response: any }>;
  destroy(): void;
  updateHttpClientConfig(): void;
  httpHandlerConfigs(): object;
}

/** Carries an SDK client's requests to `dispatch` without a socket: the same bytes as over HTTP. `cause` is the journal entry that led to them. */
export function inProcessHandler(dispatch: (request: HttpRequest) => Promise<HttpResponse>, options: { readonly cause?: number } = {}): InProcessHandler {
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    destroy() {},
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
    async handle(request: SdkRequest, { abortSignal } = {}) {
      const { status, headers, body, stream } = await dispatch({
        method: request.method,
        target: request.path + queryOf(request.query),
        headers: lowerCased(request),
        body: await bytesOf(request.body),
        cause: options.cause,
        signal: abortSignal,
      });
      // An object's content is read as a stream by clients; whatever else there is they take as bytes.
      const isObject = headers['accept-ranges'] !== undefined && request.method === 'GET';
      const readable = stream ?? (isObject ? [body] : undefined);
      return { response: { statusCode: status, headers, body: readable ? Readable.from(readable) : body, reason: undefined } };
    },
  };
}

function lowerCased({ headers, hostname, port }: SdkRequest): Record<string, string> {
  const out: Record<string, string> = { host: port === undefined ? hostname : `${hostname}:${port}` };
  for (const [name, value] of Object.entries(headers)) out[name.toLowerCase()] = value;
  return out;
}

function queryOf(query: SdkRequest['query']): string {
  const pairs: string[] = [];
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const entry of Array.isArray(value) ? value : [value]) {
      pairs.push(entry === null ? encodeURIComponent(name) : `${encodeURIComponent(name)}=${encodeURIComponent(entry)}`);
    }
  }
  return pairs.length > 0 ? `?${pairs.join('&')}` : '';
}

function bytesOf(body: unknown): Uint8Array | Promise<Uint8Array> {
  if (body === undefined || body === null) return new Uint8Array();
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Uint8Array) return body;
  if (body instanceof Readable) return collected(body);
  throw new TypeError('A request body is text, bytes or a stream');
}

async function collected(stream: Readable): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(Buffer.from(piece as Uint8Array));
  return Buffer.concat(pieces);
}

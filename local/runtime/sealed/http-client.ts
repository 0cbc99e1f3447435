import { EventEmitter } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { Readable, Writable } from 'node:stream';
import type { HttpResponse } from '../../kernel/http.ts';
import type { Destination, Outgoing } from './outgoing.ts';
import { partly } from './refused.ts';
import type { ContextTimers } from './timers.ts';

interface RequestOptions {
  protocol?: string;
  host?: string;
  hostname?: string;
  port?: number | string;
  path?: string;
  method?: string;
  headers?: Record<string, unknown>;
  auth?: string;
  agent?: unknown;
  signal?: AbortSignal;
  [other: string]: unknown;
}

/** A connection that is there at once. It knows the one thing that clients rely on: to time out when nothing comes. */
export class StandingSocket extends EventEmitter {
  readonly connecting = false;
  readonly remoteAddress = '127.0.0.1';
  readonly #timers: ContextTimers;
  #timeout: unknown;

  constructor(timers: ContextTimers) {
    super();
    this.#timers = timers;
  }

  setTimeout(delayMs: number, listener?: () => void): this {
    this.settle();
    if (listener) this.once('timeout', listener);
    if (delayMs > 0) this.#timeout = this.#timers.start(() => this.emit('timeout'), delayMs);
    return this;
  }

  /** Ends the wait: something came. */
  settle(): void {
    if (this.#timeout !== undefined) this.#timers.clear(this.#timeout);
    this.#timeout = undefined;
  }

  setKeepAlive(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  destroy(): this {
    this.settle();
    return this;
  }
}

/** The answer of the plane as an `http.IncomingMessage`. */
class Incoming extends Readable {
  readonly statusCode: number;
  readonly statusMessage: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly rawHeaders: string[];
  readonly trailers = {};
  readonly httpVersion = '1.1';
  readonly complete = true;
  readonly socket: StandingSocket;

  constructor(response: HttpResponse, socket: StandingSocket) {
    super();
    this.statusCode = response.status;
    this.statusMessage = http.STATUS_CODES[response.status] ?? '';
    this.headers = response.headers;
    this.rawHeaders = Object.entries(response.headers).flat();
    this.socket = socket;
    if (response.body.byteLength > 0) this.push(Buffer.from(response.body.buffer, response.body.byteOffset, response.body.byteLength));
    this.push(null);
  }

  override _read(): void {}

  setTimeout(): this {
    return this;
  }
}

/** What a request needs of its context. */
export interface ClientParts {
  readonly outgoing: Outgoing;
  readonly timers: ContextTimers;
  readonly guard: (task: () => void) => void;
}

/** An `http.ClientRequest` that leaves the context as bytes. */
class PlaneRequest extends Writable {
  readonly method: string;
  readonly path: string;
  readonly host: string;
  readonly socket: StandingSocket;
  readonly connection: StandingSocket;
  aborted = false;
  reusedSocket = true;
  readonly #parts: ClientParts;
  readonly #headers = new Map<string, string>();
  readonly #chunks: Buffer[] = [];
  readonly #controller = new AbortController();

  constructor(parts: ClientParts, options: RequestOptions, host: string) {
    // As in Node, a request closes after its answer was read, not after it was sent.
    super({ autoDestroy: false });
    this.#parts = parts;
    this.method = (options.method ?? 'GET').toUpperCase();
    this.path = options.path ?? '/';
    this.host = host;
    this.socket = new StandingSocket(parts.timers);
    this.connection = this.socket;
    for (const [name, value] of Object.entries(options.headers ?? {})) this.setHeader(name, value);
    if (!this.#headers.has('host')) this.#headers.set('host', host);
    process.nextTick(() => parts.guard(() => this.emit('socket', this.socket)));
  }

  setHeader(name: string, value: unknown): this {
    this.#headers.set(name.toLowerCase(), Array.isArray(value) ? value.join(', ') : String(value));
    return this;
  }

  getHeader(name: string): string | undefined {
    return this.#headers.get(name.toLowerCase());
  }

  getHeaders(): Record<string, string> {
    return Object.fromEntries(this.#headers);
  }

  hasHeader(name: string): boolean {
    return this.#headers.has(name.toLowerCase());
  }

  removeHeader(name: string): void {
    this.#headers.delete(name.toLowerCase());
  }

  flushHeaders(): void {
    // A client that waits for leave to send its body has it.
    if (this.getHeader('expect') === '100-continue') process.nextTick(() => this.#parts.guard(() => this.emit('continue')));
  }

  setTimeout(delayMs: number, listener?: () => void): this {
    this.socket.removeAllListeners('timeout');
    if (listener) this.once('timeout', listener);
    this.socket.setTimeout(delayMs, () => this.emit('timeout'));
    return this;
  }

  setNoDelay(): void {}

  setSocketKeepAlive(): void {}

  abort(): void {
    this.aborted = true;
    this.destroy();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#chunks.push(chunk);
    done();
  }

  override _final(done: () => void): void {
    done();
    const [first] = this.#chunks;
    const body = this.#chunks.length === 1 && first ? first : Buffer.concat(this.#chunks);
    const request = { method: this.method, target: this.path, headers: this.getHeaders(), body };
    this.#parts.outgoing.send(request, this.#controller).then(
      (response) => this.#parts.guard(() => this.#answer(response)),
      (error: unknown) => this.destroy(Object.assign(new Error('socket hang up', { cause: error }), { code: 'ECONNRESET' })),
    );
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.socket.settle();
    this.#controller.abort();
    done(error);
  }

  #answer(response: HttpResponse): void {
    if (this.destroyed) return;
    this.socket.settle();
    const incoming = new Incoming(response, this.socket);
    incoming.once('close', () => this.destroy());
    if (!this.emit('response', incoming)) incoming.resume();
  }
}

/** A request that cannot be: it fails as a name that is not found does. */
class RefusedRequest extends PlaneRequest {
  readonly #reason: Error;

  constructor(parts: ClientParts, options: RequestOptions, refused: { host: string; reason: Error }) {
    super(parts, options, refused.host);
    this.#reason = refused.reason;
  }

  override _final(done: () => void): void {
    done();
    this.destroy(this.#reason);
  }
}

/** The three ways of calling `http.request`, as one. */
function readArguments(
  args: readonly unknown[],
  defaultProtocol: string,
): { options: RequestOptions; destination: Destination; listener: ((message: unknown) => void) | undefined } {
  const [first, second] = args;
  const url = typeof first === 'string' ? new URL(first) : first instanceof URL ? first : undefined;
  const own = (url ? (typeof second === 'object' ? second : undefined) : first) as RequestOptions | undefined;
  const fromUrl: RequestOptions = url ? { protocol: url.protocol, hostname: url.hostname, port: url.port, path: `${url.pathname}${url.search}` } : {};
  const options: RequestOptions = { ...fromUrl, ...own };
  const isSecure = (options.protocol ?? defaultProtocol) === 'https:';
  const hostname = (options.hostname ?? options.host ?? 'localhost').replace(/:\d+$/, '').toLowerCase();
  const destination = { isSecure, hostname, port: Number(options.port) || (isSecure ? 443 : 80) };
  const listener = args.findLast((argument) => typeof argument === 'function') as ((message: unknown) => void) | undefined;
  return { options, destination, listener };
}

export function hostHeader({ isSecure, hostname, port }: Destination): string {
  return port === (isSecure ? 443 : 80) ? hostname : `${hostname}:${port}`;
}

/** What bundles ask of an agent; connections are not kept, for there are none. */
class Agent extends EventEmitter {
  readonly sockets = {};
  readonly requests = {};
  readonly freeSockets = {};
  readonly options: object;
  readonly maxSockets: number;
  readonly keepAlive: boolean;

  constructor(options: { maxSockets?: number; keepAlive?: boolean } = {}) {
    super();
    this.options = options;
    this.maxSockets = options.maxSockets ?? Number.POSITIVE_INFINITY;
    this.keepAlive = options.keepAlive ?? false;
  }

  destroy(): void {}
}

/** `http` or `https` of a context. */
export function contextHttp(parts: ClientParts, protocol: 'http:' | 'https:'): object {
  const real = protocol === 'https:' ? https : http;
  const request = (...args: unknown[]): unknown => {
    const { options, destination, listener } = readArguments(args, protocol);
    const route = parts.outgoing.route(destination);
    if (route === 'real') {
      // A host beyond the plane is reached by the machine's own client; the context's agent means nothing to it.
      const { agent: _ours, ...rest } = options;
      const isSecure = destination.isSecure;
      return (isSecure ? https : http).request(rest as http.RequestOptions, listener as never);
    }
    const host = hostHeader(destination);
    const sent = route === 'plane' ? new PlaneRequest(parts, options, host) : new RefusedRequest(parts, options, { host, reason: route.refused });
    if (listener) sent.once('response', listener);
    options.signal?.addEventListener(
      'abort',
      () => sent.destroy(Object.assign(new Error('The operation was aborted'), { name: 'AbortError', code: 'ABORT_ERR' })),
      { once: true },
    );
    return sent;
  };
  const get = (...args: unknown[]): unknown => (request(...args) as Writable).end();
  const name = protocol.slice(0, -1);
  return partly(name, real, {
    Agent,
    globalAgent: new Agent(),
    request,
    get,
    METHODS: http.METHODS,
    STATUS_CODES: http.STATUS_CODES,
    IncomingMessage: http.IncomingMessage,
    ClientRequest: http.ClientRequest,
    maxHeaderSize: http.maxHeaderSize,
  });
}

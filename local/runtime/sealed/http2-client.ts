import { EventEmitter } from 'node:events';
import http2 from 'node:http2';
import { Duplex } from 'node:stream';
import { type ClientParts, hostHeader, StandingSocket } from './http-client.ts';
import type { Destination } from './outgoing.ts';
import { partly } from './refused.ts';

type Headers = Record<string, unknown>;

/** One request and its answer, as `http2.ClientHttp2Stream`. */
class PlaneStream extends Duplex {
  readonly rstCode = 0;
  readonly #parts: ClientParts;
  readonly #headers: Headers;
  readonly #host: string;
  readonly #chunks: Buffer[] = [];
  readonly #socket: StandingSocket;
  readonly #controller = new AbortController();

  constructor(parts: ClientParts, headers: Headers, host: string) {
    super();
    this.#parts = parts;
    this.#headers = headers;
    this.#host = host;
    this.#socket = new StandingSocket(parts.timers);
  }

  setTimeout(delayMs: number, listener?: () => void): this {
    this.#socket.removeAllListeners('timeout');
    this.#socket.setTimeout(delayMs, listener);
    return this;
  }

  close(): void {
    this.destroy();
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#chunks.push(chunk);
    done();
  }

  override _final(done: () => void): void {
    done();
    const headers: Record<string, string> = { host: this.#host };
    for (const [name, value] of Object.entries(this.#headers)) if (!name.startsWith(':')) headers[name.toLowerCase()] = String(value);
    const method = String(this.#headers[':method'] ?? 'GET');
    const target = String(this.#headers[':path'] ?? '/');
    this.#parts.outgoing.send({ method, target, headers, body: Buffer.concat(this.#chunks) }, this.#controller).then(
      (response) =>
        this.#parts.guard(() => {
          if (this.destroyed) return;
          this.#socket.settle();
          this.emit('response', { ':status': response.status, ...response.headers });
          this.push(Buffer.from(response.body.buffer, response.body.byteOffset, response.body.byteLength));
          this.push(null);
        }),
      (error: unknown) => this.destroy(Object.assign(new Error('The stream was reset', { cause: error }), { code: 'ERR_HTTP2_STREAM_ERROR' })),
    );
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.settle();
    this.#controller.abort();
    done(error);
  }
}

/** A session that is open until it is closed. */
class PlaneSession extends EventEmitter {
  destroyed = false;
  closed = false;
  readonly #parts: ClientParts;
  readonly #host: string;

  constructor(parts: ClientParts, host: string) {
    super();
    this.#parts = parts;
    this.#host = host;
    process.nextTick(() => parts.guard(() => this.emit('connect', this)));
  }

  request(headers: Headers): PlaneStream {
    return new PlaneStream(this.#parts, headers, this.#host);
  }

  close(done?: () => void): void {
    this.closed = true;
    if (done) process.nextTick(done);
  }

  destroy(): void {
    this.closed = true;
    this.destroyed = true;
  }

  settings(): void {}

  setTimeout(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

/** `http2` of a context: sessions with AWS endpoints. Differs from AWS: other hosts are reached by `http`, `https` and `fetch` only. */
export function contextHttp2(parts: ClientParts): object {
  const connect = (authority: string | URL, ...rest: unknown[]): PlaneSession => {
    const url = new URL(authority);
    const isSecure = url.protocol === 'https:';
    const destination: Destination = { isSecure, hostname: url.hostname, port: Number(url.port) || (isSecure ? 443 : 80) };
    const route = parts.outgoing.route(destination);
    if (route !== 'plane')
      throw route === 'real'
        ? new Error(`http2.connect to ${url.host} is not there for a function run here; docs/services/lambda.md says what is`)
        : route.refused;
    const session = new PlaneSession(parts, hostHeader(destination));
    const listener = rest.findLast((argument) => typeof argument === 'function');
    if (listener) session.once('connect', listener as () => void);
    return session;
  };
  return partly('http2', http2, { connect, constants: http2.constants });
}

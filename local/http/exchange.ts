import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { HttpRequest, HttpResponse } from '../kernel/http.ts';

/** A response whose body goes on: server-sent events. The stream's `return` is called when the client has gone;
 * a stream that may wait for long ends by the request's `signal` too, for a generator hears of `return` only between two pieces. */
export interface StreamingResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly stream: AsyncIterable<Uint8Array | string>;
}

/** Who answers. */
export interface Handler {
  readonly dispatch: (request: HttpRequest) => Promise<HttpResponse>;
  /** Tried before `dispatch`; `undefined` where the request is not for it. */
  readonly routes?: ((request: HttpRequest) => Promise<HttpResponse | StreamingResponse> | undefined) | undefined;
  /** Told of each request before it is answered. */
  readonly onRequest?: ((request: HttpRequest) => void) | undefined;
  /** Told of an error of `routes`; the client gets a 500. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

type Incoming = IncomingMessage | Http2ServerRequest;
type Outgoing = ServerResponse | Http2ServerResponse;

/** Most services take no more: 16 MiB is DynamoDB's bound, and one byte more lets the wire refuse it in the service's own words. */
const BODY_BYTES_MAX = 16 * 1024 * 1024 + 1;

/** Objects are larger: 256 MiB with the framing of their chunks. They are told by the signature, in the header or in the URL. */
const OBJECT_BYTES_MAX = 260 * 1024 * 1024;

/** An archive of 50 MiB in base64, for Lambda, and one byte more. */
const ARCHIVE_BYTES_MAX = 70_167_211 + 1;

function bodyBytesMaxOf({ headers: { authorization = '' }, url = '' }: Incoming): number {
  if (authorization.includes('/s3/aws4_request') || /%2Fs3%2Faws4_request|AWSAccessKeyId=/.test(url)) return OBJECT_BYTES_MAX;
  return authorization.includes('/lambda/aws4_request') ? ARCHIVE_BYTES_MAX : BODY_BYTES_MAX;
}

/** SDK clients keep connections for a minute or so; a server that hangs up earlier makes their next request fail. */
export const KEEP_ALIVE_SECONDS = 75;

/** Bodies up to this size are joined with the head. */
const ONE_WRITE_BYTES_MAX = 16 * 1024;

const EMPTY = new Uint8Array();

/** A request as the plane sees it. Most operations never look at `signal`, so its controller is made when they do. */
class SocketRequest implements HttpRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly #outgoing: Outgoing;
  #controller: AbortController | undefined;

  constructor(incoming: Incoming, outgoing: Outgoing, body: Uint8Array) {
    this.method = incoming.method ?? 'GET';
    this.target = incoming.url ?? '/';
    this.headers = headersOf(incoming);
    this.body = body;
    this.#outgoing = outgoing;
  }

  get signal(): AbortSignal {
    this.#controller ??= this.#watch(new AbortController());
    return this.#controller.signal;
  }

  #watch(controller: AbortController): AbortController {
    const outgoing = this.#outgoing as ServerResponse;
    const leave = (): void => {
      if (!outgoing.writableFinished) controller.abort();
    };
    if (outgoing.destroyed || outgoing.closed) leave();
    else outgoing.on('close', leave);
    return controller;
  }
}

/** HTTP/2 has the host in a pseudo header. A repeated header is joined by Node, except cookies that no service here is sent. */
function headersOf(incoming: Incoming): Record<string, string> {
  const headers = incoming.headers as Record<string, string>;
  if (incoming.httpVersionMajor === 1) return headers;
  const plain: Record<string, string> = { host: headers[':authority'] ?? '' };
  for (const [name, value] of Object.entries(headers)) if (!name.startsWith(':')) plain[name] = value;
  return plain;
}

/** Reads a request's body, within bounds, then answers it. */
export function answer(incoming: Incoming, outgoing: Outgoing, handler: Handler): void {
  const bytesMax = bodyBytesMaxOf(incoming);
  if (Number(incoming.headers['content-length'] ?? 0) > bytesMax) {
    refuse(outgoing, 413);
    return;
  }
  let first: Buffer | undefined;
  let more: Buffer[] | undefined;
  let sizeBytes = 0;
  incoming.on('data', (chunk: Buffer) => {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > bytesMax) {
      if (!outgoing.headersSent) refuse(outgoing, 413);
      return;
    }
    if (!first) first = chunk;
    else if (more) more.push(chunk);
    else more = [first, chunk];
  });
  incoming.on('end', () => {
    if (sizeBytes > bytesMax) return;
    const request = new SocketRequest(incoming, outgoing, more ? Buffer.concat(more) : (first ?? EMPTY));
    handler.onRequest?.(request);
    const fail = (error: unknown): void => {
      handler.onError?.(error);
      if (outgoing.headersSent) outgoing.destroy();
      else refuse(outgoing, 500);
    };
    respond(request, outgoing, { handler, fail }).catch(fail);
  });
  incoming.on('error', () => outgoing.destroy());
}

async function respond(
  request: SocketRequest,
  outgoing: Outgoing,
  { handler: { routes, dispatch }, fail }: { readonly handler: Handler; readonly fail: (error: unknown) => void },
): Promise<void> {
  const response = await (routes?.(request) ?? dispatch(request));
  if (outgoing.destroyed) return;
  const { stream } = response;
  if (stream) await sendStream({ ...response, stream }, outgoing);
  else sendWithTurn(response as HttpResponse, outgoing, fail);
}

/** Answers that are ready in this turn of the event loop. */
const ready: { readonly response: HttpResponse; readonly outgoing: Outgoing; readonly fail: (error: unknown) => void }[] = [];

/**
 * Sends an answer at the end of the turn, together with those to other connections that were read in it. Each write wakes its reader; a reader that is
 * still awake for the last answer costs nothing. Alone it is sent as soon as it would be anyway. Raises requests per second by a sixth.
 */
function sendWithTurn(response: HttpResponse, outgoing: Outgoing, fail: (error: unknown) => void): void {
  ready.push({ response, outgoing, fail });
  if (ready.length === 1) setImmediate(sendReady);
}

function sendReady(): void {
  for (const { response, outgoing, fail } of ready.splice(0)) {
    try {
      send(response, outgoing);
    } catch (error) {
      fail(error);
    }
  }
}

function send(answered: HttpResponse, outgoing: Outgoing): void {
  if (outgoing.destroyed) return;
  const { status, headers, setCookies, body } = answered;
  const response = outgoing as ServerResponse;
  if (isPlain(answered, outgoing)) {
    sendAsOneText(answered, response);
    return;
  }
  const head = setCookies ? { ...headers, 'set-cookie': [...setCookies] } : headers;
  // The answer to a HEAD has no body and says how long it would be.
  const length = response.req?.method === 'HEAD' ? (headers['content-length'] ?? body.byteLength) : body.byteLength;
  response.writeHead(status, status === 204 || status === 304 ? { ...head } : { ...head, 'content-length': length });
  // As text a small body leaves in one write with its head.
  if (body.byteLength > ONE_WRITE_BYTES_MAX) response.end(body);
  else response.end(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1'), 'latin1');
}

/** What Node's own serialization checks and adds is known of these: an answer with a small body over a connection that stays open. */
function isPlain({ status, setCookies, body }: HttpResponse, outgoing: Outgoing): outgoing is ServerResponse {
  const { req: incoming } = outgoing as ServerResponse;
  return (
    setCookies === undefined &&
    status >= 200 &&
    status !== 204 &&
    status !== 304 &&
    body.byteLength <= ONE_WRITE_BYTES_MAX &&
    incoming.httpVersion === '1.1' &&
    incoming.method !== 'HEAD' &&
    (outgoing as ServerResponse).shouldKeepAlive
  );
}

/** What a header may be called. @see https://www.rfc-editor.org/rfc/rfc9110.html#section-5.1 */
const TOKEN = /^[!#$%&'*+\-.^_`|~\w]+$/;

/** What cannot stand in a header's value. The plane's own headers never have it; those of a function's answer could. */
const UNSAFE = /[^\t\x20-\x7e\x80-\xff]/;

/**
 * Sends head and body as one text in one write: `_header` is what Node makes of a head and sends before anything else. Node's own way costs three buffers, a `writev` and the check of each header:
 * a seventh of the time that a request takes.
 */
function sendAsOneText({ status, headers, body }: HttpResponse, response: ServerResponse): void {
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'unknown'}\r\n`;
  for (const name in headers) {
    const value = headers[name] ?? '';
    if (UNSAFE.test(value) || !TOKEN.test(name)) throw new TypeError(`The header ${JSON.stringify(name)} has a character that HTTP does not allow`);
    if (name !== 'content-length') head += `${name}: ${value}\r\n`;
  }
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1');
  const whole = `${head}date: ${httpDate()}\r\nconnection: keep-alive\r\nkeep-alive: timeout=${KEEP_ALIVE_SECONDS}\r\ncontent-length: ${body.byteLength}\r\n\r\n${text}`;
  Object.assign(response, { statusCode: status, _header: whole });
  response.end();
}

let dateText = '';
let dateUntilMs = 0;

/** The date of a head: the machine's, to the second, as the bytes on the socket are the machine's. */
function httpDate(): string {
  const now = Date.now();
  if (now >= dateUntilMs) {
    dateText = new Date(now).toUTCString();
    dateUntilMs = now - (now % 1000) + 1000;
  }
  return dateText;
}

function refuse(outgoing: Outgoing, status: number): void {
  const isHttp1 = 'req' in outgoing && outgoing.req.httpVersionMajor === 1;
  (outgoing as ServerResponse).writeHead(status, { 'content-length': 0, ...(isHttp1 ? { connection: 'close' } : {}) });
  (outgoing as ServerResponse).end();
}

/** Sends as fast as the client reads: the next piece is asked for when the last one is on its way. */
async function sendStream({ status, headers, stream }: StreamingResponse, outgoing: Outgoing): Promise<void> {
  const response = outgoing as ServerResponse;
  response.writeHead(status, { ...headers });
  response.flushHeaders();
  const iterator = stream[Symbol.asyncIterator]();
  const gone = new Promise<'gone'>((resolve) => {
    response.once('close', () => resolve('gone'));
  });
  for (;;) {
    const next = await Promise.race([iterator.next(), gone]);
    if (next === 'gone') {
      await iterator.return?.();
      return;
    }
    if (next.done) break;
    if (!response.write(next.value)) await Promise.race([drained(response), gone]);
  }
  response.end();
}

const drained = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    response.once('drain', resolve);
  });

import { createServer as createHttp1 } from 'node:http';
import { createServer as createHttp2 } from 'node:http2';
import { type AddressInfo, createServer as createTcp, type Socket } from 'node:net';
import { UserError } from '../kernel/errors.ts';
import { answer, type Handler, KEEP_ALIVE_SECONDS } from './exchange.ts';

/** Where to listen, and for whom. */
export interface ListenOptions extends Omit<Handler, 'dispatch'> {
  /** 0 takes any free port. */
  readonly port: number;
  /** A loopback address; nothing else is served. @default 127.0.0.1 */
  readonly host?: string;
  /** The option by which another port is chosen, for the message where this one cannot be had. @default --port */
  readonly portOption?: string;
}

/** A listening endpoint. */
export interface Listening {
  readonly port: number;
  readonly url: string;
  /** Stops listening and ends every connection. */
  close(): Promise<void>;
}

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

/** First bytes of an HTTP/2 connection. @see https://www.rfc-editor.org/rfc/rfc9113.html#section-3.4 */
const HTTP2_PREFACE = 'PRI';

/**
 * Serves `dispatch` on one loopback port, over HTTP/1.1 and over HTTP/2 with prior knowledge: the first bytes of a connection choose.
 * Throws `UserError` where the port is taken or the host is not loopback.
 */
export async function listen(dispatch: Handler['dispatch'], options: ListenOptions): Promise<Listening> {
  const { port, host = '127.0.0.1', portOption = '--port', ...rest } = options;
  if (!LOOPBACK.has(host)) throw new UserError(`The embedded AWS listens on loopback only; the host ${host} is not. Use 127.0.0.1.`);
  const handler: Handler = { dispatch, ...rest };
  const http1 = createHttp1({ keepAliveTimeout: KEEP_ALIVE_SECONDS * 1000, noDelay: true }, (request, response) => answer(request, response, handler));
  const http2 = createHttp2((request, response) => answer(request, response, handler));
  // A malformed request gets its 400 from Node's default, which needs no listener of ours; a session that breaks off concerns nobody else.
  http2.on('sessionError', () => {});
  const sockets = new Set<Socket>();
  const tcp = createTcp({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.once('readable', () => {
      const first: Buffer | null = socket.read();
      if (first === null) return;
      socket.unshift(first);
      (first.toString('latin1', 0, HTTP2_PREFACE.length) === HTTP2_PREFACE ? http2 : http1).emit('connection', socket);
    });
  });
  await bind(tcp, { port, host, portOption });
  const bound = (tcp.address() as AddressInfo).port;
  return {
    port: bound,
    url: `http://${host === '::1' ? '[::1]' : host}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        tcp.close(() => resolve());
        for (const socket of sockets) socket.destroy();
        http1.close();
        http2.close();
      }),
  };
}

interface Place {
  readonly port: number;
  readonly host: string;
  readonly portOption: string;
}

function bind(tcp: ReturnType<typeof createTcp>, place: Place): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => reject(listenError(error, place));
    tcp.once('error', fail);
    tcp.listen(place.port, place.host, () => {
      tcp.off('error', fail);
      resolve();
    });
  });
}

function listenError(error: NodeJS.ErrnoException, { port, host, portOption }: Place): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new UserError(`Port ${port} on ${host} is in use. End the program that listens there, or choose another port with ${portOption}.`, {
        cause: error,
      });
    case 'EACCES':
      return new UserError(`Port ${port} on ${host} needs rights that this user does not have. Choose a port above 1023 with ${portOption}.`, { cause: error });
    default:
      return error;
  }
}

import { connect, type Socket } from 'node:net';

/** Where the answer at the start of `data` ends and its body begins, or undefined where it is not complete. */
function complete(data: string): { readonly bodyStart: number; readonly end: number; readonly isLast: boolean } | undefined {
  const headEnd = data.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const head = data.slice(0, headEnd);
  const bodyStart = headEnd + 4;
  const isLast = head.startsWith('HTTP/1.0') || /\r\nconnection: close/i.test(head);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) {
    const end = bodyStart + Number(length);
    return data.length >= end ? { bodyStart, end, isLast } : undefined;
  }
  if (!/\r\ntransfer-encoding: *chunked/i.test(head)) throw new Error(`An answer without a length: ${head}`);
  return data.endsWith('\r\n0\r\n\r\n') ? { bodyStart, end: data.length, isLast } : undefined;
}

/** A connection with one request in flight, which costs less than what it measures: text that is ready out, text in, and the least of HTTP/1.1 that tells where an answer ends. */
export class Connection {
  readonly #port: number;
  #socket: Socket | undefined;
  #pending = '';
  #waiter: { resolve(body: string): void; reject(error: Error): void } | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  /** Sends the request and answers the body of its answer. Rejects with the whole answer where the status is not 200. */
  exchange(request: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject };
      this.#socket ??= this.#open();
      this.#socket.write(request, 'latin1');
    });
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  #open(): Socket {
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true });
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => this.#read(chunk));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => {
      if (this.#socket === socket) this.#fail(new Error('The connection was closed before the answer'));
    });
    return socket;
  }

  #read(chunk: string): void {
    this.#pending += chunk;
    const answer = complete(this.#pending);
    if (answer === undefined) return;
    const text = this.#pending;
    this.#pending = text.slice(answer.end);
    if (answer.isLast) this.close();
    const waiter = this.#waiter;
    this.#waiter = undefined;
    if (/^HTTP\/1\.[01] 200 /.test(text) && !/\r\nx-amz-function-error:/i.test(text)) waiter?.resolve(text.slice(answer.bodyStart, answer.end));
    else waiter?.reject(new Error(`Not a success: ${text}`));
  }

  #fail(error: Error): void {
    this.#socket = undefined;
    this.#waiter?.reject(error);
    this.#waiter = undefined;
  }
}

import { Agent, request } from 'node:http';

/** A JSON answer. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** The address does not answer, after every try. */
export class NoAnswerError extends Error {
  constructor(url: string, cause: unknown) {
    super(`No answer from ${url}`, { cause });
    this.name = 'NoAnswerError';
  }
}

/** How long a server that is away is waited for: it may be restarting. */
const RETRY_MS = [50, 100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000, 5000, 5000];

/** Calls an HTTP API over a bounded number of kept-alive connections; what is safe to repeat is repeated while the server is away. */
export class HttpClient {
  readonly #agent: Agent;

  constructor(connections: number) {
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  close(): void {
    this.#agent.destroy();
  }

  /**
   * Sends a request until it is answered. A lost connection, 429 and 5xx are tried again with growing pauses, so the request must be safe to repeat
   * (`GET`, or a command with an idempotency key). Throws `NoAnswerError` in the end.
   */
  async send(
    method: 'GET' | 'POST',
    url: string,
    options: { readonly body?: object; readonly headers?: Readonly<Record<string, string>> } = {},
  ): Promise<Answer> {
    let last: unknown;
    for (const pauseMs of [...RETRY_MS, undefined]) {
      try {
        const answer = await this.#once(method, url, options);
        if (answer.status !== 429 && answer.status < 500) return answer;
        last = new Error(`${answer.status}: ${JSON.stringify(answer.body)}`);
      } catch (error) {
        last = error;
      }
      if (pauseMs !== undefined) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    throw new NoAnswerError(url, last);
  }

  #once(method: string, url: string, options: { readonly body?: object; readonly headers?: Readonly<Record<string, string>> }): Promise<Answer> {
    const body = options.body === undefined ? undefined : Buffer.from(JSON.stringify(options.body));
    const headers = { ...options.headers, ...(body && { 'content-type': 'application/json', 'content-length': String(body.length) }) };
    return new Promise((resolve, reject) => {
      const sent = request(url, { method, headers, agent: this.#agent }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          try {
            resolve({ status: response.statusCode ?? 0, body: text === '' ? undefined : JSON.parse(text) });
          } catch (error) {
            reject(new Error(`${response.statusCode} with a body that is not JSON: ${text.slice(0, 200)}`, { cause: error }));
          }
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }
}

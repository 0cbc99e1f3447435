import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { SSM } from '@aws-sdk/client-ssm';
import { afterEach, describe, expect, it } from 'vitest';
import { type Listening, type ListenOptions, listen } from '../../../local/http/listen.ts';
import { UserError } from '../../../local/kernel/errors.ts';
import type { HttpRequest, HttpResponse } from '../../../local/kernel/http.ts';
import { wireWorld } from '../wire/world.ts';

const open: Listening[] = [];
afterEach(async () => {
  for (const listening of open.splice(0)) await listening.close();
});

async function serve(dispatch: (request: HttpRequest) => Promise<HttpResponse>, options: Partial<ListenOptions> = {}): Promise<Listening> {
  const listening = await listen(dispatch, { port: 0, ...options });
  open.push(listening);
  return listening;
}

const echo = async ({ method, target, headers, body }: HttpRequest): Promise<HttpResponse> => ({
  status: 200,
  headers: { 'content-type': 'application/json', 'x-seen': headers['x-sent'] ?? '' },
  body: Buffer.from(JSON.stringify({ method, target, host: headers['host'], body: Buffer.from(body).toString() })),
});

/** Resolves with what a promise handed to the test from inside a handler. */
function deferred<Value>() {
  let resolve: (value: Value) => void = () => {};
  const promise = new Promise<Value>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

const client = (url: string) => ({ region: 'us-east-1', endpoint: url, credentials: { accessKeyId: 'a', secretAccessKey: 'b' }, maxAttempts: 1 });

function overHttp2(
  url: string,
  options: { readonly path: string; readonly body: string },
): Promise<{ status: unknown; headers: Record<string, unknown>; body: string }> {
  return new Promise((resolve, reject) => {
    const session = connectHttp2(url);
    session.on('error', reject);
    const stream = session.request({ ':method': 'POST', ':path': options.path, 'x-sent': 'h2' });
    let head: Record<string, unknown> = {};
    const chunks: Buffer[] = [];
    stream.on('response', (headers) => {
      head = headers;
    });
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      session.close();
      resolve({ status: head[':status'], headers: head, body: Buffer.concat(chunks).toString() });
    });
    stream.end(options.body);
  });
}

describe('the endpoint', () => {
  it('serves the SDK clients over HTTP/1.1', async () => {
    const { wire } = wireWorld({ cloudwatch: { PutMetricData: () => ({}) } });
    const { url } = await serve(wire.dispatch);
    const ssm = new SSM(client(url));
    await ssm.putParameter({ Name: '/a', Value: 'ü'.repeat(2000), Type: 'String' });
    expect((await ssm.getParameter({ Name: '/a' })).Parameter?.Value).toBe('ü'.repeat(2000));
    await expect(ssm.getParameter({ Name: '/none' })).rejects.toMatchObject({ name: 'ParameterNotFound' });
    const metrics = Array.from({ length: 400 }, (_, index) => ({ MetricName: `metric-${index}`, Value: index }));
    await new CloudWatch(client(url)).putMetricData({ Namespace: 'N', MetricData: metrics });
    ssm.destroy();
  });

  it('serves HTTP/2 with prior knowledge on the same port', async () => {
    const { url, port } = await serve(echo);
    const body = 'ö'.repeat(100_000);
    const answer = await overHttp2(url, { path: '/p?q=1', body });
    expect([answer.status, answer.headers['x-seen']]).toEqual([200, 'h2']);
    expect(JSON.parse(answer.body)).toEqual({ method: 'POST', target: '/p?q=1', host: `127.0.0.1:${port}`, body });
    const plain = await fetch(`${url}/x`, { method: 'PUT', body: 'b', headers: { 'X-Sent': 'h1' } });
    expect([plain.headers.get('x-seen'), await plain.json()]).toEqual(['h1', { method: 'PUT', target: '/x', host: `127.0.0.1:${port}`, body: 'b' }]);
  });

  it('sends each cookie in a header of its own', async () => {
    const { url } = await serve(async () => ({ status: 200, headers: {}, setCookies: ['a=1', 'b=2'], body: new Uint8Array() }));
    expect((await fetch(url)).headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  });

  it('answers several requests of one connection in their order', async () => {
    const { port } = await serve(echo);
    const socket = connect(port, '127.0.0.1');
    const request = (target: string): string => `GET ${target} HTTP/1.1\r\nhost: h\r\n\r\n`;
    const seen = await new Promise<string>((resolve) => {
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk.toString();
        if (text.includes('"target":"/3"')) resolve(text);
      });
      socket.write(request('/1') + request('/2') + request('/3'));
    });
    socket.destroy();
    expect([...seen.matchAll(/"target":"(\/\d)"/g)].map((match) => match[1])).toEqual(['/1', '/2', '/3']);
  });

  it('refuses a body over its bound, announced or not', async () => {
    const { url, port } = await serve(echo);
    const announced = await new Promise<string>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.on('data', (chunk) => resolve(chunk.toString()));
      socket.write('POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 99999999\r\n\r\n');
    });
    expect(announced).toContain('413');
    const pieces = new ReadableStream({
      start(controller) {
        for (let count = 0; count < 17; count += 1) controller.enqueue(new Uint8Array(1024 * 1024));
        controller.close();
      },
    });
    const response = await fetch(url, { method: 'POST', body: pieces, duplex: 'half' } as RequestInit);
    expect(response.status).toBe(413);
  });

  it('aborts the signal when the client has gone', async () => {
    const begun = deferred<AbortSignal | undefined>();
    const { url } = await serve(({ signal }) => {
      begun.resolve(signal);
      return new Promise(() => {});
    });
    const controller = new AbortController();
    const asked = fetch(url, { signal: controller.signal }).catch((error: Error) => error.name);
    const signal = await begun.promise;
    expect(signal?.aborted).toBe(false);
    const aborted = new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));
    controller.abort();
    await aborted;
    expect(await asked).toBe('AbortError');
  });

  it('says which port is taken, and what to do', async () => {
    const { port } = await serve(echo);
    await expect(listen(echo, { port })).rejects.toThrow(UserError);
    await expect(listen(echo, { port })).rejects.toThrow(
      `Port ${port} on 127.0.0.1 is in use. End the program that listens there, or choose another port with --port.`,
    );
    await expect(listen(echo, { port, portOption: '--console-port' })).rejects.toThrow('choose another port with --console-port.');
  });

  it('listens on loopback only', async () => {
    await expect(listen(echo, { port: 0, host: '0.0.0.0' })).rejects.toThrow('loopback only');
  });

  it('survives bytes that are no HTTP', async () => {
    const { url, port } = await serve(echo);
    for (const bytes of ['\u0000\u0001\u0002\r\n\r\n', 'PRI nonsense', 'GET / HTTP/9.9\r\n\r\n']) {
      await new Promise<void>((resolve) => {
        const socket = connect(port, '127.0.0.1', () => socket.end(bytes));
        socket.on('error', () => {});
        socket.resume();
        socket.on('close', () => resolve());
      });
    }
    expect((await fetch(url)).status).toBe(200);
  });
});

describe('routes', () => {
  it('come before dispatch, and see each request after onRequest', async () => {
    const seen: string[] = [];
    const { url } = await serve(echo, {
      onRequest: ({ target }) => {
        seen.push(target);
      },
      routes: ({ target }) => (target === '/api' ? Promise.resolve({ status: 418, headers: {}, body: new Uint8Array() }) : undefined),
    });
    expect([(await fetch(`${url}/api`)).status, (await fetch(`${url}/other`)).status, seen]).toEqual([418, 200, ['/api', '/other']]);
  });

  it('stream, and end their stream when the client has gone', async () => {
    const ended = deferred<string>();
    const { url } = await serve(echo, {
      routes: () =>
        Promise.resolve({
          status: 200,
          headers: { 'content-type': 'text/event-stream' },
          stream: {
            [Symbol.asyncIterator]: () => {
              const pieces = ['data: 1\n\n', 'data: 2\n\n'];
              return {
                next: () => {
                  const value = pieces.shift();
                  return value === undefined ? new Promise<never>(() => {}) : Promise.resolve({ done: false, value });
                },
                return: async () => {
                  ended.resolve('ended');
                  return { done: true, value: undefined };
                },
              };
            },
          },
        }),
    });
    const controller = new AbortController();
    const response = await fetch(url, { signal: controller.signal });
    const reader = response.body?.getReader();
    let text = '';
    while (!text.includes('data: 2')) text += Buffer.from((await reader?.read())?.value ?? []).toString();
    expect(text).toBe('data: 1\n\ndata: 2\n\n');
    controller.abort();
    expect(await ended.promise).toBe('ended');
  });

  it('answer 500 where they fail, and tell whom it concerns', async () => {
    const errors: unknown[] = [];
    const { url } = await serve(echo, { routes: () => Promise.reject(new Error('broken')), onError: (error) => errors.push(error) });
    expect((await fetch(url)).status).toBe(500);
    expect(errors).toEqual([new Error('broken')]);
  });
});

describe('an answer over HTTP/1.1', () => {
  /** What comes back for some bytes until the server hangs up or `ends` have been answered. */
  function raw(port: number, sent: string, ends: number): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(sent));
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk.toString('latin1');
        if (text.split('HTTP/1.1 ').length - 1 === ends && text.endsWith('!')) socket.end();
      });
      socket.on('close', () => resolve(text));
      socket.on('error', reject);
    });
  }
  const request = (path: string, more = '') => `POST ${path} HTTP/1.1\r\nhost: h\r\n${more}content-length: 2\r\n\r\nab`;
  const shout = async ({ target }: HttpRequest): Promise<HttpResponse> => ({
    status: 201,
    headers: { 'content-type': 'text/plain', 'content-length': '999' },
    body: Buffer.from(`é ${target}!`),
  });

  it('has one length, that of the body in bytes, a date, and says how long the connection stays', async () => {
    const { port } = await serve(shout);
    const [head = '', body = ''] = (await raw(port, request('/one'), 1)).split('\r\n\r\n');
    const lines = head.split('\r\n');
    expect(lines[0]).toBe('HTTP/1.1 201 Created');
    expect(lines.slice(1).map((line) => line.split(':')[0])).toEqual(['content-type', 'date', 'connection', 'keep-alive', 'content-length']);
    expect(lines).toContain('content-length: 8');
    expect(Date.parse(lines.find((line) => line.startsWith('date: '))?.slice(6) ?? '')).toBeGreaterThan(Date.now() - 3000);
    expect(Buffer.from(body, 'latin1').toString()).toBe('é /one!');
  });

  it('follows the one before it, where requests come one behind the other', async () => {
    const { port } = await serve(shout);
    const answered = await raw(port, `${request('/1')}${request('/2')}${request('/3')}`, 3);
    expect([...answered.matchAll(/\/(\d)!/g)].map(([, path]) => path)).toEqual(['1', '2', '3']);
  });

  it('is the last where the client says so', async () => {
    const { port } = await serve(shout);
    const answered = await raw(port, request('/bye', 'connection: close\r\n'), 9);
    expect(answered).toContain('201 Created');
    expect(answered.toLowerCase()).toContain('connection: close');
  });

  it.each([{ 'x-a': 'b\r\nx-injected: 1' }, { 'x a\r\nx-injected': '1' }, { 'x-a': 'b\u0100' }])(
    'is a 500 where a header would break the head: %o',
    async (headers) => {
      const errors: unknown[] = [];
      const broken = async (): Promise<HttpResponse> => ({ status: 200, headers: headers as Record<string, string>, body: Buffer.from('!') });
      const { port } = await serve(broken, { onError: (error) => errors.push(error) });
      const answered = await raw(port, request('/'), 9);
      expect(answered).toContain('500 Internal Server Error');
      expect(answered).not.toContain('injected');
      expect(errors).toHaveLength(1);
    },
  );
});

import { describe, expect, it } from 'vitest';
import type { HttpRequest } from '../../../local/kernel/http.ts';
import { codeOf, virtualPlane } from './bundles.ts';

/** A plane that answers with what it was asked. */
function echoing(options: { endpoint?: string } = {}) {
  const seen: HttpRequest[] = [];
  const plane = virtualPlane({
    ...options,
    dispatch: () => async (request) => {
      seen.push(request);
      return {
        status: 201,
        headers: { 'x-answer': 'yes' },
        body: Buffer.from(`${request.method} ${request.headers['host']}${request.target} ${Buffer.from(request.body)}`),
      };
    },
  });
  return { ...plane, seen };
}

const byHttp = (url: string): string => `exports.handler = () => new Promise((resolve, reject) => {
  const request = require(${JSON.stringify(url.split('//')[0]?.replace(':', ''))}).request(${JSON.stringify(url)}, { method: 'POST', headers: { 'X-Mine': '1' } }, (response) => {
    let text = ''; response.on('data', (part) => { text += part }); response.on('end', () => resolve([response.statusCode, response.headers['x-answer'], text]));
  });
  request.on('error', reject); request.write('bo'); request.end('dy');
})`;

describe('requests of a function', () => {
  it('to AWS reach the plane as bytes, with their cause', async () => {
    const plane = echoing();
    const { payload } = await plane.run(codeOf(byHttp('https://sqs.eu-west-1.amazonaws.com/1/q?a=b')));
    expect(payload).toEqual([201, 'yes', 'POST sqs.eu-west-1.amazonaws.com/1/q?a=b body']);
    expect(plane.seen[0]).toMatchObject({ cause: 7, headers: { 'x-mine': '1' } });
  });

  it("to the plane's own endpoint stay within the process", async () => {
    const plane = echoing({ endpoint: 'http://127.0.0.1:4566' });
    expect((await plane.run(codeOf(byHttp('http://localhost:4566/000000000000/orders')))).payload).toEqual([
      201,
      'yes',
      'POST localhost:4566/000000000000/orders body',
    ]);
  });

  it('may be made with fetch and with HTTP/2', async () => {
    const plane = echoing();
    const source = `exports.handler = async () => {
      const response = await fetch('https://abc.execute-api.eu-west-1.amazonaws.com/orders', { method: 'PUT', body: 'x' });
      const session = require('node:http2').connect('https://kinesis.eu-west-1.amazonaws.com');
      const stream = session.request({ ':method': 'POST', ':path': '/' });
      const second = await new Promise((resolve, reject) => { let text = ''; stream.setEncoding('utf8'); stream.on('data', (part) => { text += part }); stream.on('end', () => resolve(text)); stream.on('error', reject); stream.end('y') });
      return [response.status, await response.text(), second];
    }`;
    expect((await plane.run(codeOf(source))).payload).toEqual([
      201,
      'PUT abc.execute-api.eu-west-1.amazonaws.com/orders x',
      'POST kinesis.eu-west-1.amazonaws.com/ y',
    ]);
  });

  it('to other hosts are refused on a virtual clock, by name', async () => {
    const { payload } = await echoing().run(codeOf(byHttp('https://api.example.com/')));
    expect(payload).toMatchObject({ errorMessage: expect.stringContaining('api.example.com') });
    const source = `exports.handler = async () => fetch('https://api.example.com/').catch((error) => error.cause.message)`;
    expect((await echoing().run(codeOf(source))).payload).toContain('api.example.com');
  });

  it('to the metadata of the machine are always refused', async () => {
    const { payload } = await echoing().run(codeOf(byHttp('http://169.254.169.254/latest/meta-data')));
    expect(payload).toMatchObject({ errorMessage: expect.stringContaining('169.254.169.254') });
  });

  it('end when the invocation times out', async () => {
    let signal: AbortSignal | undefined;
    const plane = virtualPlane({
      dispatch: () => (request) => {
        signal = request.signal;
        return new Promise(() => {});
      },
    });
    await plane.run(codeOf(byHttp('https://sqs.eu-west-1.amazonaws.com/')));
    expect(signal?.aborted).toBe(true);
  });

  it("time out by the socket's own limit", async () => {
    const plane = virtualPlane({ dispatch: () => () => new Promise(() => {}) });
    const source = `exports.handler = () => new Promise((resolve) => { const request = require('http').request('http://sqs.eu-west-1.amazonaws.com'); request.setTimeout(700, () => { request.destroy(); resolve('gave up') }); request.on('error', () => {}); request.end() })`;
    expect(await plane.run(codeOf(source))).toMatchObject({ payload: 'gave up', durationMs: 700 });
  });
});

import { createHash } from 'node:crypto';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundleOf, codeOf, virtualPlane } from './bundles.ts';

const HANDLER = `
import middy from '@middy/core'
import { SQSClient, SendMessageCommand } from '@aws-sdk/client-sqs'
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { gzip, createGunzip } from 'node:zlib'
const sqs = new SQSClient({}), dynamo = new DynamoDBClient({})
export const handler = middy(async () => {
  await new Promise((resolve) => setTimeout(resolve, 5000))
  const id = crypto.randomUUID()
  const digest = Promise.all([1, 2, 3].map((n) => crypto.subtle.digest('SHA-256', new TextEncoder().encode(id + n))))
  const zipped = await new Promise((resolve, reject) => gzip(id, (error, bytes) => error ? reject(error) : resolve(bytes)))
  const stream = createGunzip(); stream.end(zipped)
  let unzipped = ''; for await (const part of stream) unzipped += part
  const hex = Buffer.from((await digest)[2]).toString('hex').slice(0, 8)
  const put = dynamo.send(new PutItemCommand({ TableName: 't', Item: { id: { S: id }, same: { BOOL: unzipped === id }, hex: { S: hex }, at: { N: String(Date.now()) } } }))
  const send = sqs.send(new SendMessageCommand({ QueueUrl: process.env.QUEUE_URL, MessageBody: JSON.stringify({ id, r: Math.random() }) }))
  await Promise.all([put, send])
  return { id, now: new Date().toISOString(), elapsed: Math.round(performance.now()) }
})`;

let directory: string;

/** The requests of three invocations, with their times, as text. */
async function trace(seed: number): Promise<string> {
  const seen: unknown[] = [];
  const plane = virtualPlane({
    seed,
    dispatch: (kernel) => async (request) => {
      const body = JSON.parse(Buffer.from(request.body).toString()) as { MessageBody?: string };
      await kernel.until(kernel.nowMs() + 1 + kernel.chance.below(20), 'answer');
      seen.push({ at: kernel.nowMs(), cause: request.cause, headers: request.headers, body });
      const answer = body.MessageBody === undefined ? {} : { MessageId: 'm', MD5OfMessageBody: createHash('md5').update(body.MessageBody).digest('hex') };
      return { status: 200, headers: { 'content-type': 'application/x-amz-json-1.0' }, body: Buffer.from(JSON.stringify(answer)) };
    },
  });
  const code = codeOf('', { key: 'bundle', directory, environment: { QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/111122223333/q' } });
  const invocation = { code, event: '{}', timeoutMs: 10_000, cause: 1, traceHeader: '' };
  const results = await plane.settle(Promise.all(['a', 'b', 'c'].map((requestId) => plane.runner.invoke({ ...invocation, requestId }))));
  expect(results.map(({ outcome }) => outcome)).toEqual(['succeeded', 'succeeded', 'succeeded']);
  return JSON.stringify({ seen, results });
}

describe('an unmodified bundle on a virtual clock', () => {
  beforeAll(() => {
    const source = bundleOf({});
    directory = source;
    const { outputFiles } = buildSync({
      stdin: { contents: HANDLER, resolveDir: path.resolve(import.meta.dirname ?? '.'), loader: 'ts' },
      bundle: true,
      write: false,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      minify: true,
    });
    directory = bundleOf({ 'index.js': outputFiles[0]?.text ?? '' });
  });

  it('does the same, byte for byte, with the same seed', async () => {
    const first = await trace(42);
    expect(await trace(42)).toBe(first);
    expect(JSON.parse(first)).toMatchObject({ seen: expect.objectContaining({ length: 6 }) });
  });

  it('does something else with another seed', async () => {
    expect(await trace(43)).not.toBe(await trace(42));
  });

  it('sleeps in no time of the machine', async () => {
    const startedMs = performance.now();
    await trace(1);
    expect(performance.now() - startedMs).toBeLessThan(4000);
  });

  it('has what the machine computes before the clock moves on, in the order of the calls', async () => {
    const source = `exports.handler = async () => {
      const { gzip, createGzip } = require('node:zlib'), { pbkdf2 } = require('node:crypto');
      const order = [], large = Buffer.alloc(4_000_000, 'abc'), done = [];
      const later = (name, start) => done.push(new Promise((resolve) => start(() => { order.push(name); resolve() })));
      later('timer', (end) => setTimeout(end, 1));
      later('gzip', (end) => gzip(large, end));
      later('stream', (end) => { const stream = createGzip(); stream.resume(); stream.on('end', end); stream.end(large) });
      later('pbkdf2', (end) => pbkdf2('a', 'b', 20_000, 32, 'sha256', end));
      later('digest of much', (end) => crypto.subtle.digest('SHA-512', large).then(end));
      later('digest of little', (end) => crypto.subtle.digest('SHA-1', Buffer.from('a')).then(end));
      await Promise.all(done);
      return order;
    }`;
    const { payload } = await virtualPlane().run(codeOf(source));
    expect((payload as string[]).at(-1)).toBe('timer');
    expect((payload as string[]).indexOf('digest of much')).toBeLessThan((payload as string[]).indexOf('digest of little'));
    expect((await virtualPlane().run(codeOf(source))).payload).toEqual(payload);
  });
});

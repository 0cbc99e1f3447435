import { afterEach, describe, expect, it } from 'vitest';
import { Kernel } from '../../../local/kernel/kernel.ts';
import { createThreadRunner, type ThreadRunnerOptions } from '../../../local/runtime/thread-runner.ts';
import { codeOf, invocationOf } from './bundles.ts';

const open: { kernel: Kernel; runner: ReturnType<typeof createThreadRunner> }[] = [];

function realPlane(options: Partial<ThreadRunnerOptions> = {}) {
  const kernel = new Kernel({
    accountId: '111122223333',
    region: 'eu-west-1',
    clock: { kind: 'real', factor: options.clockFactor ?? 1 },
    seed: 1,
    journalCapacity: 1000,
  });
  const dispatch: ThreadRunnerOptions['dispatch'] = async (request) => ({
    status: 200,
    headers: {},
    body: Buffer.from(`${request.target} ${request.cause} ${Buffer.from(request.body)}`),
  });
  const runner = createThreadRunner({ kernel, dispatch, ...options });
  open.push({ kernel, runner });
  return { kernel, runner };
}

describe('worker threads', () => {
  afterEach(async () => {
    for (const { kernel, runner } of open.splice(0)) {
      kernel.stop();
      await runner.close();
    }
  });

  it('run a handler and bring its requests to the plane', async () => {
    const { runner } = realPlane();
    const source = `exports.handler = async (event) => { console.log('seen'); const response = await fetch('https://sqs.eu-west-1.amazonaws.com/x', { method: 'POST', body: event.text }); return response.text() }`;
    const result = await runner.invoke(invocationOf(codeOf(source), { text: 'hello' }));
    expect(result).toMatchObject({ outcome: 'succeeded', payload: '"/x 7 hello"' });
    expect(result.initDurationMs).toBeGreaterThan(0);
    expect(result.logs.some(({ text }) => text.endsWith('INFO\tseen'))).toBe(true);
  });

  it('use a warm context again, and a new one after it was retired', async () => {
    const { runner } = realPlane();
    const code = codeOf('let n = 0; exports.handler = async () => { n += 1; return n }');
    const payloads = [];
    payloads.push((await runner.invoke(invocationOf(code))).payload, (await runner.invoke(invocationOf(code))).payload);
    runner.retire(code.key);
    payloads.push((await runner.invoke(invocationOf(code))).payload);
    expect(payloads).toEqual(['1', '2', '1']);
  });

  it('make invocations wait for a context in the order in which they came', async () => {
    const { runner } = realPlane({ contextsMax: 1 });
    const first = codeOf('exports.handler = async () => { await new Promise((r) => setTimeout(r, 20)); return "first" }');
    const second = codeOf('exports.handler = async () => "second"');
    const order: string[] = [];
    await Promise.all([first, second, first, second].map(async (code) => order.push((await runner.invoke(invocationOf(code))).payload)));
    expect(order).toEqual(['"first"', '"second"', '"first"', '"second"']);
  });

  it('give a function that waits as many contexts as wait', async () => {
    let [arrived, release] = [0, (): void => {}];
    const all = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { runner } = realPlane({
      dispatch: async () => {
        arrived += 1;
        if (arrived === 4) release();
        await all;
        return { status: 200, headers: {}, body: Buffer.from('together') };
      },
    });
    const code = codeOf(`exports.handler = async () => (await fetch('https://sqs.eu-west-1.amazonaws.com/')).text()`);
    const results = await Promise.all(Array.from({ length: 4 }, () => runner.invoke(invocationOf(code, {}, { timeoutMs: 60_000 }))));
    expect(results.map(({ payload }) => payload)).toEqual(Array(4).fill('"together"'));
  });

  it('end an invocation whose time is up, with what it logged', async () => {
    const { runner } = realPlane();
    const code = codeOf('exports.handler = async () => { console.log("begun"); await new Promise(() => {}) }');
    const result = await runner.invoke(invocationOf(code, {}, { timeoutMs: 100 }));
    expect(result).toMatchObject({ outcome: 'timed-out', payload: expect.stringContaining('Task timed out after 0.10 seconds') });
    expect(result.logs.some(({ text }) => text.endsWith('INFO\tbegun'))).toBe(true);
  });

  it('end a thread that a handler blocks; what else ran in it has crashed, and the next invocation succeeds', async () => {
    const { runner } = realPlane({ threads: 1 });
    const code = codeOf(
      'exports.handler = async (event) => { if (event.block) for (;;); await new Promise((r) => setTimeout(r, event.ms ?? 0)); return "fine" }',
    );
    const waiting = runner.invoke(invocationOf(code, { ms: 60_000 }, { timeoutMs: 90_000 }));
    const blocked = await runner.invoke(invocationOf(code, { block: true }, { timeoutMs: 100 }));
    expect(blocked.outcome).toBe('timed-out');
    expect(await waiting).toMatchObject({ outcome: 'unhandled-error', payload: expect.stringContaining('Runtime.ExitError') });
    expect(await runner.invoke(invocationOf(code))).toMatchObject({ outcome: 'succeeded', payload: '"fine"' });
  });

  it('end a context whose rejection nobody caught', async () => {
    const { runner } = realPlane();
    const code = codeOf('exports.handler = async () => { Promise.reject(new RangeError("stray")); await new Promise((r) => setTimeout(r, 1000)) }');
    expect(await runner.invoke(invocationOf(code))).toMatchObject({
      outcome: 'unhandled-error',
      payload: expect.stringContaining('Runtime.UnhandledPromiseRejection'),
    });
  });

  it('end a context whose listener throws, and none but that', async () => {
    const { runner } = realPlane({ threads: 1 });
    const fine = runner.invoke(invocationOf(codeOf('exports.handler = async () => { await new Promise((r) => setTimeout(r, 200)); return "fine" }')));
    const code = codeOf(
      'exports.handler = async () => { require("stream").Readable.from(["a"]).on("data", () => { throw new RangeError("thrown") }); await new Promise((r) => setTimeout(r, 1000)) }',
    );
    expect(await runner.invoke(invocationOf(code))).toMatchObject({ outcome: 'unhandled-error', payload: expect.stringContaining('RangeError') });
    expect(await fine).toMatchObject({ outcome: 'succeeded', payload: '"fine"' });
  });

  it('follow a faster clock', async () => {
    const { runner } = realPlane({ clockFactor: 100 });
    const code = codeOf('exports.handler = async () => { const start = Date.now(); await new Promise((r) => setTimeout(r, 5000)); return Date.now() - start }');
    const result = await runner.invoke(invocationOf(code, {}, { timeoutMs: 60_000 }));
    expect(Number(result.payload)).toBeGreaterThanOrEqual(5000);
    expect(Number(result.payload)).toBeLessThan(30_000);
  });
});

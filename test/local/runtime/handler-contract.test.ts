import { describe, expect, it } from 'vitest';
import { codeOf, START_MS, virtualPlane } from './bundles.ts';

const CASES = [
  { name: 'an async handler', source: 'exports.handler = async (event) => ({ got: event.n })', payload: { got: 3 } },
  { name: 'a callback handler', source: 'exports.handler = (event, context, callback) => { setTimeout(() => callback(null, event.n + 1), 50) }', payload: 4 },
  { name: 'a handler that returns nothing', source: 'exports.handler = async () => {}', payload: null },
  { name: 'objects of its own realm', source: 'exports.handler = async (event) => event.constructor === Object && event instanceof Object', payload: true },
  { name: 'the first result only', source: 'exports.handler = (e, c, done) => { done(null, 1); done(null, 2) }', payload: 1 },
];

describe('a handler', () => {
  for (const { name, source, payload } of CASES) {
    it(`may be ${name}`, async () => {
      const result = await virtualPlane().run(codeOf(source), { n: 3 });
      expect(result).toMatchObject({ outcome: 'succeeded', payload });
    });
  }

  it('finds its context object', async () => {
    const source = `exports.handler = async (event, context) => {
      const before = context.getRemainingTimeInMillis();
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const { getRemainingTimeInMillis, ...rest } = context;
      return { ...rest, before, after: context.getRemainingTimeInMillis() };
    }`;
    const { payload } = await virtualPlane().run(codeOf(source), {}, { clientContext: '{"custom":1}' });
    expect(payload).toEqual({
      callbackWaitsForEmptyEventLoop: true,
      functionName: 'checkout',
      functionVersion: '$LATEST',
      invokedFunctionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:checkout',
      memoryLimitInMB: '128',
      logGroupName: '/aws/lambda/checkout',
      logStreamName: '2026/11/24/[$LATEST]0',
      awsRequestId: 'request-1',
      clientContext: { custom: 1 },
      before: 3000,
      after: 2000,
    });
  });

  it('that throws gives an error object', async () => {
    const source = 'class CardDeclined extends Error { name = "CardDeclined" }\nexports.handler = async () => { throw new CardDeclined("no money") }';
    const result = await virtualPlane().run(codeOf(source));
    expect(result).toMatchObject({ outcome: 'handled-error', payload: { errorType: 'CardDeclined', errorMessage: 'no money' } });
    expect((result.payload as { trace: string[] }).trace[1]).toContain('/var/task/index.js:2');
    expect(result.lines.join('\n')).toContain('ERROR\tInvoke Error \t{"errorType":"CardDeclined"');
  });

  it('that hands an error to its callback fails with it', async () => {
    const result = await virtualPlane().run(codeOf('exports.handler = (e, c, done) => done("just text")'));
    expect(result).toMatchObject({ outcome: 'handled-error', payload: { errorType: 'string', errorMessage: 'just text', trace: [] } });
  });

  it('that throws outside of its promise ends its context', async () => {
    const plane = virtualPlane();
    const code = codeOf(
      'let n = 0; exports.handler = (event) => new Promise((resolve) => { n += 1; if (event.ok) resolve(n); else setTimeout(() => { throw new RangeError("late") }, 5) })',
    );
    expect(await plane.run(code)).toMatchObject({ outcome: 'unhandled-error', payload: { errorType: 'RangeError', errorMessage: 'late' } });
    expect(await plane.run(code, { ok: true })).toMatchObject({ outcome: 'succeeded', payload: 1, initDurationMs: 0 });
  });

  it('that exits its process has crashed', async () => {
    const plane = virtualPlane();
    const code = codeOf('let n = 0; exports.handler = async (event) => { n += 1; if (event.exit) process.exit(3); return n }');
    const result = await plane.run(code, { exit: true });
    expect(result).toMatchObject({
      outcome: 'unhandled-error',
      payload: { errorType: 'Runtime.ExitError', errorMessage: 'RequestId: request-1 Error: Runtime exited with error: exit status 3' },
    });
    expect((await plane.run(code)).payload).toBe(1);
  });

  it('that takes too long is ended, and its context with it', async () => {
    const plane = virtualPlane();
    const code = codeOf(
      'let n = 0; exports.handler = async (event) => { n += 1; console.log("begun"); if (event.hang) await new Promise(() => {}); return n }',
    );
    const result = await plane.run(code, { hang: true });
    expect(plane.kernel.nowMs()).toBe(START_MS + 3000);
    expect(result).toMatchObject({
      outcome: 'timed-out',
      durationMs: 3000,
      payload: { errorType: 'Sandbox.Timedout', errorMessage: 'RequestId: request-1 Error: Task timed out after 3.00 seconds' },
    });
    expect(result.lines).toContain('2026-11-24T12:00:03.000Z request-1 Task timed out after 3.00 seconds');
    expect(result.lines.some((line) => line.endsWith('INFO\tbegun'))).toBe(true);
    expect(await plane.run(code)).toMatchObject({ payload: 1 });
  });

  it('keeps its module state between invocations, and its timers stand still', async () => {
    const plane = virtualPlane();
    const code = codeOf(
      'let ticks = 0; setInterval(() => { ticks += 1 }, 100); exports.handler = async (event) => { await new Promise((done) => setTimeout(done, event.ms)); return ticks }',
    );
    expect((await plane.run(code, { ms: 250 })).payload).toBe(2);
    await plane.kernel.run({ untilMs: plane.kernel.nowMs() + 60_000 });
    expect((await plane.run(code, { ms: 150 })).payload).toBeLessThan(6);
  });

  it('may not answer more than 6 MB', async () => {
    const result = await virtualPlane().run(codeOf('exports.handler = async () => "x".repeat(6291556)'));
    expect(result).toMatchObject({ outcome: 'unhandled-error', payload: { errorType: 'Function.ResponseSizeTooLarge' } });
  });

  it('may not answer what is no JSON', async () => {
    const result = await virtualPlane().run(codeOf('exports.handler = async () => { const a = {}; a.a = a; return a }'));
    expect(result).toMatchObject({ outcome: 'unhandled-error', payload: { errorType: 'Runtime.MarshalResponse' } });
  });
});

describe('initialisation', () => {
  const cases = [
    { name: 'a module that throws', source: 'throw new TypeError("no config")', error: { errorType: 'TypeError', errorMessage: 'no config' } },
    { name: 'a syntax error', source: 'exports.handler = async () => {', error: { errorType: 'Runtime.UserCodeSyntaxError' } },
    {
      name: 'a missing export',
      source: 'exports.other = 1',
      error: { errorType: 'Runtime.HandlerNotFound', errorMessage: 'index.handler is undefined or not exported' },
    },
    { name: 'a missing module', source: 'require("left-pad")', error: { errorType: 'Runtime.ImportModuleError' } },
  ];
  for (const { name, source, error } of cases) {
    it(`fails with ${name}`, async () => {
      expect(await virtualPlane().run(codeOf(source))).toMatchObject({ outcome: 'unhandled-error', payload: error });
    });
  }

  it('is tried again with the next invocation', async () => {
    const plane = virtualPlane();
    const code = codeOf('throw new Error("broken")');
    await plane.run(code);
    expect(await plane.run(code)).toMatchObject({ outcome: 'unhandled-error', initDurationMs: 0 });
  });

  it('is counted once', async () => {
    const plane = virtualPlane();
    const code = codeOf('exports.handler = async () => 1');
    const cold = await plane.run(code);
    expect(cold.lines[0]).toContain('INIT_START');
    expect(cold.lines.at(-1)).toContain('REPORT RequestId: request-1\tDuration: 0.00 ms');
    expect(cold.lines.at(-1)).toContain('Init Duration');
    const warm = await plane.run(code);
    expect(warm.initDurationMs).toBeUndefined();
    expect(warm.lines[0]).toBe('START RequestId: request-1 Version: $LATEST');
  });
});

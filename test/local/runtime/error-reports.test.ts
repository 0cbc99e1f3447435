import { describe, expect, it } from 'vitest';
import { codeOf, virtualPlane } from './bundles.ts';

interface Logged {
  readonly title: string;
  readonly object: unknown;
}

/** The line in which the runtime reports an error: what it is called, and the error as JSON. */
function loggedError(lines: readonly string[]): Logged | undefined {
  for (const line of lines) {
    const found = /\tERROR\t([A-Z][A-Za-z ]+) \t(.*)$/s.exec(line);
    if (found) return { title: found[1] ?? '', object: JSON.parse(found[2] ?? '') as unknown };
  }
  return undefined;
}

const reportOf = (lines: readonly string[]): string => lines.find((line) => line.startsWith('REPORT')) ?? '';
const run = (source: string) => virtualPlane().run(codeOf(source));

describe('an error of a function is answered and logged as the Node.js runtime does', () => {
  it('a thrown error, with its own members', async () => {
    const { payload, outcome, lines } = await run('exports.handler = async () => { throw Object.assign(new TypeError("broken"), { code: "E1", orderId: 7 }) }');
    expect([outcome, payload]).toEqual([
      'handled-error',
      { errorType: 'TypeError', errorMessage: 'broken', trace: expect.arrayContaining(['TypeError: broken']) },
    ]);
    expect(loggedError(lines)).toEqual({
      title: 'Invoke Error',
      object: { errorType: 'TypeError', errorMessage: 'broken', code: 'E1', orderId: 7, stack: expect.arrayContaining(['TypeError: broken']) },
    });
    expect(reportOf(lines)).not.toContain('Status');
  });

  it('with the frames that Lambda has as well, and none of this machine', async () => {
    const { payload, lines } = await run(
      'const https = require("node:https"); function deep() { throw new Error("deep") } exports.handler = async () => [1].forEach(deep)',
    );
    const { trace } = payload as { trace: string[] };
    expect(trace.slice(0, 2)).toEqual(['Error: deep', expect.stringMatching(/^ {4}at deep \(\/var\/task\/index\.js:1:\d+\)$/)]);
    expect(trace.join('\n')).toContain('at Array.forEach (<anonymous>)');
    for (const text of [trace.join('\n'), ...lines]) expect(text).not.toContain(process.cwd());
  });

  it('a thrown string', async () => {
    const { payload, lines } = await run('exports.handler = async () => { throw "just text" }');
    expect(payload).toEqual({ errorType: 'string', errorMessage: 'just text', trace: [] });
    expect(loggedError(lines)).toEqual({ title: 'Invoke Error', object: 'just text' });
  });

  it('a rejected promise', async () => {
    const { payload, outcome, lines } = await run('exports.handler = () => Promise.reject(new Error("declined"))');
    expect([outcome, payload]).toMatchObject(['handled-error', { errorType: 'Error', errorMessage: 'declined' }]);
    expect(loggedError(lines)?.title).toBe('Invoke Error');
  });

  it('a rejection that nobody caught', async () => {
    const { payload, outcome, lines } = await run(
      'exports.handler = async () => { Promise.reject(new RangeError("stray")); await new Promise((r) => setTimeout(r, 1000)) }',
    );
    const error = { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: 'RangeError: stray' };
    expect([outcome, payload]).toMatchObject(['unhandled-error', error]);
    expect(loggedError(lines)).toMatchObject({
      title: 'Unhandled Promise Rejection',
      object: { ...error, reason: { errorType: 'RangeError', errorMessage: 'stray' } },
    });
    expect(reportOf(lines)).toContain('\tStatus: error\tError Type: Runtime.UnhandledPromiseRejection');
  });

  const inits = [
    { name: 'a syntax error', source: 'exports.handler = async () => {', errorType: 'Runtime.UserCodeSyntaxError', errorMessage: /^SyntaxError: / },
    {
      name: 'a missing module',
      source: 'require("left-pad")',
      errorType: 'Runtime.ImportModuleError',
      errorMessage: /^Error: Cannot find module 'left-pad'\nRequire stack:\n- /,
    },
    {
      name: 'a missing export',
      source: 'exports.other = 1',
      errorType: 'Runtime.HandlerNotFound',
      errorMessage: /^index\.handler is undefined or not exported$/,
    },
    { name: 'a module that throws', source: 'throw new TypeError("no config")', errorType: 'TypeError', errorMessage: /^no config$/ },
  ];
  for (const { name, source, errorType, errorMessage } of inits) {
    it(`${name}, when the function is loaded`, async () => {
      const { payload, outcome, lines } = await run(source);
      const error = { errorType, errorMessage: expect.stringMatching(errorMessage) };
      expect(outcome).toBe('unhandled-error');
      expect(payload).toEqual({ ...error, trace: expect.arrayContaining([expect.stringContaining(`${errorType}: `)]) });
      expect(loggedError(lines)).toMatchObject({ title: 'Uncaught Exception', object: error });
      expect(reportOf(lines)).toContain(`\tStatus: error\tError Type: ${errorType}`);
    });
  }

  it('a time-out', async () => {
    const { payload, outcome, lines } = await run('exports.handler = () => new Promise(() => {})');
    const errorMessage = 'RequestId: request-1 Error: Task timed out after 3.00 seconds';
    expect([outcome, payload]).toEqual(['timed-out', { errorType: 'Sandbox.Timedout', errorMessage }]);
    expect(reportOf(lines)).toMatch(/\tDuration: 3000\.00 ms\t.*\tStatus: timeout$/);
  });

  const exits = [
    { status: 3, reason: 'Runtime exited with error: exit status 3' },
    { status: 0, reason: 'Runtime exited without providing a reason' },
  ];
  for (const { status, reason } of exits) {
    it(`process.exit(${status})`, async () => {
      const { payload, outcome, lines } = await run(`exports.handler = async () => process.exit(${status})`);
      const errorMessage = `RequestId: request-1 Error: ${reason}`;
      expect([outcome, payload]).toEqual(['unhandled-error', { errorType: 'Runtime.ExitError', errorMessage }]);
      expect(reportOf(lines)).toContain('\tStatus: error\tError Type: Runtime.ExitError');
      expect(lines.at(-1)).toBe(`${errorMessage}\nRuntime.ExitError`);
    });
  }
});

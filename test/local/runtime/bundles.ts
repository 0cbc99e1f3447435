import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { FunctionCode, Invocation } from '../../../local/kernel/function-runner.ts';
import type { HttpRequest, HttpResponse } from '../../../local/kernel/http.ts';
import { Kernel } from '../../../local/kernel/kernel.ts';
import { createVirtualRunner } from '../../../local/runtime/virtual-runner.ts';

/** Writes files of a bundle to a new temporary folder. */
export function bundleOf(files: Readonly<Record<string, string>>): string {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'bundle-'));
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(directory, name), text);
  return directory;
}

let keys = 0;

/** A function whose `index.js` is the source. */
export function codeOf(source: string | Readonly<Record<string, string>>, change: Partial<FunctionCode> = {}): FunctionCode {
  keys += 1;
  return {
    key: `key-${keys}`,
    functionName: 'checkout',
    functionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:checkout',
    version: '$LATEST',
    directory: bundleOf(typeof source === 'string' ? { 'index.js': source } : source),
    handler: 'index.handler',
    environment: {},
    credentials: { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' },
    memoryMiB: 128,
    logGroup: '/aws/lambda/checkout',
    logStream: '2026/11/24/[$LATEST]0',
    ...change,
  };
}

export function invocationOf(code: FunctionCode, event: unknown = {}, change: Partial<Invocation> = {}): Invocation {
  return { code, requestId: 'request-1', event: JSON.stringify(event), timeoutMs: 3000, cause: 7, traceHeader: 'Root=1-0-0', ...change };
}

/** The clock that a virtual plane of these tests starts at. */
export const START_MS = Date.UTC(2026, 10, 24, 12);

type Dispatch = (request: HttpRequest) => Promise<HttpResponse>;

const answerNothing: Dispatch = async () => ({ status: 200, headers: { 'content-type': 'application/x-amz-json-1.0' }, body: Buffer.from('{}') });

/** A virtual plane with a runner and nothing else. */
export function virtualPlane(options: { seed?: number; dispatch?: (kernel: Kernel) => Dispatch; endpoint?: string; contextsMax?: number } = {}) {
  const kernel = new Kernel({
    accountId: '111122223333',
    region: 'eu-west-1',
    clock: { kind: 'virtual', startMs: START_MS },
    seed: options.seed ?? 1,
    journalCapacity: 1000,
  });
  const { endpoint, contextsMax } = options;
  const dispatch = options.dispatch?.(kernel) ?? answerNothing;
  const runner = createVirtualRunner({ kernel, dispatch, endpoint, ...(contextsMax !== undefined && { contextsMax }) });
  /** Drives the clock until the promise has settled. */
  const settle = async <Result>(work: Promise<Result>): Promise<Result> => {
    let isDone = false;
    const done = work.finally(() => {
      isDone = true;
    });
    done.catch(() => {});
    await kernel.run({ isDone: () => isDone });
    return done;
  };
  const run = async (code: FunctionCode, event: unknown = {}, change: Partial<Invocation> = {}) => {
    const result = await settle(runner.invoke(invocationOf(code, event, change)));
    return { ...result, payload: JSON.parse(result.payload) as unknown, lines: result.logs.map(({ text }) => text) };
  };
  return { kernel, runner, settle, run };
}

import type { FunctionCode } from '../../kernel/function-runner.ts';
import type { ContextHost } from '../host.ts';
import { contextConsole, logStream } from './console.ts';
import { contextCrypto } from './crypto.ts';
import { contextFetch } from './fetch.ts';
import { contextFileSystem } from './file-system.ts';
import { FileTree } from './file-tree.ts';
import { contextHttp } from './http-client.ts';
import { contextHttp2 } from './http2-client.ts';
import { builtinModules, perfHooksFor, zlibFor } from './modules.ts';
import { contextOs } from './os.ts';
import { Outgoing } from './outgoing.ts';
import { contextProcess } from './process.ts';
import { abortSignalClass, ContextTimers, timerFunctions } from './timers.ts';

/** What the modules of a context are made from. */
export interface SealedParts {
  readonly code: FunctionCode;
  readonly host: ContextHost;
  readonly region: string;
  /** Takes one entry of the log. */
  readonly line: (text: string) => void;
  readonly requestId: () => string | undefined;
  readonly cause: () => number | undefined;
  readonly guard: (task: () => void) => void;
  readonly onExit: (status: number) => void;
  /** `require` of a name in a file. */
  readonly require: (name: string, from: string) => unknown;
}

type Require = ((name: string) => unknown) & { resolve: (name: string) => string };

/** Everything a context finds around its code. */
export interface ContextModules {
  readonly globals: Readonly<Record<string, unknown>>;
  readonly env: Record<string, string>;
  readonly timers: ContextTimers;
  /** Set where the realm's `Date` has to follow it. */
  readonly clock: (() => number) | undefined;
  /** A module of Node's; `undefined` for any other name. */
  builtin(name: string): object | undefined;
  requireFrom(file: string): Require;
  /** Ends the requests that are under way. */
  abort(): void;
}

/** Milliseconds since the context was made, by the kernel's clock: nothing is measured that a seed does not decide. */
function virtualPerformance(host: ContextHost): object {
  const originMs = host.nowMs();
  const none = (): undefined => undefined;
  const now = (): number => host.nowMs() - originMs;
  return {
    now,
    timeOrigin: originMs,
    mark: none,
    measure: none,
    clearMarks: none,
    clearMeasures: none,
    getEntries: () => [],
    getEntriesByName: () => [],
    getEntriesByType: () => [],
    toJSON: () => ({ timeOrigin: originMs }),
  };
}

function refuseStreaming(): never {
  throw new Error('awslambda.streamifyResponse is not emulated: docs/services/lambda.md says what is');
}

function lazily<Value>(make: () => Value): () => Value {
  let made: Value | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** Makes the globals and modules of one context. */
export function sealedModules(parts: SealedParts): ContextModules {
  const { code, host, guard } = parts;
  const timers = new ContextTimers(host, guard);
  const { functions, module: timersModule, promises } = timerFunctions(timers);
  const sink = { nowMs: () => host.nowMs(), requestId: parts.requestId, line: parts.line };
  const stdout = logStream(sink, 1);
  const stderr = logStream(sink, 2) as { write(text: string): boolean };
  const { console, module: consoleModule } = contextConsole(sink, { stdout, stderr });
  const process = contextProcess({ code, host, stdout, stderr, guard, onExit: parts.onExit }, parts.region);
  const outgoing = new Outgoing(host, { ownEndpoint: code.environment['AWS_ENDPOINT_URL'], cause: parts.cause });
  const client = { outgoing, timers, guard };
  const { module: crypto, global: cryptoGlobal } = contextCrypto(host);
  const usedPerformance = host.isVirtual ? virtualPerformance(host) : performance;
  const fileSystem = lazily(() => contextFileSystem(new FileTree(code, () => host.nowMs()), host.chance));
  const requireFrom = (file: string): Require =>
    Object.assign((name: string) => parts.require(name, file), { resolve: (name: string) => name, cache: {}, main: undefined });
  const builtin = builtinModules({
    console: () => consoleModule,
    constants: () => crypto,
    crypto: () => crypto,
    fs: () => fileSystem().module,
    'fs/promises': () => fileSystem().promises,
    http: () => contextHttp(client, 'http:'),
    https: () => contextHttp(client, 'https:'),
    http2: () => contextHttp2(client),
    module: () => ({
      createRequire: (from: unknown) => requireFrom(String(from).replace(/^file:\/\//, '')),
      builtinModules: [],
      isBuiltin: (name: string) => builtin(name) !== undefined,
    }),
    os: () => contextOs(code.memoryMiB),
    perf_hooks: () => perfHooksFor(usedPerformance),
    process: () => process,
    timers: () => timersModule,
    'timers/promises': () => promises,
    zlib: () => zlibFor(host.isVirtual),
  });
  const globals = {
    ...functions,
    console,
    process,
    performance: usedPerformance,
    crypto: cryptoGlobal,
    AbortSignal: abortSignalClass(timers),
    fetch: contextFetch(outgoing),
    queueMicrotask: (task: () => void) => queueMicrotask(() => guard(task)),
    awslambda: { streamifyResponse: refuseStreaming },
  };
  return {
    globals,
    env: process['env'] as Record<string, string>,
    timers,
    clock: host.hasOwnClock ? () => host.nowMs() : undefined,
    builtin,
    requireFrom,
    abort: () => outgoing.abort(),
  };
}

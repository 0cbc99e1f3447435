import type { FunctionCode, Invocation, LogLine } from '../kernel/function-runner.ts';
import type { ContextHost } from './host.ts';
import {
  type Ending,
  type ErrorObject,
  EXIT_ERROR,
  endedWith,
  errorLine,
  errorObjectOf,
  exited,
  handlerNotFound,
  initErrorLine,
  initErrorObject,
  RESPONSE_BYTES_MAX,
  rejectionLine,
  rejectionObject,
  responseTooLarge,
  uncaughtLine,
} from './invocation-error.ts';
import { consoleLine, endLine, initStartLine, LogBuffer, reportLine, startLine } from './log-lines.ts';
import type { Bundle } from './modules/bundle.ts';
import { createRealm, type Realm } from './realm.ts';
import { type ContextModules, sealedModules } from './sealed/sealed.ts';

/** An invocation as a context takes it: the code it has already. */
export type ContextInvocation = Omit<Invocation, 'code'>;

/** How an invocation ended in its context. `isReusable` is false where the context has gone with it. */
export type ContextResult = Ending & {
  readonly durationMs: number;
  readonly initDurationMs: number | undefined;
  readonly logs: readonly LogLine[];
  readonly isReusable: boolean;
};

interface Running {
  readonly invocation: ContextInvocation;
  readonly startMs: number;
  readonly initDurationMs: number | undefined;
  readonly resolve: (result: ContextResult) => void;
}

/** Unwinds the stack of a function that ended its process. */
class ProcessExit extends Error {}

/** Realms, so that what nobody caught can be brought to the context it came from. */
const contextByPrototype = new WeakMap<object, SealedContext>();

/** The context in whose realm a value was made. */
export function contextOf(value: unknown): SealedContext | undefined {
  for (let at: unknown = value; typeof at === 'object' && at !== null; at = Object.getPrototypeOf(at)) {
    const found = contextByPrototype.get(at);
    if (found) return found;
  }
  return undefined;
}

/** One execution context of a function: a realm with the bundle loaded in it. One invocation at a time; between two it is frozen. */
export class SealedContext {
  readonly code: FunctionCode;
  readonly #host: ContextHost;
  readonly #bundle: Bundle;
  readonly #logs: LogBuffer;
  readonly #sealed: ContextModules;
  readonly #realm: Realm;
  readonly #modules = new Map<string, { exports: unknown }>();
  #initDurationMs: number | undefined;
  #handler: unknown;
  #initError: Ending | undefined;
  #running: Running | undefined;
  #isGone = false;

  constructor(options: { code: FunctionCode; bundle: Bundle; host: ContextHost; region: string }) {
    const { code, host } = options;
    this.code = code;
    this.#host = host;
    this.#bundle = options.bundle;
    this.#logs = new LogBuffer(() => host.nowMs());
    this.#sealed = sealedModules({
      code,
      host,
      region: options.region,
      line: (text) => this.#logs.add(text),
      requestId: () => this.#running?.invocation.requestId,
      cause: () => this.#running?.invocation.cause,
      guard: (task) => this.#guard(task),
      onExit: (status) => this.#exit(status),
      require: (name, from) => this.#require(name, from),
    });
    const { clock, globals } = this.#sealed;
    const random = host.chance && (() => (host.chance as { random(): number }).random());
    this.#realm = createRealm({ globals, now: clock, random });
    contextByPrototype.set(this.#realm.promisePrototype, this);
    contextByPrototype.set(this.#realm.errorPrototype, this);
    this.#load(performance.now());
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  /** Runs the handler. Resolves when it has ended, whichever way; never for a context that is discarded meanwhile. */
  invoke(invocation: ContextInvocation): Promise<ContextResult> {
    return new Promise((resolve) => {
      const initDurationMs = this.#initDurationMs;
      this.#initDurationMs = undefined;
      this.#running = { invocation, startMs: this.#monotonicMs(), initDurationMs, resolve };
      this.#logs.add(startLine(invocation.requestId, this.code.version));
      if (this.#initError) {
        this.#isGone = true; // Lambda starts anew after a failed initialisation
        this.#finish(this.#initError);
        return;
      }
      this.#sealed.env['_X_AMZN_TRACE_ID'] = invocation.traceHeader;
      this.#sealed.timers.thaw();
      this.#guard(() => this.#realm.invoke(this.#handler, invocation.event, this.#fields(invocation), (how, value) => this.#ended(invocation, how, value)));
    });
  }

  /** Ends the context at once, for good; answers what it had logged. Whatever it still waits for finds nobody. */
  discard(): LogLine[] {
    this.#isGone = true;
    this.#running = undefined;
    this.#sealed.timers.discard();
    this.#sealed.abort();
    return this.#logs.take();
  }

  /** Something that nobody caught: the process of a function ends with it. */
  crash(error: unknown, kind: 'Uncaught Exception' | 'Unhandled Promise Rejection'): void {
    if (this.#isGone) return;
    this.#isGone = true;
    const isRejection = kind === 'Unhandled Promise Rejection';
    this.#logConsole('ERROR', isRejection ? rejectionLine(error) : uncaughtLine(error));
    this.#finish(endedWith('unhandled-error', isRejection ? rejectionObject(error) : errorObjectOf(error)));
  }

  #fields(invocation: ContextInvocation): object {
    const { code } = this;
    const deadlineMs = this.#host.nowMs() + invocation.timeoutMs;
    return {
      functionName: code.functionName,
      functionVersion: code.version,
      invokedFunctionArn: invocation.invokedArn ?? code.functionArn,
      memoryLimitInMB: String(code.memoryMiB),
      logGroupName: code.logGroup,
      logStreamName: code.logStream,
      awsRequestId: invocation.requestId,
      clientContext: invocation.clientContext,
      getRemainingTimeInMillis: () => Math.max(0, deadlineMs - this.#host.nowMs()),
    };
  }

  #load(startedMs: number): void {
    const startMs = this.#host.nowMs();
    this.#logs.add(initStartLine());
    const { handler } = this.code;
    const dot = handler.lastIndexOf('.');
    try {
      const loaded = this.#module(this.#bundle.entry(handler.slice(0, dot))) as Record<string, unknown>;
      this.#handler = loaded[handler.slice(dot + 1)];
      if (typeof this.#handler !== 'function') {
        this.#failInit(handlerNotFound(handler, this.#handler === undefined), undefined);
      }
    } catch (error) {
      if (!(error instanceof ProcessExit)) this.#failInit(initErrorObject(error), error);
    }
    this.#sealed.timers.freeze();
    this.#initDurationMs = this.#host.isVirtual ? this.#host.nowMs() - startMs : performance.now() - startedMs;
  }

  #failInit(object: ErrorObject, error: unknown): void {
    this.#logConsole('ERROR', initErrorLine(object, error));
    this.#initError ??= endedWith('unhandled-error', object);
  }

  #require(name: string, from: string): unknown {
    const builtin = this.#sealed.builtin(name);
    if (builtin) return builtin;
    if (name.startsWith('node:'))
      throw new Error(`The module ${name} is not there for a function run here. What is, and what differs from AWS: docs/services/lambda.md`);
    return this.#module(this.#bundle.resolve(name, from));
  }

  #module(file: string): unknown {
    const known = this.#modules.get(file);
    if (known) return known.exports;
    const module = { exports: this.#realm.parse('{}'), id: file, filename: file, loaded: true, children: [], paths: [] };
    this.#modules.set(file, module);
    if (this.#bundle.isJson(file)) {
      module.exports = this.#realm.parse(this.#bundle.text(file));
      return module.exports;
    }
    const require = this.#sealed.requireFrom(file);
    const importBuiltin = async (name: string): Promise<unknown> => {
      const loaded = require(name) as object;
      return new Proxy(loaded, {
        get: (target, member) => (member === 'default' ? target : Reflect.get(target, member)),
        has: (target, member) => member === 'default' || member in target,
      });
    };
    try {
      const wrapper = this.#bundle.wrapper(file, (script) => this.#realm.run(script));
      wrapper(importBuiltin).call(module.exports, module.exports, require, module, file, file.slice(0, file.lastIndexOf('/')));
    } catch (error) {
      this.#modules.delete(file);
      throw error;
    }
    return module.exports;
  }

  #ended(invocation: ContextInvocation, how: 'succeeded' | 'failed' | 'unreadable', value: unknown): void {
    if (this.#running?.invocation !== invocation) return;
    if (how === 'succeeded') {
      const bytes = Buffer.byteLength(value as string);
      this.#finish(bytes > RESPONSE_BYTES_MAX ? endedWith('unhandled-error', responseTooLarge(bytes)) : { outcome: 'succeeded', payload: value as string });
      return;
    }
    if (how === 'unreadable') {
      this.#finish(endedWith('unhandled-error', { errorType: 'Runtime.MarshalResponse', errorMessage: 'Unable to stringify response body', trace: [] }));
      return;
    }
    this.#logConsole('ERROR', errorLine(value));
    this.#finish(endedWith('handled-error', errorObjectOf(value)));
  }

  #exit(status: number): never {
    const requestId = this.#running?.invocation.requestId ?? '';
    const wasGone = this.#isGone;
    this.#isGone = true;
    const ending = endedWith(
      'unhandled-error',
      exited(requestId, status === 0 ? 'Runtime exited without providing a reason' : `Runtime exited with error: exit status ${status}`),
    );
    if (this.#running) this.#finish(ending);
    else if (!wasGone) this.#initError = ending;
    throw new ProcessExit('The function ended its process');
  }

  #finish(ending: Ending): void {
    const running = this.#running;
    if (!running) return;
    this.#running = undefined;
    this.#sealed.timers.freeze();
    const durationMs = this.#monotonicMs() - running.startMs;
    const { requestId } = running.invocation;
    const { initDurationMs } = running;
    this.#logs.add(endLine(requestId));
    const error = ending.outcome === 'unhandled-error' ? (JSON.parse(ending.payload) as ErrorObject) : undefined;
    const status = error && { status: 'error', errorType: error.errorType };
    this.#logs.add(reportLine({ requestId, durationMs, memoryMiB: this.code.memoryMiB, initDurationMs, ...status }));
    if (error?.errorType === EXIT_ERROR) this.#logs.add(`${error.errorMessage}\n${EXIT_ERROR}`);
    if (this.#isGone) this.#sealed.timers.discard();
    running.resolve({ ...ending, durationMs, initDurationMs, logs: this.#logs.take(), isReusable: !this.#isGone });
  }

  /** Runs a task of the context: what it throws is the context's, and a context that has gone runs nothing. */
  #guard(task: () => void): void {
    if (this.#isGone) return;
    try {
      task();
    } catch (error) {
      if (!(error instanceof ProcessExit)) this.crash(error, 'Uncaught Exception');
    }
  }

  #logConsole(level: string, text: string): void {
    this.#logs.add(consoleLine({ atMs: this.#host.nowMs(), requestId: this.#running?.invocation.requestId, level, text }));
  }

  #monotonicMs(): number {
    return this.#host.isVirtual ? this.#host.nowMs() : performance.now();
  }
}

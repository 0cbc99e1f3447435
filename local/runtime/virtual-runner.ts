import type { FunctionCode, FunctionRunner, Invocation, InvocationResult } from '../kernel/function-runner.ts';
import type { HttpRequest, HttpResponse } from '../kernel/http.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { SealedContext } from './context.ts';
import type { ContextHost } from './host.ts';
import { Bundles } from './modules/bundles.ts';
import { timedOutResult } from './timed-out.ts';
import { catchUncaught } from './uncaught.ts';
import { WarmContexts } from './warm-contexts.ts';

/** Warm contexts over all functions: what bounds the plane's memory. */
export const CONTEXTS_MAX = 24;

export interface VirtualRunnerOptions {
  readonly kernel: Kernel;
  /** Takes the requests of functions to AWS. */
  readonly dispatch: (request: HttpRequest) => Promise<HttpResponse>;
  /** URL of the plane's own endpoint: requests there do not leave the process. */
  readonly endpoint?: string | undefined;
  /** Warm contexts over all functions. */
  readonly contextsMax?: number;
}

/** A runner whose endpoint may become known after it was made, once a socket listens. */
export interface Runner extends FunctionRunner {
  setEndpoint(url: string): void;
}

/**
 * Runs functions in the kernel's own thread, on its virtual clock: time, timers and chance are the kernel's, and nothing ends in an order that the
 * seed does not decide. Starting and computing take no virtual time. A handler that never yields is not interrupted.
 */
export function createVirtualRunner(options: VirtualRunnerOptions): Runner {
  return new VirtualRunner(options);
}

class VirtualRunner implements Runner {
  readonly concurrencyMax: number;
  readonly #kernel: Kernel;
  readonly #dispatch: VirtualRunnerOptions['dispatch'];
  readonly #bundles = new Bundles();
  readonly #contexts: WarmContexts<SealedContext>;
  #endpointHost: string | undefined;
  #startCount = 0;
  #endUncaught: (() => void) | undefined;

  constructor({ kernel, dispatch, endpoint, contextsMax = CONTEXTS_MAX }: VirtualRunnerOptions) {
    this.#kernel = kernel;
    this.#dispatch = dispatch;
    this.concurrencyMax = contextsMax;
    if (endpoint !== undefined) this.setEndpoint(endpoint);
    this.#contexts = new WarmContexts<SealedContext>({
      limit: contextsMax,
      start: (code) => new SealedContext({ code, bundle: this.#bundles.of(code), host: this.#hostFor(code), region: kernel.region }),
      stop: (context) => void context.discard(),
    });
  }

  async invoke(invocation: Invocation): Promise<InvocationResult> {
    this.#endUncaught ??= catchUncaught();
    let slot = await this.#contexts.acquire(invocation.code);
    while (slot.context.isGone) {
      this.#contexts.release(slot, false);
      slot = await this.#contexts.acquire(invocation.code);
    }
    const { context } = slot;
    const kernel = this.#kernel;
    return new Promise((resolve) => {
      const timer = kernel.at(kernel.nowMs() + invocation.timeoutMs, 'function time-out', () => {
        const result = timedOutResult(invocation, { logs: context.discard(), nowMs: kernel.nowMs() });
        this.#contexts.release(slot, false);
        resolve(result);
      });
      void context.invoke(invocation).then(({ isReusable, ...result }) => {
        timer.cancel();
        this.#contexts.release(slot, isReusable);
        resolve(result);
      });
    });
  }

  setEndpoint(url: string): void {
    this.#endpointHost = new URL(url).host;
  }

  retire(key: string): void {
    this.#contexts.retire(key);
    this.#bundles.drop(key);
  }

  async close(): Promise<void> {
    this.#contexts.close();
    this.#endUncaught?.();
    this.#endUncaught = undefined;
  }

  #hostFor(code: FunctionCode): ContextHost {
    const kernel = this.#kernel;
    this.#startCount += 1;
    return {
      isVirtual: true,
      hasOwnClock: true,
      nowMs: () => kernel.nowMs(),
      at: (dueMs, task) => kernel.at(dueMs, 'function timer', task),
      soon: (task) => kernel.soon('function timer', task),
      chance: kernel.chance.fork(`function/${code.functionName}/${this.#startCount}`),
      send: this.#dispatch,
      endpoint: () => this.#endpointHost,
      hostOperation: (work) => kernel.hostOperation(work),
    };
  }
}

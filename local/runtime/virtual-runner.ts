import type { FunctionCode, FunctionRunner, Invocation, InvocationResult } from '../kernel/function-runner.ts';
import type { HttpRequest, HttpResponse } from '../kernel/http.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { Bundles } from './bundles.ts';
import { SealedContext } from './context.ts';
import type { ContextHost } from './host.ts';
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
  const { kernel, dispatch, contextsMax = CONTEXTS_MAX } = options;
  const bundles = new Bundles();
  let endpoint = options.endpoint;
  let started = 0;
  let endUncaught: (() => void) | undefined;
  const hostFor = (code: FunctionCode): ContextHost => ({
    isVirtual: true,
    hasOwnClock: true,
    nowMs: () => kernel.nowMs(),
    at: (dueMs, task) => kernel.at(dueMs, 'function timer', task),
    soon: (task) => kernel.soon('function timer', task),
    chance: kernel.chance.fork(`function/${code.functionName}/${started}`),
    send: dispatch,
    endpoint: () => (endpoint === undefined ? undefined : new URL(endpoint).host),
    hostOperation: (work) => kernel.hostOperation(work),
  });
  const contexts = new WarmContexts<SealedContext>({
    limit: contextsMax,
    start: (code) => {
      started += 1;
      return new SealedContext({ code, bundle: bundles.of(code), host: hostFor(code), region: kernel.region });
    },
    stop: (context) => void context.discard(),
  });
  const invoke = async (invocation: Invocation): Promise<InvocationResult> => {
    endUncaught ??= catchUncaught();
    const acquired = contexts.acquire(invocation.code);
    let slot = acquired instanceof Promise ? await acquired : acquired;
    while (slot.context.isGone) {
      contexts.release(slot, false);
      const again = contexts.acquire(invocation.code);
      slot = again instanceof Promise ? await again : again;
    }
    const { context } = slot;
    const startMs = kernel.nowMs();
    return new Promise((resolve) => {
      const timer = kernel.at(startMs + invocation.timeoutMs, 'function time-out', () => {
        const result = timedOutResult(invocation, { logs: context.discard(), nowMs: kernel.nowMs() });
        contexts.release(slot, false);
        resolve(result);
      });
      void context.invoke(invocation).then(({ isReusable, ...result }) => {
        timer.cancel();
        contexts.release(slot, isReusable);
        resolve(result);
      });
    });
  };
  return {
    concurrencyMax: contextsMax,
    invoke,
    setEndpoint: (url) => {
      endpoint = url;
    },
    retire: (key) => {
      contexts.retire(key);
      bundles.drop(key);
    },
    close: async () => {
      contexts.close();
      endUncaught?.();
      endUncaught = undefined;
    },
  };
}

import type { Invocation, InvocationResult, LogLine } from '../kernel/function-runner.ts';
import type { HttpRequest, HttpResponse } from '../kernel/http.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Timer } from '../kernel/scheduler.ts';
import { exited } from './invocation-error.ts';
import { timedOutResult } from './timed-out.ts';
import { CONTEXTS_MAX, type Runner } from './virtual-runner.ts';
import { type Slot, WarmContexts } from './warm-contexts.ts';
import { startWorker } from './worker-source.ts';
import { WorkerThread } from './worker-thread.ts';

export interface ThreadRunnerOptions {
  readonly kernel: Kernel;
  /** Takes the requests of functions to AWS. */
  readonly dispatch: (request: HttpRequest) => Promise<HttpResponse>;
  /** Worker threads; they start when first needed. */
  readonly threads?: number;
  /** Warm contexts over all functions. */
  readonly contextsMax?: number;
  /** How many times as fast as the machine's the kernel's clock runs. */
  readonly clockFactor?: number;
  /** URL of the plane's own endpoint: requests there do not leave the process. */
  readonly endpoint?: string | undefined;
  /** The worker's script, where it is not found beside this module. */
  readonly workerUrl?: URL | undefined;
}

/** A context, wherever it lives. */
interface Remote {
  readonly id: number;
  readonly thread: WorkerThread;
  isStarted: boolean;
}

interface Call {
  readonly invocation: Invocation;
  readonly slot: Slot<Remote>;
  readonly timer: Timer;
  readonly resolve: (result: InvocationResult) => void;
  isTimedOut: boolean;
}

/** How long a thread may take to say that it has discarded a context, in the machine's milliseconds. One that does not say so is blocked, and ended. */
const GRACE_MS = 1000;

/** Between two looks at whether busy threads have time again, in the machine's milliseconds. */
const LOOK_AGAIN_MS = 60;

/** Runs functions in a small pool of worker threads, on a real clock. A thread that a handler blocks is ended; what else ran in it has crashed. */
export function createThreadRunner(options: ThreadRunnerOptions): Runner {
  return new ThreadRunner(options);
}

class ThreadRunner implements Runner {
  readonly concurrencyMax: number;
  readonly #options: ThreadRunnerOptions;
  readonly #threads = new Set<WorkerThread>();
  readonly #contexts: WarmContexts<Remote>;
  readonly #calls = new Map<number, Call>();
  #endpoint: string | undefined;
  #look: NodeJS.Timeout | undefined;
  #contextCount = 0;
  #callCount = 0;

  constructor(options: ThreadRunnerOptions) {
    this.#options = options;
    this.#endpoint = options.endpoint;
    this.concurrencyMax = options.contextsMax ?? CONTEXTS_MAX;
    this.#contexts = new WarmContexts<Remote>({
      limit: this.concurrencyMax,
      start: () => this.#place(),
      stop: (remote) => this.#stop(remote),
      hasTime: () => this.#hasTime(),
    });
  }

  async invoke(invocation: Invocation): Promise<InvocationResult> {
    const acquired = this.#contexts.acquire(invocation.code);
    const slot = acquired instanceof Promise ? await acquired : acquired;
    return new Promise((resolve) => this.#start(invocation, slot, resolve));
  }

  retire(key: string): void {
    this.#contexts.retire(key);
    for (const thread of this.#threads) thread.post({ type: 'drop', key });
  }

  setEndpoint(url: string): void {
    this.#endpoint = url;
    for (const thread of this.#threads) thread.post({ type: 'endpoint', endpoint: new URL(url).host });
  }

  async close(): Promise<void> {
    clearTimeout(this.#look);
    await Promise.all([...this.#threads].map((thread) => thread.end()));
  }

  #start(invocation: Invocation, slot: Slot<Remote>, resolve: (result: InvocationResult) => void): void {
    const { kernel } = this.#options;
    const { code, ...rest } = invocation;
    const remote = slot.context;
    this.#callCount += 1;
    const call = this.#callCount;
    const timer = kernel.at(kernel.nowMs() + invocation.timeoutMs, 'function time-out', () => this.#timeUp(call));
    this.#calls.set(call, { invocation, slot, timer, resolve, isTimedOut: false });
    remote.thread.calls.add(call);
    remote.thread.hold(true);
    remote.thread.post({ type: 'invoke', call, context: remote.id, code: remote.isStarted ? undefined : code, invocation: rest });
    remote.isStarted = true;
  }

  /** Contexts of functions that compute cost memory and gain nothing beyond what the threads can run; those of functions that wait leave the threads time. */
  #hasTime(): boolean {
    for (const thread of this.#threads) if (!thread.isBusy) return true;
    this.#look ??= setTimeout(() => {
      this.#look = undefined;
      this.#contexts.serve();
    }, LOOK_AGAIN_MS);
    return false;
  }

  /** Finds a thread for a new context: an idle one, a new one where there may be more, else the least busy. */
  #place(): Remote {
    let best: WorkerThread | undefined;
    for (const thread of this.#threads) {
      if (!best || thread.calls.size < best.calls.size || (thread.calls.size === best.calls.size && thread.contexts < best.contexts)) best = thread;
    }
    if (!best || (best.calls.size > 0 && this.#threads.size < (this.#options.threads ?? 2))) best = this.#startThread();
    best.contexts += 1;
    this.#contextCount += 1;
    return { id: this.#contextCount, thread: best, isStarted: false };
  }

  #startThread(): WorkerThread {
    const { kernel, dispatch, clockFactor: factor = 1, workerUrl } = this.#options;
    const clock = { kernelMs: kernel.nowMs(), machineMs: Date.now(), factor };
    const endpoint = this.#endpoint === undefined ? undefined : new URL(this.#endpoint).host;
    const worker = startWorker({ region: kernel.region, clock, endpoint }, workerUrl);
    const thread = new WorkerThread(worker, {
      dispatch,
      onAnswer: (answer) => (answer.type === 'ended' ? this.#ended(answer.call, answer.result) : this.#discarded(answer.call, answer.logs)),
      onGone: (gone) => this.#gone(gone),
    });
    this.#threads.add(thread);
    return thread;
  }

  #stop(remote: Remote): void {
    remote.thread.contexts -= 1;
    remote.thread.post({ type: 'stop', context: remote.id });
  }

  #ended(id: number, { isReusable, ...result }: InvocationResult & { isReusable: boolean }): void {
    const call = this.#calls.get(id);
    if (!call || call.isTimedOut) return;
    this.#finish(id, isReusable, result);
  }

  #timeUp(id: number): void {
    const call = this.#calls.get(id);
    if (!call) return;
    call.isTimedOut = true;
    const { thread, id: context } = call.slot.context;
    thread.post({ type: 'discard', call: id, context });
    setTimeout(() => {
      if (this.#calls.has(id)) void thread.end();
    }, GRACE_MS).unref();
  }

  #discarded(id: number, logs: readonly LogLine[]): void {
    const call = this.#calls.get(id);
    if (call) this.#finish(id, false, timedOutResult(call.invocation, { logs, nowMs: this.#options.kernel.nowMs() }));
  }

  /** A thread has ended: by its own fault, or because a handler blocked it. */
  #gone(thread: WorkerThread): void {
    this.#threads.delete(thread);
    const nowMs = this.#options.kernel.nowMs();
    for (const id of [...thread.calls]) {
      const call = this.#calls.get(id);
      if (!call) continue;
      const { invocation } = call;
      const error = exited(
        invocation.requestId,
        thread.isOutOfMemory ? 'Runtime exited with error: signal: killed' : 'Runtime exited without providing a reason',
      );
      const crashed: InvocationResult = {
        outcome: 'unhandled-error',
        payload: JSON.stringify(error),
        durationMs: 0,
        initDurationMs: undefined,
        logs: [{ atMs: nowMs, text: error.errorMessage }],
      };
      this.#finish(id, false, call.isTimedOut ? timedOutResult(invocation, { logs: [], nowMs }) : crashed);
    }
    this.#contexts.forget((remote) => remote.thread === thread);
  }

  #finish(id: number, isReusable: boolean, result: InvocationResult): void {
    const call = this.#calls.get(id);
    if (!call) return;
    this.#calls.delete(id);
    call.timer.cancel();
    const { thread } = call.slot.context;
    thread.calls.delete(id);
    if (thread.calls.size === 0 && !thread.isGone) thread.hold(false);
    this.#contexts.release(call.slot, isReusable);
    call.resolve(result);
  }
}

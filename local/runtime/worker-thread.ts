import type { EventLoopUtilization } from 'node:perf_hooks';
import type { Worker } from 'node:worker_threads';
import type { HttpRequest, HttpResponse } from '../kernel/http.ts';
import type { FromWorker, ToWorker } from './protocol.ts';

export interface ThreadPort {
  readonly dispatch: (request: HttpRequest) => Promise<HttpResponse>;
  /** A call has ended, or was discarded. */
  readonly onAnswer: (message: Extract<FromWorker, { type: 'ended' | 'discarded' }>) => void;
  /** The thread has gone, and with it all its contexts. */
  readonly onGone: (thread: WorkerThread) => void;
}

/** Shorter than this nothing can be said of how busy a thread is. */
const LOOK_MS = 50;

/** Share of its time that a thread may compute and still have time for more. */
const BUSY_MAX = 0.5;

/** A worker as the kernel's thread sees it. */
export class WorkerThread {
  readonly #worker: Worker;
  readonly #port: ThreadPort;
  readonly #requests = new Map<number, AbortController>();
  /** Calls under way. */
  readonly calls = new Set<number>();
  contexts = 0;
  isGone = false;
  /** The thread ended because its functions took more memory than it has. */
  isOutOfMemory = false;

  #looked: EventLoopUtilization;
  #isBusy = true;

  constructor(worker: Worker, port: ThreadPort) {
    this.#worker = worker;
    this.#looked = worker.performance.eventLoopUtilization();
    this.#port = port;
    worker.on('message', (message: FromWorker) => this.#receive(message));
    worker.on('error', (error) => {
      this.isOutOfMemory = (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY';
      this.#gone();
    });
    worker.on('exit', () => this.#gone());
  }

  post(message: ToWorker): void {
    if (!this.isGone) this.#worker.postMessage(message);
  }

  /** Whether it computes most of the time, as it was when last looked at; a thread that has just started is. */
  get isBusy(): boolean {
    const now = this.#worker.performance.eventLoopUtilization();
    if (now.idle + now.active - this.#looked.idle - this.#looked.active < LOOK_MS) return this.#isBusy;
    this.#isBusy = this.#worker.performance.eventLoopUtilization(now, this.#looked).utilization > BUSY_MAX;
    this.#looked = now;
    return this.#isBusy;
  }

  /** Keeps the process alive while there is a call, and only then. */
  hold(isHeld: boolean): void {
    if (isHeld) this.#worker.ref();
    else this.#worker.unref();
  }

  /** Ends the thread, whatever it does. */
  async end(): Promise<void> {
    this.#gone();
    await this.#worker.terminate();
  }

  #gone(): void {
    if (this.isGone) return;
    this.isGone = true;
    for (const controller of this.#requests.values()) controller.abort();
    this.#port.onGone(this);
  }

  #receive(message: FromWorker): void {
    if (this.isGone) return;
    switch (message.type) {
      case 'request':
        void this.#dispatch(message.request, message.http);
        return;
      case 'abort':
        this.#requests.get(message.request)?.abort();
        return;
      default:
        this.#port.onAnswer(message);
    }
  }

  async #dispatch(request: number, http: Omit<HttpRequest, 'signal'>): Promise<void> {
    const controller = new AbortController();
    this.#requests.set(request, controller);
    try {
      const response = await this.#port.dispatch({ ...http, signal: controller.signal });
      this.post({ type: 'response', request, response, error: undefined });
    } catch (error) {
      this.post({ type: 'response', request, response: undefined, error: String(error) });
    } finally {
      this.#requests.delete(request);
    }
  }
}

import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { HttpRequest, HttpResponse } from '../kernel/http.ts';
import { SealedContext } from './context.ts';
import type { ContextHost, Pending } from './host.ts';
import { Bundles } from './modules/bundles.ts';
import type { FromWorker, ToWorker, WorkerSettings } from './protocol.ts';
import { catchExceptions, catchUncaught } from './uncaught.ts';

/** Requests of functions that the kernel's thread has not answered yet. */
class OpenRequests {
  readonly #tell: (message: FromWorker) => void;
  readonly #open = new Map<number, { resolve: (response: HttpResponse) => void; reject: (error: Error) => void }>();
  #count = 0;

  constructor(tell: (message: FromWorker) => void) {
    this.#tell = tell;
  }

  send({ signal, ...http }: HttpRequest): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      this.#count += 1;
      const request = this.#count;
      this.#open.set(request, { resolve, reject });
      signal?.addEventListener('abort', () => this.#open.has(request) && this.#tell({ type: 'abort', request }), { once: true });
      this.#tell({ type: 'request', request, http });
    });
  }

  answer({ request, response, error }: Extract<ToWorker, { type: 'response' }>): void {
    const waiting = this.#open.get(request);
    this.#open.delete(request);
    if (response) waiting?.resolve(response);
    else waiting?.reject(new Error(error ?? 'The plane gave no answer'));
  }
}

/** What contexts get of a worker: the kernel's time, reckoned from the machine's, and the way to the kernel's thread. */
function createHost({ clock }: WorkerSettings, ways: { readonly requests: OpenRequests; readonly endpoint: () => string | undefined }): ContextHost {
  const { kernelMs, machineMs, factor } = clock;
  const nowMs = (): number => Math.floor(kernelMs + (Date.now() - machineMs) * factor);
  return {
    isVirtual: false,
    hasOwnClock: factor !== 1,
    nowMs,
    at: (dueMs, task): Pending => {
      const timer = setTimeout(task, Math.ceil((dueMs - nowMs()) / factor));
      return { cancel: () => clearTimeout(timer) };
    },
    soon: (task): Pending => {
      const immediate = setImmediate(task);
      return { cancel: () => clearImmediate(immediate) };
    },
    chance: undefined,
    send: (request) => ways.requests.send(request),
    endpoint: ways.endpoint,
    hostOperation: (work) => work,
  };
}

/** Holds contexts and takes orders from the kernel's thread. */
function serve(port: MessagePort, settings: WorkerSettings): void {
  let { endpoint } = settings;
  const tell = (message: FromWorker): void => port.postMessage(message);
  const requests = new OpenRequests(tell);
  const host = createHost(settings, { requests, endpoint: () => endpoint });
  const bundles = new Bundles();
  const contexts = new Map<number, SealedContext>();
  const invoke = ({ context: id, code, call, invocation }: Extract<ToWorker, { type: 'invoke' }>): void => {
    let context = contexts.get(id);
    if (!context || context.isGone) {
      const needed = code ?? context?.code;
      if (!needed) throw new Error(`The context ${id} has no code`);
      context = new SealedContext({ code: needed, bundle: bundles.of(needed), host, region: settings.region });
      contexts.set(id, context);
    }
    void context.invoke(invocation).then((result) => tell({ type: 'ended', call, result }));
  };
  const discard = (id: number) => {
    const logs = contexts.get(id)?.discard() ?? [];
    contexts.delete(id);
    return logs;
  };
  port.on('message', (message: ToWorker) => {
    switch (message.type) {
      case 'invoke':
        return invoke(message);
      case 'discard':
        return tell({ type: 'discarded', call: message.call, logs: discard(message.context) });
      case 'stop':
        return void discard(message.context);
      case 'drop':
        return bundles.drop(message.key);
      case 'endpoint':
        endpoint = message.endpoint;
        return;
      case 'response':
        return requests.answer(message);
    }
  });
  catchUncaught();
  catchExceptions();
}

if (parentPort) serve(parentPort, workerData as WorkerSettings);

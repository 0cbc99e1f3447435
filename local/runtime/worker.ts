import { parentPort, workerData } from 'node:worker_threads';
import type { HttpRequest, HttpResponse } from '../kernel/http.ts';
import { Bundles } from './bundles.ts';
import { SealedContext } from './context.ts';
import type { ContextHost, Pending } from './host.ts';
import type { FromWorker, ToWorker, WorkerSettings } from './protocol.ts';
import { catchUncaught } from './uncaught.ts';

/** The entry of a worker thread: holds contexts and takes orders from the kernel's thread. */
function serve(port: NonNullable<typeof parentPort>, settings: WorkerSettings): void {
  const { kernelMs, machineMs, factor } = settings.clock;
  const nowMs = (): number => Math.floor(kernelMs + (Date.now() - machineMs) * factor);
  let endpoint = settings.endpoint;
  const bundles = new Bundles();
  const contexts = new Map<number, SealedContext>();
  const requests = new Map<number, { resolve: (response: HttpResponse) => void; reject: (error: Error) => void }>();
  let requestCount = 0;
  const tell = (message: FromWorker): void => port.postMessage(message);
  const send = ({ signal, ...http }: HttpRequest): Promise<HttpResponse> =>
    new Promise((resolve, reject) => {
      requestCount += 1;
      const request = requestCount;
      requests.set(request, { resolve, reject });
      signal?.addEventListener('abort', () => requests.has(request) && tell({ type: 'abort', request }), { once: true });
      tell({ type: 'request', request, http });
    });
  const host: ContextHost = {
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
    send,
    endpoint: () => endpoint,
    hostOperation: (work) => work,
  };
  const contextFor = ({ context: id, code }: Extract<ToWorker, { type: 'invoke' }>): SealedContext => {
    const known = contexts.get(id);
    const needed = code ?? known?.code;
    if (known && !known.isGone) return known;
    if (!needed) throw new Error(`The context ${id} has no code`);
    const started = new SealedContext({ code: needed, bundle: bundles.of(needed), host, region: settings.region });
    contexts.set(id, started);
    return started;
  };
  port.on('message', (message: ToWorker) => {
    switch (message.type) {
      case 'invoke':
        void contextFor(message)
          .invoke(message.invocation)
          .then((result) => tell({ type: 'ended', call: message.call, result }));
        return;
      case 'discard': {
        const logs = contexts.get(message.context)?.discard() ?? [];
        contexts.delete(message.context);
        tell({ type: 'discarded', call: message.call, logs });
        return;
      }
      case 'stop':
        contexts.get(message.context)?.discard();
        contexts.delete(message.context);
        return;
      case 'drop':
        bundles.drop(message.key);
        return;
      case 'endpoint':
        endpoint = message.endpoint;
        return;
      case 'response': {
        const waiting = requests.get(message.request);
        requests.delete(message.request);
        if (message.response) waiting?.resolve(message.response);
        else waiting?.reject(new Error(message.error ?? 'The plane gave no answer'));
      }
    }
  });
  catchUncaught();
}

if (parentPort) serve(parentPort, workerData as WorkerSettings);

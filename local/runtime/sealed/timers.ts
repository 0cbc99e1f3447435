import type { ContextHost, Pending } from '../host.ts';

type Callback = (...args: unknown[]) => void;

/** What `setTimeout`, `setInterval` and `setImmediate` answer inside a context. */
class ContextTimer {
  readonly id: number;
  readonly run: () => void;
  readonly intervalMs: number | undefined;
  dueMs: number;
  pending: Pending | undefined;
  readonly #owner: ContextTimers;
  readonly #delayMs: number;
  #isReferenced = true;

  constructor(owner: ContextTimers, options: { id: number; dueMs: number; delayMs: number; run: () => void; repeats: boolean }) {
    this.#owner = owner;
    this.id = options.id;
    this.dueMs = options.dueMs;
    this.#delayMs = options.delayMs;
    this.run = options.run;
    this.intervalMs = options.repeats ? options.delayMs : undefined;
  }

  ref(): this {
    this.#isReferenced = true;
    return this;
  }

  unref(): this {
    this.#isReferenced = false;
    return this;
  }

  hasRef(): boolean {
    return this.#isReferenced;
  }

  refresh(): this {
    this.#owner.restart(this, this.#delayMs);
    return this;
  }

  close(): this {
    this.#owner.clear(this);
    return this;
  }

  [Symbol.toPrimitive](): number {
    return this.id;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

const PROMISIFY = Symbol.for('nodejs.util.promisify.custom');

/** Longest delay a Node timer takes; a longer one becomes 1 ms. @see https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
const DELAY_MS_MAX = 2 ** 31 - 1;

/** The timers of one context. They stand still while it is frozen, between two invocations, as on AWS. */
export class ContextTimers {
  readonly #host: ContextHost;
  readonly #guard: (task: () => void) => void;
  readonly #timers = new Map<number, ContextTimer>();
  #nextId = 1;
  #isFrozen = false;

  constructor(host: ContextHost, guard: (task: () => void) => void) {
    this.#host = host;
    this.#guard = guard;
  }

  freeze(): void {
    this.#isFrozen = true;
    for (const timer of this.#timers.values()) timer.pending?.cancel();
  }

  thaw(): void {
    this.#isFrozen = false;
    for (const timer of [...this.#timers.values()].sort((a, b) => a.dueMs - b.dueMs || a.id - b.id)) this.#arm(timer);
  }

  discard(): void {
    this.freeze();
    this.#timers.clear();
  }

  start(run: () => void, delay: unknown, repeats = false): ContextTimer {
    const given = Number(delay);
    const delayMs = given >= 1 && given <= DELAY_MS_MAX ? Math.floor(given) : 1;
    return this.#add({ delayMs, run, repeats });
  }

  immediate(run: () => void): ContextTimer {
    return this.#add({ delayMs: 0, run, repeats: false });
  }

  restart(timer: ContextTimer, delayMs: number): void {
    timer.pending?.cancel();
    timer.dueMs = this.#host.nowMs() + delayMs;
    this.#timers.set(timer.id, timer);
    if (!this.#isFrozen) this.#arm(timer);
  }

  clear(timer: unknown): void {
    const found = timer instanceof ContextTimer ? timer : this.#timers.get(Number(timer));
    if (!found) return;
    found.pending?.cancel();
    this.#timers.delete(found.id);
  }

  #add(options: { delayMs: number; run: () => void; repeats: boolean }): ContextTimer {
    const timer = new ContextTimer(this, { ...options, id: this.#nextId, dueMs: this.#host.nowMs() + options.delayMs });
    this.#nextId += 1;
    this.#timers.set(timer.id, timer);
    if (!this.#isFrozen) this.#arm(timer);
    return timer;
  }

  #arm(timer: ContextTimer): void {
    const fire = (): void => this.#fire(timer);
    timer.pending = timer.dueMs <= this.#host.nowMs() ? this.#host.soon(fire) : this.#host.at(timer.dueMs, fire);
  }

  #fire(timer: ContextTimer): void {
    if (this.#timers.get(timer.id) !== timer || this.#isFrozen) return;
    if (timer.intervalMs === undefined) this.#timers.delete(timer.id);
    else this.restart(timer, timer.intervalMs);
    this.#guard(timer.run);
  }
}

interface Waiting {
  readonly signal?: AbortSignal;
}

/** `timers/promises`. */
function timerPromises(timers: ContextTimers): object {
  const wait = (start: (run: () => void) => ContextTimer, value: unknown, options: Waiting | undefined): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const signal = options?.signal;
      if (signal?.aborted) return reject(abortError(signal));
      const timer = start(() => resolve(value));
      signal?.addEventListener(
        'abort',
        () => {
          timers.clear(timer);
          reject(abortError(signal));
        },
        { once: true },
      );
    });
  const setTimeoutPromise = (delayMs?: number, value?: unknown, options?: Waiting) => wait((run) => timers.start(run, delayMs), value, options);
  async function* ticks(delayMs?: number, value?: unknown, options?: Waiting): AsyncGenerator<unknown> {
    for (;;) yield await setTimeoutPromise(delayMs, value, options);
  }
  return {
    setTimeout: setTimeoutPromise,
    setImmediate: (value?: unknown, options?: Waiting) => wait((run) => timers.immediate(run), value, options),
    setInterval: ticks,
    scheduler: {
      wait: (delayMs: number, options?: Waiting) => setTimeoutPromise(delayMs, undefined, options),
      yield: () => wait((run) => timers.immediate(run), undefined, {}),
    },
  };
}

function abortError(signal: AbortSignal): Error {
  return Object.assign(new Error('The operation was aborted', { cause: signal.reason }), { name: 'AbortError', code: 'ABORT_ERR' });
}

/** The timer functions of a context: as globals, and as the modules `timers` and `timers/promises`. */
export function timerFunctions(timers: ContextTimers) {
  const promises = timerPromises(timers) as { setTimeout: unknown; setImmediate: unknown };
  const setTimeout = (callback: Callback, delayMs?: unknown, ...args: unknown[]) => timers.start(() => callback(...args), delayMs);
  const setImmediate = (callback: Callback, ...args: unknown[]) => timers.immediate(() => callback(...args));
  Object.defineProperty(setTimeout, PROMISIFY, { value: promises.setTimeout });
  Object.defineProperty(setImmediate, PROMISIFY, { value: promises.setImmediate });
  const clear = (timer: unknown): void => timers.clear(timer);
  const functions = {
    setTimeout,
    setImmediate,
    setInterval: (callback: Callback, delayMs?: unknown, ...args: unknown[]) => timers.start(() => callback(...args), delayMs, true),
    clearTimeout: clear,
    clearInterval: clear,
    clearImmediate: clear,
  };
  return { functions, module: { ...functions, promises }, promises };
}

/** `AbortSignal` whose `timeout` goes by the context's clock. */
export function abortSignalClass(timers: ContextTimers): typeof AbortSignal {
  const timeout = (delayMs: number): AbortSignal => {
    const controller = new AbortController();
    timers.start(() => controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')), delayMs);
    return controller.signal;
  };
  return new Proxy(AbortSignal, { get: (target, name) => (name === 'timeout' ? timeout : Reflect.get(target, name, target)) });
}

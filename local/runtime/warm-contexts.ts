import type { FunctionCode } from '../kernel/function-runner.ts';

/** A place for one context, busy or idle. */
export interface Slot<Context> {
  readonly code: FunctionCode;
  readonly context: Context;
}

interface Waiting<Context> {
  readonly code: FunctionCode;
  readonly take: (slot: Slot<Context>) => void;
}

/** Contexts of one function at the most: functions run on a few threads, so that more would cost memory and gain nothing. */
const PER_KEY_MAX = 6;

/** Contexts that a function gets without being asked whether more would gain anything. */
const PER_KEY_FREE = 2;

/**
 * The contexts that are kept: at most `limit` over all functions. A function that needs one more takes the place of an idle one of a function that has more
 * than itself, so that a busy function does not drive out the only contexts of the others, which would all have to be started again in turn. Where there is no
 * place, callers wait for a context of their own function, in the order in which they came.
 */
export class WarmContexts<Context> {
  readonly #limit: number;
  readonly #start: (code: FunctionCode) => Context;
  readonly #stop: (context: Context) => void;
  readonly #hasTime: () => boolean;
  /** By key, the most recently used last. */
  readonly #idle = new Map<string, Slot<Context>[]>();
  /** All idle slots, in the order in which they fell idle. */
  readonly #order = new Set<Slot<Context>>();
  readonly #waiting: Waiting<Context>[] = [];
  readonly #retired = new Set<string>();
  readonly #busy = new Map<string, number>();
  #count = 0;

  /** `hasTime` says whether what runs has processor time left for one more context; where it said no, `serve` is called once it may be otherwise. */
  constructor(options: {
    readonly limit: number;
    readonly start: (code: FunctionCode) => Context;
    readonly stop: (context: Context) => void;
    readonly hasTime?: () => boolean;
  }) {
    this.#limit = options.limit;
    this.#start = options.start;
    this.#stop = options.stop;
    this.#hasTime = options.hasTime ?? (() => true);
  }

  get size(): number {
    return this.#count;
  }

  /** A slot for an invocation: a warm one, a new one, or the next that falls free. */
  acquire(code: FunctionCode): Slot<Context> | Promise<Slot<Context>> {
    const slot = this.#take(code);
    return slot ?? new Promise((take) => this.#waiting.push({ code, take }));
  }

  /** Gives a slot back; `isReusable` is false where its context has gone. */
  release(slot: Slot<Context>, isReusable: boolean): void {
    const { key } = slot.code;
    const busy = (this.#busy.get(key) ?? 1) - 1;
    if (busy === 0) this.#busy.delete(key);
    else this.#busy.set(key, busy);
    if (isReusable && !this.#retired.has(key)) {
      const idle = this.#idle.get(key) ?? [];
      if (idle.length === 0) this.#idle.set(key, idle);
      idle.push(slot);
      this.#order.add(slot);
    } else {
      this.#count -= 1;
      this.#stop(slot.context);
      if (busy === 0) this.#retired.delete(key);
    }
    this.serve();
  }

  /** Ends the idle contexts of a key, and the busy ones when they fall idle. */
  retire(key: string): void {
    for (const slot of [...(this.#idle.get(key) ?? [])]) this.#evict(slot);
    if (this.#busy.has(key)) this.#retired.add(key);
    this.serve();
  }

  /** Ends all idle contexts. */
  close(): void {
    for (const slot of [...this.#order]) this.#evict(slot);
  }

  /** Drops slots whose contexts are gone already, without stopping them. */
  forget(isGone: (context: Context) => boolean): void {
    for (const slot of [...this.#order]) if (isGone(slot.context)) this.#remove(slot);
    this.serve();
  }

  /** Gives callers that wait what there is for them. */
  serve(): void {
    for (let index = 0; index < this.#waiting.length; ) {
      const next = this.#waiting[index] as Waiting<Context>;
      const slot = this.#take(next.code);
      if (slot) {
        this.#waiting.splice(index, 1);
        next.take(slot);
      } else index += 1;
    }
  }

  #take(code: FunctionCode): Slot<Context> | undefined {
    const warm = this.#idle.get(code.key)?.at(-1);
    if (warm) {
      this.#unlist(warm);
      return this.#use(warm);
    }
    const own = this.#busy.get(code.key) ?? 0;
    if (own >= PER_KEY_MAX || (own >= PER_KEY_FREE && !this.#hasTime())) return undefined;
    if (this.#count >= this.#limit) {
      const victim = this.#victim(own);
      if (!victim) return undefined;
      this.#evict(victim);
    }
    const slot = { code, context: this.#start(code) };
    this.#count += 1;
    return this.#use(slot);
  }

  /** The slot idle longest whose function has more contexts than `own`. */
  #victim(own: number): Slot<Context> | undefined {
    for (const slot of this.#order) {
      const { key } = slot.code;
      if ((this.#busy.get(key) ?? 0) + (this.#idle.get(key)?.length ?? 0) > own) return slot;
    }
    return undefined;
  }

  #use(slot: Slot<Context>): Slot<Context> {
    const { key } = slot.code;
    this.#busy.set(key, (this.#busy.get(key) ?? 0) + 1);
    return slot;
  }

  #evict(slot: Slot<Context>): void {
    this.#remove(slot);
    this.#stop(slot.context);
  }

  #remove(slot: Slot<Context>): void {
    this.#unlist(slot);
    this.#count -= 1;
  }

  #unlist(slot: Slot<Context>): void {
    const idle = this.#idle.get(slot.code.key) ?? [];
    idle.splice(idle.lastIndexOf(slot), 1);
    if (idle.length === 0) this.#idle.delete(slot.code.key);
    this.#order.delete(slot);
  }
}

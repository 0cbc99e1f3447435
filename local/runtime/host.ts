import type { Chance } from '../kernel/chance.ts';
import type { HttpRequest, HttpResponse } from '../kernel/http.ts';

/** A task that a clock will run. */
export interface Pending {
  cancel(): void;
}

/** All that a sealed context gets from outside: time, chance, and one way out. */
export interface ContextHost {
  readonly isVirtual: boolean;
  /** The kernel's time is not the machine's: `Date` and timers have to follow it. */
  readonly hasOwnClock: boolean;
  /** Milliseconds since the epoch, on the kernel's clock. */
  nowMs(): number;
  /** Runs a task at `dueMs` of the kernel's clock. */
  at(dueMs: number, task: () => void): Pending;
  /** Runs a task in the next turn: `setImmediate`. */
  soon(task: () => void): Pending;
  /** Seeded on a virtual clock; `undefined` where the machine's own chance is used. */
  readonly chance: Chance | undefined;
  /** Takes a request to the plane. */
  send(request: HttpRequest): Promise<HttpResponse>;
  /** `host:port` of the plane's own endpoint, once it listens. */
  endpoint(): string | undefined;
  /** Counts work that the machine does at its own speed. */
  hostOperation<Result>(work: Promise<Result>): Promise<Result>;
}

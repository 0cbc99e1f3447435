import type { Scheduler } from './scheduler.ts';

/** Which clock drives the kernel: the machine's (perhaps faster), or one that moves only when `Kernel.run` moves it. */
export type ClockMode = { readonly kind: 'real'; readonly factor: number } | { readonly kind: 'virtual'; readonly startMs: number };

/** What the time is, and when the kernel looks for due tasks again. */
export interface Clock {
  nowMs(): number;
  /** Called after a task was added: a real clock sets its wake-up, a virtual one does nothing. */
  wake(): void;
  /** Moves a virtual clock; a real one refuses. */
  moveTo(ms: number): void;
  stop(): void;
}

/** Longest wait that a Node timer takes. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** A clock that runs `factor` times as fast as the machine's. It never goes back, whatever the machine's clock does. */
export function realClock(scheduler: Scheduler, factor: number, runDue: () => void): Clock {
  const machineStartMs = Date.now();
  let lastMs = machineStartMs;
  let timer: NodeJS.Timeout | undefined;
  let immediate: NodeJS.Immediate | undefined;
  let timerDueMs = Number.POSITIVE_INFINITY;
  let isStopped = false;
  const nowMs = (): number => {
    lastMs = Math.max(lastMs, machineStartMs + (Date.now() - machineStartMs) * factor);
    return Math.floor(lastMs);
  };
  const fire = (): void => {
    timer = undefined;
    immediate = undefined;
    timerDueMs = Number.POSITIVE_INFINITY;
    if (isStopped) return;
    runDue();
    wake();
  };
  const wake = (): void => {
    const dueMs = scheduler.nextDueMs();
    if (isStopped || immediate || dueMs === undefined || dueMs >= timerDueMs) return;
    if (timer) clearTimeout(timer);
    timer = undefined;
    timerDueMs = dueMs;
    const waitMs = (dueMs - nowMs()) / factor;
    if (waitMs <= 0) immediate = setImmediate(fire);
    else timer = setTimeout(fire, Math.min(Math.ceil(waitMs), TIMER_MS_MAX));
  };
  return {
    nowMs,
    wake,
    moveTo: () => {
      throw new Error('A real clock cannot be moved');
    },
    stop: () => {
      isStopped = true;
      if (timer) clearTimeout(timer);
      if (immediate) clearImmediate(immediate);
    },
  };
}

/** A clock that stands still until it is moved. */
export function virtualClock(startMs: number): Clock {
  let currentMs = startMs;
  return {
    nowMs: () => currentMs,
    wake: () => {},
    moveTo: (ms) => {
      currentMs = Math.max(currentMs, ms);
    },
    stop: () => {},
  };
}

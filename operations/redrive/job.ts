import type { RedrivePlan } from './plan.ts';

/** How many messages of a plan ended how. Those of the plan are `moved + gone + remaining`, those moved `passed + failedAgain + pending`. */
export interface RedriveOutcomes {
  /** Sent to the consumer's queue again. */
  readonly moved: number;
  /** Skipped: no longer in the dead-letter queue when the job came to them. */
  readonly gone: number;
  /** Not moved, because the job was halted, cancelled or failed before. */
  readonly remaining: number;
  /** The consumer has handled them: now, or already before. */
  readonly passed: number;
  readonly failedAgain: number;
  /** On their way, or nobody has said yet. */
  readonly pending: number;
}

/** `halted`: a canary failed, or so many failed again as was said. */
export type RedriveStatus = 'running' | 'done' | 'halted' | 'cancelled' | 'failed';

/** A redrive that runs or has run. */
export interface RedriveJob {
  readonly id: string;
  readonly plan: RedrivePlan;
  readonly status: RedriveStatus;
  /** What it does: `collecting`, `canary`, `moving`, `watching`, and `ended`. */
  readonly phase: RedrivePhase;
  readonly startedAt: string;
  readonly endedAt: string | undefined;
  readonly outcomes: RedriveOutcomes;
  /** Messages a second; undefined: as fast as it goes. */
  readonly ratePerSecond: number | undefined;
  readonly canary: number | undefined;
  readonly haltAt: string | undefined;
  /** Why it was halted, or what failed. */
  readonly error: string | undefined;
}

export type RedrivePhase = 'collecting' | 'canary' | 'moving' | 'watching' | 'ended';

/** How a plan is run. */
export interface RedriveOptions {
  readonly ratePerSecond?: number | undefined;
  /** Moves so many first, and the rest only where all of them passed. */
  readonly canary?: number | undefined;
  /** Stops where so many failed again: a number, or a share of the plan such as `3%`. */
  readonly haltAt?: string | undefined;
}

/** A setting of a redrive that cannot be. */
export class RedriveOptionError extends Error {
  constructor(problem: string) {
    super(problem);
    this.name = 'RedriveOptionError';
  }
}

/** How many failures `haltAt` is, of a plan of that size: at least one. @throws {RedriveOptionError} */
export function haltCountOf(haltAt: string, planned: number): number {
  const found = /^(\d+(?:\.\d+)?)(%?)$/.exec(haltAt.trim());
  const value = Number(found?.[1]);
  const isShare = found?.[2] === '%';
  if (!found || value <= 0 || (isShare ? value > 100 : !Number.isInteger(value)))
    throw new RedriveOptionError(`"${haltAt}" is neither a number of messages, such as 10, nor a share, such as 3%`);
  return Math.max(1, isShare ? Math.ceil((planned * value) / 100) : value);
}

/** The time that a job's pace is measured on. */
export interface Pace {
  nowMs(): number;
  wait(ms: number): Promise<void>;
}

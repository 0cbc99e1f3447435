import type { DataOf, EventContract } from '../../../schemas/index.ts';
import type { Envelope } from '../envelope.ts';
import type { Work } from '../work.ts';

/** The event that a consumer of `C` receives: a union that `event.type` tells apart. */
export type EventOf<C extends EventContract> = C extends EventContract ? Envelope<C['type'], DataOf<C>> : never;

/** What every consumer declares. */
export interface ConsumerOptions<C extends EventContract> {
  /** Part of the idempotency key: it must never change. The subscription has the same name. */
  readonly name: string;
  /** What it takes. Any minor version of these majors is accepted. */
  readonly on: readonly C[];
  /** What a replay means: `skip` what was done, or do it again (`reprocess` with effects, `rebuild` of what was derived). */
  readonly onReplay: 'skip' | 'reprocess' | 'rebuild';
  /** Records handled at the same time, where their order does not matter. @default 10 */
  readonly concurrency?: number;
}

/** For effects outside the table that do not accept an idempotency key (mail): claim with a lease, effect, complete if still the owner. */
export interface LeaseOptions<C extends EventContract> extends ConsumerOptions<C> {
  readonly mode: 'lease';
  /** How long one attempt may take. At most the function's timeout. */
  readonly leaseSeconds: number;
  /**
   * What to do where an earlier attempt may have had its effect, and did not say so: `retry` (the effect may happen twice), `verify` (the handler is told by
   * `attempt.isUncertain` and finds out itself), `park` (dead-letter; a redrive then counts as the decision to try again).
   */
  readonly onUncertain: 'retry' | 'verify' | 'park';
}

/** What a handler may know of this attempt. */
export interface Attempt {
  /** 1 at the first. */
  readonly number: number;
  /** In `lease` mode: an earlier attempt may have had its effect. */
  readonly isUncertain: boolean;
}

/** Handles one event. What it puts into `work` is committed when it returns. */
export type ConsumerHandler<C extends EventContract> = (event: EventOf<C>, work: Work, attempt: Attempt) => Promise<void> | void;

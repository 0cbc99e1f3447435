import type { Attributes, Key } from './work.ts';

/**
 * One item a unit of work: its key is the claim (inbox), its events are the outbox, and its stream record is what the relay publishes.
 *
 * ```
 *            transaction              lease
 *   –  ───── commit ─────▶ COMPLETED     – ── claim ──▶ INPROGRESS ── complete, if still the owner ──▶ COMPLETED
 *                                             ◀─ release, if still the owner ─┘   └─ lease over: the next claim takes it
 * ```
 */
export interface CommitRecord extends Key {
  /** `COMMIT` where there are events to publish, `CLAIM` where there are none, `LEASE` while in progress. The relay's filter reads it. */
  readonly entity: 'COMMIT' | 'CLAIM' | 'LEASE';
  readonly status: 'COMPLETED' | 'INPROGRESS';
  readonly payloadHash: string;
  /** Seconds. */
  readonly expiresAt: number;
  readonly committedAt?: string;
  /** Each envelope as JSON text, in order. */
  readonly events?: readonly string[];
  /** What a command answered, as JSON text. */
  readonly answer?: string;
  /** Fingerprints of what the consumer did: what a shadow replay is compared with. */
  readonly effects?: string;
  /** Owner of the lease. */
  readonly token?: string;
  /** Milliseconds, unlike `expiresAt`: a lease is shorter than a second's rounding allows. */
  readonly leaseUntilMs?: number;
  readonly attempts?: number;
}

/** How long a commit is remembered. It outlasts what a queue (14 days), a dead-letter queue after it (14 days more) and a move between them may take. */
export const COMMIT_RETENTION_SECONDS = 30 * 24 * 60 * 60;

/** Key of the commit of one event by one consumer. The epoch tells a deliberate repetition (a replay) from a duplicate. */
export function commitKeyOf({
  consumer,
  epoch,
  source,
  id,
}: {
  readonly consumer: string;
  readonly epoch: string;
  readonly source: string;
  readonly id: string;
}): Key {
  return { pk: `COMMIT#${consumer}#${epoch}#${source}#${id}`, sk: 'COMMIT' };
}

/** Key of the commit of one command. */
export function commandKeyOf(command: string, idempotencyKey: string): Key {
  return { pk: `COMMAND#${command}#${idempotencyKey}`, sk: 'COMMIT' };
}

/** Holds where nobody has claimed the key, or so long ago that it is forgotten. Time-to-live deletes days late, so the condition compares the time itself. */
export const UNCLAIMED = 'attribute_not_exists(pk) OR expiresAt < :nowSeconds';

/** What makes a record a commit. */
export function completed({
  events,
  nowMs,
  answer,
  effects,
}: {
  readonly events: readonly string[];
  readonly nowMs: number;
  readonly answer?: string | undefined;
  readonly effects?: string | undefined;
}): Attributes {
  return {
    entity: events.length > 0 ? 'COMMIT' : 'CLAIM',
    status: 'COMPLETED',
    committedAt: new Date(nowMs).toISOString(),
    expiresAt: Math.floor(nowMs / 1000) + COMMIT_RETENTION_SECONDS,
    events,
    ...(answer !== undefined && { answer }),
    ...(effects !== undefined && { effects }),
  };
}

import { COMMIT_RETENTION_SECONDS, type CommitRecord } from '../commit-record.ts';
import type { Key } from '../work.ts';
import { type Reply, refused } from './reply.ts';

/**
 * The record of one step of one saga at one participant. Its key is the business key of the step, so it is the commit record of the forward command; where the undo came first it is a tombstone,
 * by which a forward command that comes late is refused.
 *
 * ```
 *   –  ── forward ──▶ done or refused ── undo ──▶ done or refused, and undone (a record of its own)
 *   –  ── undo ─────▶ tombstone       ── forward, late ──▶ refused: StepUndone
 * ```
 */
export interface StepRecord extends CommitRecord {
  /** Set on a tombstone: when the undo came. */
  readonly undoneAt?: string;
}

/** Key of a step at a participant. */
export function stepKeyOf(participant: string, { sagaId, step }: { readonly sagaId: string; readonly step: string }): Key {
  return { pk: `STEP#${participant}#${sagaId}#${step}`, sk: 'COMMIT' };
}

/** Key of the undo of a step. */
export function undoKeyOf(participant: string, { sagaId, step }: { readonly sagaId: string; readonly step: string }): Key {
  return { pk: `STEP#${participant}#${sagaId}#${step}#UNDO`, sk: 'COMMIT' };
}

const UNDONE: Reply = refused('StepUndone', 'The step was undone before this command came');

/** What stands in the place of a step that never ran. */
export function tombstoneOf(key: Key, nowMs: number): StepRecord {
  return {
    pk: key.pk,
    sk: key.sk,
    entity: 'CLAIM',
    status: 'COMPLETED',
    payloadHash: '',
    answer: JSON.stringify(UNDONE),
    undoneAt: new Date(nowMs).toISOString(),
    expiresAt: Math.floor(nowMs / 1000) + COMMIT_RETENTION_SECONDS,
  };
}

import type { HistoryEventType } from '@aws-sdk/client-sfn';
import type { Running } from '../engine/running.ts';
import type { StatesState } from '../state.ts';
import type { HistoryRecord } from './record.ts';

/** A Standard execution with more events than this fails. @see https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
export const EVENTS_MAX = 25_000;

/** Events of one record of the collection: a further event rewrites this many at most. */
export const CHUNK = 64;

/** Thrown where an execution has no room for another event but its last. */
export class HistoryFull extends Error {}

/** What an event tells: the id of the event that led to it, and its details. */
export interface HistoryFact {
  readonly type: HistoryEventType;
  readonly previousEventId: number;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/** Writes a history event and answers its id. Throws `HistoryFull` where only the event that ends the execution has room. */
export function append(state: StatesState, running: Running, { type, previousEventId, details }: HistoryFact): number {
  const { execution } = running;
  if (execution.events >= EVENTS_MAX - 1 && execution.type === 'STANDARD' && !isLast(type)) throw new HistoryFull();
  execution.events += 1;
  const record: HistoryRecord = { id: execution.events, previousEventId, type, atMs: state.kernel.nowMs(), details };
  running.log?.(record);
  if (execution.type === 'EXPRESS') return record.id;
  const chunk = Math.floor((record.id - 1) / CHUNK);
  if ((record.id - 1) % CHUNK === 0) running.chunk = [];
  running.chunk.push(record);
  state.history.put(`${execution.arn}|${chunk}`, running.chunk);
  return record.id;
}

function isLast(type: HistoryEventType): boolean {
  return type === 'ExecutionFailed' || type === 'ExecutionSucceeded' || type === 'ExecutionAborted' || type === 'ExecutionTimedOut';
}

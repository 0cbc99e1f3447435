import type { EventContract } from '../../../../schemas/index.ts';
import { type CommitRecord, commitKeyOf } from '../../commit-record.ts';
import type { Cause } from '../../envelope.ts';
import { RetryableError, ThrottledError } from '../../errors.ts';
import type { Ports } from '../../ports.ts';
import { tableReader } from '../../table.ts';
import type { ConsumerHandler, EventOf } from '../declaration.ts';
import { compare, type Difference } from './comparison.ts';
import { noteKeyOf, noteReplayed } from './notes.ts';
import type { Treatment } from './replay.ts';
import { ShadowWork } from './shadow-work.ts';

/** One event in a shadow replay. */
export interface Shadow<C extends EventContract> {
  readonly ports: Ports;
  readonly consumer: string;
  readonly handle: ConsumerHandler<C>;
  readonly event: EventOf<C>;
  readonly cause: Cause;
  readonly treatment: Extract<Treatment, { kind: 'shadow' }>;
  /** Number of this attempt. */
  readonly attempt: number;
}

/** Attempts at a handler that throws what can pass, before that counts as a difference. */
const ATTEMPTS_MAX = 3;

/**
 * Handles an event without any effect, and writes down what differs from the first time: nothing is committed, published or called. `live`: nothing was done the first time, and this could be it.
 */
export async function runShadow<C extends EventContract>(shadow: Shadow<C>): Promise<'compared' | 'live'> {
  const { ports, consumer, event, treatment } = shadow;
  const before = await tableReader(ports).get<CommitRecord>(commitKeyOf({ consumer, epoch: treatment.epoch, source: event.source, id: event.id }));
  const key = noteKeyOf({ consumer, replayId: treatment.replay.id, eventKey: `${event.source}#${event.id}` });
  if (before?.status !== 'COMPLETED') {
    if (treatment.orElse === 'handle') return 'live';
    await noteReplayed(ports, key, { outcome: 'unhandled', eventType: event.type });
    return 'compared';
  }
  const { differences, hasReadItems } = await differencesOf(shadow, before);
  await noteReplayed(ports, key, {
    outcome: differences.length === 0 ? 'same' : 'differs',
    eventType: event.type,
    ...(differences.length > 0 && { differences, hasReadItems }),
  });
  return 'compared';
}

async function differencesOf<C extends EventContract>(
  { ports, consumer, handle, event, cause, treatment, attempt }: Shadow<C>,
  before: CommitRecord,
): Promise<{ readonly differences: readonly Difference[]; readonly hasReadItems: boolean }> {
  const work = new ShadowWork({ ports, cause, identity: [consumer, treatment.epoch, event.source, event.id], before });
  try {
    await handle(event, work, { number: 1, isUncertain: false });
  } catch (error) {
    const canPass = error instanceof RetryableError || error instanceof ThrottledError;
    if (canPass && attempt < ATTEMPTS_MAX) throw error;
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { differences: [{ kind: 'failed', what: 'the handler', after: text }], hasReadItems: work.hasReadItems };
  }
  const differences = compare({ before, firstAppended: work.firstAppended.all, effects: work.effects, now: work.now });
  return { differences, hasReadItems: work.hasReadItems };
}

import { randomUUID } from 'node:crypto';
import type { EventContract } from '../../../schemas/index.ts';
import { indexDeadLetter, isDecided, resolveDeadLetter } from '../dead-letters/index-table.ts';
import { log } from '../telemetry/telemetry.ts';
import { attempt } from './attempt.ts';
import type { RecordOutcome } from './batch.ts';
import { COUNT_OF, type Delivery, deadLetter, deliver, fieldsOf } from './deliver.ts';
import { type Incoming, type Message, partitionKeyOf, readText } from './message.ts';
import { backOffSeconds, dispositionOf } from './outcome.ts';
import { claimParked, noteFailedAgain, type ParkingPlace, readParkedKey, releaseParked, unpark } from './parked-keys.ts';
import { headOf, isParked, type ParkedRecord, removeHead } from './parked-records.ts';
import { hide, letterOf } from './queue.ts';
import { behind } from './stream.ts';

/** The delivery of what is redriven to a consumer of a stream. */
export interface RedrivenDelivery<C extends EventContract> extends Delivery<C> {
  readonly place: ParkingPlace;
}

/** What stays of an invocation for answering. */
const RESERVE_MS = 2_000;

/** A key in somebody's hands is asked for again after so long. */
const HANDS_SECONDS = 2;

/** How the handling of parked records ended. */
type Drained =
  | { readonly kind: 'emptied' }
  /** The invocation's time is over, or another has the key in hand. */
  | { readonly kind: 'unfinished' }
  | { readonly kind: 'failed'; readonly head: ParkedRecord; readonly error: unknown };

/**
 * Delivers a message that came back from the dead-letter queue of a stream's consumer. Where its event is parked the message stands for its key: all parked records of the key are
 * handled in the order of the stream, whichever letter came first, the new ones that are parked meanwhile too, and the key is not parked any more when none is left. What an operator
 * has discarded is left out, and an edited letter is taken as it was edited. Where one fails again the key stays parked, and the letters that were redriven go back.
 */
export async function deliverRedriven<C extends EventContract>(delivery: RedrivenDelivery<C>, message: Message): Promise<RecordOutcome> {
  const { place, ports } = delivery;
  const key = partitionKeyOf(message);
  const parked = key === undefined ? undefined : await readParkedKey(place, key);
  if (key === undefined || parked?.state !== 'PARKED' || !(await isParked(place, key, message.eventKey))) return deliver(delivery, message);
  // One failure answers for all that was redriven before it: the first record is not tried once for each letter.
  const first = await headOf(place, key);
  if (first && first.eventKey !== message.eventKey && parked.failedAtMs > (message.queuedMs ?? 0))
    return putBack(delivery, message, { head: first, error: undefined });
  const drained = await drain(delivery, key, message);
  if (drained.kind === 'emptied') return 'done';
  if (drained.kind === 'unfinished') {
    await hide(ports, message, HANDS_SECONDS);
    return 'failed';
  }
  const { head, error } = drained;
  const disposition = dispositionOf(error, ports.nowMs());
  const receivesMax = Number(ports.environment['MAX_RECEIVE_COUNT'] ?? Number.POSITIVE_INFINITY);
  if (disposition.kind === 'retry' && message.receiveCount < receivesMax) {
    delivery.counts.add('Retried');
    await hide(ports, message, backOffSeconds({ ...disposition, receiveCount: message.receiveCount, random: ports.random() }));
    return 'failed';
  }
  await noteFailure(delivery, key, { head, error });
  return putBack(delivery, message, { head, error });
}

/** Handles the parked records of a key, first things first. */
async function drain<C extends EventContract>(delivery: RedrivenDelivery<C>, key: string, message: Message): Promise<Drained> {
  const { place, remainingMs } = delivery;
  const token = randomUUID();
  if (!(await claimParked(place, key, { token, leaseMs: remainingMs() }))) return { kind: 'unfinished' };
  try {
    // The bound is the invocation's time.
    while (remainingMs() > RESERVE_MS) {
      const head = await headOf(place, key);
      if (!head) {
        if (await unpark(place, key)) return { kind: 'emptied' };
        continue;
      }
      const error = await handleParked(delivery, head, message);
      if (error !== undefined) return { kind: 'failed', head, error };
      await removeHead(place, key, { head, token });
    }
    return { kind: 'unfinished' };
  } finally {
    await releaseParked(place, key, token);
  }
}

/** Handles one parked record; answers what it failed with. */
async function handleParked<C extends EventContract>(delivery: RedrivenDelivery<C>, head: ParkedRecord, message: Message): Promise<unknown> {
  const { ports, consumer, counts } = delivery;
  const of = { consumer: consumer.options.name, eventKey: head.eventKey };
  if (head.eventKey !== message.eventKey && (await isDecided(ports, of))) {
    counts.add('Skipped');
    return undefined;
  }
  const text = head.eventKey === message.eventKey ? message : readText(head.body);
  const incoming: Incoming = { ...text, receiveCount: message.receiveCount, isRedriven: true, queuedMs: undefined };
  try {
    const outcome = await attempt(delivery, incoming);
    counts.add(COUNT_OF[outcome]);
    log('info', outcome, fieldsOf(delivery, incoming));
  } catch (error) {
    log('warn', 'failed again', fieldsOf(delivery, incoming), error);
    return error;
  }
  await resolveDeadLetter(ports, { ...of, at: new Date(ports.nowMs()).toISOString() });
  return undefined;
}

interface Failed {
  readonly head: ParkedRecord | undefined;
  readonly error: unknown;
}

/** Says of the first parked record that it failed again: its own letter may still lie in the dead-letter queue. */
async function noteFailure<C extends EventContract>({ ports, place, consumer }: RedrivenDelivery<C>, key: string, { head, error }: Failed): Promise<void> {
  await noteFailedAgain(place, key);
  if (!head) return;
  const incoming: Incoming = { ...readText(head.body), receiveCount: 1, isRedriven: true, queuedMs: undefined };
  const disposition = dispositionOf(error, ports.nowMs());
  const reason = disposition.kind === 'retry' ? disposition.reasonAtEnd : disposition.reason;
  const journey = { messageId: head.sk, attempts: 1, firstFailedAt: head.parkedAt };
  await indexDeadLetter(ports, letterOf(ports, incoming, { consumer: consumer.options.name, reason, error }, journey), { onlyIfUnknown: false });
}

/** Sends a redriven letter back: the first with its reason, the others because they must not overtake it. */
function putBack<C extends EventContract>(delivery: RedrivenDelivery<C>, message: Message, { head, error }: Failed): Promise<RecordOutcome> {
  if (head !== undefined && head.eventKey !== message.eventKey) return deadLetter(delivery, message, { reason: 'parked', error: behind(head.eventKey) });
  const disposition = dispositionOf(error, delivery.ports.nowMs());
  return deadLetter(delivery, message, { reason: disposition.kind === 'retry' ? disposition.reasonAtEnd : disposition.reason, error });
}

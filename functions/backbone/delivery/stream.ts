import type { KinesisStreamRecord } from 'aws-lambda';
import type { EventContract } from '../../../schemas/index.ts';
import { log } from '../telemetry/telemetry.ts';
import { attempt, contractOf } from './attempt.ts';
import type { RecordOutcome } from './batch.ts';
import { COUNT_OF, type Delivery, fieldsOf } from './deliver.ts';
import { climb } from './ladder.ts';
import { type Incoming, partitionKeyOf, readText } from './message.ts';
import { type DeadLetterReason, dispositionOf } from './outcome.ts';
import { forgetAttempts, noteAttempts, type ParkedKey, type ParkingPlace } from './parked-keys.ts';
import { noteLetter, type Parking, parkBehind, parkFailed } from './parked-records.ts';
import { type Failure, letterOf, sendToDeadLetterQueue } from './queue.ts';

/** A record of a stream. */
export interface StreamMessage extends Incoming {
  /** `<shard>:<sequence number>` */
  readonly messageId: string;
  readonly sequenceNumber: string;
  /** What it is ordered by: the envelope's own, which is the record's as well where a relay put it; of what is no event the record's. */
  readonly key: string;
}

/** The delivery of one batch of a stream, and what is remembered of its keys. */
export interface StreamDelivery<C extends EventContract> extends Delivery<C> {
  readonly place: ParkingPlace;
  readonly isOrdered: boolean;
  readonly remembered: Map<string, Pick<ParkedKey, 'state' | 'eventKey' | 'attempts' | 'firstFailedAtMs'>>;
}

/** Reads a record. Where order does not matter each event is a key of its own. */
export function readStreamRecord({ eventID, kinesis }: KinesisStreamRecord, { isOrdered }: { readonly isOrdered: boolean }): StreamMessage {
  const text = readText(Buffer.from(kinesis.data, 'base64').toString());
  const incoming: Incoming = { ...text, receiveCount: 1, isRedriven: false, queuedMs: undefined, arrivedMs: kinesis.approximateArrivalTimestamp * 1000 };
  return {
    ...incoming,
    messageId: eventID,
    sequenceNumber: kinesis.sequenceNumber,
    key: isOrdered ? (partitionKeyOf(incoming) ?? kinesis.partitionKey) : text.eventKey,
  };
}

/** What stays of an invocation for writing down what failed. */
const RESERVE_MS = 2_000;
const WAIT_MS_FIRST = 200;
const WAIT_MS_MAX = 10_000;

/** Attempts at a record whose error says nothing of passing, and how long one that can pass may hold up its shard, where the deployment says nothing. */
const ATTEMPTS_MAX = 3;
const PATIENCE_SECONDS = 30;

/**
 * Delivers a record of a stream. A key whose record cannot be handled is parked: that record, and all later ones of the key, wait in the table and in the dead-letter queue, and the shard goes
 * on with the others. `failed` holds the shard, for as long as an error can pass by itself.
 */
export async function deliverInOrder<C extends EventContract>(delivery: StreamDelivery<C>, message: StreamMessage): Promise<RecordOutcome> {
  const { consumer, counts, remembered } = delivery;
  const { content, key } = message;
  if (content.kind === 'malformed') return parkAfter(delivery, message, { reason: 'malformed', error: content.error, attempts: 1 });
  if (!contractOf(consumer.options.on, content.received.envelope)) {
    // A stream has everyone's events.
    counts.add('Skipped');
    return 'done';
  }
  if (remembered.get(key)?.state === 'PARKED') {
    const outcome = await settleParking(delivery, message, { reason: 'parked', error: behind(remembered.get(key)?.eventKey), attempts: 0 });
    if (outcome !== 'unparked') return outcome;
    remembered.delete(key);
  }
  return attemptInOrder(delivery, message);
}

/** Why a record waits that did not fail. One fingerprint for all of them. */
export function behind(eventKey: string | undefined): Error {
  const error = new Error('An earlier event of its partition key failed, and waits as well');
  error.name = 'Parked';
  error.stack = '';
  if (eventKey !== undefined) error.cause = Object.assign(new Error(eventKey), { name: 'Behind' });
  return error;
}

/** Attempts a record, again and again while its invocation has time: the shard waits anyway, and the other keys of the batch do not. */
async function attemptInOrder<C extends EventContract>(delivery: StreamDelivery<C>, message: StreamMessage): Promise<RecordOutcome> {
  const { ports, counts, remembered } = delivery;
  const { key, eventKey } = message;
  const earlier = remembered.get(key);
  const firstFailedAtMs = earlier?.eventKey === eventKey ? earlier.firstFailedAtMs : ports.nowMs();
  for (let attempts = earlier?.eventKey === eventKey ? earlier.attempts + 1 : 1; ; attempts += 1) {
    try {
      const outcome = await attempt(delivery, { ...message, receiveCount: attempts });
      counts.add(COUNT_OF[outcome]);
      log('info', outcome, fieldsOf(delivery, message));
      if (earlier) await forget(delivery, key);
      return 'done';
    } catch (error) {
      const disposition = dispositionOf(error, ports.nowMs());
      if (disposition.kind === 'dead-letter') return parkAfter(delivery, message, { reason: disposition.reason, error, attempts, firstFailedAtMs });
      const firstFailedAt = new Date(firstFailedAtMs).toISOString();
      if (!delivery.isOrdered && (await climb(ports, message, { error, disposition, attempts, firstFailedAt, climb: undefined })) === 'sent') {
        counts.add('Retried');
        return 'done';
      }
      if (isGivenUp(delivery, { attempts, firstFailedAtMs, reason: disposition.reasonAtEnd }))
        return parkAfter(delivery, message, { reason: disposition.reasonAtEnd, error, attempts, firstFailedAtMs });
      counts.add('Retried');
      log('warn', 'will be retried', { ...fieldsOf(delivery, message), attempt: attempts }, error);
      const waitMs = Math.max(
        disposition.atLeastSeconds * 1000,
        Math.min(WAIT_MS_MAX, WAIT_MS_FIRST * 2 ** Math.min(attempts - 1, 10)) * (0.5 + ports.random()),
      );
      if (delivery.remainingMs() < waitMs + RESERVE_MS) {
        // What is left of the invocation is waited for all the same: Lambda would ask again at once.
        await ports.waitMs(Math.max(0, delivery.remainingMs() - RESERVE_MS));
        await note(delivery, key, { eventKey, attempts, firstFailedAtMs });
        return 'failed';
      }
      await ports.waitMs(waitMs);
    }
  }
}

/** An error that can pass is waited for by the clock, any other is tried some times. */
function isGivenUp<C extends EventContract>(
  { ports }: StreamDelivery<C>,
  { attempts, firstFailedAtMs, reason }: { readonly attempts: number; readonly firstFailedAtMs: number; readonly reason: DeadLetterReason },
): boolean {
  const { PARK_AFTER_ATTEMPTS: attemptsMax = ATTEMPTS_MAX, PARK_AFTER_SECONDS: seconds = PATIENCE_SECONDS } = ports.environment;
  return reason === 'retries-exhausted' ? ports.nowMs() - firstFailedAtMs >= Number(seconds) * 1000 : attempts >= Number(attemptsMax);
}

/** Attempts that nobody could note are not counted. */
async function note<C extends EventContract>(
  { place }: StreamDelivery<C>,
  key: string,
  attempts: Pick<ParkedKey, 'eventKey' | 'attempts' | 'firstFailedAtMs'>,
): Promise<void> {
  try {
    await noteAttempts(place, key, attempts);
  } catch (error) {
    log('warn', 'attempts not noted', { consumer: place.consumer, key }, error);
  }
}

/** The work is done. What is still remembered of the key would only be counted on, so a failure is noted and no more. */
async function forget<C extends EventContract>({ place, remembered }: StreamDelivery<C>, key: string): Promise<void> {
  remembered.delete(key);
  try {
    await forgetAttempts(place, key);
  } catch (error) {
    log('warn', 'attempts not forgotten', { consumer: place.consumer, key }, error);
  }
}

/** What is known of a record that is parked. */
interface ParkingReason extends Omit<Failure, 'consumer'> {
  readonly attempts: number;
  readonly firstFailedAtMs?: number;
}

/** Parks a record that failed for good. */
async function parkAfter<C extends EventContract>(delivery: StreamDelivery<C>, message: StreamMessage, why: ParkingReason): Promise<RecordOutcome> {
  const outcome = await settleParking(delivery, message, why);
  return outcome === 'unparked' ? 'failed' : outcome;
}

/**
 * Writes the record into the table, then its letter, then that it was sent: what fails in between is done again when the record comes again. What is no event has no successor that could wait
 * for it, and where order does not matter nothing waits: it has a letter only.
 */
async function settleParking<C extends EventContract>(
  delivery: StreamDelivery<C>,
  message: StreamMessage,
  why: ParkingReason,
): Promise<RecordOutcome | 'unparked'> {
  const { ports, consumer, counts, place, remembered } = delivery;
  const { key, eventKey, body, sequenceNumber, messageId, content } = message;
  const { reason, attempts, firstFailedAtMs = ports.nowMs() } = why;
  const isParkable = delivery.isOrdered && content.kind === 'event';
  const parking: Parking = { key, eventKey, body, sequenceNumber };
  const letter = letterOf(
    ports,
    message,
    { ...why, consumer: consumer.options.name },
    { messageId, attempts, firstFailedAt: new Date(firstFailedAtMs).toISOString() },
  );
  const fields = { ...fieldsOf(delivery, message), key, reason };
  try {
    if (isParkable) {
      const parked = reason === 'parked' ? await parkBehind(place, parking) : await parkFailed(place, parking, { attempts, firstFailedAtMs });
      if (parked === 'unparked') return parked;
      if (reason !== 'parked') remembered.set(key, { state: 'PARKED', eventKey, attempts, firstFailedAtMs });
      if (parked === 'lettered') return 'done';
    }
    await sendToDeadLetterQueue(ports, letter);
    if (isParkable) await noteLetter(place, parking);
  } catch (failure) {
    // Not acknowledged: the record comes again.
    log('error', 'not parked', fields, failure);
    counts.add('Retried');
    return 'failed';
  }
  counts.add(reason === 'parked' ? 'Parked' : 'DeadLettered');
  log('error', 'parked', fields, why.error);
  return 'done';
}

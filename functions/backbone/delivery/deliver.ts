import type { EventContract } from '../../../schemas/index.ts';
import { resolveDeadLetter } from '../dead-letters/index-table.ts';
import { ConflictError, InFlightError } from '../errors.ts';
import { type Count, type InvocationCounts, type LogFields, log } from '../telemetry/telemetry.ts';
import { type Attempting, type AttemptOutcome, attempt } from './attempt.ts';
import type { RecordOutcome } from './batch.ts';
import { climb, delayAgain, readLadder } from './ladder.ts';
import type { Incoming, Message } from './message.ts';
import { backOffSeconds, type DeadLetterReason, type Disposition, dispositionOf } from './outcome.ts';
import { deadLetterOf, hide, journeyOf, type QueuePorts, sendToDeadLetterQueue } from './queue.ts';

/** What the delivery of a message needs. */
export interface Delivery<C extends EventContract> extends Attempting<C> {
  readonly ports: QueuePorts;
  readonly counts: InvocationCounts;
  /** What is done with a message. @default the consumer is run on it, and commits */
  readonly attempt?: (message: Message) => Promise<AttemptOutcome>;
}

/** What is counted of each outcome. */
export const COUNT_OF: Readonly<Record<AttemptOutcome, Count>> = { processed: 'Processed', duplicate: 'Duplicates', skipped: 'Skipped', compared: 'Compared' };

/** Attempts a message, and does what the error table says where that fails. `done` means: acknowledge it. */
export async function deliver<C extends EventContract>(delivery: Delivery<C>, message: Message): Promise<RecordOutcome> {
  const { ports, counts } = delivery;
  const delayed = message.climb ? await delayAgain(ports, message, message.climb) : 'due';
  if (delayed !== 'due') return delayed === 'sent' ? 'done' : 'failed';
  let outcome: AttemptOutcome;
  try {
    outcome = await (delivery.attempt ? delivery.attempt(message) : attempt(delivery, message));
  } catch (error) {
    return answerFailure(delivery, message, error);
  }
  counts.add(COUNT_OF[outcome]);
  log('info', outcome, fieldsOf(delivery, message));
  await resolveRedriven(delivery, message);
  return 'done';
}

async function answerFailure<C extends EventContract>(delivery: Delivery<C>, message: Message, error: unknown): Promise<RecordOutcome> {
  const { ports } = delivery;
  const disposition = dispositionOf(error, ports.nowMs());
  if (disposition.kind === 'dead-letter') return deadLetter(delivery, message, { reason: disposition.reason, error });
  if (isOnLadder(ports, error)) return climbOrDeadLetter(delivery, message, { disposition, error });
  const receiveCountMax = Number(ports.environment['MAX_RECEIVE_COUNT'] ?? Number.POSITIVE_INFINITY);
  if (message.receiveCount >= receiveCountMax) return deadLetter(delivery, message, { reason: disposition.reasonAtEnd, error });
  const seconds = backOffSeconds({ ...disposition, receiveCount: message.receiveCount, random: ports.random() });
  await hide(ports, message, seconds);
  delivery.counts.add('Retried');
  log('warn', 'will be retried', { ...fieldsOf(delivery, message), attempt: message.receiveCount, inSeconds: seconds }, error);
  return 'failed';
}

/** Whether a failure goes up a ladder. What another has in hand, or was faster with, did not fail, and waits in its queue. */
const isOnLadder = ({ environment }: QueuePorts, error: unknown): boolean =>
  readLadder(environment) !== undefined && !(error instanceof InFlightError || error instanceof ConflictError);

async function climbOrDeadLetter<C extends EventContract>(
  delivery: Delivery<C>,
  message: Message,
  { disposition, error }: { readonly disposition: Extract<Disposition, { kind: 'retry' }>; readonly error: unknown },
): Promise<RecordOutcome> {
  const { attempts, firstFailedAt } = journeyOf(message);
  const climbed = await climb(delivery.ports, message, { error, disposition, attempts, firstFailedAt, climb: message.climb });
  if (climbed === 'no rung') return deadLetter(delivery, message, { reason: disposition.reasonAtEnd, error });
  delivery.counts.add('Retried');
  return climbed === 'sent' ? 'done' : 'failed';
}

/** Dead-letters a message of a queue, with its reason. */
export async function deadLetter<C extends EventContract>(
  delivery: Delivery<C>,
  message: Message,
  { reason, error }: { readonly reason: DeadLetterReason; readonly error: unknown },
): Promise<RecordOutcome> {
  const { ports, consumer, counts } = delivery;
  const fields = { ...fieldsOf(delivery, message), reason };
  try {
    await sendToDeadLetterQueue(ports, deadLetterOf(ports, message, { consumer: consumer.options.name, reason, error }), message.record.attributes);
  } catch (failure) {
    // Not acknowledged: the message comes back, and after its last receive the queue's own redrive policy moves it.
    log('error', 'not dead-lettered', fields, failure);
    counts.add('Retried');
    return 'failed';
  }
  counts.add('DeadLettered');
  log('error', 'dead-lettered', fields, error);
  return 'done';
}

/** A record that is the same as one handled in this batch. */
export async function settleShared<C extends EventContract>(delivery: Delivery<C>, message: Message, outcome: RecordOutcome): Promise<void> {
  if (outcome === 'done') {
    delivery.counts.add('Duplicates');
    log('info', 'duplicate', fieldsOf(delivery, message));
    return;
  }
  await hide(delivery.ports, message, backOffSeconds({ receiveCount: message.receiveCount, atLeastSeconds: 0, random: delivery.ports.random() }));
}

/** A record that was not begun. In a FIFO queue it cannot overtake its group, so it may be visible at once; else it would wait for the whole visibility timeout. */
export async function letGo<C extends EventContract>({ ports }: Delivery<C>, message: Message, { isFifo }: { readonly isFifo: boolean }): Promise<void> {
  await hide(ports, message, isFifo ? 0 : 1);
}

/** Only a message that comes back from a dead-letter queue can have a letter to close, and it says so itself: the ordinary path costs nothing. */
async function resolveRedriven<C extends EventContract>({ ports, consumer }: Delivery<C>, { isRedriven, eventKey }: Message): Promise<void> {
  if (!isRedriven) return;
  try {
    await resolveDeadLetter(ports, { consumer: consumer.options.name, eventKey, at: new Date(ports.nowMs()).toISOString() });
  } catch (error) {
    // The work is done. An index that says «dead» of it is wrong, but a repetition would not mend it better than the next look does.
    log('warn', 'dead letter not resolved', { eventKey }, error);
  }
}

/** What a log line says of what is delivered. */
export function fieldsOf<C extends EventContract>({ consumer }: Delivery<C>, { content, eventKey, ...from }: Incoming): LogFields {
  const common = { consumer: consumer.options.name, messageId: 'record' in from ? (from as Pick<Message, 'record'>).record.messageId : undefined };
  if (content.kind === 'malformed') return { ...common, eventKey };
  const { type, id, correlationid } = content.received.envelope;
  return { ...common, eventType: type, eventId: id, correlationId: correlationid };
}

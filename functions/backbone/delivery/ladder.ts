import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { describeError, fingerprintOf } from '../dead-letters/dead-letter.ts';
import { InFlightError } from '../errors.ts';
import { log } from '../telemetry/telemetry.ts';
import { CLIMB_ATTRIBUTE, type Climb, type FailedAttempt } from './climb.ts';
import type { Incoming } from './message.ts';
import type { Disposition } from './outcome.ts';
import type { QueuePorts } from './queue.ts';

/** The rungs of a consumer's retry ladder (`RETRY_LADDER`): queues, each with a longer delay. */
export interface Ladder {
  readonly rungs: readonly { readonly queueUrl: string; readonly delaySeconds: number }[];
  /** Where an error goes that says nothing of passing: to the last rung, on from rung to rung as one that can pass, or to no rung. */
  readonly defects: 'last' | 'next' | 'none';
}

/** Attempts that are remembered: with more, the middle of a long story gives way to its end. */
const HISTORY_MAX = 12;
const ERROR_LENGTH_MAX = 200;

/** @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
const DELAY_SECONDS_MAX = 900;

/** The ladder of the function; `undefined` where it has none. */
export function readLadder(environment: QueuePorts['environment']): Ladder | undefined {
  const text = environment['RETRY_LADDER'];
  return text === undefined ? undefined : (JSON.parse(text) as Ladder);
}

/**
 * The rung that a failure goes to; `undefined`: to the dead-letter queue. An error that can pass goes one up; one that asks for a pause to the first rung above that is as long; a defect is
 * seldom mended within seconds, and waits once, for as long as the ladder can.
 */
export function rungFor({ rungs, defects }: Ladder, disposition: Disposition, from: number | undefined): number | undefined {
  if (disposition.kind === 'dead-letter') return undefined;
  const next = from === undefined ? 0 : from + 1;
  if (next >= rungs.length) return undefined;
  if (disposition.reasonAtEnd === 'defect') {
    if (defects === 'none') return undefined;
    return defects === 'last' ? rungs.length - 1 : next;
  }
  const fitting = rungs.findIndex(({ delaySeconds }, index) => index >= next && delaySeconds >= disposition.atLeastSeconds);
  return fitting === -1 ? rungs.length - 1 : fitting;
}

/** Half of a delay is by chance, so that those who failed together do not come back together. */
export function delayOf({
  delaySeconds,
  atLeastSeconds,
  random,
}: {
  readonly delaySeconds: number;
  readonly atLeastSeconds: number;
  readonly random: number;
}): number {
  return Math.ceil(Math.max(atLeastSeconds, delaySeconds / 2 + (delaySeconds / 2) * random));
}

/** A failed attempt, and where it was made. */
export interface Fall {
  readonly error: unknown;
  readonly disposition: Disposition;
  /** Attempts made until now, this one included, over all journeys. */
  readonly attempts: number;
  readonly firstFailedAt: string;
  readonly climb: Climb | undefined;
}

/**
 * Sends what failed to its rung, from where it comes again later; its source goes on without it. What another has in hand does not climb: it
 * did not fail. `not sent`: it is to come from its source again.
 */
export async function climb(ports: QueuePorts, incoming: Incoming, fall: Fall): Promise<'sent' | 'no rung' | 'not sent'> {
  const ladder = readLadder(ports.environment);
  if (!ladder || fall.error instanceof InFlightError) return 'no rung';
  const rung = rungFor(ladder, fall.disposition, fall.climb?.rung);
  const target = rung === undefined ? undefined : ladder.rungs[rung];
  if (rung === undefined || !target || fall.disposition.kind === 'dead-letter') return 'no rung';
  const seconds = delayOf({ delaySeconds: target.delaySeconds, atLeastSeconds: fall.disposition.atLeastSeconds, random: ports.random() });
  const next: Climb = {
    rung,
    dueMs: ports.nowMs() + seconds * 1000,
    attempts: fall.attempts,
    firstFailedAt: fall.firstFailedAt,
    history: historyWith(ports, fall),
    isRedriven: incoming.isRedriven,
  };
  if (!(await sendToRung(ports, { queueUrl: target.queueUrl, incoming, climb: next }))) return 'not sent';
  log('warn', 'will be retried', { eventKey: incoming.eventKey, attempt: fall.attempts, rung, inSeconds: seconds }, fall.error);
  return 'sent';
}

/** The story so far, with the attempt that failed now. */
export function historyWith({ nowMs }: Pick<QueuePorts, 'nowMs'>, { error, climb: before }: Pick<Fall, 'error' | 'climb'>): readonly FailedAttempt[] {
  const failed: FailedAttempt = {
    at: new Date(nowMs()).toISOString(),
    ...(before && { rung: before.rung }),
    error: (describeError(error).split('\n')[0] ?? '').slice(0, ERROR_LENGTH_MAX),
    fingerprint: fingerprintOf(error),
  };
  return [...(before?.history ?? []), failed].slice(-HISTORY_MAX);
}

/**
 * Delays longer than SQS's fifteen minutes are made of several: a message that comes before it is due is sent to its rung again. (A schedule for each message would cost
 * less for delays of many hours, and another service, a role and a quota of schedules for all.)
 */
export async function delayAgain(ports: QueuePorts, incoming: Incoming, carried: Climb): Promise<'sent' | 'due' | 'not sent'> {
  const queueUrl = readLadder(ports.environment)?.rungs[carried.rung]?.queueUrl;
  if (queueUrl === undefined || carried.dueMs - ports.nowMs() < 1000) return 'due';
  return (await sendToRung(ports, { queueUrl, incoming, climb: carried })) ? 'sent' : 'not sent';
}

async function sendToRung(
  ports: QueuePorts,
  { queueUrl, incoming, climb: carried }: { readonly queueUrl: string; readonly incoming: Incoming; readonly climb: Climb },
): Promise<boolean> {
  const command = new SendMessageCommand({
    QueueUrl: queueUrl,
    MessageBody: incoming.body,
    DelaySeconds: Math.max(0, Math.min(DELAY_SECONDS_MAX, Math.ceil((carried.dueMs - ports.nowMs()) / 1000))),
    MessageAttributes: { [CLIMB_ATTRIBUTE]: { DataType: 'String', StringValue: JSON.stringify(carried) } },
  });
  try {
    await ports.sqs.send(command);
    return true;
  } catch (error) {
    log('error', 'not sent to its rung', { eventKey: incoming.eventKey, rung: carried.rung }, error);
    return false;
  }
}

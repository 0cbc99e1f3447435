import { randomUUID } from 'node:crypto';
import { SpanKind } from '@opentelemetry/api';
import type { EventContract } from '../../../schemas/index.ts';
import { SchemaInvalid } from '../../../schemas/index.ts';
import { type CommitRecord, commitKeyOf, UNCLAIMED } from '../commit-record.ts';
import { type Cause, type Envelope, majorOf } from '../envelope.ts';
import { ConflictError, ExpiredError, InFlightError, MalformedError, PayloadMismatchError, RetryableError, TerminalError, ThrottledError } from '../errors.ts';
import type { Ports } from '../ports.ts';
import { inSpan } from '../telemetry/telemetry.ts';
import { type Claim, type CommitOutcome, UnitOfWork } from '../unit-of-work.ts';
import type { Key } from '../work.ts';
import type { ConsumerHandler, ConsumerOptions, EventOf, LeaseOptions } from './declaration.ts';
import { claimLease, endLease, type Lease, releaseLease } from './lease.ts';
import type { Incoming } from './message.ts';
import { noteKeyOf, noteReplayed } from './replays/notes.ts';
import { FIRST_EPOCH, type Rewind, readReplayName, type Treatment, treatmentInGroup, treatmentOfReplay } from './replays/replay.ts';
import { runShadow } from './replays/shadow.ts';

/** What a consumer is: its declaration and its handler. */
export interface Consumer<C extends EventContract> {
  readonly options: ConsumerOptions<C> | LeaseOptions<C>;
  readonly handle: ConsumerHandler<C>;
}

const CONFLICT_WAIT_MS_FIRST = 20;
const CONFLICT_WAIT_MS_MAX = 500;

/**
 * Sum of the waits between the runs of a handler, within one receive, on state that changed under it. A conflict is no failure and is not counted as one; of those who conflict one has won, so that each round
 * is progress however many they are. But a condition that can never hold looks the same, and must not hold up its batch for ever.
 */
const CONFLICT_PATIENCE_MS = 15_000;

/** The same where nobody says how much time there is. */
const CONFLICT_PATIENCE_MS_BRIEF = 500;

/** What stays of an invocation for its answer. */
const RESERVE_MS = 2_000;

/** Who attempts, in which world. */
export interface Attempting<C extends EventContract> {
  readonly ports: Ports;
  readonly consumer: Consumer<C>;
  /** Milliseconds until the invocation has to have ended. */
  remainingMs(): number;
  /** Of a consumer group: how it was rewound, the oldest first. */
  readonly rewinds?: readonly Rewind[];
}

/** How an attempt ended. `skipped`, `compared`: a replay brought the event, and it had no effect. */
export type AttemptOutcome = 'processed' | 'duplicate' | 'skipped' | 'compared';

/** Runs a consumer on one message and commits. @throws what the error table knows */
export async function attempt<C extends EventContract>(attempting: Attempting<C>, message: Incoming): Promise<AttemptOutcome> {
  const { ports, consumer } = attempting;
  refuseExpired(ports, message);
  const { content } = message;
  if (content.kind === 'malformed') throw content.error;
  const { envelope } = content.received;
  const treatment = treatmentOf(attempting, message);
  if (treatment.kind === 'skip') {
    const key = noteKeyOf({ consumer: consumer.options.name, replayId: treatment.replay.id, eventKey: message.eventKey });
    await noteReplayed(ports, key, { outcome: 'skipped', eventType: envelope.type });
    return 'skipped';
  }
  const event = readEvent(consumer.options.on, envelope);
  const run: Run<C> = { ...attempting, message, event, epoch: treatment.epoch, payloadHash: content.payloadHash };
  return inSpan(`${consumer.options.name} process`, { kind: SpanKind.CONSUMER, traceparent: envelope.traceparent }, async (traceparent) => {
    if (treatment.kind === 'shadow' && (await compareWithFirst(run, treatment, traceparent)) === 'compared') return 'compared';
    return 'mode' in consumer.options ? runWithLease(run, consumer.options, traceparent) : runInTransaction(run, traceparent);
  });
}

/** What the consumer does with what came: an archive's replay says what it is by its name, a stream by what is written of its rewinds. */
function treatmentOf<C extends EventContract>({ ports, consumer, rewinds = [] }: Attempting<C>, { content, arrivedMs }: Incoming): Treatment {
  const { onReplay } = consumer.options;
  const replayName = content.kind === 'event' ? content.received.replayName : undefined;
  if (replayName !== undefined) return treatmentOfReplay(onReplay, readReplayName(replayName));
  if (rewinds.length === 0) return { kind: 'handle', epoch: FIRST_EPOCH };
  return treatmentInGroup(onReplay, { rewinds, arrivedMs, nowMs: ports.nowMs() });
}

function compareWithFirst<C extends EventContract>(
  run: Run<C>,
  treatment: Extract<Treatment, { kind: 'shadow' }>,
  traceparent: string,
): Promise<'compared' | 'live'> {
  const { ports, consumer, event, message } = run;
  return runShadow({
    ports,
    consumer: consumer.options.name,
    handle: consumer.handle,
    event,
    cause: causeOf(event, traceparent),
    treatment,
    attempt: message.receiveCount,
  });
}

interface Run<C extends EventContract> extends Attempting<C> {
  readonly message: Incoming;
  readonly event: EventOf<C>;
  readonly epoch: string;
  readonly payloadHash: string;
}

function refuseExpired({ environment, nowMs }: Ports, { queuedMs }: Incoming): void {
  if (queuedMs === undefined) return;
  const timeToLiveSeconds = Number(environment['TIME_TO_LIVE_SECONDS'] ?? Number.POSITIVE_INFINITY);
  // The age in this queue, not since the event: what an operator sends again has its whole time before it.
  const ageSeconds = (nowMs() - queuedMs) / 1000;
  if (ageSeconds > timeToLiveSeconds) throw new ExpiredError(`The message is ${Math.floor(ageSeconds)} s old; its time-to-live is ${timeToLiveSeconds} s`);
}

/** The contract of the event's type and major version, where it is among these. */
export function contractOf<C extends EventContract>(contracts: readonly C[], { type, dataschema }: Envelope): C | undefined {
  const major = majorOf(dataschema);
  return contracts.find((contract) => contract.type === type && contract.major === major);
}

/** Reads the data with the contract of the event. */
function readEvent<C extends EventContract>(contracts: readonly C[], envelope: Envelope): EventOf<C> {
  const contract = contractOf(contracts, envelope);
  if (!contract) {
    throw new MalformedError(
      `This consumer takes ${contracts.map(({ type, major: known }) => `${type} v${known}`).join(', ')}, not ${envelope.type} with ${envelope.dataschema}`,
    );
  }
  try {
    return { ...envelope, data: contract.parse(envelope.data) } as EventOf<C>;
  } catch (error) {
    if (error instanceof SchemaInvalid) throw new MalformedError(error.message, { cause: error });
    throw error;
  }
}

async function runInTransaction<C extends EventContract>(run: Run<C>, traceparent: string): Promise<'processed' | 'duplicate'> {
  const { ports, payloadHash } = run;
  const claim: Claim = {
    kind: 'put',
    record: { ...keyOf(run), payloadHash },
    condition: { expression: UNCLAIMED, values: { ':nowSeconds': Math.floor(ports.nowMs() / 1000) } },
  };
  const once = async (): Promise<'processed' | 'duplicate'> => {
    const work = workOf(run, traceparent);
    await run.consumer.handle(run.event, work, { number: run.message.receiveCount, isUncertain: false });
    return settle(await work.commit(claim), payloadHash, ports);
  };
  return repeatingConflicts(ports, once, { remainingMs: run.remainingMs });
}

/**
 * Runs a unit of work again where a condition on state did not hold, with waits that grow to half a second, half of each by chance: as long as the invocation has time, and not for ever.
 * @throws {ConflictError} where it still does not hold
 */
export async function repeatingConflicts<T>(
  ports: Pick<Ports, 'waitMs' | 'random'>,
  run: () => Promise<T>,
  { remainingMs }: { readonly remainingMs?: () => number } = {},
): Promise<T> {
  let waitedMs = 0;
  for (let count = 1; ; count += 1) {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
      const waitMs = Math.min(CONFLICT_WAIT_MS_MAX, CONFLICT_WAIT_MS_FIRST * 2 ** Math.min(count - 1, 10)) * (0.5 + ports.random());
      const leftMs = remainingMs ? Math.min(CONFLICT_PATIENCE_MS - waitedMs, remainingMs() - RESERVE_MS) : CONFLICT_PATIENCE_MS_BRIEF - waitedMs;
      if (leftMs < waitMs) throw error;
      await ports.waitMs(waitMs);
      waitedMs += waitMs;
    }
  }
}

async function runWithLease<C extends EventContract>(run: Run<C>, options: LeaseOptions<C>, traceparent: string): Promise<'processed' | 'duplicate'> {
  const { ports, payloadHash, message } = run;
  const token = randomUUID();
  const claimed = await claimLease(ports, { key: keyOf(run), token, payloadHash, leaseSeconds: options.leaseSeconds });
  if (claimed.outcome === 'taken') return settle({ outcome: 'duplicate', existing: claimed.existing }, payloadHash, ports);
  const { lease } = claimed;
  if (lease.isUncertain && options.onUncertain === 'park' && !message.isRedriven) {
    await endLease(ports, lease);
    throw new TerminalError('An earlier attempt may have had its effect, and did not say so', { code: 'uncertain' });
  }
  const work = workOf(run, traceparent);
  try {
    await run.consumer.handle(run.event, work, { number: message.receiveCount, isUncertain: lease.isUncertain });
  } catch (error) {
    await giveBack(ports, lease, error);
    throw error;
  }
  // Where completing fails the effect has taken place: the lease is left to end, and the policy decides.
  const outcome = await work.commit({ kind: 'update', key: lease.key, token: lease.token });
  return settle(outcome, payloadHash, ports);
}

/** A named error says that there was no effect; after any other nobody knows. After an uncertain attempt only a success makes it certain. */
async function giveBack(ports: Ports, lease: Lease, error: unknown): Promise<void> {
  const isCertain = error instanceof RetryableError || error instanceof ThrottledError || error instanceof TerminalError;
  await (isCertain && !lease.isUncertain ? releaseLease(ports, lease) : endLease(ports, lease));
}

function settle(outcome: CommitOutcome, payloadHash: string, { nowMs }: Ports): 'processed' | 'duplicate' {
  if (outcome.outcome === 'committed') return 'processed';
  const { existing } = outcome;
  refuseOtherPayload(existing, payloadHash);
  if (existing?.status === 'INPROGRESS') throw new InFlightError('Another attempt is under way', { leaseUntilMs: existing.leaseUntilMs ?? nowMs() });
  if (existing === undefined) throw new RetryableError('The lease was lost, and nothing is there instead');
  return 'duplicate';
}

function refuseOtherPayload(existing: CommitRecord | undefined, payloadHash: string): void {
  if (existing && existing.payloadHash !== payloadHash)
    throw new PayloadMismatchError('An event with this source and id was processed before, with another payload');
}

function keyOf<C extends EventContract>({ consumer, epoch, event }: Run<C>): Key {
  return commitKeyOf({ consumer: consumer.options.name, epoch, source: event.source, id: event.id });
}

function workOf<C extends EventContract>({ ports, consumer, epoch, event }: Run<C>, traceparent: string): UnitOfWork {
  const identity = [consumer.options.name, epoch, event.source, event.id];
  return new UnitOfWork({ ports, cause: causeOf(event, traceparent), identity, remembersEffects: true });
}

const causeOf = ({ id, correlationid, flow }: Envelope, traceparent: string): Cause => ({ id, correlationid, flow, traceparent });

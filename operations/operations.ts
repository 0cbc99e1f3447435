import type { DeadLetter, DeadLetterQueue } from './dead-letters/dead-letter.ts';
import type { SendRequest, SentEvent } from './events/send.ts';
import type { FlowEvent } from './flow/flow-event.ts';
import type { RedriveJob } from './redrive/job.ts';
import type { RedrivePlan } from './redrive/plan.ts';
import type { BusStatus, ConsumerStatus } from './status/status.ts';

/** The health screen. */
export interface Status {
  /** Where AWS clients connect; undefined on AWS itself. */
  readonly endpoint: string | undefined;
  readonly api: string;
  readonly consumers: readonly ConsumerStatus[];
  readonly bus: BusStatus;
  /** Events published since the plane started; undefined where nobody counts. */
  readonly eventsPublished: number | undefined;
}

/** One business event's thread. `key` was its id, its correlation id or its subject. */
export interface Trace {
  readonly key: string;
  /** Oldest first; causes stand before their effects. */
  readonly events: readonly FlowEvent[];
}

/** What an embedded plane has done since it started. */
export interface Meters {
  readonly sdkCalls: number;
  readonly writeUnits: number;
  readonly invocations: number;
  readonly peakRssMiB: number;
}

/**
 * What an operator does. The command line and the console call nothing else. Every operation takes one object and answers one, so that it crosses
 * a process by its name; each throws errors whose `name` says their kind (see `problems.ts`).
 */
export interface Operations {
  status(request: Record<string, never>): Promise<Status>;
  meters(request: Record<string, never>): Promise<Meters>;
  /** Resolves once nothing is on its way: queues empty, no invocation running, no event waiting in an outbox. `isQuiet` is false where `timeoutMs` passed first. */
  quiet(request: { readonly timeoutMs: number }): Promise<{ readonly isQuiet: boolean }>;
  trace(request: { readonly key: string }): Promise<Trace>;
  sendEvent(request: SendRequest): Promise<SentEvent>;
  listDeadLetters(request: Record<string, never>): Promise<readonly DeadLetterQueue[]>;
  showDeadLetters(request: { readonly key: string }): Promise<readonly DeadLetter[]>;
  planRedrive(request: { readonly consumer: string }): Promise<RedrivePlan>;
  startRedrive(request: { readonly planId: string; readonly ratePerSecond?: number | undefined }): Promise<RedriveJob>;
  /** The job as it stands; with `untilEnded`, once it has ended. */
  job(request: { readonly jobId: string; readonly untilEnded: boolean }): Promise<RedriveJob>;
  cancelJob(request: { readonly jobId: string }): Promise<RedriveJob>;
}

/** The operations by name: what an API may call. */
export const OPERATION_NAMES = [
  'status',
  'meters',
  'quiet',
  'trace',
  'sendEvent',
  'listDeadLetters',
  'showDeadLetters',
  'planRedrive',
  'startRedrive',
  'job',
  'cancelJob',
] as const satisfies readonly (keyof Operations)[];

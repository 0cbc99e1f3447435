import type { AggregateDifference, AggregateFeed, AggregateLog, AggregateName, AggregateState } from './aggregates/aggregates.ts';
import type { ForgottenSubject } from './aggregates/forget.ts';
import type { ConsumerLag } from './consumers/lag.ts';
import type { MappingStatus } from './consumers/mapping.ts';
import type { RewindPlan, RewindRequest } from './consumers/rewind/plan.ts';
import type { RewindOptions, Rewound } from './consumers/rewind/rewind.ts';
import type { DeadLetter, DeadLetterQueue } from './dead-letters/dead-letter.ts';
import type { ExportedLetter, Removal, RemovalResult } from './dead-letters/export.ts';
import type { DeadLetterGroup } from './dead-letters/groups.ts';
import type { ImportResult } from './dead-letters/import.ts';
import type { LetterSelection } from './dead-letters/read.ts';
import type { FlowEvent } from './flow/flow-event.ts';
import type { SendRequest, SentEvent } from './flow/send.ts';
import type { ProjectionStatus } from './projections/list.ts';
import type { Rebuild, RebuildRequest } from './projections/rebuild.ts';
import type { RedriveJob, RedriveOptions } from './redrive/job.ts';
import type { JobRecord } from './redrive/job-store.ts';
import type { RedrivePlan } from './redrive/plan.ts';
import type { ArchiveStatus } from './replays/archives.ts';
import type { ReplayPlan, ReplayRequest } from './replays/plan.ts';
import type { ReplayStatus } from './replays/replay.ts';
import type { ReplayReport } from './replays/report.ts';
import type { SagaInstance, SagaSelection, SagaSummary } from './sagas/instances.ts';
import type { SagaActionRequest, SagaPlan } from './sagas/plan.ts';
import type { Check } from './status/check.ts';
import type { BusStatus, ConsumerStatus } from './status/status.ts';
import type { Topology } from './status/topology.ts';
import type { PublishedEvent } from './surroundings.ts';
import type { Explanation } from './why/explanation.ts';

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

/** Names dead letters: by a key (message id, event id, correlation id, subject, consumer, `bus`), by a filter, by both, or all. */
export type LetterRequest = { readonly key?: string | undefined } & LetterSelection;

/**
 * What an operator does. The command line and the console call nothing else. Every operation takes one object and answers one, so that it crosses
 * a process by its name; each throws errors whose `name` says their kind. One implementation over AWS clients serves the embedded plane and AWS;
 * what cannot be on one of them throws `NotOnAwsError`.
 */
export interface Operations {
  status(request: Record<string, never>): Promise<Status>;
  meters(request: Record<string, never>): Promise<Meters>;
  /** Resolves once nothing is on its way: queues empty, no invocation running, no event waiting in an outbox. `isQuiet` is false where `timeoutMs` passed first. */
  quiet(request: { readonly timeoutMs: number }): Promise<{ readonly isQuiet: boolean }>;
  trace(request: { readonly key: string }): Promise<Trace>;
  sendEvent(request: SendRequest): Promise<SentEvent>;
  listDeadLetters(request: LetterSelection): Promise<readonly DeadLetterQueue[]>;
  groupDeadLetters(request: LetterRequest): Promise<readonly DeadLetterGroup[]>;
  showDeadLetters(request: LetterRequest): Promise<readonly DeadLetter[]>;
  /** All that is needed to put dead letters back. They stay where they are. */
  exportDeadLetters(request: { readonly consumer?: string | undefined } & LetterSelection): Promise<readonly ExportedLetter[]>;
  /** Puts exported letters back, each once however often it is asked. */
  importDeadLetters(request: { readonly letters: readonly ExportedLetter[] }): Promise<ImportResult>;
  /** Takes messages out of a dead-letter queue for good. */
  removeDeadLetters(request: { readonly consumer: string; readonly messageIds: readonly string[]; readonly removal: Removal }): Promise<RemovalResult>;
  planRedrive(request: { readonly consumer: string } & LetterSelection): Promise<RedrivePlan>;
  /** Plans to send one dead letter again with other data. It is started like any redrive. */
  planEdit(request: { readonly messageId: string; readonly data: unknown; readonly by: string; readonly because?: string | undefined }): Promise<RedrivePlan>;
  startRedrive(request: { readonly planId: string } & RedriveOptions): Promise<RedriveJob>;
  /** The job as it stands; with `untilEnded`, once it has ended. */
  job(request: { readonly jobId: string; readonly untilEnded: boolean }): Promise<RedriveJob>;
  /** The redrives of all processes in the last 60 days, the newest first. */
  jobs(request: Record<string, never>): Promise<readonly JobRecord[]>;
  cancelJob(request: { readonly jobId: string }): Promise<JobRecord>;
  archives(request: Record<string, never>): Promise<readonly ArchiveStatus[]>;
  planReplay(request: ReplayRequest): Promise<ReplayPlan>;
  /** Replays what the request names. */
  startReplay(request: ReplayRequest): Promise<ReplayStatus>;
  replays(request: { readonly name?: string | undefined }): Promise<readonly ReplayStatus[]>;
  cancelReplay(request: { readonly name: string }): Promise<ReplayStatus>;
  /** What consumers noted of a replay or a rewind, by its name: what they skipped, and what differs in a shadow. */
  replayReports(request: { readonly name: string }): Promise<readonly ReplayReport[]>;
  /** What a rewind of a consumer group would mean. Changes nothing. */
  planRewind(request: RewindRequest): Promise<RewindPlan>;
  /** Lets a consumer group read the stream again, from an earlier place on. */
  rewind(request: RewindRequest & RewindOptions): Promise<Rewound>;
  consumerLags(request: Record<string, never>): Promise<readonly ConsumerLag[]>;
  /** Enables or disables a consumer's event source mapping. */
  setConsumer(request: { readonly consumer: string; readonly isEnabled: boolean }): Promise<MappingStatus>;
  /** The read models, and how late each is. */
  projections(request: Record<string, never>): Promise<readonly ProjectionStatus[]>;
  /** Begins, goes on with or gives up a rebuild or a verification of a read model: one step, of some seconds at most. */
  rebuildProjection(request: RebuildRequest): Promise<Rebuild>;
  /** Explains why a consumer did or did not process an event. `event` is the event itself, where nobody remembers it. */
  why(request: { readonly eventId: string; readonly consumer: string; readonly event?: PublishedEvent | undefined }): Promise<Explanation>;
  /** The state of an event-sourced aggregate: now, or `at` a version (`3`), a time (ISO 8601) or so long ago (`90m`). */
  showAggregate(request: AggregateName & { readonly at?: string | undefined }): Promise<AggregateState>;
  /** The events of an aggregate, in order. */
  aggregateLog(request: AggregateName & { readonly after?: number | undefined; readonly limit: number }): Promise<AggregateLog>;
  /** What differs between two moments of an aggregate. */
  diffAggregate(request: AggregateName & { readonly from: string; readonly to: string }): Promise<AggregateDifference>;
  /** The events of all aggregates of a type, in an order that never changes, after a place in it. It scans the service's table. */
  aggregateFeed(request: { readonly type: string; readonly after?: string | undefined; readonly limit: number }): Promise<AggregateFeed>;
  /** Deletes the key under which a person's data is sealed. It cannot be undone. */
  forgetSubject(request: { readonly subject: string }): Promise<ForgottenSubject>;
  /** Instances of sagas, the unfinished first. */
  sagas(request: SagaSelection): Promise<readonly SagaSummary[]>;
  /** One instance, with its trail. */
  saga(request: { readonly sagaId: string }): Promise<SagaInstance>;
  /** What an action on a saga would do. */
  planSaga(request: SagaActionRequest): Promise<SagaPlan>;
  /** Does an action on a saga, and answers with what was planned. */
  actOnSaga(request: SagaActionRequest): Promise<SagaPlan>;
  topology(request: Record<string, never>): Promise<Topology>;
  doctor(request: Record<string, never>): Promise<readonly Check[]>;
}

/** The operations by name: what an API may call. */
export const OPERATION_NAMES = [
  'status',
  'meters',
  'quiet',
  'trace',
  'sendEvent',
  'listDeadLetters',
  'groupDeadLetters',
  'showDeadLetters',
  'exportDeadLetters',
  'importDeadLetters',
  'removeDeadLetters',
  'planRedrive',
  'planEdit',
  'startRedrive',
  'job',
  'jobs',
  'cancelJob',
  'archives',
  'planReplay',
  'startReplay',
  'replays',
  'cancelReplay',
  'replayReports',
  'planRewind',
  'rewind',
  'consumerLags',
  'setConsumer',
  'projections',
  'rebuildProjection',
  'why',
  'showAggregate',
  'aggregateLog',
  'diffAggregate',
  'forgetSubject',
  'aggregateFeed',
  'sagas',
  'saga',
  'planSaga',
  'actOnSaga',
  'topology',
  'doctor',
] as const satisfies readonly (keyof Operations)[];

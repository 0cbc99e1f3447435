import { aggregateFeed, aggregateLog, diffAggregate, showAggregate } from './aggregates/aggregates.ts';
import { forgetSubject } from './aggregates/forget.ts';
import type { Clients } from './clients.ts';
import { consumerLags } from './consumers/lag.ts';
import { setMapping } from './consumers/mapping.ts';
import { planRewind } from './consumers/rewind/plan.ts';
import { rewind } from './consumers/rewind/rewind.ts';
import { exportDeadLetters, removeDeadLetters } from './dead-letters/export.ts';
import { groupDeadLetters } from './dead-letters/groups.ts';
import { importDeadLetters } from './dead-letters/import.ts';
import { listDeadLetterQueues } from './dead-letters/list.ts';
import { type LetterReading, NoSuchDeadLetterError, showDeadLetters, sourceNamed } from './dead-letters/read.ts';
import type { FlowEvent } from './flow/flow-event.ts';
import { sendEvent } from './flow/send.ts';
import { storedThread, withGroups } from './flow/stored-thread.ts';
import type { Operations } from './operations.ts';
import { listProjections } from './projections/list.ts';
import { rebuildProjection } from './projections/rebuild.ts';
import { editOf } from './redrive/edit.ts';
import { JobRegister } from './redrive/job-register.ts';
import { findConsumer, planOf, planRedrive, UnknownConsumerError } from './redrive/plan.ts';
import { listArchives } from './replays/archives.ts';
import { planReplay } from './replays/plan.ts';
import { cancelReplay, describeReplay, epochOf, listReplays, startReplay } from './replays/replay.ts';
import { replayReports } from './replays/report.ts';
import { actOnSaga, planSaga } from './sagas/act.ts';
import { listSagas, readSaga } from './sagas/instances.ts';
import { systemStatus } from './status/status.ts';
import { systemChecks } from './status/system-checks.ts';
import { readTopology } from './status/topology.ts';
import type { Surroundings } from './surroundings.ts';
import { type DeadLetterSource, deadLetterSources, describeSystem, type System } from './system.ts';
import { explain } from './why/why.ts';

/** No event of that id, thread or subject is known. */
export class NoSuchTraceError extends Error {
  constructor(key: string) {
    super(`No event with id, correlation id or subject "${key}" was published since the system started, and no service's table holds one of the last 30 days`);
    this.name = 'NoSuchTraceError';
  }
}

/** A recorded event tells more than a stored one: attempts, and what waits. */
function mergedThreads(stored: readonly FlowEvent[], recorded: readonly FlowEvent[]): FlowEvent[] {
  const byId = new Map([...stored, ...recorded].map((event) => [event.id, event]));
  return [...byId.values()].sort((a, b) => a.atMs - b.atMs);
}

/** What the groups of operations share. */
interface Shared {
  readonly clients: Clients;
  readonly surroundings: Surroundings;
  readonly jobs: JobRegister;
  system(): Promise<System>;
  reading(): Promise<LetterReading>;
}

/** The operations over AWS clients, wherever those connect. `surroundings` is what clients alone cannot do. */
export function systemOperations(clients: Clients, surroundings: Surroundings): Operations {
  const { receiveWaitSeconds } = surroundings;
  const system = (): Promise<System> => describeSystem(clients.ssm);
  const pace = { nowMs: () => surroundings.nowMs(), wait: (ms: number) => surroundings.wait(ms) };
  const shared: Shared = {
    clients,
    surroundings,
    jobs: new JobRegister({ clients, receiveWaitSeconds, pace, system }),
    system,
    reading: async () => ({ clients, receiveWaitSeconds, system: await system(), nowMs: surroundings.nowMs() }),
  };
  return {
    ...observing(shared),
    ...deadLetterWork(shared),
    ...redriving(shared),
    ...replaying(shared),
    ...consuming(shared),
    ...inspecting(shared),
    ...leading(shared),
  };
}

type Observing = Pick<Operations, 'status' | 'meters' | 'quiet' | 'trace' | 'sendEvent' | 'why' | 'topology' | 'doctor'>;

function observing({ clients, surroundings, jobs, system }: Shared): Observing {
  return {
    status: async () => {
      const described = await system();
      const { endpoint } = surroundings;
      return { endpoint, api: surroundings.apiUrl(described), ...(await systemStatus(clients, described)), eventsPublished: surroundings.publishedCount() };
    },
    meters: async () => surroundings.meters(),
    quiet: async ({ timeoutMs }) => ({ isQuiet: await surroundings.quiet(await system(), timeoutMs) }),
    trace: async ({ key }) => {
      const { events: seen, isWhole } = surroundings.recordedThread(key);
      const recorded = seen.length > 0 ? await withGroups(clients, await system(), seen) : seen;
      // What was before this start, or too long ago to be kept, the tables know.
      const events = isWhole && recorded.length > 0 ? recorded : mergedThreads(await storedThread(clients, await system(), key), recorded);
      if (events.length === 0) throw new NoSuchTraceError(key);
      return { key, events };
    },
    sendEvent: async (request) => sendEvent(clients.eventbridge, (await system()).busName, request, surroundings.nowMs()),
    why: async ({ eventId, consumer, event }) => {
      const described = await system();
      return explain({ clients, surroundings, system: described, consumer: findConsumer(described, consumer), eventId, given: event });
    },
    topology: async () => readTopology(clients, await system()),
    doctor: () => systemChecks(clients, () => jobs.list()),
  };
}

function sourceOf(system: System, name: string): DeadLetterSource {
  const source = sourceNamed(system, name);
  if (source) return source;
  throw new UnknownConsumerError(
    name,
    deadLetterSources(system).map(({ consumer }) => consumer),
  );
}

type DeadLetterWork = Pick<
  Operations,
  'listDeadLetters' | 'groupDeadLetters' | 'showDeadLetters' | 'exportDeadLetters' | 'importDeadLetters' | 'removeDeadLetters'
>;

function deadLetterWork({ reading }: Shared): DeadLetterWork {
  return {
    listDeadLetters: async (selection) => listDeadLetterQueues(await reading(), selection),
    groupDeadLetters: async (request) => groupDeadLetters(await showDeadLetters(await reading(), request)),
    showDeadLetters: async (request) => showDeadLetters(await reading(), request),
    exportDeadLetters: async ({ consumer, ...selection }) => {
      const from = await reading();
      const sources = consumer === undefined ? deadLetterSources(from.system) : [sourceOf(from.system, consumer)];
      return (await Promise.all(sources.map((source) => exportDeadLetters(from, source, selection)))).flat();
    },
    importDeadLetters: async ({ letters }) => importDeadLetters(await reading(), letters),
    removeDeadLetters: async ({ consumer, messageIds, removal }) => {
      const from = await reading();
      return removeDeadLetters(from, sourceOf(from.system, consumer), { messageIds, removal });
    },
  };
}

type Redriving = Pick<Operations, 'planRedrive' | 'planEdit' | 'startRedrive' | 'job' | 'jobs' | 'cancelJob'>;

function redriving({ jobs, reading }: Shared): Redriving {
  return {
    planRedrive: async ({ consumer, ...selection }) => {
      const from = await reading();
      return jobs.keep(await planRedrive(from, findConsumer(from.system, consumer), selection));
    },
    planEdit: async ({ messageId, ...change }) => {
      const from = await reading();
      const letter = (await showDeadLetters(from, { key: messageId })).find((one) => one.messageId === messageId);
      if (!letter) throw new NoSuchDeadLetterError(messageId);
      return jobs.keep(planOf(findConsumer(from.system, letter.consumer), [letter], editOf(letter, change)));
    },
    startRedrive: async ({ planId, ...options }) => jobs.start(planId, options),
    job: async ({ jobId, untilEnded }) => (untilEnded ? jobs.ended(jobId) : jobs.get(jobId)),
    jobs: async () => jobs.list(),
    cancelJob: async ({ jobId }) => jobs.cancel(jobId),
  };
}

type Replaying = Pick<Operations, 'archives' | 'planReplay' | 'startReplay' | 'replays' | 'cancelReplay' | 'replayReports' | 'planRewind' | 'rewind'>;

function replaying({ clients, surroundings, system }: Shared): Replaying {
  const { eventbridge } = clients;
  return {
    archives: async () => listArchives(eventbridge, await system()),
    planReplay: async (request) => planReplay(clients, await system(), request, surroundings.nowMs()),
    startReplay: async (request) => startReplay(eventbridge, await planReplay(clients, await system(), request, surroundings.nowMs()), surroundings.nowMs()),
    replays: async ({ name }) => (name === undefined ? listReplays(eventbridge) : [await describeReplay(eventbridge, name)]),
    cancelReplay: async ({ name }) => cancelReplay(eventbridge, name),
    replayReports: async ({ name }) => replayReports(clients, await system(), epochOf(name)),
    planRewind: async (request) => (await planRewind(clients, await system(), request, surroundings)).plan,
    rewind: async (request) => rewind(clients, await system(), request, surroundings),
  };
}

function consuming({ clients, surroundings, system }: Shared): Pick<Operations, 'consumerLags' | 'setConsumer' | 'projections' | 'rebuildProjection'> {
  return {
    projections: async () => listProjections(clients, await system(), surroundings.nowMs()),
    rebuildProjection: (request) => rebuildProjection(clients, request),
    consumerLags: async () => consumerLags(clients, await system(), surroundings.nowMs()),
    setConsumer: async ({ consumer, isEnabled }) =>
      setMapping(clients, findConsumer(await system(), consumer), { isEnabled, wait: (ms) => surroundings.wait(ms), nowMs: () => surroundings.nowMs() }),
  };
}

function inspecting({
  clients,
  surroundings,
}: Shared): Pick<Operations, 'showAggregate' | 'aggregateLog' | 'diffAggregate' | 'aggregateFeed' | 'forgetSubject'> {
  return {
    showAggregate: (request) => showAggregate(clients, request, surroundings.nowMs()),
    aggregateLog: (request) => aggregateLog(clients, request),
    diffAggregate: (request) => diffAggregate(clients, request, surroundings.nowMs()),
    aggregateFeed: (request) => aggregateFeed(clients, request),
    forgetSubject: (request) => forgetSubject(clients, request),
  };
}

function leading({ clients }: Shared): Pick<Operations, 'sagas' | 'saga' | 'planSaga' | 'actOnSaga'> {
  return {
    sagas: (request) => listSagas(clients, request),
    saga: async ({ sagaId }) => (await readSaga(clients, sagaId)).instance,
    planSaga: (request) => planSaga(clients, request),
    actOnSaga: (request) => actOnSaga(clients, request),
  };
}

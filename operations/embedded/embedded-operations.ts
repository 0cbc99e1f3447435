import type { Plane } from '../../local/index.ts';
import { type Clients, createClients } from '../clients.ts';
import { listDeadLetterQueues } from '../dead-letters/list.ts';
import { showDeadLetters } from '../dead-letters/show.ts';
import { sendEvent } from '../events/send.ts';
import type { FlowEvent } from '../flow/flow-event.ts';
import type { FlowRecorder } from '../flow/flow-recorder.ts';
import { storedThread } from '../flow/stored-thread.ts';
import type { Operations, Trace } from '../operations.ts';
import { JobRegister } from '../redrive/job-register.ts';
import { findConsumer, planRedrive } from '../redrive/plan.ts';
import { depthTotal, queueDepth, systemStatus } from '../status/status.ts';
import { describeSystem, type System } from '../system.ts';
import type { MeterReader } from './meter-reader.ts';
import { untilQuiet } from './quiet.ts';

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

/** Where the system's HTTP API answers on a plane: its address on AWS, mapped to the plane's endpoint. */
export function apiUrlOf(system: System, endpoint: string): string {
  const apiId = new URL(system.apiUrl).host.split('.')[0];
  return `${endpoint}/_aws/execute-api/${apiId}`;
}

/** The operations over a plane in this process. */
export function embeddedOperations(plane: Plane, observers: { readonly flow: FlowRecorder; readonly meters: MeterReader }): Operations {
  const clients: Clients = createClients(plane.clientSettings());
  const nowMs = (): number => plane.kernel.nowMs();
  const wait = (ms: number): Promise<void> => plane.kernel.until(nowMs() + ms, 'redrive pace');
  const jobs = new JobRegister(clients.sqs, { nowMs, wait });
  const system = (): Promise<System> => describeSystem(clients.ssm);
  const traffic = {
    queued: async (): Promise<number> => {
      const { consumers } = await system();
      const depths = await Promise.all(consumers.map(({ queueUrl }) => queueDepth(clients.sqs, queueUrl)));
      return depths.reduce((sum, depth) => sum + depthTotal(depth), 0);
    },
    invocations: () => plane.traffic.invocations,
    deliveries: () => plane.traffic.deliveries,
  };
  return {
    status: async () => {
      const described = await system();
      return {
        endpoint: plane.endpoint,
        api: apiUrlOf(described, plane.endpoint),
        ...(await systemStatus(clients, described)),
        eventsPublished: observers.flow.publishedCount,
      };
    },
    meters: async () => observers.meters.read(),
    quiet: async ({ timeoutMs }) => ({ isQuiet: await untilQuiet(plane, traffic, timeoutMs) }),
    trace: async ({ key }): Promise<Trace> => {
      const recorded = observers.flow.thread(key);
      // What was before this start, or too long ago to be kept, the tables know.
      const isWhole = recorded.length > 0 && observers.flow.isWhole && !plane.isRestored;
      const events = isWhole ? recorded : mergedThreads(await storedThread(clients, await system(), key), recorded);
      if (events.length === 0) throw new NoSuchTraceError(key);
      return { key, events };
    },
    sendEvent: async (request) => sendEvent(clients.eventbridge, (await system()).busName, request, nowMs()),
    listDeadLetters: async () => listDeadLetterQueues(clients, await system(), nowMs()),
    showDeadLetters: async ({ key }) => showDeadLetters(clients, await system(), key),
    planRedrive: async ({ consumer }) => jobs.keep(await planRedrive(clients.sqs, findConsumer(await system(), consumer))),
    startRedrive: async ({ planId, ratePerSecond }) => jobs.start(planId, ratePerSecond),
    job: async ({ jobId, untilEnded }) => (untilEnded ? jobs.ended(jobId) : jobs.get(jobId)),
    cancelJob: async ({ jobId }) => jobs.cancel(jobId),
  };
}

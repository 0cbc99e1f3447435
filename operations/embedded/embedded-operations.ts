import type { Plane } from '../../local/index.ts';
import { type Clients, createClients } from '../clients.ts';
import { heldKeys } from '../consumers/group-lag.ts';
import type { FlowRecorder } from '../flow/flow-recorder.ts';
import { parseEnvelope } from '../flow/summary.ts';
import type { Operations } from '../operations.ts';
import { depthTotal, queueDepth } from '../status/status.ts';
import type { PublishedEvent } from '../surroundings.ts';
import type { System } from '../system.ts';
import { systemOperations } from '../system-operations.ts';
import type { MeterReader } from './meter-reader.ts';
import { untilQuiet } from './quiet.ts';

/** Where the system's HTTP API answers on a plane: its address on AWS, mapped to the plane's endpoint. */
export function apiUrlOf(system: System, endpoint: string): string {
  const apiId = new URL(system.apiUrl).host.split('.')[0];
  return `${endpoint}/_aws/execute-api/${apiId}`;
}

/** The event with that id, from the journal. It is read to its end, which is bounded: operators ask seldom. */
function publishedEvent({ kernel }: Plane, eventId: string): PublishedEvent | undefined {
  for (const { service, kind, detail } of kernel.journal.since(0)) {
    if (service !== 'eventbridge' || kind !== 'event-put' || !String(detail['detail']).includes(eventId)) continue;
    const text = String(detail['detail']);
    if (parseEnvelope(text)?.id === eventId) return { source: String(detail['source']), detailType: String(detail['detailType']), detail: text };
  }
  return undefined;
}

/** The operations over a plane in this process. */
export function embeddedOperations(plane: Plane, observers: { readonly flow: FlowRecorder; readonly meters: MeterReader }): Operations {
  const clients: Clients = createClients(plane.clientSettings());
  const { kernel } = plane;
  const { flow, meters } = observers;
  const knowsAll = (): boolean => flow.isWhole && !plane.isRestored;
  const queued = async (system: System): Promise<number> => {
    const depths = await Promise.all(system.consumers.map(({ queueUrl }) => queueDepth(clients.sqs, queueUrl)));
    // Of a held shard nothing moves until its next attempt.
    return depths.reduce((sum, depth) => sum + depthTotal(depth), await heldKeys(clients, system.consumers));
  };
  return systemOperations(clients, {
    kind: 'embedded',
    get endpoint() {
      return plane.endpoint;
    },
    receiveWaitSeconds: 0,
    nowMs: () => kernel.nowMs(),
    wait: (ms) => kernel.until(kernel.nowMs() + ms, 'operation'),
    apiUrl: (system) => apiUrlOf(system, plane.endpoint),
    publishedCount: () => flow.publishedCount,
    meters: () => meters.read(),
    quiet: (system, timeoutMs) => {
      const traffic = { queued: () => queued(system), invocations: () => plane.traffic.invocations, deliveries: () => plane.traffic.deliveries };
      return untilQuiet(plane, traffic, timeoutMs);
    },
    recordedThread: (key) => ({ events: flow.thread(key), isWhole: knowsAll() }),
    publishedEvent: (eventId) => publishedEvent(plane, eventId),
    wasPublished: (eventId) => flow.thread(eventId).some(({ id }) => id === eventId) || (knowsAll() ? false : undefined),
  });
}

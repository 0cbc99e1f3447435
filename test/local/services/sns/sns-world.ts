import type { CollectionStore } from '../../../../local/kernel/collection.ts';
import { Fault } from '../../../../local/kernel/errors.ts';
import type { JournalEntry } from '../../../../local/kernel/journal.ts';
import { Kernel } from '../../../../local/kernel/kernel.ts';
import type { MetricDatum } from '../../../../local/kernel/metric.ts';
import type { Principal } from '../../../../local/kernel/principal.ts';
import type { DeliveryPayload, Service } from '../../../../local/kernel/service.ts';
import { sns } from '../../../../local/services/sns/service.ts';

/** What a queue or function of the stand-ins got. */
export interface Received {
  readonly to: string;
  readonly payload: DeliveryPayload;
  readonly principal: Principal;
  readonly atMs: number;
}

interface WorldOptions {
  /** The fault with which an endpoint, by its name, answers a delivery. */
  readonly refuse?: (endpoint: string, attempt: number) => Fault | undefined;
  readonly store?: CollectionStore;
}

/** A plane with SNS, and stand-ins for SQS and Lambda that receive everything, except where `refuse` says otherwise. */
export function world({ refuse, store }: WorldOptions = {}) {
  const kernel = new Kernel({
    accountId: '111111111111',
    region: 'us-east-1',
    clock: { kind: 'virtual', startMs: Date.UTC(2026, 0, 1) },
    seed: 'topics',
    store,
    journalCapacity: 10_000,
  });
  const received: Received[] = [];
  const attempts: { readonly to: string; readonly atMs: number }[] = [];
  const metrics: MetricDatum[] = [];
  kernel.onMetric((datum) => metrics.push(datum));
  const standIn = (name: string): Service<object> => ({
    name,
    arnService: name,
    createState: () => ({}),
    operations: {
      Receive(input: { to: string; payload: DeliveryPayload }, { principal }) {
        const refusal = refuse?.(input.to, attempts.filter(({ to }) => to === input.to).length + 1);
        attempts.push({ to: input.to, atMs: kernel.nowMs() });
        if (refusal) throw refusal;
        received.push({ ...input, principal, atMs: kernel.nowMs() });
        return {};
      },
    },
    access: () => [],
    delivery: (arn, payload) => ({ operation: 'Receive', input: { to: arn.slice(arn.lastIndexOf(':') + 1), payload } }),
  });
  kernel.install(standIn('sqs'));
  kernel.install(standIn('lambda'));
  const state = kernel.install(sns);
  const call = <Output = Record<string, string>>(operation: string, input: object = {}): Promise<Output> =>
    kernel.request<Output>({ service: 'sns', operation, input, principal: { type: 'root' } });
  const entries = (kind: string): JournalEntry[] => [...kernel.journal.since(0)].filter((entry) => entry.kind === kind);
  /** The sums of a topic's metrics. */
  const measured = (): Record<string, number> => {
    const sums: Record<string, number> = {};
    for (const { namespace, name, value } of metrics) if (namespace === 'AWS/SNS') sums[name] = (sums[name] ?? 0) + value;
    return sums;
  };
  return { kernel, state, received, attempts, call, entries, measured };
}

export type World = ReturnType<typeof world>;

export const topicArn = (name: string): string => `arn:aws:sns:us-east-1:111111111111:${name}`;
export const queueArn = (name: string): string => `arn:aws:sqs:us-east-1:111111111111:${name}`;
export const functionArn = (name: string): string => `arn:aws:lambda:us-east-1:111111111111:function:${name}`;

export const queueDoesNotExist = (): Fault => new Fault('QueueDoesNotExist', 'The specified queue does not exist.');
export const unavailable = (): Fault => new Fault('ServiceUnavailable', 'The service is not available.', { status: 503 });

/** A topic with a queue of the name given that is subscribed to it; answers the subscription's ARN. */
export async function subscribed({ call }: Pick<World, 'call'>, { topic = 'orders', queue = 'queue', attributes = {} } = {}): Promise<string> {
  await call('CreateTopic', { Name: topic, Attributes: topic.endsWith('.fifo') ? { FifoTopic: 'true' } : {} });
  const input = { TopicArn: topicArn(topic), Protocol: 'sqs', Endpoint: queueArn(queue), Attributes: attributes };
  return (await call('Subscribe', input))['SubscriptionArn'] ?? '';
}

/** What a data folder would hold, in memory: give the same one to the next world, and it is a restart. */
export function memoryStore(): CollectionStore {
  const saved = new Map<string, Map<string, unknown>>();
  return {
    open(name) {
      const values = saved.get(name) ?? new Map<string, unknown>();
      saved.set(name, values);
      return values;
    },
    changed() {},
    settled: () => Promise.resolve(),
  };
}

import type { CollectionStore } from '../../../../local/kernel/collection.ts';
import { Fault } from '../../../../local/kernel/errors.ts';
import type { JournalEntry } from '../../../../local/kernel/journal.ts';
import { Kernel } from '../../../../local/kernel/kernel.ts';
import type { MetricDatum } from '../../../../local/kernel/metric.ts';
import type { Principal } from '../../../../local/kernel/principal.ts';
import type { DeliveryPayload, Service } from '../../../../local/kernel/service.ts';
import { eventbridge } from '../../../../local/services/eventbridge/service.ts';

/** What a queue of the stand-in got. */
export interface Received {
  readonly queue: string;
  readonly payload: DeliveryPayload;
  readonly principal: Principal;
  readonly atMs: number;
}

/** A plane with EventBridge and a stand-in for SQS that receives everything, except where `refuse` says otherwise. */
export function world(options: { readonly refuse?: (queue: string) => Fault | undefined; readonly store?: CollectionStore; readonly seed?: string } = {}) {
  const kernel = new Kernel({
    accountId: '111111111111',
    region: 'us-east-1',
    clock: { kind: 'virtual', startMs: Date.UTC(2026, 0, 1) },
    seed: options.seed ?? 'events',
    store: options.store,
    journalCapacity: 10_000,
  });
  const received: Received[] = [];
  const metrics: MetricDatum[] = [];
  kernel.onMetric((datum) => metrics.push(datum));
  const queues: Service<object> = {
    name: 'sqs',
    arnService: 'sqs',
    createState: () => ({}),
    operations: {
      SendMessage(input: { queue: string; payload: DeliveryPayload }, { principal }) {
        const refusal = options.refuse?.(input.queue);
        if (refusal) throw refusal;
        received.push({ ...input, principal, atMs: kernel.nowMs() });
        return {};
      },
    },
    access: (_operation, input) => [{ action: 'sqs:SendMessage', resource: queueArn(input.queue) }],
    delivery: (arn, payload) => ({ operation: 'SendMessage', input: { queue: arn.slice(arn.lastIndexOf(':') + 1), payload } }),
  };
  kernel.install(queues);
  const state = kernel.install(eventbridge);
  const call = <Output = Record<string, unknown>>(operation: string, input: object, principal: Principal = { type: 'root' }): Promise<Output> =>
    kernel.request<Output>({ service: 'eventbridge', operation, input, principal });
  const entries = (kind: string): JournalEntry[] => [...kernel.journal.since(0)].filter((entry) => entry.kind === kind);
  return { kernel, state, received, metrics, call, entries };
}

export function queueArn(name: string): string {
  return `arn:aws:sqs:us-east-1:111111111111:${name}`;
}

export const queueDoesNotExist = (): Fault => new Fault('QueueDoesNotExist', 'The specified queue does not exist.');

/** A rule with one target. */
export async function ruleTo(
  { call }: Pick<ReturnType<typeof world>, 'call'>,
  { name = 'rule', pattern = { source: ['shop'] }, target = {} }: { name?: string; pattern?: object; target?: object } = {},
): Promise<void> {
  await call('PutRule', { Name: name, EventPattern: JSON.stringify(pattern) });
  await call('PutTargets', { Rule: name, Targets: [{ Id: 'target', Arn: queueArn('orders'), ...target }] });
}

/** An entry of `PutEvents`. */
export function entry(detail: unknown = { orderId: 1 }, more: object = {}): object {
  return { Source: 'shop', DetailType: 'OrderPlaced', Detail: JSON.stringify(detail), ...more };
}

/** What a data folder would hold, in memory: give the same one to the next world, and it is a restart. */
export function memoryStore(): CollectionStore {
  const saved = new Map<string, Map<string, unknown>>();
  return {
    open(name) {
      const values = structuredClone(saved.get(name) ?? new Map<string, unknown>());
      saved.set(name, values);
      return values;
    },
    changed: () => {},
    settled: async () => {},
  };
}

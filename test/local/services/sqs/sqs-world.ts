import type { Message } from '@aws-sdk/client-sqs';
import type { CollectionStore } from '../../../../local/kernel/collection.ts';
import type { JournalEntry } from '../../../../local/kernel/journal.ts';
import { Kernel } from '../../../../local/kernel/kernel.ts';
import type { MetricDatum } from '../../../../local/kernel/metric.ts';
import { sqs } from '../../../../local/services/sqs/service.ts';
import type { SqsState } from '../../../../local/services/sqs/state.ts';

/** Keeps what collections said has changed, and nothing else: a change that was not announced is lost at the next restart. */
export class RememberedStore implements CollectionStore {
  readonly #saved = new Map<string, Map<string, unknown>>();
  #live = new Map<string, Map<string, unknown>>();

  open(name: string): Map<string, unknown> {
    const values = new Map([...(this.#saved.get(name) ?? [])].map(([key, value]) => [key, structuredClone(value)]));
    this.#live.set(name, values);
    return values;
  }

  changed(name: string, key: string): void {
    const saved = this.#saved.get(name) ?? new Map<string, unknown>();
    this.#saved.set(name, saved);
    const live = this.#live.get(name);
    if (live?.has(key)) saved.set(key, structuredClone(live.get(key)));
    else saved.delete(key);
  }

  settled(): Promise<void> {
    return Promise.resolve();
  }
}

export interface SqsWorld {
  readonly kernel: Kernel;
  readonly state: SqsState;
  readonly metrics: MetricDatum[];
  call<Output>(operation: string, input: object, options?: { signal?: AbortSignal; cause?: number }): Promise<Output>;
  create(name: string, attributes?: Record<string, string>): Promise<string>;
  send(queue: string, body: string, more?: object): Promise<{ MessageId: string; SequenceNumber?: string; MD5OfMessageAttributes?: string }>;
  receive(queue: string, more?: object): Promise<Message[]>;
  counts(queue: string): Promise<{ visible: number; inFlight: number; delayed: number }>;
  wait(ms: number): Promise<void>;
  journal(kind: string): JournalEntry[];
}

export function sqsWorld(options: { store?: CollectionStore; startMs?: number; seed?: string } = {}): SqsWorld {
  const kernel = new Kernel({
    accountId: '111111111111',
    region: 'us-east-1',
    clock: { kind: 'virtual', startMs: options.startMs ?? 1_800_000_000_000 },
    seed: options.seed ?? 'sqs',
    store: options.store,
    journalCapacity: 10_000,
  });
  const state = kernel.install(sqs);
  const metrics: MetricDatum[] = [];
  kernel.onMetric((datum) => metrics.push(datum));
  const call: SqsWorld['call'] = (operation, input, more = {}) => kernel.request({ service: 'sqs', operation, input, principal: { type: 'root' }, ...more });
  return {
    kernel,
    state,
    metrics,
    call,
    create: async (name, attributes = {}) => (await call<{ QueueUrl: string }>('CreateQueue', { QueueName: name, Attributes: attributes })).QueueUrl,
    send: (queue, body, more = {}) => call('SendMessage', { QueueUrl: queue, MessageBody: body, ...more }),
    receive: async (queue, more = {}) => (await call<{ Messages?: Message[] }>('ReceiveMessage', { QueueUrl: queue, ...more })).Messages ?? [],
    counts: async (queue) => {
      const { Attributes: attributes } = await call<{ Attributes: Record<string, string> }>('GetQueueAttributes', { QueueUrl: queue, AttributeNames: ['All'] });
      return {
        visible: Number(attributes['ApproximateNumberOfMessages']),
        inFlight: Number(attributes['ApproximateNumberOfMessagesNotVisible']),
        delayed: Number(attributes['ApproximateNumberOfMessagesDelayed']),
      };
    },
    wait: async (ms) => {
      await kernel.run({ untilMs: kernel.nowMs() + ms });
    },
    journal: (kind) => [...kernel.journal.since(0)].filter((entry) => entry.kind === kind),
  };
}

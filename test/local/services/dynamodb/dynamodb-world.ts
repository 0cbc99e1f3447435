import type { CollectionStore } from '../../../../local/kernel/collection.ts';
import type { Fault } from '../../../../local/kernel/errors.ts';
import type { JournalEntry } from '../../../../local/kernel/journal.ts';
import { Kernel } from '../../../../local/kernel/kernel.ts';
import type { MetricDatum } from '../../../../local/kernel/metric.ts';
import { dynamodb } from '../../../../local/services/dynamodb/service.ts';
import type { DynamoDbState } from '../../../../local/services/dynamodb/state.ts';
import { dynamodbStreams } from '../../../../local/services/dynamodb-streams/service.ts';

export const START_MS = Date.UTC(2026, 0, 1);

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

// biome-ignore lint/suspicious/noExplicitAny: a test looks into answers of every operation
type Answer = any;

export interface DynamoDbWorld {
  readonly kernel: Kernel;
  readonly state: DynamoDbState;
  readonly metrics: MetricDatum[];
  call(operation: string, input: object): Promise<Answer>;
  streams(operation: string, input: object): Promise<Answer>;
  /** The fault that a call ends in. */
  fault(operation: string, input: object): Promise<Fault>;
  entries(kind: string): JournalEntry[];
}

/** A plane with DynamoDB and its streams, on a virtual clock. */
export function dynamodbWorld(options: { readonly store?: CollectionStore; readonly startMs?: number } = {}): DynamoDbWorld {
  const kernel = new Kernel({
    accountId: '111111111111',
    region: 'us-east-1',
    clock: { kind: 'virtual', startMs: options.startMs ?? START_MS },
    seed: 1,
    journalCapacity: 10_000,
    store: options.store,
  });
  const state = kernel.install(dynamodb);
  kernel.install(dynamodbStreams);
  const metrics: MetricDatum[] = [];
  kernel.onMetric((datum) => metrics.push(datum));
  const request = (service: string) => (operation: string, input: object) => kernel.request<Answer>({ service, operation, input, principal: { type: 'root' } });
  const call = request('dynamodb');
  return {
    kernel,
    state,
    metrics,
    call,
    streams: request('dynamodb-streams'),
    fault: (operation, input) =>
      call(operation, input).then(
        (answer) => {
          throw new Error(`${operation} answered ${JSON.stringify(answer)}`);
        },
        (error) => error,
      ),
    entries: (kind) => [...kernel.journal.since(0)].filter((entry) => entry.kind === kind),
  };
}

const keys = (hash: string, range?: string) => [
  { AttributeName: hash, KeyType: 'HASH' },
  ...(range === undefined ? [] : [{ AttributeName: range, KeyType: 'RANGE' }]),
];

/** What creates `things`: keys `pk` (S) and `sk` (`sortType`), index `byOwner` (`owner`, `rank` N), local index `byRank`. */
export function thingsTable(sortType: 'S' | 'N' | 'B' = 'S', more: object = {}): object {
  return {
    TableName: 'things',
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: sortType },
      { AttributeName: 'owner', AttributeType: 'S' },
      { AttributeName: 'rank', AttributeType: 'N' },
    ],
    KeySchema: keys('pk', 'sk'),
    BillingMode: 'PAY_PER_REQUEST',
    GlobalSecondaryIndexes: [{ IndexName: 'byOwner', KeySchema: keys('owner', 'rank'), Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['note'] } }],
    LocalSecondaryIndexes: [{ IndexName: 'byRank', KeySchema: keys('pk', 'rank'), Projection: { ProjectionType: 'KEYS_ONLY' } }],
    ...more,
  };
}

/** What creates a table with the key `id` (S) only. */
export function plainTable(name: string, more: object = {}): object {
  return {
    TableName: name,
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: keys('id'),
    BillingMode: 'PAY_PER_REQUEST',
    ...more,
  };
}

// An event store in an embedded plane, over a socket. Run as a child process: it prints one line of JSON.
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { defineAggregate } from '../functions/backbone/event-store/aggregate.ts';
import { load } from '../functions/backbone/event-store/load.ts';
import type { Ports } from '../functions/backbone/ports.ts';
import { tableReader } from '../functions/backbone/table.ts';
import { UnitOfWork } from '../functions/backbone/unit-of-work.ts';
import { Plane } from '../local/index.ts';
import { StockReceived } from '../schemas/index.ts';
import { percentile } from './benchmark.ts';

const WRITERS = 16;
const APPEND_SECONDS = 3;
const LONG_EVENTS = 10_000;
const EVENTS_PER_COMMIT = 20;
const SNAPSHOT_EVERY = 100;
const LOADS = 100;
const LOADS_OF_ALL = 10;

const Shelf = defineAggregate({
  type: 'Shelf',
  events: [StockReceived.v1],
  initial: 0,
  evolve: (total, { data }) => total + data.quantity,
  snapshotEvery: SNAPSHOT_EVERY,
});
/** Its snapshots are of another fold: there is none that it could use. */
const Unremembered = { ...Shelf, foldVersion: 2 };

const plane = new Plane({ seed: 'bench', onBug: (error) => process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`) });
const endpoint = await plane.listen(0);
const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' } });
let requests = 0;
const ports: Ports = {
  dynamodb: {
    send: (command) => {
      requests += 1;
      return client.send(command as CreateTableCommand);
    },
  },
  environment: { TABLE_NAME: 'store' },
  nowMs: () => Date.now(),
  random: () => Math.random(),
  waitMs: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};
await client.send(
  new CreateTableCommand({
    TableName: 'store',
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
    ],
    BillingMode: 'PAY_PER_REQUEST',
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
  }),
);

let commits = 0;
/** One append as a consumer makes it: loaded, decided, committed with its claim. */
async function append(id: string, count: number): Promise<void> {
  commits += 1;
  const cause = {
    id: `cause-${commits}`,
    correlationid: 'bench',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    flow: 'choreography',
  };
  const work = new UnitOfWork({ ports, cause, identity: ['bench', cause.id] });
  const loaded = await work.load(Shelf, id);
  work.append(
    Shelf,
    loaded,
    Array.from({ length: count }, () => StockReceived.v1({ sku: id, quantity: 1, receivedAt: work.now })),
  );
  const record = { pk: `COMMIT#${cause.id}`, sk: 'COMMIT', payloadHash: '' };
  await work.commit({ kind: 'put', record, condition: { expression: 'attribute_not_exists(pk)' } });
}

async function appendsPerSecond(): Promise<number> {
  const endMs = performance.now() + APPEND_SECONDS * 1000;
  const startMs = performance.now();
  const before = commits;
  const writers = Array.from({ length: WRITERS }, async (_, writer) => {
    for (let count = 0; performance.now() < endMs; count += 1) await append(`short-${writer}-${Math.floor(count / 4)}`, 1);
  });
  await Promise.all(writers);
  return ((commits - before) * 1000) / (performance.now() - startMs);
}

interface Loads {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly requestsPerLoad: number;
}

async function loads(aggregate: typeof Shelf, count: number): Promise<Loads> {
  const reader = tableReader(ports);
  const tookMs: number[] = [];
  const before = requests;
  for (let index = 0; index < count; index += 1) {
    const startMs = performance.now();
    const { version, state } = await load(reader, aggregate, 'long');
    tookMs.push(performance.now() - startMs);
    if (version !== LONG_EVENTS || state !== LONG_EVENTS) throw new Error(`The long aggregate has ${version} events that make ${state}`);
  }
  return { p50Ms: percentile(tookMs, 0.5), p99Ms: percentile(tookMs, 0.99), requestsPerLoad: (requests - before) / count };
}

await appendsPerSecond();
const rate = await appendsPerSecond();
const startMs = performance.now();
for (let events = 0; events < LONG_EVENTS; events += EVENTS_PER_COMMIT) await append('long', EVENTS_PER_COMMIT);
const eventsPerSecond = (LONG_EVENTS * 1000) / (performance.now() - startMs);
const withSnapshot = await loads(Shelf, LOADS);
const withoutSnapshot = await loads(Unremembered, LOADS_OF_ALL);
process.stdout.write(`${JSON.stringify({ appendsPerSecond: rate, eventsPerSecond, withSnapshot, withoutSnapshot })}\n`);
client.destroy();
await plane.close();

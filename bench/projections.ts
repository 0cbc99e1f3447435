import { setTimeout as sleep } from 'node:timers/promises';
import { BatchWriteItemCommand } from '@aws-sdk/client-dynamodb';
import { PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { marshall } from '@aws-sdk/util-dynamodb';
import { type Clients, createClients } from '../operations/clients.ts';
import { Host } from '../operations/embedded/host.ts';
import { eventsPerSecond, rebuildProjection, runRebuild } from '../operations/projections/rebuild.ts';
import { describeSystem } from '../operations/system.ts';
import { type Benchmark, rounded } from './benchmark.ts';
import { ROOT } from './processes.ts';

const ORDERS = 10_000;
const CUSTOMERS = 2_500;
const EVENTS_PER_ORDER = 2;
const DAY_MS = 24 * 60 * 60 * 1000;
const FIRST_MS = Date.UTC(1997, 0, 1);
const WAIT_MS_MAX = 300_000;
const LOOK_MS = 50;

/** An order's two events, as its service stores and publishes them. */
function eventsOf(index: number): readonly string[] {
  const orderId = `bench-${String(index).padStart(6, '0')}`;
  const customerId = `customer-${(index * 7919) % CUSTOMERS}`;
  const orderedAt = new Date(FIRST_MS + (index % 540) * DAY_MS).toISOString();
  const email = `${customerId}@example.com`;
  const placed = {
    orderId,
    customerId,
    email,
    lines: [{ sku: 'CD-001', quantity: 1 }],
    totalCents: 1000 + index,
    currency: 'USD',
    cardToken: 'tok',
    orderedAt,
  };
  const data = [
    ['OrderPlaced', 'order-placed/v1.1', placed],
    ['OrderConfirmed', 'order-confirmed/v1.1', { orderId, customerId, confirmedAt: orderedAt, shipmentId: `shipment-${index}` }],
  ] as const;
  return data.map(([type, schema, of], place) =>
    JSON.stringify({
      specversion: '1.0',
      id: `${orderId}-${place + 1}`,
      source: 'tickertape.orders',
      type,
      time: orderedAt,
      subject: orderId,
      datacontenttype: 'application/json',
      dataschema: `tickertape:orders/${schema}`,
      correlationid: orderId,
      causationid: orderId,
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      partitionkey: orderId,
      flow: 'bench',
      sequence: String(place + 1).padStart(16, '0'),
      data: of,
    }),
  );
}

async function fillStore({ dynamodb }: Clients, table: string): Promise<void> {
  const writes = Array.from({ length: ORDERS }, (_, index) => {
    const events = eventsOf(index);
    const id = (JSON.parse(events[0] ?? '{}') as { partitionkey: string }).partitionkey;
    // `entity` is what the relay's filter looks at: these are read, and not published.
    const tip = {
      pk: `Order#${id}`,
      sk: 'TIP',
      entity: 'TIP',
      aggregate: 'Order',
      id,
      version: events.length,
      first: 1,
      events,
      commit: { from: 1, count: 0 },
    };
    return { PutRequest: { Item: marshall(tip) } };
  });
  for (let start = 0; start < writes.length; start += 25)
    await dynamodb.send(new BatchWriteItemCommand({ RequestItems: { [table]: writes.slice(start, start + 25) } }));
}

/** Puts every event into the stream, as relays do. */
async function feed({ kinesis }: Clients, StreamARN: string): Promise<void> {
  for (let start = 0; start < ORDERS; start += 250) {
    const Records = Array.from({ length: Math.min(250, ORDERS - start) }, (_, place) => start + place).flatMap((index) =>
      eventsOf(index).map((text) => ({ Data: Buffer.from(text), PartitionKey: `bench-${index}` })),
    );
    let waiting = Records;
    while (waiting.length > 0) {
      const { Records: results = [] } = await kinesis.send(new PutRecordsCommand({ StreamARN, Records: waiting }));
      waiting = waiting.filter((_, place) => results[place]?.ErrorCode !== undefined);
      if (waiting.length > 0) await sleep(LOOK_MS);
    }
  }
}

async function until(what: string, isDone: () => Promise<boolean>): Promise<void> {
  const giveUpMs = performance.now() + WAIT_MS_MAX;
  while (!(await isDone())) {
    if (performance.now() > giveUpMs) throw new Error(`Not in time: ${what}`);
    await sleep(LOOK_MS);
  }
}

async function ordersOfLast(apiUrl: string): Promise<boolean> {
  const summaries = await Promise.all(
    [ORDERS - 1, ORDERS - 2, ORDERS - 3].map((index) => fetch(`${apiUrl}/orders/bench-${String(index).padStart(6, '0')}/summary`)),
  );
  const bodies = await Promise.all(summaries.map(async (answer) => (await answer.json()) as { readonly status?: unknown }));
  return bodies.every(({ status }) => status === 'CONFIRMED');
}

/** Rebuilds from the event store, and the four projections of the group `read-models` behind the stream, on a plane in this process. */
export const projections: Benchmark = {
  name: 'projections',
  title: `rebuild of customer-dashboard from ${ORDERS} orders (aim: ≥ 5,000 events/s), and live projections behind the stream`,
  async run() {
    const host = new Host({
      directory: ROOT,
      port: 0,
      consolePort: 0,
      dataDirectory: undefined,
      clockFactor: 1,
      deliversTwice: false,
      onBug: (error) => {
        throw error;
      },
    });
    try {
      await host.start();
      const clients = createClients(host.plane.clientSettings());
      const system = await describeSystem(clients.ssm);
      const store = system.consumers.find(({ consumer }) => consumer === 'orders')?.tableName ?? '';
      await fillStore(clients, store);
      const run = { projection: 'customer-dashboard', onProgress: () => {}, nowMs: () => performance.now(), wait: (ms: number) => sleep(ms).then(() => {}) };
      const rebuilt = await runRebuild((request) => rebuildProjection(clients, request), { ...run, mode: 'rebuild' });
      const startMs = performance.now();
      await feed(clients, system.streamArn);
      await until('the last orders are in the read models', () => ordersOfLast(host.apiUrl ?? ''));
      const live = (ORDERS * EVENTS_PER_ORDER) / ((performance.now() - startMs) / 1000);
      const rebuildEventsPerSecond = eventsPerSecond(rebuilt);
      const lines = [
        `rebuild: ${rebuilt.events} events of ${rebuilt.sources} orders, ${rebuildEventsPerSecond} events/s`,
        `live: ${ORDERS * EVENTS_PER_ORDER} events through 2 shards into 3 projections, ${rounded(live)} events/s`,
      ];
      return { lines, figures: { rebuildEventsPerSecond, liveEventsPerSecond: rounded(live) } };
    } finally {
      await host.close();
    }
  },
};

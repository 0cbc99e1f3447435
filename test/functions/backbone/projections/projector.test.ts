import type { Context, KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Envelope } from '../../../../functions/backbone/envelope.ts';
import { positionKeyOf, viewKeyOf } from '../../../../functions/backbone/projections/items.ts';
import type { Projection } from '../../../../functions/backbone/projections/projection.ts';
import { type ProjectorFunction, projector } from '../../../../functions/backbone/projections/projector.ts';
import { readView } from '../../../../functions/backbone/projections/reading.ts';
import { tableReader } from '../../../../functions/backbone/table.ts';
import { stock } from '../../../../functions/read-models/stock.ts';
import { InventoryReserved, StockReceived } from '../../../../schemas/index.ts';
import { bodyOf, orderEnvelope, sqsRecord } from '../world.ts';
import { eventsOf, newProjectionWorld, type OrderStory, tally } from './projection-world.ts';

const CONTEXT = { awsRequestId: 'request', getRemainingTimeInMillis: () => 30_000 } as Context;
const SHARD = 'shardId-000000000000';

let world: ReturnType<typeof newProjectionWorld>;
let isBroken: boolean;
let handler: ProjectorFunction;

const fragile: Projection = {
  ...tally,
  apply: (part, event) => {
    if (isBroken && event.id === 'o1-2') throw new Error('defect');
    return tally.apply(part, event);
  },
};

beforeEach(() => {
  world = newProjectionWorld({ ORDERED_BY: 'key' });
  isBroken = false;
  handler = projector({ name: 'read-models', projections: [fragile, stock] }, world.ports);
});

const story = (index: number, end: OrderStory['end'] = 'RETURNED'): OrderStory => ({
  orderId: `o${index}`,
  customerId: 'c1',
  orderedAt: '1997-03-01T00:00:00.000Z',
  totalCents: 100,
  end,
});

function record(sequence: number, text: string): KinesisStreamRecord {
  return {
    eventID: `${SHARD}:${sequence}`,
    eventName: 'aws:kinesis:record',
    eventSource: 'aws:kinesis',
    eventSourceARN: 'arn:aws:kinesis:eu-central-1:000000000000:stream/events',
    eventVersion: '1.0',
    awsRegion: 'eu-central-1',
    invokeIdentityArn: 'arn',
    kinesis: {
      data: Buffer.from(text).toString('base64'),
      sequenceNumber: String(sequence),
      partitionKey: 'key',
      kinesisSchemaVersion: '1.0',
      approximateArrivalTimestamp: 0,
    },
  };
}

const batch = (texts: readonly string[]): KinesisStreamEvent => ({ Records: texts.map((text, index) => record(100 + index, text)) });
const texts = (events: readonly Envelope[]): string[] => events.map((event) => JSON.stringify(event));

function seen(key = 'c1', name = 'tally'): Record<string, number> {
  const { pk, sk } = viewKeyOf(name, '1', key);
  return JSON.parse(String(world.table.get('table', pk, sk)?.['state'] ?? '{}')) as Record<string, number>;
}

const letters = () =>
  world.sqs.inputs('SendMessage').map(({ MessageBody, MessageAttributes }) => ({ body: String(MessageBody), attributes: MessageAttributes }));

describe('a projector on a stream', () => {
  it('folds a batch, and notes how far it is', async () => {
    expect(await handler(batch(texts(eventsOf(story(1)))), CONTEXT)).toEqual({ batchItemFailures: [] });
    expect(seen()).toEqual({ 'o1-1': 1, 'o1-2': 1, 'o1-3': 1 });
    const { pk, sk } = positionKeyOf('read-models', SHARD);
    expect(world.table.get('table', pk, sk)).toMatchObject({ sequenceNumber: '102', eventTime: '2026-03-15T14:00:00.000Z', versions: { tally: 1, stock: 1 } });
  });

  it('asks for the whole batch again where the table does not answer, and doubles nothing', async () => {
    world.table.after = (operation) => {
      if (operation === 'TransactWriteItems') throw Object.assign(new Error('lost'), { name: 'TimeoutError' });
    };
    const event = batch(texts(eventsOf(story(1))));
    expect((await handler(event, CONTEXT)).batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(['100', '101', '102']);
    world.table.after = () => {};
    expect(await handler(event, CONTEXT)).toEqual({ batchItemFailures: [] });
    expect(seen()).toEqual({ 'o1-1': 1, 'o1-2': 1, 'o1-3': 1 });
  });

  it('dead-letters what is no event, and what lacks a version, and goes on', async () => {
    const [placed] = eventsOf(story(2, 'PLACED'));
    const unversioned = JSON.stringify(orderEnvelope('o9'));
    const invalid = JSON.stringify({ ...placed, data: { orderId: 'o2' } });
    await handler(batch(['no json', unversioned, invalid, ...texts(eventsOf(story(1, 'PLACED')))]), CONTEXT);
    expect(letters().map(({ body }) => body)).toEqual(['no json', unversioned, invalid]);
    expect(letters()[1]?.attributes).toMatchObject({ reason: { StringValue: 'malformed' } });
    expect(seen()).toEqual({ 'o1-1': 1 });
  });

  it('holds one source at a defect of the fold, and lets it go on when the letter is redriven', async () => {
    isBroken = true;
    const events = eventsOf(story(1));
    expect(await handler(batch(texts([...events, ...eventsOf(story(2))])), CONTEXT)).toEqual({ batchItemFailures: [] });
    expect(seen()).toEqual({ 'o1-1': 1, 'o2-1': 1, 'o2-2': 1, 'o2-3': 1 });
    expect(letters().map(({ body }) => (JSON.parse(body) as Envelope).id)).toEqual(['o1-2']);
    isBroken = false;
    const redriven = sqsRecord(letters()[0]?.body ?? '', { attributes: { redriveJob: 'j1' } });
    expect(await handler({ Records: [redriven] }, CONTEXT)).toEqual({ batchItemFailures: [] });
    expect(seen()).toEqual({ 'o1-1': 1, 'o1-2': 1, 'o1-3': 1, 'o2-1': 1, 'o2-2': 1, 'o2-3': 1 });
    expect(world.table.get('table', 'COMMIT#read-models#0#tickertape.orders#o1-2', 'COMMIT')).toMatchObject({ status: 'COMPLETED', entity: 'CLAIM' });
  });

  it('reads back an event that lost its secrets while it waited', async () => {
    const [placed] = eventsOf(story(1, 'PLACED')) as [Envelope];
    const { cardToken: _, ...data } = placed.data as Record<string, unknown>;
    await handler({ Records: [sqsRecord(bodyOf({ ...placed, data }))] }, CONTEXT);
    expect(seen()).toEqual({ 'o1-1': 1 });
  });
});

describe('stock', () => {
  it('is what came in less what orders took, each once', async () => {
    const envelope = (id: string, payload: object): string => JSON.stringify({ ...orderEnvelope('o1'), id, ...payload });
    const lines = [
      { sku: 'A', quantity: 2 },
      { sku: 'B', quantity: 1 },
      { sku: 'A', quantity: 3 },
    ];
    const reserved = InventoryReserved.v1({
      orderId: 'o1',
      customerId: 'c1',
      email: 'ada@example.org',
      paymentId: 'p1',
      lines,
      reservedAt: '2026-03-15T14:00:00Z',
    });
    const received = StockReceived.v1({ sku: 'A', quantity: 10, receivedAt: '2026-03-15T14:00:00Z' });
    const all = [envelope('e1', received), envelope('e2', reserved), envelope('e1', received), envelope('e3', reserved)];
    await handler(batch(all), CONTEXT);
    await handler(batch(all), CONTEXT);
    expect([seen('A', 'stock'), seen('B', 'stock')]).toEqual([
      { received: 10, reserved: 5 },
      { received: 0, reserved: 1 },
    ]);
  });
});

describe('reading', () => {
  const read = (after?: string, waitMs = world.ports.waitMs) => readView(tableReader(world.ports), { projection: fragile, key: 'c1', after }, { waitMs });

  it('answers nothing before the first event', async () => {
    expect(await read()).toBeUndefined();
  });

  it('waits for a write, a few looks long, and then says that it is not there', async () => {
    const [placed] = eventsOf(story(1, 'PLACED'));
    const startMs = world.nowMs;
    await expect(read('o1:1')).rejects.toMatchObject({ status: 409, headers: { 'retry-after': '1' } });
    expect(world.nowMs - startMs).toBe(5_000);
    expect(world.table.calls.length).toBeLessThanOrEqual(18);
    let looks = 0;
    const view = await read('o1:1', async () => {
      looks += 1;
      if (looks === 2) await handler(batch(texts([placed as Envelope])), CONTEXT);
    });
    expect([view, looks]).toEqual([{ 'o1-1': 1 }, 2]);
  });

  it('follows the pointer to the next generation where the one it had was dropped', async () => {
    await handler(batch(texts(eventsOf(story(1, 'PLACED')))), CONTEXT);
    const inner = tableReader(world.ports);
    let isMoved = false;
    const reader: typeof inner = {
      ...inner,
      get: async (key) => {
        const item = await inner.get(key);
        if (key.sk !== 'POINTER' || isMoved) return item as never;
        isMoved = true;
        const old = viewKeyOf('tally', '1', 'c1');
        const view = world.table.get('table', old.pk, old.sk);
        world.table.set('table', { ...view, ...viewKeyOf('tally', '2', 'c1') });
        world.table.set('table', { ...(item as object), ...key, live: '2' });
        world.table.tables.get('table')?.delete(`${old.pk}\u0000${old.sk}`);
        return item as never;
      },
    };
    expect(await readView(reader, { projection: fragile, key: 'c1' }, world.ports)).toEqual({ 'o1-1': 1 });
  });
});

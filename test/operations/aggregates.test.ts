import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { itemsOf } from '../world/tables.ts';
import { createWorld, type World } from '../world/world.ts';

/** What a test needs of a stored event. */
interface StoredEvent {
  readonly type: string;
  readonly time: string;
  readonly sequence: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look at what they expect
  readonly data: any;
}

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(async () => {
  expect(world.bugs).toEqual([]);
  await world.close();
});

/** The raw events of all orders, from their items. */
async function storedOrders(): Promise<Map<string, StoredEvent[]>> {
  const tips = (await itemsOf(world, 'TIP')).filter(({ aggregate }) => aggregate === 'Order');
  return new Map(tips.map((tip) => [String(tip['id']), (tip['events'] as string[]).map((text) => JSON.parse(text) as StoredEvent)]));
}

/** A fold of its own, that knows nothing of the service's: what `GET /orders/{id}` answers after these events. */
function stateAfter(events: readonly StoredEvent[]): unknown {
  let state: Record<string, unknown> | null = null;
  for (const { type, data } of events) {
    if (type === 'OrderPlaced') {
      const { cardToken: _, ...facts } = data;
      state = { ...facts, status: 'PLACED' };
      continue;
    }
    const { orderId, customerId, email, lines, totalCents, currency, orderedAt } = state as Record<string, unknown>;
    const facts = { orderId, customerId, email, lines, totalCents, currency, orderedAt };
    if (type === 'OrderConfirmed') state = { ...facts, status: 'CONFIRMED', shipmentId: data.shipmentId, confirmedAt: data.confirmedAt };
    else state = { ...facts, status: 'CANCELLED', reason: data.reason, cancelledAt: data.cancelledAt };
  }
  return state;
}

const show = (id: string, at?: string) => world.complete(world.operations.showAggregate({ type: 'Order', id, at }));

/** Orders that are confirmed, declined or without stock, placed over some hours. */
async function placeOrders(count: number): Promise<void> {
  await world.receiveStock('CD-1', Math.ceil(count / 2));
  for (let index = 0; index < count; index += 1) {
    await world.placed({ customerId: `c${index % 7}`, ...(index % 5 === 0 && { cardToken: 'tok_declined' }) });
    await world.pass(1_000 * ((index * 7919) % 600));
  }
  await world.settle();
}

describe('the state of an order', () => {
  it('at any time is a fold of its raw events up to that time: 1,000 orders and times', async () => {
    await placeOrders(40);
    const orders = [...(await storedOrders())];
    expect(orders).toHaveLength(40);
    const times = orders.flatMap(([, events]) => events.map(({ time }) => Date.parse(time)));
    const [firstMs, lastMs] = [Math.min(...times), Math.max(...times)];
    const moment = fc.oneof(
      fc.integer({ min: firstMs - 60_000, max: lastMs + 60_000 }),
      // Around an event: the instant itself, and those beside it.
      fc.tuple(fc.constantFrom(...times), fc.constantFrom(-1, 0, 1)).map(([time, offset]) => time + offset),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...orders), moment, async ([id, events], ms) => {
        const at = new Date(ms).toISOString();
        const until = events.filter(({ time }) => time <= at);
        expect(await show(id, at)).toEqual({ type: 'Order', id, version: until.length, latest: events.length, at, state: stateAfter(until) });
      }),
      { numRuns: 1_000, seed: 20260315 },
    );
  });

  it('is told now and after each event, its events in order, and what lies between', async () => {
    await placeOrders(1);
    const [[id, events] = ['', []]] = await storedOrders();
    expect(events.map(({ type }) => type)).toEqual(['OrderPlaced', 'OrderCancelled']);
    const answered = (await world.http('GET', `/orders/${id}`)).body;
    // Personal data is not the operator's to see.
    expect((await show(id)).state).toEqual({ ...answered, email: events[0]?.data.email });
    expect(await show(id, '1')).toMatchObject({ version: 1, latest: 2, at: undefined, state: { status: 'PLACED' } });
    expect(await show(id, '0')).toMatchObject({ version: 0, state: null });
    const log = await world.complete(world.operations.aggregateLog({ type: 'order', id, limit: 10 }));
    expect(log).toMatchObject({ type: 'Order', latest: 2 });
    expect(log.events).toMatchObject(events.map(({ type, time, sequence }) => ({ type, time, version: Number(sequence) })));
    const later = await world.complete(world.operations.aggregateLog({ type: 'Order', id, after: 1, limit: 10 }));
    expect(later.events.map(({ version }) => version)).toEqual([2]);
    const { changes } = await world.complete(world.operations.diffAggregate({ type: 'Order', id, from: '1', to: 'now' }));
    expect(changes.map(({ path, before, after }) => [path, before, after])).toEqual([
      ['cancelledAt', undefined, events[1]?.data.cancelledAt],
      ['reason', undefined, events[1]?.data.reason],
      ['status', 'PLACED', 'CANCELLED'],
    ]);
  });

  it('is not told of what is not there', async () => {
    await expect(show('nobody')).rejects.toMatchObject({ name: 'NoSuchAggregateError' });
    await expect(show('nobody', 'yesterday')).rejects.toMatchObject({ name: 'MomentInvalidError' });
    const unknown = world.complete(world.operations.showAggregate({ type: 'Parcel', id: 'p1' }));
    await expect(unknown).rejects.toThrow('No service keeps "Parcel" as a stream of events. There are: Order');
  });
});

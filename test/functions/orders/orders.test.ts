import { describe, expect, it } from 'vitest';
import { TerminalError } from '../../../functions/backbone/errors.ts';
import { fold } from '../../../functions/backbone/event-store/aggregate.ts';
import { appended, publishedOf } from '../../../functions/backbone/event-store/append.ts';
import type { Tip } from '../../../functions/backbone/event-store/items.ts';
import { envelopesOf } from '../../../functions/backbone/event-store/load.ts';
import { tableReader } from '../../../functions/backbone/table.ts';
import { followOrder } from '../../../functions/orders/follow-order.ts';
import { getOrder } from '../../../functions/orders/get-order.ts';
import { listCustomerOrders } from '../../../functions/orders/list-customer-orders.ts';
import { decide, type Order, OrderStream } from '../../../functions/orders/order.ts';
import { placeOrder } from '../../../functions/orders/place-order.ts';
import { OrderPlaced, type Payload, PaymentFailed, type PlaceOrderV1, ShipmentPrepared } from '../../../schemas/index.ts';
import { consume, eventOf, execute, newWorld, typesOf, type World } from '../use-case.ts';

const wanted: PlaceOrderV1 = {
  customerId: 'c1',
  email: 'ada@example.org',
  lines: [{ sku: 'cd', quantity: 2 }],
  totalCents: 1999,
  currency: 'EUR',
  cardToken: 'tok_visa',
};

const place = async (world: World, data = wanted, id = 'key') => {
  const { answer, events } = await execute(world, placeOrder, data, id);
  return { answer, events, orderId: (answer.body as { orderId: string }).orderId };
};
const tipOf = (world: World, orderId: string) => world.table.get('table', `Order#${orderId}`, 'TIP') as unknown as Tip;
const read = (world: World, orderId: string) => getOrder({ path: { orderId }, query: {} }, tableReader(world.ports));
const shipmentOf = (orderId: string) =>
  ShipmentPrepared.v1({ shipmentId: 's1', orderId, customerId: 'c1', email: 'ada@example.org', lines: wanted.lines, preparedAt: '2026-03-15T15:00:00Z' });
const failureOf = (orderId: string) =>
  PaymentFailed.v1({ orderId, customerId: 'c1', amountCents: 1999, currency: 'EUR', reason: 'declined', failedAt: '2026-03-15T15:00:00Z' });

describe('placing an order', () => {
  it('accepts it, and announces all of it', async () => {
    const world = newWorld();
    const { answer, events, orderId } = await place(world);
    expect(answer).toEqual({ status: 202, body: { orderId, status: 'PLACED', token: `${orderId}:1` } });
    expect(events).toHaveLength(1);
    expect(OrderPlaced.v1.parseClosed(events[0]?.data)).toEqual({ ...wanted, orderId, orderedAt: '2026-03-15T14:32:00.000Z' });
  });

  it('keeps the time that the customer ordered at', async () => {
    const { events } = await place(newWorld(), { ...wanted, orderedAt: '1997-01-01T00:00:00Z' });
    expect(events[0]?.data).toMatchObject({ orderedAt: '1997-01-01T00:00:00Z' });
  });

  it('does not keep the token of the card', async () => {
    const world = newWorld();
    const { orderId } = await place(world);
    const tip = () => tipOf(world, orderId);
    expect(tip().events.join()).not.toContain(wanted.cardToken);
    expect(publishedOf(tip()).join()).toContain(wanted.cardToken);
    await consume(world, followOrder, eventOf(shipmentOf(orderId)));
    expect(JSON.stringify(tip())).not.toContain(wanted.cardToken);
  });

  it('gives a repeated command the same order, and another another', async () => {
    const [first, again, other] = await Promise.all([place(newWorld()), place(newWorld()), place(newWorld(), wanted, 'other')]);
    expect(again.orderId).toBe(first.orderId);
    expect(other.orderId).not.toBe(first.orderId);
  });
});

describe('following an order', () => {
  it('confirms it when the shipment is prepared, once', async () => {
    const world = newWorld();
    const { orderId } = await place(world);
    expect(typesOf(await consume(world, followOrder, eventOf(shipmentOf(orderId), 'a')))).toEqual(['OrderConfirmed']);
    expect(await consume(world, followOrder, eventOf(shipmentOf(orderId), 'b'))).toEqual([]);
    expect((await read(world, orderId)).body).toMatchObject({ orderId, status: 'CONFIRMED', shipmentId: 's1' });
  });

  it('cancels it when the payment failed, and announces whom to tell', async () => {
    const world = newWorld();
    const { orderId } = await place(world);
    const [cancelled] = await consume(world, followOrder, eventOf(failureOf(orderId)));
    expect(cancelled).toMatchObject({ type: 'OrderCancelled', data: { orderId, email: 'ada@example.org', reason: 'declined' } });
  });

  it('looks again where another event was faster', async () => {
    const world = newWorld();
    const { orderId } = await place(world);
    let isFirst = true;
    world.table.before = (operation) => {
      if (operation !== 'TransactWriteItems' || !isFirst) return;
      isFirst = false;
      const tip = tipOf(world, orderId);
      const state = fold(OrderStream, undefined, envelopesOf(tip)) as Order;
      const events = decide(state, { kind: 'payment-failed', reason: 'declined' }, '2026-03-15T14:32:01.000Z') as Payload[];
      world.table.set(
        'table',
        appended(
          OrderStream,
          { id: orderId, state, version: tip.version, tip },
          events.map((payload) => eventOf(payload)),
        ).tip,
      );
    };
    expect(typesOf(await consume(world, followOrder, eventOf(shipmentOf(orderId))))).toEqual([]);
    expect((await read(world, orderId)).body).toMatchObject({ status: 'CANCELLED', reason: 'declined' });
    expect(tipOf(world, orderId).version).toBe(2);
  });

  it('refuses for ever what contradicts, and what is about no order', async () => {
    const world = newWorld();
    const { orderId } = await place(world);
    await consume(world, followOrder, eventOf(shipmentOf(orderId)));
    await expect(consume(world, followOrder, eventOf(failureOf(orderId)))).rejects.toMatchObject({ name: 'TerminalError', code: 'CONTRADICTION' });
    await expect(consume(world, followOrder, eventOf(shipmentOf('nowhere')))).rejects.toThrow(TerminalError);
  });
});

describe('reading orders', () => {
  it('shows no key of the table', async () => {
    const world = newWorld();
    const { orderId } = await place(world);
    expect(Object.keys((await read(world, orderId)).body as object).sort()).toEqual(
      ['currency', 'customerId', 'email', 'lines', 'orderId', 'orderedAt', 'status', 'totalCents'].sort(),
    );
  });

  it('says where there is none', async () => {
    await expect(read(newWorld(), 'nowhere')).rejects.toMatchObject({ status: 404 });
  });

  it('asks the index for a page, the newest first', async () => {
    const asked: unknown[] = [];
    const query = async (input: unknown) => {
      asked.push(input);
      return { items: [], cursor: 'next' };
    };
    const answer = await listCustomerOrders({ path: { customerId: 'c1' }, query: { limit: '7', cursor: 'here' } }, { get: async () => undefined, query });
    expect(asked).toEqual([{ index: 'byOwner', pk: 'CUSTOMER#c1', newestFirst: true, limit: 7, cursor: 'here' }]);
    expect(answer.body).toEqual({ orders: [], cursor: 'next' });
  });

  it.each(['0', '201', '1.5', 'many', '-1'])('refuses a page of %s', async (limit) => {
    await expect(listCustomerOrders({ path: { customerId: 'c1' }, query: { limit } }, {} as never)).rejects.toMatchObject({ status: 400 });
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fold } from '../../../functions/backbone/event-store/aggregate.ts';
import { decide, type News, type Order, OrderStream } from '../../../functions/orders/order.ts';
import { OrderConfirmed } from '../../../schemas/index.ts';
import { eventOf } from '../use-case.ts';

const AT = '2026-03-15T14:32:00.000Z';
const placed: Order = {
  status: 'PLACED',
  orderId: 'o1',
  customerId: 'c1',
  email: 'ada@example.org',
  lines: [{ sku: 'cd', quantity: 1 }],
  totalCents: 100,
  currency: 'USD',
  orderedAt: AT,
};
const shipped: News = { kind: 'shipment-prepared', shipmentId: 's1' };
const unpaid: News = { kind: 'payment-failed', reason: 'declined' };
const refunded: News = { kind: 'payment-refunded', reason: 'no stock' };

/** What news makes of an order: the events that it decides on, folded. */
function follow(order: Order, news: News): Order | 'contradiction' {
  const events = decide(order, news, AT);
  return events === 'contradiction'
    ? events
    : (fold(
        OrderStream,
        order,
        events.map((payload) => eventOf(payload)),
      ) as Order);
}

const orderAfter = (...news: readonly News[]) =>
  news.reduce<Order | 'contradiction'>((order, one) => (order === 'contradiction' ? order : follow(order, one)), placed);
const statusOf = (order: Order | 'contradiction') => (order === 'contradiction' ? order : order.status);

describe('an order follows what is announced', () => {
  it.each([
    { news: [shipped], status: 'CONFIRMED' },
    { news: [unpaid], status: 'CANCELLED' },
    { news: [refunded], status: 'CANCELLED' },
    { news: [shipped, shipped], status: 'CONFIRMED' },
    { news: [shipped, refunded], status: 'CANCELLED' },
    { news: [refunded, shipped], status: 'CANCELLED' },
    { news: [unpaid, shipped], status: 'CANCELLED' },
    { news: [shipped, unpaid], status: 'contradiction' },
  ])('$news.length news: $status', ({ news, status }) => {
    expect(statusOf(orderAfter(...news))).toBe(status);
  });

  it('drops what belongs to another state', () => {
    const cancelled = orderAfter(shipped, refunded);
    expect(cancelled).not.toHaveProperty('shipmentId');
    expect(cancelled).toMatchObject({ reason: 'no stock', cancelledAt: AT });
  });

  it('ends where a refund was announced, in whatever order and however often the news comes', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(shipped, refunded), { maxLength: 6 }), (news) => {
        const expected = news.includes(refunded) ? 'CANCELLED' : news.length > 0 ? 'CONFIRMED' : 'PLACED';
        expect(statusOf(orderAfter(...news))).toBe(expected);
      }),
    );
  });

  it('decides on nothing where nothing changes', () => {
    const confirmed = follow(placed, shipped) as Order;
    expect(decide(confirmed, shipped, AT)).toEqual([]);
    expect(decide(follow(confirmed, refunded) as Order, shipped, AT)).toEqual([]);
  });

  it('reads what was confirmed before the shipment had a name', () => {
    const { data, ...old } = eventOf(OrderConfirmed.v1({ orderId: 'o1', customerId: 'c1', confirmedAt: AT }));
    const stored = { ...old, data, dataschema: 'tickertape:orders/order-confirmed/v1.0' };
    expect(fold(OrderStream, placed, [stored])).toMatchObject({ status: 'CONFIRMED', shipmentId: undefined, confirmedAt: AT });
  });
});

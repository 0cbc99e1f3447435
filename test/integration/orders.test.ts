import { describe, expect, it } from 'vitest';
import { itemsOf, ledger } from '../world/tables.ts';
import { createWorld, orderBody } from '../world/world.ts';

describe('an order, from HTTP through the outbox, the bus and the queues to its end', () => {
  it('ends as its card and the stock say, and the customer is told by mail', async () => {
    const world = await createWorld();
    await world.receiveStock('CD-1', 10);
    const cases = [
      { cardToken: 'tok_visa', sku: 'CD-1', status: 'CONFIRMED', mail: ['We have your order', 'Your order is ready to leave'] },
      { cardToken: 'tok_declined', sku: 'CD-1', status: 'CANCELLED', mail: ['We have your order', 'Your order was cancelled'] },
      {
        cardToken: 'tok_visa',
        sku: 'CD-SOLD-OUT',
        status: 'CANCELLED',
        mail: ['We have your order', 'Your money for order is on its way back', 'Your order was cancelled'],
      },
      { cardToken: 'tok_lost_answer', sku: 'CD-1', status: 'CONFIRMED', mail: ['We have your order', 'Your order is ready to leave'] },
    ];
    const orders: { orderId: string; email: string; status: string; mail: string[] }[] = [];
    for (const [index, { cardToken, sku, status, mail }] of cases.entries()) {
      const email = `customer-${index}@example.com`;
      const orderId = await world.placed({ email, cardToken, lines: [{ sku, quantity: 2 }], totalCents: 1000 + index });
      orders.push({ orderId, email, status, mail });
    }
    await world.settle();
    for (const { orderId, email, status, mail } of orders) {
      expect(await world.order(orderId)).toMatchObject({ orderId, status });
      const subjects = world.mail(email).map((subject) => subject.replace(` ${orderId}`, ''));
      expect(subjects.sort()).toEqual([...mail].sort());
    }
    const { charged, refunded, entries } = await ledger(world);
    // Charged: the first, the sold out one and the one whose answer was lost, each once. Refunded: the sold out one.
    expect({ charged, refunded, kinds: entries.map(({ kind }) => kind).sort() }).toEqual({
      charged: 1000 + 1002 + 1003,
      refunded: 1002,
      kinds: ['charge', 'charge', 'charge', 'refund'],
    });
    expect(await itemsOf(world, 'STOCK')).toMatchObject([{ sku: 'CD-1', available: 10 - 2 - 2 }]);
    expect(world.bugs).toEqual([]);
  });

  it('waits in the dead-letter queue, with its reason and an alarm, where the gateway never answers', async () => {
    const world = await createWorld();
    await world.receiveStock('CD-1', 1);
    const orderId = await world.placed({ cardToken: 'tok_timeout' });
    await world.settle();
    await world.pass(120_000);
    expect(await world.order(orderId)).toMatchObject({ status: 'PLACED' });
    const [letter, ...more] = await world.complete(world.operations.showDeadLetters({ key: 'payments' }));
    expect(more).toEqual([]);
    expect(letter).toMatchObject({ consumer: 'payments', type: 'OrderPlaced', subject: orderId, reason: 'retries-exhausted', attempts: 5 });
    expect(letter?.error).toContain('did not answer within 3000 ms');
    expect(await world.alarm('payments')).toBe('ALARM');
    expect(await world.alarm('inventory')).toBe('OK');
    expect((await ledger(world)).entries).toEqual([]);
  });

  it('is placed once, however often its Idempotency-Key is sent, and another body under the key is refused', async () => {
    const world = await createWorld();
    await world.receiveStock('CD-1', 10);
    const body = orderBody();
    const first = await world.placeOrder(body, { key: 'key-1' });
    const again = await world.placeOrder(body, { key: 'key-1' });
    await world.settle();
    const late = await world.placeOrder(body, { key: 'key-1' });
    expect(first.status).toBe(202);
    for (const repeated of [again, late]) {
      expect(repeated).toMatchObject({ status: 202, body: first.body });
      expect(repeated.headers['idempotency-replayed']).toBe('true');
    }
    const other = await world.placeOrder({ ...body, totalCents: 1 }, { key: 'key-1' });
    expect(other).toMatchObject({ status: 422, body: { title: 'Idempotency-Key reused' } });
    await world.settle();
    expect(await itemsOf(world, 'TIP')).toHaveLength(1);
    expect((await ledger(world)).charged).toBe(body.totalCents);
  });
});

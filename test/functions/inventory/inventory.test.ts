import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { receiveStock } from '../../../functions/inventory/receive-stock.ts';
import { reserveStock } from '../../../functions/inventory/reserve-stock.ts';
import { shortageOf, wantedOf } from '../../../functions/inventory/stock.ts';
import { PaymentProcessed, type PaymentProcessedV1 } from '../../../schemas/index.ts';
import { consume, eventOf, execute, newWorld, typesOf, type World } from '../use-case.ts';

const paid = (orderId: string, lines: PaymentProcessedV1['lines']) =>
  PaymentProcessed.v1({
    paymentId: 'p1',
    orderId,
    customerId: 'c1',
    email: 'ada@example.org',
    amountCents: 1999,
    currency: 'EUR',
    lines,
    processedAt: '2026-03-15T14:00:00Z',
  });
const receive = (world: World, sku: string, quantity: number, id = sku) => execute(world, receiveStock, { sku, quantity }, id);
const reserve = (world: World, orderId: string, lines: PaymentProcessedV1['lines']) => consume(world, reserveStock, eventOf(paid(orderId, lines), orderId));
const availableOf = (world: World, sku: string) => world.table.get('table', `STOCK#${sku}`, 'STOCK')?.['available'];

describe('receiving stock', () => {
  it('adds up, and announces what came', async () => {
    const world = newWorld();
    await receive(world, 'cd', 3, 'a');
    const { events } = await receive(world, 'cd', 4, 'b');
    expect(events).toMatchObject([{ type: 'StockReceived', data: { sku: 'cd', quantity: 4 } }]);
    expect(availableOf(world, 'cd')).toBe(7);
  });
});

describe('reserving stock', () => {
  it('takes every line', async () => {
    const world = newWorld();
    await receive(world, 'cd', 5);
    await receive(world, 'lp', 2);
    expect(
      typesOf(
        await reserve(world, 'o1', [
          { sku: 'cd', quantity: 2 },
          { sku: 'lp', quantity: 2 },
          { sku: 'cd', quantity: 1 },
        ]),
      ),
    ).toEqual(['InventoryReserved']);
    expect([availableOf(world, 'cd'), availableOf(world, 'lp')]).toEqual([2, 0]);
  });

  it('takes none where one does not suffice, and says which', async () => {
    const world = newWorld();
    await receive(world, 'cd', 5);
    await receive(world, 'lp', 1);
    const [event] = await reserve(world, 'o1', [
      { sku: 'cd', quantity: 2 },
      { sku: 'lp', quantity: 2 },
    ]);
    expect(event).toMatchObject({ type: 'InventoryFailed', data: { sku: 'lp', paymentId: 'p1', reason: '2 of lp were ordered and 1 are available' } });
    expect([availableOf(world, 'cd'), availableOf(world, 'lp')]).toEqual([5, 1]);
  });

  it('looks again where another order was faster, and is never below zero', async () => {
    const world = newWorld();
    await receive(world, 'cd', 1);
    let isFirst = true;
    world.table.before = (operation) => {
      if (operation !== 'TransactWriteItems' || !isFirst) return;
      isFirst = false;
      world.table.set('table', { pk: 'STOCK#cd', sk: 'STOCK', sku: 'cd', available: 0 });
    };
    const [event] = await reserve(world, 'o1', [{ sku: 'cd', quantity: 1 }]);
    expect(event).toMatchObject({ type: 'InventoryFailed' });
    expect(availableOf(world, 'cd')).toBe(0);
  });

  it('sells as many pieces as there are, whoever orders at the same time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 8 }), fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 }), async (stock, quantities) => {
        const world = newWorld();
        await receive(world, 'cd', stock);
        const results = await Promise.all(quantities.map((quantity, index) => reserve(world, `o${index}`, [{ sku: 'cd', quantity }])));
        const sold = quantities.filter((_, index) => results[index]?.[0]?.type === 'InventoryReserved').reduce((sum, quantity) => sum + quantity, 0);
        expect(availableOf(world, 'cd')).toBe(stock - sold);
        expect(sold).toBeLessThanOrEqual(stock);
      }),
      { numRuns: 50 },
    );
  });

  it('refuses what no transaction can hold, so that the money goes back', async () => {
    const lines = Array.from({ length: 99 }, (_, index) => ({ sku: `s${index}`, quantity: 1 }));
    const [event] = await reserve(newWorld(), 'o1', lines);
    expect(event).toMatchObject({
      type: 'InventoryFailed',
      data: { sku: 's0', reason: '99 different articles were ordered; at most 98 can be reserved together' },
    });
  });
});

it('adds up the lines of one article', () => {
  const wanted = wantedOf([
    { sku: 'a', quantity: 1 },
    { sku: 'b', quantity: 2 },
    { sku: 'a', quantity: 3 },
  ]);
  expect([...wanted]).toEqual([
    ['a', 4],
    ['b', 2],
  ]);
  expect(
    shortageOf(
      wanted,
      new Map([
        ['a', 4],
        ['b', 2],
      ]),
    ),
  ).toBeUndefined();
  expect(
    shortageOf(
      wanted,
      new Map([
        ['a', 3],
        ['b', 2],
      ]),
    ),
  ).toMatchObject({ sku: 'a' });
  expect(shortageOf(wanted, new Map([['a', 4]]))).toMatchObject({ sku: 'b' });
});

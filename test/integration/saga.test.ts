import { describe, expect, it } from 'vitest';
import { inFlow, instance, trailOf } from '../world/sagas.ts';
import { itemsOf, ledger } from '../world/tables.ts';
import { createWorld } from '../world/world.ts';

describe('an order that a saga leads', () => {
  it('is reserved, paid, shipped and confirmed, and its trail says so', async () => {
    const world = await createWorld();
    await world.receiveStock('CD-1', 10);
    const orderId = await inFlow(world, 'orchestration', {});
    await world.settle();
    expect(await world.order(orderId)).toMatchObject({ status: 'CONFIRMED' });
    const saga = await instance(world, orderId);
    expect(saga).toMatchObject({ saga: 'Checkout', state: 'COMPLETED', execution: orderId, round: 1 });
    expect(trailOf(saga)).toEqual([
      'started',
      ...['ReserveInventory', 'ProcessPayment', 'PrepareShipment'].flatMap((step) => [`begun ${step}`, `done ${step}`]),
      'completed',
    ]);
    expect(await ledger(world)).toMatchObject({ charged: 1499, refunded: 0 });
    expect(await itemsOf(world, 'STOCK')).toMatchObject([{ available: 9 }]);
    expect(world.bugs).toEqual([]);
  });
});

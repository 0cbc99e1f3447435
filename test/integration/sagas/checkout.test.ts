import { describe, expect, it } from 'vitest';
import { inFlow, instance, trailOf } from '../../world/sagas.ts';
import { itemsOf, ledger } from '../../world/tables.ts';
import { createWorld } from '../../world/world.ts';

const STEPS = ['ReserveInventory', 'ProcessPayment', 'PrepareShipment'];
const WEEK_MS = 7 * 24 * 60 * 60_000;
const HOUR_MS = 60 * 60_000;

describe('an order that a saga leads', () => {
  it('is reserved, paid, shipped and confirmed, and its trail says so', async () => {
    const world = await createWorld();
    await world.receiveStock('CD-1', 10);
    const orderId = await inFlow(world, 'orchestration', {});
    await world.settle();
    expect(await world.order(orderId)).toMatchObject({ status: 'CONFIRMED' });
    const saga = await instance(world, orderId);
    expect(saga).toMatchObject({ saga: 'Checkout', state: 'COMPLETED', execution: orderId, round: 1 });
    expect(trailOf(saga)).toEqual(['started', ...STEPS.flatMap((step) => [`begun ${step}`, `done ${step}`]), 'completed']);
    expect(await ledger(world)).toMatchObject({ charged: 1499, refunded: 0 });
    expect(await itemsOf(world, 'STOCK')).toMatchObject([{ available: 9 }]);
    expect(world.bugs).toEqual([]);
  });

  it.each([
    {
      name: 'whose card is declined gives its stock back',
      order: { cardToken: 'tok_declined' },
      error: 'PaymentFailed',
      undone: ['ReserveInventory'],
      money: { charged: 0, refunded: 0 },
    },
    {
      name: 'that is out of stock has nothing to give back',
      order: { lines: [{ sku: 'CD-9', quantity: 1 }] },
      error: 'OutOfStock',
      undone: [],
      money: { charged: 0, refunded: 0 },
    },
    {
      name: 'that the carrier refuses is refunded, and then released',
      order: { lines: [{ sku: 'CD-1', quantity: 1_001 }] },
      error: 'TooManyPieces',
      undone: ['ProcessPayment', 'ReserveInventory'],
      money: { charged: 1499, refunded: 1499 },
    },
  ])('$name', async ({ order, error, undone, money }) => {
    const world = await createWorld();
    await world.receiveStock('CD-1', 2_000);
    const orderId = await inFlow(world, 'orchestration', order);
    await world.settle();
    expect(await world.order(orderId)).toMatchObject({ status: 'CANCELLED' });
    const saga = await instance(world, orderId);
    expect(saga).toMatchObject({ state: 'CANCELLED', failure: { error } });
    expect(trailOf(saga).filter((entry) => entry.startsWith('undone'))).toEqual(undone.map((step) => `undone ${step}`));
    expect(await ledger(world)).toMatchObject(money);
    expect(await itemsOf(world, 'STOCK')).toMatchObject([{ available: 2_000 }]);
    expect(world.bugs).toEqual([]);
  });

  it('runs beside one that is choreographed, on the same services', async () => {
    const world = await createWorld();
    await world.receiveStock('CD-1', 10);
    const led = await inFlow(world, 'orchestration', {});
    const heard = await inFlow(world, 'choreography', {});
    await world.settle();
    for (const orderId of [led, heard]) expect(await world.order(orderId)).toMatchObject({ status: 'CONFIRMED' });
    expect(await instance(world, heard)).toEqual({});
    expect(await ledger(world)).toMatchObject({ charged: 2998 });
    expect(await itemsOf(world, 'STOCK')).toMatchObject([{ available: 8 }]);
  });
});

describe('a participant that is down for a week', () => {
  it('before the pivot: the saga turns back, is stuck meanwhile, and ends when it is there again', async () => {
    const world = await createWorld();
    await world.receiveStock('CD-1', 10);
    await world.complete(world.operations.setConsumer({ consumer: 'payments-commands', isEnabled: false }));
    const orderId = await inFlow(world, 'orchestration', {});
    await world.pass(WEEK_MS);
    expect(await world.complete(world.operations.sagas({ state: 'STUCK', limit: 10 }))).toMatchObject([{ sagaId: orderId, step: 'ProcessPayment' }]);
    await world.complete(world.operations.setConsumer({ consumer: 'payments-commands', isEnabled: true }));
    await world.settle();
    await world.pass(2 * HOUR_MS);
    expect(await instance(world, orderId)).toMatchObject({ state: 'CANCELLED', failure: { step: 'ProcessPayment', error: 'States.Timeout' } });
    expect(await world.order(orderId)).toMatchObject({ status: 'CANCELLED' });
    const { charged, refunded } = await ledger(world);
    expect(charged - refunded).toBe(0);
    expect(await itemsOf(world, 'STOCK')).toMatchObject([{ available: 10 }]);
    expect((await world.complete(world.operations.status({}))).consumers.find(({ consumer }) => consumer === 'payments-commands')).toMatchObject({
      deadLetters: 0,
    });
    expect(world.bugs).toEqual([]);
  });

  it('at the pivot: the saga waits, and completes', async () => {
    const world = await createWorld();
    await world.receiveStock('CD-1', 10);
    await world.complete(world.operations.setConsumer({ consumer: 'shipping-commands', isEnabled: false }));
    const orderId = await inFlow(world, 'orchestration', {});
    await world.pass(WEEK_MS);
    expect(await instance(world, orderId)).toMatchObject({ state: 'STUCK', stuck: { step: 'PrepareShipment', direction: 'forward' } });
    await world.complete(world.operations.setConsumer({ consumer: 'shipping-commands', isEnabled: true }));
    await world.pass(2 * HOUR_MS);
    expect(await instance(world, orderId)).toMatchObject({ state: 'COMPLETED' });
    expect(await world.order(orderId)).toMatchObject({ status: 'CONFIRMED' });
    expect(await itemsOf(world, 'SHIPMENT')).toHaveLength(1);
  });
});

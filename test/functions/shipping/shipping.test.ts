import { expect, it } from 'vitest';
import { prepareShipment } from '../../../functions/shipping/prepare-shipment.ts';
import { InventoryReserved } from '../../../schemas/index.ts';
import { consume, eventOf, newWorld } from '../use-case.ts';

const reserved = InventoryReserved.v1({
  orderId: 'o1',
  customerId: 'c1',
  email: 'ada@example.org',
  paymentId: 'p1',
  lines: [{ sku: 'cd', quantity: 2 }],
  reservedAt: '2026-03-15T14:00:00Z',
});

it('prepares one shipment for an order', async () => {
  const world = newWorld();
  const [event] = await consume(world, prepareShipment, eventOf(reserved, 'a'));
  expect(event).toMatchObject({ type: 'ShipmentPrepared', data: { orderId: 'o1', lines: [{ sku: 'cd', quantity: 2 }], email: 'ada@example.org' } });
  expect(world.table.get('table', 'SHIPMENT#o1', 'SHIPMENT')).toMatchObject({
    status: 'PREPARED',
    shipmentId: (event?.data as { shipmentId: string } | undefined)?.shipmentId,
  });
  await expect(consume(world, prepareShipment, eventOf(reserved, 'b'))).rejects.toMatchObject({ name: 'ConflictError' });
});

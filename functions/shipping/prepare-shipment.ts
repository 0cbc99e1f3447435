import { type InventoryReserved, ShipmentPrepared } from '../../schemas/index.ts';
import type { ConsumerHandler } from '../backbone/consumer.ts';

/** Prepares the shipment of what was set aside: one for an order. */
export const prepareShipment: ConsumerHandler<typeof InventoryReserved.v1> = ({ data }, work) => {
  const { orderId, customerId, email, lines } = data;
  const shipment = { shipmentId: work.id('shipment'), orderId, customerId, email, lines, preparedAt: work.now };
  work.put(
    { pk: `SHIPMENT#${orderId}`, sk: 'SHIPMENT', entity: 'SHIPMENT', status: 'PREPARED', ...shipment },
    { condition: { expression: 'attribute_not_exists(pk)' } },
  );
  work.emit(ShipmentPrepared.v1(shipment));
};

import { type InventoryReserved, type PrepareShipmentV1, ShipmentPrepared } from '../../schemas/index.ts';
import type { ConsumerHandler } from '../backbone/consumer.ts';
import { TerminalError } from '../backbone/errors.ts';
import type { Work } from '../backbone/work.ts';

/** Most pieces that the carrier takes in one consignment. An order is one. */
const PIECES_MAX = 1_000;

/** Prepares the shipment of what was set aside. */
export const prepareShipment: ConsumerHandler<typeof InventoryReserved.v1> = ({ data }, work) => {
  prepare(data, work);
};

/** Prepares the shipment of an order: one for an order. @throws {TerminalError} where the carrier does not take it */
export function prepare({ orderId, customerId, email, lines }: PrepareShipmentV1, work: Work): { readonly shipmentId: string } {
  const pieces = lines.reduce((sum, { quantity }) => sum + quantity, 0);
  if (pieces > PIECES_MAX)
    throw new TerminalError(`Order ${orderId} has ${pieces} pieces, and the carrier takes ${PIECES_MAX} in one consignment`, { code: 'TooManyPieces' });
  const shipment = { shipmentId: work.id('shipment'), orderId, customerId, email, lines, preparedAt: work.now };
  work.put(
    { pk: `SHIPMENT#${orderId}`, sk: 'SHIPMENT', entity: 'SHIPMENT', status: 'PREPARED', ...shipment },
    { condition: { expression: 'attribute_not_exists(pk)' } },
  );
  work.emit(ShipmentPrepared.v1(shipment));
  return shipment;
}

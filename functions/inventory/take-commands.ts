import { InventoryReleased, InventoryReserved, type ReleaseInventoryReservationV1, type ReserveInventoryV1 } from '../../schemas/index.ts';
import type { StepHandler } from '../backbone/saga/participant.ts';
import { done, refused } from '../backbone/saga/reply.ts';
import { reserve } from './reserve-stock.ts';
import { type ReservationItem, reservationKeyOf, stockKeyOf, wantedOf } from './stock.ts';

/** Sets all lines of an order aside, or refuses. */
export const reserveInventory: StepHandler<ReserveInventoryV1> = async ({ data }, work) => {
  const shortage = await reserve(data, work);
  if (shortage) return refused('OutOfStock', shortage.reason);
  work.emit(InventoryReserved.v2({ ...data, reservedAt: work.now }));
  return done();
};

/** Puts back what was set aside for an order, once. */
export const releaseReservation: StepHandler<ReleaseInventoryReservationV1> = async ({ data: { orderId, reason } }, work) => {
  const key = reservationKeyOf(orderId);
  const reservation = await work.get<ReservationItem>(key);
  if (!reservation || reservation.releasedAt !== undefined) return done();
  const { customerId, lines } = reservation;
  for (const [sku, quantity] of wantedOf(lines))
    work.update(stockKeyOf(sku), { expression: 'SET available = available + :quantity', values: { ':quantity': quantity } });
  work.update(key, { expression: 'SET releasedAt = :now', values: { ':now': work.now } }, { condition: { expression: 'attribute_not_exists(releasedAt)' } });
  work.emit(InventoryReleased.v1({ orderId, customerId, lines, reason, releasedAt: work.now }));
  return done();
};

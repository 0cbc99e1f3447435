import { OrderCancelled, OrderConfirmed, type PaymentFailed, type PaymentRefunded, type ShipmentPrepared } from '../../schemas/index.ts';
import type { ConsumerHandler, EventOf } from '../backbone/consumer.ts';
import { TerminalError } from '../backbone/errors.ts';
import type { Work } from '../backbone/work.ts';
import { follow, type News, type Order } from './order.ts';
import { itemOf, type OrderItem, orderKeyOf, orderOf } from './order-item.ts';

/** The contracts of what an order follows. */
export type Followed = typeof ShipmentPrepared.v1 | typeof PaymentFailed.v1 | typeof PaymentRefunded.v1;

/** Brings an order up to date with what another service announced, and announces where that ends it. */
export const followOrder: ConsumerHandler<Followed> = async (event, work) => {
  const { orderId } = event.data;
  const item = await work.get<OrderItem>(orderKeyOf(orderId));
  if (!item) throw new TerminalError(`There is no order ${orderId}, so that ${event.type} says nothing here`, { code: 'UNKNOWN_ORDER' });
  const order = orderOf(item);
  const next = follow(order, newsOf(event), work.now);
  if (next === 'contradiction') throw new TerminalError(`Order ${orderId} is ${order.status}, and ${event.type} cannot be`, { code: 'CONTRADICTION' });
  if (next === order) return;
  work.put(itemOf(next), { condition: { expression: '#status = :was', names: { '#status': 'status' }, values: { ':was': order.status } } });
  announce(next, work);
};

function newsOf(event: EventOf<Followed>): News {
  switch (event.type) {
    case 'ShipmentPrepared':
      return { kind: 'shipment-prepared', shipmentId: event.data.shipmentId };
    case 'PaymentFailed':
      return { kind: 'payment-failed', reason: event.data.reason };
    case 'PaymentRefunded':
      return { kind: 'payment-refunded', reason: event.data.reason };
  }
}

function announce(order: Order, work: Work): void {
  const { orderId, customerId, email } = order;
  if (order.status === 'CONFIRMED') work.emit(OrderConfirmed.v1({ orderId, customerId, confirmedAt: order.confirmedAt }));
  if (order.status === 'CANCELLED') work.emit(OrderCancelled.v1({ orderId, customerId, email, reason: order.reason, cancelledAt: order.cancelledAt }));
}

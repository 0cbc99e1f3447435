import type { PaymentFailed, PaymentRefunded, SagaCancelled, ShipmentPrepared } from '../../schemas/index.ts';
import type { ConsumerHandler, EventOf } from '../backbone/consumer.ts';
import { TerminalError } from '../backbone/errors.ts';
import { decide, type News, OrderStream } from './order.ts';

/** The contracts of what an order follows. */
export type Followed = typeof ShipmentPrepared.v1 | typeof PaymentFailed.v1 | typeof PaymentRefunded.v1 | typeof SagaCancelled.v1;

/** The saga whose instances are orders, by their ids. */
const CHECKOUT = 'Checkout';

/** Brings an order up to date with what another service announced, and announces where that ends it. */
export const followOrder: ConsumerHandler<Followed> = async (event, work) => {
  if (event.type === 'SagaCancelled' && event.data.saga !== CHECKOUT) return;
  const orderId = event.type === 'SagaCancelled' ? event.data.sagaId : event.data.orderId;
  const loaded = await work.load(OrderStream, orderId);
  const { state: order } = loaded;
  if (!order) throw new TerminalError(`There is no order ${orderId}, so that ${event.type} says nothing here`, { code: 'UNKNOWN_ORDER' });
  const events = decide(order, newsOf(event), work.now);
  if (events === 'contradiction') throw new TerminalError(`Order ${orderId} is ${order.status}, and ${event.type} cannot be`, { code: 'CONTRADICTION' });
  if (events.length > 0) work.append(OrderStream, loaded, events);
};

function newsOf(event: EventOf<Followed>): News {
  switch (event.type) {
    case 'ShipmentPrepared':
      return { kind: 'shipment-prepared', shipmentId: event.data.shipmentId };
    case 'PaymentFailed':
      return { kind: 'payment-failed', reason: event.data.reason };
    case 'PaymentRefunded':
      return { kind: 'payment-refunded', reason: event.data.reason };
    case 'SagaCancelled':
      return { kind: 'flow-cancelled', reason: event.data.reason };
  }
}

import { OrderCancelled, OrderConfirmed, OrderPlaced, type Payload, type PlaceOrderV1 } from '../../schemas/index.ts';
import type { EventOf } from '../backbone/consumer.ts';
import { defineAggregate } from '../backbone/event-store/aggregate.ts';

/** What an order keeps in every state. */
interface OrderFacts {
  readonly orderId: string;
  readonly customerId: string;
  readonly email: string;
  readonly lines: PlaceOrderV1['lines'];
  readonly totalCents: number;
  readonly currency: string;
  readonly orderedAt: string;
}

/** An order, in one of its states. */
export type Order =
  | (OrderFacts & { readonly status: 'PLACED' })
  | (OrderFacts & { readonly status: 'CONFIRMED'; readonly shipmentId: string | undefined; readonly confirmedAt: string })
  | (OrderFacts & { readonly status: 'CANCELLED'; readonly reason: string; readonly cancelledAt: string });

/** What another service announced of an order. */
export type News =
  | { readonly kind: 'shipment-prepared'; readonly shipmentId: string }
  | { readonly kind: 'payment-failed'; readonly reason: string }
  | { readonly kind: 'payment-refunded'; readonly reason: string }
  | { readonly kind: 'flow-cancelled'; readonly reason: string };

/** The events of an order's stream. */
export type OrderEvent = EventOf<typeof OrderPlaced.v1 | typeof OrderConfirmed.v1 | typeof OrderCancelled.v1>;

/**
 * What news makes of an order. Events come late, twice and in any order, so that each state has an answer to each:
 *
 * | state | shipment prepared | payment failed | payment refunded | flow cancelled |
 * |---|---|---|---|---|
 * | PLACED | CONFIRMED | CANCELLED | CANCELLED | CANCELLED |
 * | CONFIRMED | – | contradiction | CANCELLED | contradiction |
 * | CANCELLED | – | – | – | – |
 *
 * The money decides: who got it back has no order, however far the shipment was. A failed payment of an order that was shipped, or
 * an orchestrated flow that undid everything although it was, cannot be, and a person has to look.
 * @returns the events that follow, none where nothing changes, or `'contradiction'`
 */
export function decide(order: Order, news: News, at: string): readonly Payload[] | 'contradiction' {
  const { orderId, customerId, email, status } = order;
  if (status === 'CANCELLED') return [];
  if (news.kind === 'shipment-prepared') {
    return status === 'CONFIRMED' ? [] : [OrderConfirmed.v1({ orderId, customerId, confirmedAt: at, shipmentId: news.shipmentId })];
  }
  if (status === 'CONFIRMED' && news.kind !== 'payment-refunded') return 'contradiction';
  return [OrderCancelled.v1({ orderId, customerId, email, reason: news.reason, cancelledAt: at })];
}

/** The order after an event. */
export function evolve(order: Order | undefined, event: OrderEvent): Order {
  if (event.type === 'OrderPlaced') {
    const { cardToken: _cardToken, ...facts } = event.data;
    return { ...facts, status: 'PLACED' };
  }
  if (!order) throw new Error(`The stream of order ${event.data.orderId} begins with ${event.type}`);
  const facts = factsOf(order);
  if (event.type === 'OrderConfirmed') return { ...facts, status: 'CONFIRMED', shipmentId: event.data.shipmentId, confirmedAt: event.data.confirmedAt };
  return { ...facts, status: 'CANCELLED', reason: event.data.reason, cancelledAt: event.data.cancelledAt };
}

function factsOf({ orderId, customerId, email, lines, totalCents, currency, orderedAt }: Order): OrderFacts {
  return { orderId, customerId, email, lines, totalCents, currency, orderedAt };
}

/** Key of a customer's orders in the index `byOwner`. */
export const customerKeyOf = (customerId: string): string => `CUSTOMER#${customerId}`;

/** Orders as event streams: a customer's are found by the index `byOwner`, in the order of `orderedAt`. */
export const OrderStream = defineAggregate({
  type: 'Order',
  events: [OrderPlaced.v1, OrderConfirmed.v1, OrderCancelled.v1],
  initial: undefined as Order | undefined,
  evolve,
  upcasters: {
    // Version 1.0 did not name the shipment, and no one can say which it was.
    'tickertape:orders/order-confirmed/v1.0': (data: object) => ({ dataschema: OrderConfirmed.v1.dataschema, data }),
  },
  index: (order) => order && { ownerKey: customerKeyOf(order.customerId), ownerSort: `${order.orderedAt}#${order.orderId}` },
});

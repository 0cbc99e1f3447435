import type { PlaceOrderV1 } from '../../schemas/index.ts';

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
  | (OrderFacts & { readonly status: 'CONFIRMED'; readonly shipmentId: string; readonly confirmedAt: string })
  | (OrderFacts & { readonly status: 'CANCELLED'; readonly reason: string; readonly cancelledAt: string });

/** What another service announced of an order. */
export type News =
  | { readonly kind: 'shipment-prepared'; readonly shipmentId: string }
  | { readonly kind: 'payment-failed'; readonly reason: string }
  | { readonly kind: 'payment-refunded'; readonly reason: string };

/**
 * What news makes of an order. Events come late, twice and in any order, so that each state has an answer to each:
 *
 * | state | shipment prepared | payment failed | payment refunded |
 * |---|---|---|---|
 * | PLACED | CONFIRMED | CANCELLED | CANCELLED |
 * | CONFIRMED | – | contradiction | CANCELLED |
 * | CANCELLED | – | – | – |
 *
 * The money decides: who got it back has no order, however far the shipment was. A failed payment of an order that was shipped cannot be, and a person has to look.
 * @returns the next state, the same object where nothing changes, or `'contradiction'`
 */
export function follow(order: Order, news: News, at: string): Order | 'contradiction' {
  switch (order.status) {
    case 'CANCELLED':
      return order;
    case 'CONFIRMED':
      if (news.kind === 'payment-failed') return 'contradiction';
      return news.kind === 'shipment-prepared' ? order : cancelled(order, news.reason, at);
    case 'PLACED':
      if (news.kind !== 'shipment-prepared') return cancelled(order, news.reason, at);
      return { ...order, status: 'CONFIRMED', shipmentId: news.shipmentId, confirmedAt: at };
  }
}

function cancelled(order: Order, reason: string, at: string): Order {
  const { orderId, customerId, email, lines, totalCents, currency, orderedAt } = order;
  return { orderId, customerId, email, lines, totalCents, currency, orderedAt, status: 'CANCELLED', reason, cancelledAt: at };
}

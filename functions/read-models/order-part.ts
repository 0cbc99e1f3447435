import type { OrderCancelled, OrderConfirmed, OrderPlaced } from '../../schemas/index.ts';
import type { EventOf } from '../backbone/delivery/declaration.ts';

/** The events of an order. */
export type OrderEvent = EventOf<typeof OrderPlaced.v1 | typeof OrderConfirmed.v1 | typeof OrderCancelled.v1>;

/** What read models over many orders know of one. */
export interface OrderPart {
  readonly customerId: string;
  /** When the customer ordered: the event time of all read models. */
  readonly orderedAt: string;
  readonly totalCents: number;
  readonly status: 'PLACED' | 'CONFIRMED' | 'CANCELLED';
}

/** An order after an event. */
export function orderPart(part: OrderPart | undefined, event: OrderEvent): OrderPart {
  if (event.type === 'OrderPlaced') {
    const { customerId, orderedAt, totalCents } = event.data;
    return { customerId, orderedAt, totalCents, status: 'PLACED' };
  }
  if (!part) throw new Error(`Order ${event.data.orderId} begins with ${event.type}`);
  return { ...part, status: event.type === 'OrderConfirmed' ? 'CONFIRMED' : 'CANCELLED' };
}

/** What is kept of an order's money: the total of one that is confirmed, nothing of any other. */
export const keptCentsOf = (part: OrderPart | undefined): number => (part?.status === 'CONFIRMED' ? part.totalCents : 0);

/** 1 for an order that was cancelled, 0 for any other. */
export const cancelledOf = (part: OrderPart | undefined): number => (part?.status === 'CANCELLED' ? 1 : 0);

/** The day (UTC) of a time. */
export const dayOf = (time: string): string => new Date(time).toISOString().slice(0, 'YYYY-MM-DD'.length);

import { OrderCancelled, OrderConfirmed, OrderPlaced } from '../../schemas/index.ts';
import { defineProjection } from '../backbone/projections/projection.ts';
import type { OrderEvent } from './order-part.ts';

/** An order in a few words. */
export interface OrderSummary {
  readonly orderId: string;
  readonly customerId: string;
  readonly status: 'PLACED' | 'CONFIRMED' | 'CANCELLED';
  readonly totalCents: number;
  readonly currency: string;
  /** Pieces, over all lines. */
  readonly pieces: number;
  readonly orderedAt: string;
  /** When it was confirmed or cancelled. */
  readonly endedAt?: string;
  readonly reason?: string;
}

function summarize(summary: OrderSummary | undefined, event: OrderEvent): OrderSummary {
  if (event.type === 'OrderPlaced') {
    const { orderId, customerId, totalCents, currency, lines, orderedAt } = event.data;
    const pieces = lines.reduce((sum, { quantity }) => sum + quantity, 0);
    return { orderId, customerId, status: 'PLACED', totalCents, currency, pieces, orderedAt };
  }
  if (!summary) throw new Error(`Order ${event.data.orderId} begins with ${event.type}`);
  if (event.type === 'OrderConfirmed') return { ...summary, status: 'CONFIRMED', endedAt: event.data.confirmedAt };
  return { ...summary, status: 'CANCELLED', endedAt: event.data.cancelledAt, reason: event.data.reason };
}

/** One view an order. */
export const orderSummary = defineProjection({
  name: 'order-summary',
  version: 1,
  on: [OrderPlaced.v1, OrderConfirmed.v1, OrderCancelled.v1],
  apply: summarize,
});

import { OrderCancelled, OrderConfirmed, OrderPlaced } from '../../schemas/index.ts';
import { type Change, defineProjection } from '../backbone/projections/projection.ts';
import { cancelledOf, dayOf, keptCentsOf, type OrderPart, orderPart } from './order-part.ts';

/** A day's orders, by the day on which they were placed. */
export interface DailyRevenue {
  readonly orderCount: number;
  readonly cancelledCount: number;
  /** Totals of those that are confirmed, in cents, whatever their currency. */
  readonly revenueCents: number;
}

/** What a day without orders has. */
export const NO_REVENUE: DailyRevenue = { orderCount: 0, cancelledCount: 0, revenueCents: 0 };

function merge(view: DailyRevenue, { before, after }: Change<OrderPart>): DailyRevenue {
  return {
    orderCount: view.orderCount + (before ? 0 : 1),
    cancelledCount: view.cancelledCount + cancelledOf(after) - cancelledOf(before),
    revenueCents: view.revenueCents + keptCentsOf(after) - keptCentsOf(before),
  };
}

/** One view a day (UTC). */
export const dailyRevenue = defineProjection({
  name: 'daily-revenue',
  version: 1,
  on: [OrderPlaced.v1, OrderConfirmed.v1, OrderCancelled.v1],
  apply: orderPart,
  into: { keysOf: ({ orderedAt }) => [dayOf(orderedAt)], initial: NO_REVENUE, merge },
});

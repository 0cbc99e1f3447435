import { OrderCancelled, OrderConfirmed, OrderPlaced } from '../../schemas/index.ts';
import { type Change, defineProjection } from '../backbone/projections/projection.ts';
import { cancelledOf, dayOf, keptCentsOf, type OrderPart, orderPart } from './order-part.ts';

/** What is stored of a customer. */
export interface CustomerView {
  readonly orderCount: number;
  readonly cancelledCount: number;
  readonly spentCents: number;
  readonly firstOrderedAt: string;
  readonly lastOrderedAt: string;
  /** Days with an order, each once, in order. */
  readonly days: readonly string[];
}

/** What a customer is shown of themselves. */
export interface CustomerDashboard {
  readonly customerId: string;
  /** Orders that were placed, whatever became of them. */
  readonly orderCount: number;
  readonly cancelledCount: number;
  /** Totals of the orders that are confirmed, in cents, whatever their currency. */
  readonly spentCents: number;
  readonly firstOrderedAt: string;
  readonly lastOrderedAt: string;
  /** Days (UTC) with an order, each once, without the first such day. */
  readonly repeatDays: readonly string[];
}

function merge(view: CustomerView, { before, after }: Change<OrderPart>): CustomerView {
  const { orderedAt } = after;
  return {
    orderCount: view.orderCount + (before ? 0 : 1),
    cancelledCount: view.cancelledCount + cancelledOf(after) - cancelledOf(before),
    spentCents: view.spentCents + keptCentsOf(after) - keptCentsOf(before),
    firstOrderedAt: view.firstOrderedAt === '' || isBefore(orderedAt, view.firstOrderedAt) ? orderedAt : view.firstOrderedAt,
    lastOrderedAt: view.lastOrderedAt === '' || isBefore(view.lastOrderedAt, orderedAt) ? orderedAt : view.lastOrderedAt,
    days: withDay(view.days, dayOf(orderedAt)),
  };
}

/** Times may be written with any offset; of two that are the same instant the text decides, so that the order of events does not. */
function isBefore(one: string, other: string): boolean {
  const difference = Date.parse(one) - Date.parse(other);
  return difference < 0 || (difference === 0 && one < other);
}

/** Mostly the day is the last or after it. */
function withDay(days: readonly string[], day: string): readonly string[] {
  const at = days.findLastIndex((known) => known <= day);
  return days[at] === day ? days : [...days.slice(0, at + 1), day, ...days.slice(at + 1)];
}

/** One view a customer, of all their orders. */
export const customerDashboard = defineProjection({
  name: 'customer-dashboard',
  version: 1,
  on: [OrderPlaced.v1, OrderConfirmed.v1, OrderCancelled.v1],
  apply: orderPart,
  into: {
    keysOf: ({ customerId }) => [customerId],
    initial: { orderCount: 0, cancelledCount: 0, spentCents: 0, firstOrderedAt: '', lastOrderedAt: '', days: [] } as CustomerView,
    merge,
  },
});

/** What is stored of a customer as it is answered. */
export function dashboardOf(customerId: string, { days, ...view }: CustomerView): CustomerDashboard {
  return { customerId, ...view, repeatDays: days.slice(1) };
}

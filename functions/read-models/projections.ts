import type { Projection } from '../backbone/projections/projection.ts';
import { customerDashboard } from './customer-dashboard.ts';
import { dailyRevenue } from './daily-revenue.ts';
import { orderSummary } from './order-summary.ts';
import { stock } from './stock.ts';

/** Read models of orders, which the event store of the orders service can fill again. */
export const ORDER_PROJECTIONS: readonly Projection[] = [orderSummary, customerDashboard, dailyRevenue];

/** All that the group `read-models` folds. */
export const PROJECTIONS: readonly Projection[] = [...ORDER_PROJECTIONS, stock];

import { query } from '../backbone/http/query.ts';
import { getOrderSummary } from './get-order-summary.ts';

/** `GET /orders/{orderId}/summary` */
export const handler = query({ name: 'read-models-get-order-summary' }, getOrderSummary);

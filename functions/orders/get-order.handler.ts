import { query } from '../backbone/http/query.ts';
import { getOrder } from './get-order.ts';

/** `GET /orders/{orderId}` */
export const handler = query({ name: 'orders-get-order' }, getOrder);

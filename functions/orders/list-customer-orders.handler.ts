import { query } from '../backbone/http/query.ts';
import { listCustomerOrders } from './list-customer-orders.ts';

/** `GET /customers/{customerId}/orders` */
export const handler = query({ name: 'orders-list-customer-orders' }, listCustomerOrders);

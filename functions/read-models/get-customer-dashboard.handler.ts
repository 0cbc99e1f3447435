import { query } from '../backbone/http/query.ts';
import { getCustomerDashboard } from './get-customer-dashboard.ts';

/** `GET /customers/{customerId}/dashboard` */
export const handler = query({ name: 'read-models-get-customer-dashboard' }, getCustomerDashboard);

import { notFound, type QueryHandler } from '../backbone/http/query.ts';
import { readView } from '../backbone/projections/reading.ts';
import { type CustomerView, customerDashboard, dashboardOf } from './customer-dashboard.ts';

/** Answers what a customer is shown of themselves: `?after=` the token of an order that it must have seen. */
export const getCustomerDashboard: QueryHandler = async ({ path, query }, reader) => {
  const { customerId = '' } = path;
  const view = await readView<CustomerView>(reader, { projection: customerDashboard, key: customerId, after: query['after'] });
  if (!view) throw notFound('customer with orders', customerId);
  return { status: 200, body: dashboardOf(customerId, view) };
};

import { notFound, type QueryHandler } from '../backbone/http/query.ts';
import { readView } from '../backbone/projections/reading.ts';
import { type OrderSummary, orderSummary } from './order-summary.ts';

/** Answers an order in a few words: `?after=` the token of a write that it must have seen. */
export const getOrderSummary: QueryHandler = async ({ path, query }, reader) => {
  const { orderId = '' } = path;
  const view = await readView<OrderSummary>(reader, { projection: orderSummary, key: orderId, after: query['after'] });
  if (!view) throw notFound('order', orderId);
  return { status: 200, body: view };
};

import { notFound, type QueryHandler } from '../backbone/query.ts';
import { type OrderItem, orderKeyOf, orderOf } from './order-item.ts';

/** Answers one order as it is now. */
export const getOrder: QueryHandler = async ({ path }, reader) => {
  const { orderId = '' } = path;
  const item = await reader.get<OrderItem>(orderKeyOf(orderId));
  if (!item) throw notFound('order', orderId);
  return { status: 200, body: orderOf(item) };
};

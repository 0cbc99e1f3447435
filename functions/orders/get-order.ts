import { load } from '../backbone/event-store/load.ts';
import { notFound, type QueryHandler } from '../backbone/http/query.ts';
import { OrderStream } from './order.ts';

/** Answers one order as it is now. */
export const getOrder: QueryHandler = async ({ path }, reader) => {
  const { orderId = '' } = path;
  const { state: order } = await load(reader, OrderStream, orderId);
  if (!order) throw notFound('order', orderId);
  return { status: 200, body: order };
};

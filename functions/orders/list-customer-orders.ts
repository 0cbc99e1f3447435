import type { Tip } from '../backbone/event-store/items.ts';
import { ofTip } from '../backbone/event-store/load.ts';
import { HttpProblem } from '../backbone/http/http.ts';
import type { QueryHandler } from '../backbone/http/query.ts';
import type { Key } from '../backbone/work.ts';
import { customerKeyOf, OrderStream } from './order.ts';

const PAGE_SIZE = 50;
const PAGE_SIZE_MAX = 200;

/** Answers a customer's orders, the newest first, page by page: `?limit=` orders from `?cursor=` on. The index, which has their keys, follows within moments; each order is as it is now. */
export const listCustomerOrders: QueryHandler = async ({ path, query }, reader) => {
  const { items, cursor } = await reader.query<Key>({
    index: 'byOwner',
    pk: customerKeyOf(path['customerId'] ?? ''),
    newestFirst: true,
    limit: pageSizeOf(query['limit']),
    cursor: query['cursor'],
  });
  const tips = await Promise.all(items.map((key) => reader.get<Tip>(key)));
  const orders = await Promise.all(tips.filter((tip) => tip !== undefined).map((tip) => ofTip(reader, OrderStream, tip)));
  return { status: 200, body: { orders: orders.map(({ state }) => state), cursor } };
};

function pageSizeOf(limit: string | undefined): number {
  if (limit === undefined) return PAGE_SIZE;
  const size = Number(limit);
  if (!Number.isInteger(size) || size < 1 || size > PAGE_SIZE_MAX) {
    throw new HttpProblem(400, 'Invalid limit', `\`limit\` is ${limit}; it is a whole number from 1 to ${PAGE_SIZE_MAX}`);
  }
  return size;
}

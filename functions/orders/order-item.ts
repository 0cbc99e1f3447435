import type { Key } from '../backbone/work.ts';
import type { Order } from './order.ts';

/** An order as the table has it: a customer's orders are found by the index `byOwner`, in the order of `orderedAt`. */
export type OrderItem = Key & Order & { readonly entity: 'ORDER'; readonly ownerKey: string; readonly ownerSort: string };

/** Key of an order. */
export function orderKeyOf(orderId: string): Key {
  return { pk: `ORDER#${orderId}`, sk: 'ORDER' };
}

/** Key of a customer's orders in the index `byOwner`. */
export function customerKeyOf(customerId: string): string {
  return `CUSTOMER#${customerId}`;
}

/** Puts an order into the form of the table. */
export function itemOf(order: Order): OrderItem {
  return {
    ...orderKeyOf(order.orderId),
    entity: 'ORDER',
    ownerKey: customerKeyOf(order.customerId),
    ownerSort: `${order.orderedAt}#${order.orderId}`,
    ...order,
  };
}

/** Takes an order out of its item. */
export function orderOf({ pk: _pk, sk: _sk, entity: _entity, ownerKey: _ownerKey, ownerSort: _ownerSort, ...order }: OrderItem): Order {
  return order as Order;
}

import { OrderPlaced, type PlaceOrderV1 } from '../../schemas/index.ts';
import type { CommandHandler } from '../backbone/command.ts';
import { itemOf } from './order-item.ts';

/** Accepts an order. It is charged, reserved and shipped by whoever hears of it. */
export const placeOrder: CommandHandler<PlaceOrderV1> = ({ data, receivedAt }, work) => {
  const { cardToken, ...wanted } = data;
  const order = { ...wanted, orderId: work.id('order'), orderedAt: data.orderedAt ?? receivedAt };
  // The token of the card goes to whoever charges it, and is not kept here.
  work.put(itemOf({ ...order, status: 'PLACED' }));
  work.emit(OrderPlaced.v1({ ...order, cardToken }));
  return { status: 202, body: { orderId: order.orderId, status: 'PLACED' } };
};

import { OrderPlaced, type PlaceOrderV1 } from '../../schemas/index.ts';
import { notYet } from '../backbone/event-store/load.ts';
import type { CommandHandler } from '../backbone/http/command.ts';
import { tokenText } from '../backbone/projections/token.ts';
import { OrderStream } from './order.ts';

/** Accepts an order. Which flow it takes is said by the envelope, and not by the event. It is charged, reserved and shipped by whoever hears of it. */
export const placeOrder: CommandHandler<PlaceOrderV1> = ({ data: { flow: _, ...data }, receivedAt }, work) => {
  const order = { ...data, orderId: work.id('order'), orderedAt: data.orderedAt ?? receivedAt };
  // The id is new, so nothing is read. The token of the card goes to whoever charges it, and is not kept.
  const { id, version } = work.append(OrderStream, notYet(OrderStream, order.orderId), [OrderPlaced.v1(order)]);
  return { status: 202, body: { orderId: order.orderId, status: 'PLACED', token: tokenText({ id, sequence: version }) } };
};

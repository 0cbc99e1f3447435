import { Duration } from 'aws-cdk-lib/core';
import { OrderPlaced, PrepareShipment, ProcessPayment, RefundPayment, ReleaseInventoryReservation, ReserveInventory } from '../../schemas/index.ts';
import { saga } from '../constructs/saga/declaration.ts';

/**
 * An order from its placing to its shipment. Stock first, for it is the cheapest to give back; then the money; the shipment is the pivot: once the carrier was asked, only its refusal turns the saga back.
 *
 *     ReserveInventory ─▶ ProcessPayment ─▶ PrepareShipment ─▶ completed
 *            ▲ release ◀──────── ▲ refund ◀──────── refused
 */
export const checkout = saga('Checkout', { on: OrderPlaced.v1, key: (order) => order.orderId, deadline: Duration.days(1) })
  .step('ReserveInventory', {
    participant: 'inventory',
    command: ReserveInventory.v1,
    data: ({ input: { orderId, customerId, email, lines } }) => ({ orderId, customerId, email, lines }),
    undo: { command: ReleaseInventoryReservation.v1, data: ({ input, failure }) => ({ orderId: input.orderId, reason: failure.reason }) },
  })
  .step('ProcessPayment', {
    participant: 'payments',
    command: ProcessPayment.v1,
    data: ({ input: { orderId, customerId, email, lines, totalCents, currency, cardToken } }) => ({
      orderId,
      customerId,
      email,
      lines,
      amountCents: totalCents,
      currency,
      cardToken,
    }),
    reply: ['paymentId'],
    undo: { command: RefundPayment.v1, data: ({ input, failure }) => ({ orderId: input.orderId, reason: failure.reason }) },
  })
  .pivot('PrepareShipment', {
    participant: 'shipping',
    command: PrepareShipment.v1,
    data: ({ input: { orderId, customerId, email, lines } }) => ({ orderId, customerId, email, lines }),
    reply: ['shipmentId'],
  });

import type { ProcessPaymentV1, RefundPaymentV1 } from '../../schemas/index.ts';
import type { StepHandler } from '../backbone/saga/participant.ts';
import { done, refused } from '../backbone/saga/reply.ts';
import { charge, chargeKeyOf } from './charge-order.ts';
import { type PaymentItem, paymentKeyOf } from './payment.ts';
import type { PaymentGateway } from './payment-gateway.ts';
import { giveBack, refund } from './refund-payment.ts';

/** Charges an order, or refuses. */
export function processPayment(gateway: PaymentGateway): StepHandler<ProcessPaymentV1> {
  return async ({ data }, work) => {
    const result = await charge(gateway, data, work);
    return result.outcome === 'charged' ? done({ paymentId: result.paymentId }) : refused('PaymentFailed', result.reason);
  };
}

/**
 * Gives back what was charged, once. Where no payment was committed the gateway may have charged all the same: its answer was lost, or is still on its way. So the charge is made void first, and what
 * it had taken goes back; nobody has heard of that payment, so nobody hears of its end.
 */
export function undoPayment(gateway: PaymentGateway): StepHandler<RefundPaymentV1> {
  return async ({ data: { orderId, reason } }, work) => {
    const payment = await work.get<PaymentItem>(paymentKeyOf(orderId));
    if (payment?.status === 'CHARGED') await refund(gateway, { payment, reason }, work);
    if (payment) return done();
    const request = { idempotencyKey: chargeKeyOf(orderId), orderId };
    const charged = await work.outside({ port: 'payment gateway', request, inShadow: () => undefined }, () => gateway.void(request));
    if (charged) await giveBack(gateway, { orderId, ...charged }, work);
    return done();
  };
}

import { type InventoryFailed, PaymentRefunded } from '../../schemas/index.ts';
import type { ConsumerHandler } from '../backbone/consumer.ts';
import { TerminalError } from '../backbone/errors.ts';
import { itemOf, type PaymentItem, paymentKeyOf } from './payment.ts';
import type { PaymentGateway } from './payment-gateway.ts';

/** Gives back what was charged for an order that cannot be fulfilled, once. */
export function refundPayment(gateway: PaymentGateway): ConsumerHandler<typeof InventoryFailed.v1> {
  return async ({ data }, work) => {
    const { orderId } = data;
    const payment = await work.get<PaymentItem>(paymentKeyOf(orderId));
    if (payment?.status === 'REFUNDED') return;
    if (payment?.status !== 'CHARGED') throw new TerminalError(`Order ${orderId} was not charged, so that nothing can be given back`, { code: 'NOT_CHARGED' });
    const { customerId, email, paymentId, amountCents, currency } = payment;
    const request = { idempotencyKey: `refund-${orderId}`, orderId, paymentId, amountCents, currency };
    const call = { port: 'payment gateway', request, inShadow: () => gateway.foresee.refund(request) };
    const { refundId } = await work.outside(call, () => gateway.refund(request));
    const facts = { paymentId, orderId, customerId, email, amountCents, currency, reason: data.reason, refundedAt: work.now };
    work.put(itemOf({ ...facts, status: 'REFUNDED', refundId }), {
      condition: { expression: '#status = :charged', names: { '#status': 'status' }, values: { ':charged': 'CHARGED' } },
    });
    work.emit(PaymentRefunded.v1(facts));
  };
}

import { type InventoryFailed, PaymentRefunded } from '../../schemas/index.ts';
import type { ConsumerHandler } from '../backbone/consumer.ts';
import { TerminalError } from '../backbone/errors.ts';
import type { Work } from '../backbone/work.ts';
import { itemOf, type Payment, type PaymentItem, paymentKeyOf } from './payment.ts';
import type { Charged, PaymentGateway } from './payment-gateway.ts';

/** Gives back what was charged for an order that cannot be fulfilled, once. */
export function refundPayment(gateway: PaymentGateway): ConsumerHandler<typeof InventoryFailed.v1> {
  return async ({ data: { orderId, reason } }, work) => {
    const payment = await work.get<PaymentItem>(paymentKeyOf(orderId));
    if (payment?.status === 'REFUNDED') return;
    if (payment?.status !== 'CHARGED') throw new TerminalError(`Order ${orderId} was not charged, so that nothing can be given back`, { code: 'NOT_CHARGED' });
    await refund(gateway, { payment, reason }, work);
  };
}

/** Gives back a charge, and announces it. */
export async function refund(
  gateway: PaymentGateway,
  { payment, reason }: { readonly payment: Extract<Payment, { status: 'CHARGED' }>; readonly reason: string },
  work: Work,
): Promise<void> {
  const { orderId, customerId, email, paymentId, amountCents, currency } = payment;
  const { refundId } = await giveBack(gateway, { orderId, paymentId, amountCents, currency }, work);
  const facts = { paymentId, orderId, customerId, email, amountCents, currency, reason, refundedAt: work.now };
  work.put(itemOf({ ...facts, status: 'REFUNDED', refundId }), {
    condition: { expression: '#status = :charged', names: { '#status': 'status' }, values: { ':charged': 'CHARGED' } },
  });
  work.emit(PaymentRefunded.v1(facts));
}

/** Has the gateway give back a charge: the key is the order, so that it happens once. */
export function giveBack(gateway: PaymentGateway, charged: Charged & { readonly orderId: string }, work: Work): Promise<{ readonly refundId: string }> {
  const { orderId, paymentId, amountCents, currency } = charged;
  const request = { idempotencyKey: `refund-${orderId}`, orderId, paymentId, amountCents, currency };
  return work.outside({ port: 'payment gateway', request, inShadow: () => gateway.foresee.refund(request) }, () => gateway.refund(request));
}

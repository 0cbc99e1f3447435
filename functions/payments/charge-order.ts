import { type OrderPlaced, PaymentFailed, PaymentProcessed, type ProcessPaymentV1 } from '../../schemas/index.ts';
import type { ConsumerHandler } from '../backbone/consumer.ts';
import type { Work } from '../backbone/work.ts';
import { itemOf } from './payment.ts';
import type { ChargeResult, PaymentGateway } from './payment-gateway.ts';

const NOT_YET_PAID = { condition: { expression: 'attribute_not_exists(pk)' } };

/** The key under which an order is charged, whatever asks for it. */
export const chargeKeyOf = (orderId: string): string => `charge-${orderId}`;

/** Charges an order that was placed. */
export function chargeOrder(gateway: PaymentGateway): ConsumerHandler<typeof OrderPlaced.v1> {
  return async ({ data: { totalCents: amountCents, ...order } }, work) => {
    await charge(gateway, { ...order, amountCents }, work);
  };
}

/** Charges an order, once, and announces what became of it. */
export async function charge(gateway: PaymentGateway, order: ProcessPaymentV1, work: Work): Promise<ChargeResult> {
  const { orderId, customerId, email, lines, amountCents, currency, cardToken } = order;
  const request = { idempotencyKey: chargeKeyOf(orderId), orderId, amountCents, currency, cardToken };
  const result = await work.outside({ port: 'payment gateway', request, inShadow: () => gateway.foresee.charge(request) }, () => gateway.charge(request));
  const facts = { orderId, customerId, email, amountCents, currency };
  if (result.outcome === 'declined') {
    const { reason } = result;
    work.put(itemOf({ ...facts, status: 'FAILED', reason, failedAt: work.now }), NOT_YET_PAID);
    work.emit(PaymentFailed.v1({ orderId, customerId, amountCents, currency, reason, failedAt: work.now }));
  } else {
    const { paymentId } = result;
    work.put(itemOf({ ...facts, status: 'CHARGED', paymentId, processedAt: work.now }), NOT_YET_PAID);
    work.emit(PaymentProcessed.v1({ paymentId, ...facts, lines, processedAt: work.now }));
  }
  return result;
}

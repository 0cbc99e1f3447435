import { type OrderPlaced, PaymentFailed, PaymentProcessed } from '../../schemas/index.ts';
import type { ConsumerHandler } from '../backbone/consumer.ts';
import { itemOf } from './payment.ts';
import type { PaymentGateway } from './payment-gateway.ts';

const NOT_YET_PAID = { condition: { expression: 'attribute_not_exists(pk)' } };

/** Charges an order, once: the key of the charge is the order, whatever event asks for it. */
export function chargeOrder(gateway: PaymentGateway): ConsumerHandler<typeof OrderPlaced.v1> {
  return async ({ data }, work) => {
    const { orderId, customerId, email, lines, totalCents: amountCents, currency, cardToken } = data;
    const request = { idempotencyKey: `charge-${orderId}`, orderId, amountCents, currency, cardToken };
    const result = await work.outside({ port: 'payment gateway', request, inShadow: () => gateway.foresee.charge(request) }, () => gateway.charge(request));
    const facts = { orderId, customerId, email, amountCents, currency };
    if (result.outcome === 'declined') {
      const { reason } = result;
      work.put(itemOf({ ...facts, status: 'FAILED', reason, failedAt: work.now }), NOT_YET_PAID);
      work.emit(PaymentFailed.v1({ orderId, customerId, amountCents, currency, reason, failedAt: work.now }));
      return;
    }
    const { paymentId } = result;
    work.put(itemOf({ ...facts, status: 'CHARGED', paymentId, processedAt: work.now }), NOT_YET_PAID);
    work.emit(PaymentProcessed.v1({ paymentId, ...facts, lines, processedAt: work.now }));
  };
}

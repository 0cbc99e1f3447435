import type { Key } from '../backbone/work.ts';

/** What a payment keeps in every state. */
interface PaymentFacts {
  readonly orderId: string;
  readonly customerId: string;
  readonly email: string;
  readonly amountCents: number;
  readonly currency: string;
}

/** The payment of an order, in one of its states. */
export type Payment =
  | (PaymentFacts & { readonly status: 'FAILED'; readonly reason: string; readonly failedAt: string })
  | (PaymentFacts & { readonly status: 'CHARGED'; readonly paymentId: string; readonly processedAt: string })
  | (PaymentFacts & {
      readonly status: 'REFUNDED';
      readonly paymentId: string;
      readonly refundId: string;
      readonly reason: string;
      readonly refundedAt: string;
    });

/** A payment as the table has it. */
export type PaymentItem = Key & Payment & { readonly entity: 'PAYMENT' };

/** Key of an order's payment. */
export function paymentKeyOf(orderId: string): Key {
  return { pk: `PAYMENT#${orderId}`, sk: 'PAYMENT' };
}

/** Puts a payment into the form of the table. */
export function itemOf(payment: Payment): PaymentItem {
  return { ...paymentKeyOf(payment.orderId), entity: 'PAYMENT', ...payment };
}

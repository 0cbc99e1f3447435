import { expect, it } from 'vitest';
import { recordPayment } from '../../../functions/audit/record-payment.ts';
import { PaymentFailed, PaymentProcessed, PaymentRefunded } from '../../../schemas/index.ts';
import { consume, eventOf, newWorld } from '../use-case.ts';

const COMMON = { orderId: 'o1', customerId: 'c1', amountCents: 1999, currency: 'EUR' } as const;

it('writes the money of an order line after line, with the balance', async () => {
  const world = newWorld();
  await consume(world, recordPayment, eventOf(PaymentFailed.v1({ ...COMMON, reason: 'card-declined', failedAt: '2026-03-15T10:00:00Z' }), 'e1'));
  const paid = { ...COMMON, paymentId: 'p1', email: 'ada@example.org', lines: [{ sku: 'cd', quantity: 1 }], processedAt: '2026-03-15T10:01:00Z' };
  await consume(world, recordPayment, eventOf(PaymentProcessed.v1(paid), 'e2'));
  const refund = { ...COMMON, paymentId: 'p1', email: 'ada@example.org', reason: 'out-of-stock', refundedAt: '2026-03-15T10:02:00Z' } as const;
  await consume(world, recordPayment, eventOf(PaymentRefunded.v1(refund), 'e3'));
  const entries = [1, 2, 3].map((number) => world.table.get('table', 'ORDER#o1', `ENTRY#00000${number}`));
  expect(entries).toMatchObject([
    { number: 1, event: 'PaymentFailed', balanceCents: 0, reason: 'card-declined', eventId: 'e1' },
    { number: 2, event: 'PaymentProcessed', balanceCents: 1999 },
    { number: 3, event: 'PaymentRefunded', balanceCents: 0, reason: 'out-of-stock' },
  ]);
});

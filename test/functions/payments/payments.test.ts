import { describe, expect, it } from 'vitest';
import { RetryableError } from '../../../functions/backbone/errors.ts';
import { chargeOrder } from '../../../functions/payments/charge-order.ts';
import { type LedgerEntry, ledgerGateway } from '../../../functions/payments/ledger-gateway.ts';
import { refundPayment } from '../../../functions/payments/refund-payment.ts';
import { InventoryFailed, OrderPlaced } from '../../../schemas/index.ts';
import { consume, eventOf, newWorld, typesOf, type World } from '../use-case.ts';

const placed = (cardToken: string, orderId = 'o1') =>
  OrderPlaced.v1({
    orderId,
    customerId: 'c1',
    email: 'ada@example.org',
    lines: [{ sku: 'cd', quantity: 2 }],
    totalCents: 1999,
    currency: 'EUR',
    cardToken,
    orderedAt: '2026-03-15T14:00:00Z',
  });
const short = (orderId = 'o1') =>
  InventoryFailed.v1({
    orderId,
    customerId: 'c1',
    paymentId: 'p',
    sku: 'cd',
    reason: '2 of cd were ordered and 1 are available',
    failedAt: '2026-03-15T14:00:00Z',
  });

const charge = (world: World, cardToken: string) => consume(world, chargeOrder(ledgerGateway(world.ports)), eventOf(placed(cardToken)));
const refund = (world: World) => consume(world, refundPayment(ledgerGateway(world.ports)), eventOf(short()));
const ledger = (world: World) => world.table.items().filter(({ entity }) => entity === 'LEDGER') as unknown as LedgerEntry[];

describe('charging an order', () => {
  it('charges tok_visa, and announces what was charged', async () => {
    const world = newWorld();
    const [event] = await charge(world, 'tok_visa');
    expect(event).toMatchObject({ type: 'PaymentProcessed', data: { orderId: 'o1', amountCents: 1999, lines: [{ sku: 'cd', quantity: 2 }] } });
    expect(ledger(world)).toMatchObject([
      { kind: 'charge', orderId: 'o1', amountCents: 1999, currency: 'EUR', entryId: (event?.data as { paymentId: string } | undefined)?.paymentId },
    ]);
  });

  it.each(['tok_declined', 'tok_unheard_of'])('does not charge %s, and announces that', async (cardToken) => {
    const world = newWorld();
    expect(typesOf(await charge(world, cardToken))).toEqual(['PaymentFailed']);
    expect(ledger(world)).toEqual([]);
    expect(world.table.get('table', 'PAYMENT#o1', 'PAYMENT')).toMatchObject({ status: 'FAILED' });
  });

  it('is retryable for tok_timeout, whose gateway never answers', async () => {
    const world = newWorld();
    const before = world.nowMs;
    await expect(charge(world, 'tok_timeout')).rejects.toThrow(RetryableError);
    expect(world.nowMs - before).toBe(3_000);
    expect(ledger(world)).toEqual([]);
  });

  it('charges tok_lost_answer once, though the first answer is lost', async () => {
    const world = newWorld();
    await expect(charge(world, 'tok_lost_answer')).rejects.toThrow(RetryableError);
    expect(typesOf(await charge(world, 'tok_lost_answer'))).toEqual(['PaymentProcessed']);
    expect(ledger(world)).toHaveLength(1);
  });

  it('charges once where the commit after it is lost', async () => {
    const world = newWorld();
    world.table.before = (operation) => {
      if (operation === 'TransactWriteItems') throw new Error('the function was killed');
    };
    await expect(charge(world, 'tok_visa')).rejects.toThrow('killed');
    world.table.before = () => {};
    await charge(world, 'tok_visa');
    expect(ledger(world)).toHaveLength(1);
  });
});

describe('the ledger', () => {
  it('answers a repeated key as the first time', async () => {
    const gateway = ledgerGateway(newWorld().ports);
    const request = { idempotencyKey: 'k', orderId: 'o1', amountCents: 5, currency: 'EUR', cardToken: 'tok_visa' };
    expect(await gateway.charge(request)).toEqual(await gateway.charge(request));
  });

  it('refuses a key that was used for another amount', async () => {
    const gateway = ledgerGateway(newWorld().ports);
    const request = { idempotencyKey: 'k', orderId: 'o1', amountCents: 5, currency: 'EUR', cardToken: 'tok_visa' };
    await gateway.charge(request);
    await expect(gateway.charge({ ...request, amountCents: 6 })).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  });
});

describe('refunding a payment', () => {
  it('gives back what was charged, once', async () => {
    const world = newWorld();
    await charge(world, 'tok_visa');
    const [event] = await refund(world);
    expect(event).toMatchObject({ type: 'PaymentRefunded', data: { orderId: 'o1', amountCents: 1999, email: 'ada@example.org', reason: short().data.reason } });
    expect(await refund(world)).toEqual([]);
    expect(ledger(world).map(({ kind, amountCents }) => ({ kind, amountCents }))).toEqual([
      { kind: 'charge', amountCents: 1999 },
      { kind: 'refund', amountCents: 1999 },
    ]);
  });

  it.each(['never', 'declined'])('refuses for ever where nothing was charged: %s', async (how) => {
    const world = newWorld();
    if (how === 'declined') await charge(world, 'tok_declined');
    await expect(refund(world)).rejects.toMatchObject({ code: 'NOT_CHARGED' });
  });
});

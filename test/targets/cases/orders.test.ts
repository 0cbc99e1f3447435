import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { describe, expect } from 'vitest';
import type { ApiRequest, Target } from '../target.ts';
import { onEveryTarget } from '../target.ts';

const GATEWAY = {
  localstack: { because: 'LocalStack 4.14.0 has no API Gateway v2', failure: /Invalid URL|is not valid JSON|expected 404/ },
};

/** Puts stock of a SKU of this test's own in place, and waits until it is there. */
async function receiveStock(target: Target, sku: string, quantity: number): Promise<void> {
  const { status } = await target.call({ method: 'POST', path: '/stock', key: `${sku}-stock`, body: { sku, quantity }, by: 'function' });
  expect(status).toBe(202);
}

function orderOf(target: Target, changes: object): Pick<ApiRequest, 'method' | 'path' | 'body'> {
  const customerId = target.unique;
  const order = { customerId, email: `${customerId}@example.com`, lines: [{ sku: `CD-${target.unique}`, quantity: 1 }], totalCents: 1499, currency: 'USD' };
  return { method: 'POST', path: '/orders', body: { ...order, cardToken: 'tok_visa', ...changes } };
}

/** The order once it has ended. */
async function ended(target: Target, orderId: string): Promise<{ status: string }> {
  return target.eventually(`order ${orderId} ends`, async () => {
    const { body } = await target.call({ method: 'GET', path: `/orders/${orderId}`, by: 'function' });
    return ['CONFIRMED', 'CANCELLED'].includes(body?.status) ? body : undefined;
  });
}

/** What was charged and refunded for orders: the entries of the ledger. */
async function ledgerOf(target: Target, orderIds: readonly string[]): Promise<{ kind: string; orderId: string; amountCents: number }[]> {
  const payments = target.system.consumers.find(({ consumer }) => consumer === 'payments');
  const scan = await target.complete(target.clients.dynamodb.send(new ScanCommand({ TableName: payments?.tableName, ConsistentRead: true })));
  const entries = (scan.Items ?? []).map((item) => unmarshall(item)).filter(({ entity }) => entity === 'LEDGER');
  return (entries as { kind: string; orderId: string; amountCents: number }[]).filter(({ orderId }) => orderIds.includes(orderId));
}

describe('orders', () => {
  onEveryTarget('end as their card and the stock say, and the ledger holds each charge and refund once', async (target) => {
    const sku = `CD-${target.unique}`;
    await receiveStock(target, sku, 10);
    const place = async (changes: object, key: string): Promise<string> => {
      const { status, body } = await target.call({ ...orderOf(target, changes), key: `${target.unique}-${key}`, by: 'function' });
      expect(status).toBe(202);
      return body.orderId;
    };
    const paid = await place({}, 'paid');
    const declined = await place({ cardToken: 'tok_declined' }, 'declined');
    const soldOut = await place({ lines: [{ sku: `${sku}-NONE`, quantity: 1 }] }, 'sold-out');
    const lost = await place({ cardToken: 'tok_lost_answer' }, 'lost');
    expect((await ended(target, paid)).status).toBe('CONFIRMED');
    expect((await ended(target, declined)).status).toBe('CANCELLED');
    expect((await ended(target, soldOut)).status).toBe('CANCELLED');
    expect((await ended(target, lost)).status).toBe('CONFIRMED');
    const entries = await ledgerOf(target, [paid, declined, soldOut, lost]);
    expect(entries.map(({ kind, orderId }) => [orderId, kind]).sort()).toEqual(
      [
        [paid, 'charge'],
        [lost, 'charge'],
        [soldOut, 'charge'],
        [soldOut, 'refund'],
      ].sort(),
    );
  });

  onEveryTarget('are placed once however often their Idempotency-Key is sent, and another body under it is refused', async (target) => {
    const request = { ...orderOf(target, { cardToken: 'tok_declined' }), key: `${target.unique}-once`, by: 'function' as const };
    const first = await target.call(request);
    const again = await target.call(request);
    expect(first.status).toBe(202);
    expect(again).toMatchObject({ status: 202, body: first.body });
    const other = await target.call({ ...request, body: { ...(request.body as object), totalCents: 1 } });
    expect(other).toMatchObject({ status: 422, body: { title: 'Idempotency-Key reused' } });
  });

  onEveryTarget(
    'are placed over HTTP',
    async (target) => {
      const { status } = await target.call({ ...orderOf(target, { cardToken: 'tok_declined' }), key: `${target.unique}-http`, by: 'http' });
      expect(status).toBe(202);
    },
    GATEWAY,
  );

  onEveryTarget('that are not what the contract says are refused with every problem', async (target) => {
    const { status, body } = await target.call({ ...orderOf(target, { totalCents: -1, colour: 'red' }), key: `${target.unique}-bad`, by: 'function' });
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain('totalCents');
    expect(JSON.stringify(body)).toContain('colour');
  });
});

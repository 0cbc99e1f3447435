import { HttpClient } from './http-client.ts';

/** A few orders that show every way an order can end. */
const SAMPLES = [
  { customerId: 'ada', sku: 'CD-BLUE', quantity: 2, totalCents: 2933, cardToken: 'tok_visa' },
  { customerId: 'grace', sku: 'CD-KIND-OF', quantity: 1, totalCents: 1496, cardToken: 'tok_visa' },
  { customerId: 'linus', sku: 'CD-BLUE', quantity: 1, totalCents: 1299, cardToken: 'tok_declined' },
  { customerId: 'barbara', sku: 'CD-SOLD-OUT', quantity: 1, totalCents: 1799, cardToken: 'tok_visa' },
] as const;

const STOCK = ['CD-BLUE', 'CD-KIND-OF'] as const;

/** Fills a little stock and places the sample orders; answers their ids. `run` makes the idempotency keys of one start differ from those of the next. */
export async function placeSamples(apiUrl: string, run: string): Promise<string[]> {
  const client = new HttpClient(4);
  try {
    for (const sku of STOCK)
      await client.send('POST', `${apiUrl}/stock`, { body: { sku, quantity: 100 }, headers: { 'idempotency-key': `sample-stock-${sku}-${run}` } });
    const orderIds: string[] = [];
    for (const [index, { sku, quantity, ...order }] of SAMPLES.entries()) {
      const body = { ...order, email: `${order.customerId}@example.com`, lines: [{ sku, quantity }], currency: 'USD' };
      const answer = await client.send('POST', `${apiUrl}/orders`, { body, headers: { 'idempotency-key': `sample-order-${index}-${run}` } });
      if (answer.status !== 202) throw new Error(`A sample order was refused with ${answer.status}: ${JSON.stringify(answer.body)}`);
      orderIds.push((answer.body as { orderId: string }).orderId);
    }
    return orderIds;
  } finally {
    client.close();
  }
}

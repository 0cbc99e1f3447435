import { isLed, type LoadFlow } from './flow.ts';
import type { HttpClient } from './http-client.ts';
import { ARTICLES, type OrderLine } from './orders-file.ts';

/** An order that the API took. */
export interface PlacedOrder {
  readonly line: OrderLine;
  readonly orderId: string;
  /** From the first byte sent to the answer, retries included. */
  readonly acceptMs: number;
}

/** The API refused an order that is right by the file. */
export class OrderRefusedError extends Error {
  constructor(line: OrderLine, status: number, body: unknown) {
    super(`The order of line ${line.lineNumber} was refused with ${status}: ${JSON.stringify(body)}`);
    this.name = 'OrderRefusedError';
  }
}

/** Works through `items` with `width` at a time. */
export async function inParallel<Item>(items: readonly Item[], width: number, work: (item: Item) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
}

/**
 * Fills the stock with exactly what the lines will take, once: each article's delivery has an idempotency key made of the run's content, so that a load
 * that is repeated after a crash does not fill it twice. The sold-out article gets none. A saga reserves before it charges, so what it reserves of orders that are declined comes on top; it is left
 * over in the end. Answers with the pieces delivered.
 */
export async function fillStock(
  client: HttpClient,
  apiUrl: string,
  lines: readonly OrderLine[],
  { width, flow }: { readonly width: number; readonly flow: LoadFlow },
): Promise<number> {
  const needed = new Map<string, number>(ARTICLES.map((sku) => [sku, 0]));
  for (const line of lines) {
    const { sku, quantity, end } = line;
    const isReserved = end === 'CONFIRMED' || (end === 'CANCELLED_PAYMENT_DECLINED' && isLed(line, flow) && needed.has(sku));
    if (isReserved) needed.set(sku, (needed.get(sku) ?? 0) + quantity);
  }
  const deliveries = [...needed].filter(([, quantity]) => quantity > 0);
  await inParallel(deliveries, width, async ([sku, quantity]) => {
    const headers = { 'idempotency-key': `load-stock-${sku}-${quantity}-${lines.length}` };
    const { status, body } = await client.send('POST', `${apiUrl}/stock`, { body: { sku, quantity }, headers });
    if (status !== 202) throw new Error(`Stock of ${sku} was refused with ${status}: ${JSON.stringify(body)}`);
  });
  return deliveries.reduce((sum, [, quantity]) => sum + quantity, 0);
}

/** Places every line as an order. Throws `OrderRefusedError` at the first that is refused. */
export async function placeOrders(
  client: HttpClient,
  apiUrl: string,
  lines: readonly OrderLine[],
  options: { readonly width: number; readonly flow: LoadFlow; readonly onPlaced: (count: number) => void },
): Promise<PlacedOrder[]> {
  const placed: PlacedOrder[] = [];
  await inParallel(lines, options.width, async (line) => {
    const startMs = performance.now();
    const { status, body } = await client.send('POST', `${apiUrl}/orders`, {
      headers: { 'idempotency-key': line.idempotencyKey },
      body: {
        customerId: line.customerId,
        email: `customer-${line.customerId}@example.com`,
        lines: [{ sku: line.sku, quantity: line.quantity }],
        totalCents: line.totalCents,
        currency: 'USD',
        cardToken: line.cardToken,
        orderedAt: line.orderedAt,
        ...(isLed(line, options.flow) && { flow: 'orchestration' }),
      },
    });
    if (status !== 202) throw new OrderRefusedError(line, status, body);
    placed.push({ line, orderId: (body as { orderId: string }).orderId, acceptMs: performance.now() - startMs });
    options.onPlaced(placed.length);
  });
  return placed;
}

import { type DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import type { HttpClient } from './http-client.ts';
import type { OrderLine, PredictedEnd } from './orders-file.ts';
import type { PlacedOrder } from './place.ts';

/** An order as the API answers it. */
export interface OrderAnswer {
  readonly orderId: string;
  readonly customerId: string;
  readonly totalCents: number;
  readonly status: 'PLACED' | 'CONFIRMED' | 'CANCELLED';
  readonly reason?: string;
}

/** What the ledger of the payments service adds up to. */
export interface LedgerTotals {
  readonly chargedCents: number;
  readonly refundedCents: number;
}

/** Orders of one customer that a page holds, and pages read at most. */
const PAGE_SIZE = 200;
const PAGES_MAX = 100;

/** All orders of a customer, page by page. */
async function ordersOf(client: HttpClient, apiUrl: string, customerId: string): Promise<OrderAnswer[]> {
  const orders: OrderAnswer[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const query = new URLSearchParams({ limit: String(PAGE_SIZE), ...(cursor && { cursor }) });
    const { status, body } = await client.send('GET', `${apiUrl}/customers/${encodeURIComponent(customerId)}/orders?${query}`);
    if (status !== 200) throw new Error(`The orders of customer ${customerId} were answered with ${status}: ${JSON.stringify(body)}`);
    const answer = body as { orders: OrderAnswer[]; cursor?: string };
    orders.push(...answer.orders);
    cursor = answer.cursor;
    if (!cursor) break;
  }
  return orders;
}

/** All orders of those customers, by order id. */
export async function readOrders(client: HttpClient, apiUrl: string, customerIds: readonly string[], width: number): Promise<Map<string, OrderAnswer>> {
  const orders = new Map<string, OrderAnswer>();
  const waiting = [...customerIds];
  const lane = async (): Promise<void> => {
    for (let customerId = waiting.pop(); customerId !== undefined; customerId = waiting.pop()) {
      for (const order of await ordersOf(client, apiUrl, customerId)) orders.set(order.orderId, order);
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  return orders;
}

/** Adds up the ledger: items of the payments table whose `entity` is `LEDGER`. */
export async function readLedger(dynamodb: DynamoDBClient, tableName: string): Promise<LedgerTotals> {
  const totals = { charge: 0, refund: 0, void: 0 };
  const pages = paginateScan(
    { client: dynamodb },
    {
      TableName: tableName,
      FilterExpression: 'entity = :ledger',
      ProjectionExpression: 'kind, amountCents',
      ExpressionAttributeValues: { ':ledger': { S: 'LEDGER' } },
    },
  );
  for await (const { Items: items = [] } of pages) {
    for (const { kind, amountCents } of items) totals[kind?.S as keyof typeof totals] += Number(amountCents?.N);
  }
  return { chargedCents: totals.charge, refundedCents: totals.refund };
}

/** How the orders ended, against what their lines predict. */
export interface Ends {
  readonly confirmed: number;
  readonly cancelled: number;
  /** Neither confirmed nor cancelled. */
  readonly undelivered: number;
  /** Each order that did not end as predicted, and each customer whose dollars differ, in words. */
  readonly differences: readonly string[];
}

function endOf(order: OrderAnswer | undefined): PredictedEnd | 'PLACED' | 'MISSING' {
  if (!order) return 'MISSING';
  if (order.status !== 'CANCELLED') return order.status;
  return /declined/i.test(order.reason ?? '') ? 'CANCELLED_PAYMENT_DECLINED' : 'CANCELLED_OUT_OF_STOCK';
}

const sumByCustomer = <Item extends { readonly customerId: string; readonly totalCents: number }>(items: Iterable<Item>): Map<string, number> => {
  const sums = new Map<string, number>();
  for (const { customerId, totalCents } of items) sums.set(customerId, (sums.get(customerId) ?? 0) + totalCents);
  return sums;
};

/** Compares every order with its line, and every customer's dollars with the sum over the file. */
export function compareEnds(lines: readonly OrderLine[], placed: readonly PlacedOrder[], orders: ReadonlyMap<string, OrderAnswer>): Ends {
  const differences: string[] = [];
  const counts = { confirmed: 0, cancelled: 0, undelivered: 0 };
  for (const { line, orderId } of placed) {
    const end = endOf(orders.get(orderId));
    if (end !== line.end) differences.push(`line ${line.lineNumber}, order ${orderId}: ${end} instead of ${line.end}`);
    if (end === 'CONFIRMED') counts.confirmed += 1;
    else if (end === 'PLACED' || end === 'MISSING') counts.undelivered += 1;
    else counts.cancelled += 1;
  }
  const expected = sumByCustomer(lines);
  const actual = sumByCustomer(orders.values());
  for (const [customerId, cents] of expected) {
    if (actual.get(customerId) !== cents) differences.push(`customer ${customerId}: ${actual.get(customerId) ?? 0} cents instead of ${cents}`);
  }
  if (orders.size !== placed.length) differences.push(`${orders.size} orders are known, ${placed.length} were placed`);
  return { ...counts, differences };
}

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseOrders } from '../../operations/load/orders-file.ts';

describe('an orders file', () => {
  const orders = parseOrders(readFileSync('examples/cdnow/orders.txt', 'utf8'));

  it('gives one order a line, with the totals that the data set is known to have', () => {
    expect(orders).toHaveLength(6919);
    expect(new Set(orders.map(({ customerId }) => customerId)).size).toBe(2357);
    expect(orders.reduce((sum, { quantity }) => sum + quantity, 0)).toBe(16_479);
    expect(orders.reduce((sum, { totalCents }) => sum + totalCents, 0)).toBe(24_409_194);
  });

  it('decides from the line alone which orders decline and which run out of stock', () => {
    const share = (end: string): number => orders.filter((order) => order.end === end).length / orders.length;
    expect(share('CANCELLED_PAYMENT_DECLINED')).toBeGreaterThan(0.03);
    expect(share('CANCELLED_PAYMENT_DECLINED')).toBeLessThan(0.05);
    expect(share('CANCELLED_OUT_OF_STOCK')).toBeGreaterThan(0.013);
    expect(share('CANCELLED_OUT_OF_STOCK')).toBeLessThan(0.027);
    expect(parseOrders(readFileSync('examples/cdnow/orders.txt', 'utf8'))).toEqual(orders);
    expect(new Set(orders.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(6919);
  });

  it.each([
    [' 00004 0001 19970101  2', 'expected "<id> <customer> <YYYYMMDD> <quantity> <dollars.cents>"'],
    [' 00004 0001 19970231  2  1.00', '1997-02-31 is not a date'],
    [' 00004 0001 19970101  0  1.00', 'the quantity must be at least 1'],
    [' 00004 0001 19970101  -2  1.00', 'expected'],
  ])('says where and why %j is no order', (line, problem) => {
    expect(() => parseOrders(`\n${line}\n`)).toThrow(`Line 2: "${line.trim()}": ${problem}`);
  });
});

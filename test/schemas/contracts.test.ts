import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defineContract } from '../../schemas/contract.ts';
import { closed, open, type Schema } from '../../schemas/generator/source.ts';
import { OrderPlaced, type OrderPlacedV1, PAYLOAD_BYTES_MAX, PayloadTooLarge, PlaceOrder, SchemaInvalid } from '../../schemas/index.ts';

const ORDER: OrderPlacedV1 = {
  orderId: 'o1',
  customerId: 'c1',
  email: 'ada@example.org',
  lines: [
    { sku: 'cd', quantity: 2 },
    { sku: 'lp', quantity: 1 },
  ],
  totalCents: 1999,
  currency: 'EUR',
  cardToken: 'tok',
  orderedAt: '2026-03-15T14:00:00Z',
};

describe('a contract', () => {
  it('makes a payload with what the envelope needs', () => {
    expect(OrderPlaced.v1(ORDER)).toEqual({
      type: 'OrderPlaced',
      source: 'tickertape.orders',
      dataschema: 'tickertape:orders/order-placed/v1.1',
      subject: 'o1',
      partitionkey: 'o1',
      data: ORDER,
    });
  });

  it('names what it is', () => {
    expect({ ...OrderPlaced.v1 }).toMatchObject({
      type: 'OrderPlaced',
      kind: 'event',
      context: 'orders',
      major: 1,
      personal: ['email'],
      secret: ['cardToken'],
    });
    expect(PlaceOrder.v1.kind).toBe('command');
  });

  it('says itself in one line', () => {
    expect(OrderPlaced.v1.summarize(ORDER)).toBe('order o1 · 2 lines · 1999 EUR');
    expect(OrderPlaced.v1.summarize({ ...ORDER, lines: ORDER.lines.slice(0, 1) })).toBe('order o1 · 1 line · 1999 EUR');
  });

  it('is closed to who writes and open to who reads', () => {
    const more = { ...ORDER, giftWrap: true, lines: [{ sku: 'cd', quantity: 1, colour: 'red' }] };
    expect(() => OrderPlaced.v1(more)).toThrow('/lines/0/colour is not a known member; /giftWrap is not a known member');
    expect(OrderPlaced.v1.parse(more)).toEqual(more);
  });

  it('writes the newest minor version, and reads every one of the major', () => {
    expect(OrderPlaced.v1({ ...ORDER, channel: 'web' }).dataschema).toBe('tickertape:orders/order-placed/v1.1');
    expect(OrderPlaced.v1.parse(ORDER)).not.toHaveProperty('channel');
  });

  it('names the place of what is wrong', () => {
    const wrong = () => OrderPlaced.v1.parse({ ...ORDER, lines: [{ sku: 'cd', quantity: 0 }] });
    expect(wrong).toThrow(SchemaInvalid);
    expect(wrong).toThrow('Not tickertape:orders/order-placed/v1.1: /lines/0/quantity must be >= 1');
  });

  it('refuses a payload that is too large, and names its size and the way out', () => {
    const definition = { ...OrderPlaced.v1, kind: 'event' } as const;
    const unlimited = defineContract<'OrderPlaced', OrderPlacedV1, 'event'>(definition, { open: () => [], unknown: () => [] });
    const sizeBytes = (cardToken: string) => Buffer.byteLength(JSON.stringify({ ...ORDER, cardToken }));
    const fitting = 'é'.repeat((PAYLOAD_BYTES_MAX - sizeBytes('')) / 2);
    expect(() => unlimited({ ...ORDER, cardToken: fitting })).not.toThrow();
    const large = { ...ORDER, cardToken: `${fitting}éé` };
    expect(() => unlimited(large)).toThrow(PayloadTooLarge);
    expect(() => unlimited(large)).toThrow(new RegExp(`${sizeBytes(large.cardToken)} bytes.*at most 262144.*claim check`));
  });

  it('holds the compiler to its data', () => {
    // @ts-expect-error: quantity is a number
    expect(() => OrderPlaced.v1({ ...ORDER, lines: [{ sku: 'cd', quantity: 'two' }] })).toThrow('/lines/0/quantity must be integer');
    // @ts-expect-error: an order has no such member
    expect(() => OrderPlaced.v1({ ...ORDER, total: 1 })).toThrow('/total is not a known member');
  });
});

describe('the two forms', () => {
  const schema = JSON.parse(readFileSync('schemas/orders/order-placed.v1.1.json', 'utf8')) as Schema;
  const ajv = new Ajv({ strict: false, validateFormats: false });
  const closedForm = ajv.compile({ ...closed(schema), $id: 'closed' });
  const openForm = ajv.compile({ ...open(schema), $id: 'open' });

  /** An order in which something, perhaps, is changed, added or taken away. */
  const orders = fc
    .record(
      {
        change: fc.constantFrom('none', 'remove', 'replace', 'add', 'addInside', 'replaceInside'),
        member: fc.constantFrom(...Object.keys(ORDER), 'channel'),
        value: fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.array(fc.anything({ maxDepth: 1 })), fc.boolean()),
        name: fc.constantFrom('x', 'a/b', 'toString', '__other', 'sku'),
      },
      { noNullPrototype: true },
    )
    .map(({ change, member, value, name }) => {
      if (change === 'remove') return Object.fromEntries(Object.entries(ORDER).filter(([key]) => key !== member));
      if (change === 'replace' && member !== 'orderedAt' && member !== 'email') return { ...ORDER, [member]: value };
      if (change === 'add') return { ...ORDER, [name]: value };
      if (change === 'addInside') return { ...ORDER, lines: [{ ...ORDER.lines[0], [name]: value }] };
      if (change === 'replaceInside') return { ...ORDER, lines: [value] };
      return ORDER;
    });

  const accepts = (read: () => unknown): boolean => {
    try {
      read();
      return true;
    } catch (error) {
      if (error instanceof SchemaInvalid) return false;
      throw error;
    }
  };

  it('accept what the schema accepts, with and without additionalProperties: false', () => {
    fc.assert(
      fc.property(orders, (order) => {
        const data = JSON.parse(JSON.stringify(order));
        expect(accepts(() => OrderPlaced.v1.parse(data))).toBe(openForm(data));
        expect(accepts(() => OrderPlaced.v1.parseClosed(data))).toBe(closedForm(data));
      }),
      { numRuns: 500 },
    );
  });
});

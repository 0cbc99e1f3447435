import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareText, equalValues } from '../../../../local/languages/dynamodb-expression/order.ts';

describe('order', () => {
  it('of texts is that of their UTF-8 bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        expect(Math.sign(compareText(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
    expect(compareText('\u{1F600}', '\uFFEE')).toBeGreaterThan(0);
  });

  it('does not matter in sets, and does in lists', () => {
    expect(equalValues({ SS: ['a', 'b'] }, { SS: ['b', 'a'] })).toBe(true);
    expect(equalValues({ BS: [new Uint8Array([1]), new Uint8Array([2])] }, { BS: [new Uint8Array([2]), new Uint8Array([1])] })).toBe(true);
    expect(equalValues({ L: [{ S: 'a' }, { S: 'b' }] }, { L: [{ S: 'b' }, { S: 'a' }] })).toBe(false);
    expect(equalValues({ M: { a: { N: '1' } } }, { M: { a: { N: '1' } } })).toBe(true);
    expect(equalValues({ M: { a: { N: '1' } } }, { M: { b: { N: '1' } } })).toBe(false);
    expect(equalValues({ S: '1' }, { N: '1' })).toBe(false);
  });
});

import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Attributes, AttributeValue } from '../../../../local/languages/dynamodb-expression/attribute-value.ts';
import { isPacked, itemOf, packItem, unpackItem } from '../../../../local/languages/dynamodb-item/packed-item.ts';

const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.string({ minLength: 100, maxLength: 300 }));
const bytes = fc.uint8Array().map((array) => Uint8Array.from(array));
const { value } = fc.letrec<{ value: AttributeValue; attributes: Attributes }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text.map((S) => ({ S })),
    fc.bigInt().map((N) => ({ N: String(N) })),
    bytes.map((B) => ({ B })),
    fc.boolean().map((BOOL) => ({ BOOL })),
    fc.constant({ NULL: true as const }),
    fc.array(text, { minLength: 1 }).map((SS) => ({ SS })),
    fc.array(fc.bigInt().map(String), { minLength: 1 }).map((NS) => ({ NS })),
    fc.array(bytes, { minLength: 1 }).map((BS) => ({ BS })),
    fc.array(tie('value')).map((L) => ({ L })),
    tie('attributes').map((M) => ({ M })),
  ),
  attributes: fc.dictionary(fc.oneof(text, fc.constantFrom('__proto__', 'constructor', 'packed')), tie('value'), { noNullPrototype: true }),
}));
const item: fc.Arbitrary<Attributes> = fc.dictionary(text, value, { noNullPrototype: true });

describe('a packed item', () => {
  it('is the item again when it is unpacked, in the order of its attributes', () => {
    fc.assert(
      fc.property(item, (attributes) => {
        const again = unpackItem(packItem(attributes));
        // Not toStrictEqual: it takes an attribute of the name constructor for the object's type.
        expect(isDeepStrictEqual(again, attributes)).toBe(true);
        expect(Object.keys(again)).toEqual(Object.keys(attributes));
      }),
    );
  });

  it.each([127, 128, 16_383, 16_384, 400_000])('holds a text of %i characters', (length) => {
    const attributes = { a: { S: 'x'.repeat(length) }, b: { S: 'y' } };
    expect(unpackItem(packItem(attributes))).toStrictEqual(attributes);
  });

  it('keeps a name that is a member of every object', () => {
    const attributes: Attributes = JSON.parse('{"__proto__": {"S": "a"}, "constructor": {"M": {"__proto__": {"N": "1"}}}}');
    const again = unpackItem(packItem(attributes));
    expect(Object.keys(again)).toEqual(['__proto__', 'constructor']);
    expect(JSON.stringify(again)).toBe(JSON.stringify(attributes));
  });

  it('is told from an item that is not packed, whatever the names of its attributes', () => {
    const attributes: Attributes = { packed: { S: 'no' } };
    expect(isPacked(attributes)).toBe(false);
    expect(isPacked(packItem(attributes))).toBe(true);
    expect(itemOf(attributes)).toBe(attributes);
    expect(itemOf(packItem(attributes))).toStrictEqual(attributes);
  });

  it('gives bytes that are no part of other memory', () => {
    const packed = packItem({ a: { B: Uint8Array.of(1, 2) } });
    const { a } = unpackItem(packed) as { a: { B: Uint8Array } };
    expect(a.B.buffer.byteLength).toBe(2);
    a.B[0] = 9;
    expect(unpackItem(packed)).toStrictEqual({ a: { B: Uint8Array.of(1, 2) } });
  });
});

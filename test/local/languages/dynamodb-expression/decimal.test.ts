import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDecimals, canonicalDecimal, compareDecimals, decimalSizeBytes, negateDecimal } from '../../../../local/languages/dynamodb-expression/decimal.ts';

/** A number as a fraction of whole numbers: digits × 10^exponent. */
const decimals = fc.record({ digits: fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }), exponent: fc.integer({ min: -9, max: 9 }) });
const textOf = ({ digits, exponent }: { digits: bigint; exponent: number }): string => `${digits}E${exponent}`;
const scaled = ({ digits, exponent }: { digits: bigint; exponent: number }): bigint => digits * 10n ** BigInt(exponent + 9);

describe('numbers', () => {
  it.each([
    ['1', '1'],
    ['001.50', '1.5'],
    ['-0', '0'],
    ['+.5', '0.5'],
    ['1e3', '1000'],
    ['1.20E-3', '0.0012'],
    ['12345678901234567890123456789012345678', '12345678901234567890123456789012345678'],
    ['100000000000000000000000000000000000000000', '100000000000000000000000000000000000000000'],
    ['1E125', `1${'0'.repeat(125)}`],
  ])('%s is kept as %s', (text, canonical) => {
    expect(canonicalDecimal(text)).toBe(canonical);
    expect(canonicalDecimal(canonical)).toBe(canonical);
  });

  it.each([
    ['', 'The parameter cannot be converted to a numeric value'],
    ['1x', 'The parameter cannot be converted to a numeric value: 1x'],
    ['.', 'The parameter cannot be converted to a numeric value: .'],
    ['1e126', 'Number overflow. Attempting to store a number with magnitude larger than supported range'],
    ['1e-131', 'Number underflow. Attempting to store a number with magnitude smaller than supported range'],
    ['1.00000000000000000000000000000000000001', 'Attempting to store more than 38 significant digits in a Number'],
  ])('%s is refused', (text, message) => {
    expect(() => canonicalDecimal(text)).toThrow(message);
  });

  it('are ordered and added exactly', () => {
    fc.assert(
      fc.property(decimals, decimals, (a, b) => {
        const [left, right] = [canonicalDecimal(textOf(a)), canonicalDecimal(textOf(b))];
        const [exactLeft, exactRight] = [scaled(a), scaled(b)];
        expect(Math.sign(compareDecimals(left, right))).toBe(exactLeft < exactRight ? -1 : exactLeft > exactRight ? 1 : 0);
        expect(addDecimals(left, right)).toBe(canonicalDecimal(`${exactLeft + exactRight}E-9`));
        expect(addDecimals(left, negateDecimal(left))).toBe('0');
      }),
    );
  });

  it('add where doubles do not', () => {
    expect(addDecimals('0.1', '0.2')).toBe('0.3');
    expect(addDecimals('9007199254740993', '2')).toBe('9007199254740995');
  });

  it('count a byte for two digits, one more, and one for the sign', () => {
    expect(['0', '7', '12', '123', '-123', '1000', '0.01'].map(decimalSizeBytes)).toEqual([1, 2, 2, 3, 4, 2, 2]);
  });
});

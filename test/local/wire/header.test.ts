import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readHeader, writeHeader } from '../../../local/wire/codecs/header.ts';
import type { Member, Shape } from '../../../local/wire/shapes.ts';

const memberOf = (shape: Shape, traits: Member['traits'] = {}): Member => ({ name: 'm', shape, traits });
const listOf = (item: Shape): Member => memberOf({ kind: 'list', item: memberOf(item), isSparse: false });

describe('members in headers', () => {
  it('reads what was written: lists of any text', () => {
    // Blank at its ends text does not survive a header: those blanks belong to the header.
    const text = fc.string({ minLength: 1 }).filter((one) => one.trim() === one);
    fc.assert(
      fc.property(fc.array(text, { minLength: 1 }), (list) => {
        const member = listOf({ kind: 'string' });
        expect(readHeader(member, writeHeader(member, list))).toEqual(list);
      }),
    );
  });

  it.each([
    { name: 'quoted entries', shape: { kind: 'string' }, text: 'a, "b,c", "\\"d\\""', value: ['a', 'b,c', '"d"'] },
    { name: 'numbers', shape: { kind: 'number' }, text: '1, 2,3', value: [1, 2, 3] },
    {
      name: 'HTTP dates, whose commas are their own',
      shape: { kind: 'timestamp', format: 'default' },
      text: 'Mon, 16 Dec 2019 23:48:18 GMT, Tue, 17 Dec 2019 23:48:18 GMT',
      value: [new Date('2019-12-16T23:48:18Z'), new Date('2019-12-17T23:48:18Z')],
    },
    {
      name: 'other times',
      shape: { kind: 'timestamp', format: 'epoch-seconds' },
      text: '1576540098, 1',
      value: [new Date(1_576_540_098_000), new Date(1000)],
    },
  ] as const)('reads $name', ({ shape, text, value }) => {
    expect(readHeader(listOf(shape), text)).toEqual(value);
  });

  it('encodes JSON', () => {
    const member = memberOf({ kind: 'string' }, { mediaType: 'application/json' });
    expect(writeHeader(member, '{"a":1}')).toBe('eyJhIjoxfQ==');
    expect(readHeader(member, 'eyJhIjoxfQ==')).toBe('{"a":1}');
  });
});

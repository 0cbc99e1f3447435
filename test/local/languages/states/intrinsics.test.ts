import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../../local/languages/states/index.ts';
import { isSameJson } from '../../../../local/languages/states/index.ts';
import { evaluateIntrinsic } from '../../../../local/languages/states/intrinsic/evaluate.ts';
import { parseIntrinsic } from '../../../../local/languages/states/intrinsic/parse.ts';
import { errorOf, scopeOf } from './world.ts';

const INPUT: Json = { list: [1, 2, 3, 4, 5], text: 'Ann', object: { a: 1, b: [true, null] }, n: 7, twice: [1, '1', 1, { a: 1 }, { a: 1 }] };
const scope = scopeOf(INPUT, { context: { Id: 'e-1' }, variables: { own: { name: 'v' } } });
const call = (text: string): Json => evaluateIntrinsic(text, scope);

describe('evaluateIntrinsic', () => {
  it.each<[string, Json]>([
    ["States.Format('Hello {}, {}!', $.text, $.n)", 'Hello Ann, 7!'],
    ["States.Format('{} \\{\\} \\'x\\' \\\\', null)", "null {} 'x' \\"],
    ["States.Format('{}', $.object)", '{a=1, b=[true, null]}'],
    ["States.Format('none')", 'none'],
    ['States.StringToJson(\'{"a": [1]}\')', { a: [1] }],
    ["States.StringToJson(' ')", null],
    ['States.JsonToString($.object)', '{"a":1,"b":[true,null]}'],
    ["States.Array('a', 1, true, null, $.n)", ['a', 1, true, null, 7]],
    ['States.Array()', []],
    ['States.ArrayPartition($.list, 2)', [[1, 2], [3, 4], [5]]],
    ['States.ArrayContains($.list, 3)', true],
    ["States.ArrayContains($.list, '3')", false],
    ['States.ArrayRange(1, 9, 2)', [1, 3, 5, 7, 9]],
    ['States.ArrayRange(3, 0, -1)', [3, 2, 1, 0]],
    ['States.ArrayGetItem($.list, 1)', 2],
    ['States.ArrayLength($.list)', 5],
    ['States.ArrayUnique($.twice)', [1, '1', { a: 1 }]],
    ["States.Base64Encode('Data to encode')", 'RGF0YSB0byBlbmNvZGU='],
    ["States.Base64Decode('RGF0YSB0byBlbmNvZGU=')", 'Data to encode'],
    ["States.Hash('input data', 'SHA-1')", 'aaff4a450a104cd177d28d18d74485e8cae074b7'],
    ["States.Hash('input data', 'MD5')", '812f45842bc6d66ee14572ce20db8e86'],
    ['States.JsonMerge($.object, States.StringToJson(\'{"b":2,"c":3}\'), false)', { a: 1, b: 2, c: 3 }],
    ['States.MathRandom(1, 11)', 6],
    ['States.MathAdd(1.5, -0.4)', 2],
    ["States.StringSplit('This.is+a,test=string', '.+,=')", ['This', 'is', 'a', 'test', 'string']],
    ["States.StringSplit(',,', ',')", []],
    ['States.UUID()', '11111111-2222-4333-8444-555555555555'],
    ["States.Format('{}/{}', $$.Id, $name)", 'e-1/v'],
    ["States.ArrayLength(States.StringSplit('a b c', ' '))", 3],
    ['States.ArrayGetItem($.twice[?(@.a == 1)], 0)', { a: 1 }],
  ])('%s', (text, expected) => {
    expect(call(text)).toEqual(expected);
  });

  it.each([
    ["States.Format('{}')", 'the number of arguments does not match the occurrences of {}'],
    ["States.StringToJson('{')", 'Invalid JSON'],
    ['States.ArrayPartition($.list, 0)', 'the chunk size must be a non-zero, positive integer'],
    ['States.ArrayPartition($.text, 1)', 'expected an array but was "Ann"'],
    ['States.ArrayRange(1, 2000, 1)', 'must not have more than 1000 items'],
    ['States.ArrayRange(1, 2, 0)', 'the step must not be zero'],
    ['States.ArrayGetItem($.list, 5)', 'the index is out of bounds'],
    ["States.Base64Decode('*')", 'not valid Base64'],
    ["States.Hash('a', 'SHA-3')", 'unsupported algorithm'],
    ['States.JsonMerge($.object, $.object, true)', 'the third argument must be false'],
    ['States.MathAdd($.text, 1)', 'expected a number but was "Ann"'],
    ['States.MathRandom(2, 2)', 'the end number must be greater'],
    ["States.Format('{}', $.nope)", "The JsonPath argument for the field '$.nope' could not be found in the input"],
    ["States.Format('{}', $nope)", "The JsonPath argument for the field '$nope' could not be found"],
  ])('%s fails', async (text, message) => {
    const error = await errorOf(() => call(text));
    expect(error).toContain(`States.IntrinsicFailure: The function '${text}' had the following error: `);
    expect(error).toContain(message);
  });

  it('names the inner function where that one fails', async () => {
    expect(await errorOf(() => call('States.Array(States.ArrayGetItem($.list, 9))'))).toContain("The function 'States.ArrayGetItem($.list, 9)' had");
  });

  it.each([
    'States.Nope()',
    "States.Format('a",
    'States.UUID(1)',
    'States.MathAdd(1)',
    'States.Array(1',
    'States.Array(1) x',
    'Format(1)',
    'States.Array(a)',
    'States.Array(1.2.3)',
  ])('%j is no call', (text) => {
    expect(() => parseIntrinsic(text)).toThrow();
  });

  it('nests ten deep, not eleven', () => {
    const nested = (depth: number): string => (depth === 0 ? '1' : `States.Array(${nested(depth - 1)})`);
    expect(() => parseIntrinsic(nested(10))).not.toThrow();
    expect(() => parseIntrinsic(nested(11))).toThrow('calls nest at most 10 deep');
  });

  it('draws the same number for the same seed, and all numbers of the range', () => {
    expect(call('States.MathRandom(1, 1000000, 42)')).toBe(call('States.MathRandom(1, 1000000, 42)'));
    expect(call('States.MathRandom(1, 1000000, 42)')).not.toBe(call('States.MathRandom(1, 1000000, 43)'));
    const draw = (chance: number) => evaluateIntrinsic('States.MathRandom(3, 6)', scopeOf({}, { ports: { random: () => chance } }));
    expect([0, 0.34, 0.9999].map(draw)).toEqual([3, 4, 5]);
  });
});

describe('intrinsics, of any input', () => {
  const json = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)) as Json);
  const of = (text: string, input: Json): Json => evaluateIntrinsic(text, scopeOf(input));

  it('reads back what it printed', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(of('States.StringToJson(States.JsonToString($))', value)).toEqual(value);
      }),
    );
  });

  it('decodes what it encoded', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 50 }), (text) => {
        expect(of('States.Base64Decode(States.Base64Encode($))', text)).toBe(text);
      }),
    );
  });

  it('partitions without loss, each part full but the last', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.integer({ min: 1, max: 9 }), (list, size) => {
        const parts = of(`States.ArrayPartition($, ${size})`, list) as number[][];
        expect(parts.flat()).toEqual(list);
        expect(parts.slice(0, -1).every((part) => part.length === size)).toBe(true);
        expect(parts.every((part) => part.length > 0 && part.length <= size)).toBe(true);
      }),
    );
  });

  it('keeps each value once, in order of first sight', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.integer({ max: 3, min: 0 }), fc.constantFrom('1', null, true), fc.record({ a: fc.integer({ min: 0, max: 1 }) }))),
        (list) => {
          const naive = list.filter((item, index) => list.findIndex((one) => isSameJson(one as Json, item as Json)) === index);
          expect(of('States.ArrayUnique($)', list as Json)).toEqual(naive);
        },
      ),
    );
  });

  it('merges as a spread does', () => {
    const object = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.integer(), { noNullPrototype: true });
    fc.assert(
      fc.property(object, object, (left, right) => {
        expect(of('States.JsonMerge($[0], $[1], false)', [left, right])).toEqual({ ...left, ...right });
      }),
    );
  });

  it('formats texts with quotes, braces and backslashes when they are escaped', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const escaped = text.replace(/[\\'{}]/g, '\\$&');
        expect(of(`States.Format('${escaped}{}', '!')`, null)).toBe(`${text}!`);
      }),
    );
  });

  it('splits as a naive split without empty parts does', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'b', ',', ';') }), (text) => {
        expect(of("States.StringSplit($, ',;')", text)).toEqual(text.split(/[,;]/).filter((part) => part !== ''));
      }),
    );
  });
});

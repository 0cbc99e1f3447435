import { describe, expect, it } from 'vitest';
import { explain, matches, matchesText, PatternError, PatternSet, parsePattern } from '../../../../local/languages/event-pattern/index.ts';

const message = (text: string): string => {
  try {
    parsePattern(text);
  } catch (error) {
    if (error instanceof PatternError) return error.message;
    throw error;
  }
  return 'no error';
};

describe('matching', () => {
  it.each([
    ['numbers by value', '{"n":[300]}', '{"n":300.0}', true],
    ['numbers by value, exponents too', '{"n":[3e2]}', '{"n":300}', true],
    ['numbers beyond a double by their digits', '{"n":[1E309]}', '{"n":1E309}', true],
    ['numbers beyond a double, not by value', '{"n":[1E309]}', '{"n":10E308}', false],
    ['a number never equals a text', '{"n":["300"]}', '{"n":300}', false],
    ['a repeated key of the event, either value', '{"a":["x"]}', '{"a":"x","a":"y"}', true],
    ['a repeated field of the pattern, the last', '{"a":["x"],"a":["y"]}', '{"a":"x"}', false],
    ['an address however it is written', '{"ip":["2001:db8::1"]}', '{"ip":"2001:0DB8:0:0:0:0:0:1"}', true],
    ['an address range of version 6', '{"ip":[{"cidr":"2001:db8::/32"}]}', '{"ip":"2001:db8:ffff::1"}', true],
    ['an address range, just outside', '{"ip":[{"cidr":"10.0.0.0/25"}]}', '{"ip":"10.0.0.128"}', false],
    ['an escaped star', '{"a":[{"wildcard":"x\\\\**"}]}', '{"a":"x*y"}', true],
    ['an escaped star is no star', '{"a":[{"wildcard":"x\\\\*"}]}', '{"a":"xy"}', false],
    ['parts of a wildcard do not overlap', '{"a":[{"wildcard":"ab*ba"}]}', '{"a":"aba"}', false],
    ['names with dots', '{"a":{"b":["x"]}}', '{"a.b":"x"}', true],
    ['absence from the array element chosen before', '{"d":{"a":["x"],"b":[{"exists":false}]}}', '{"d":[{"a":"y","b":1},{"a":"x"}]}', true],
    ['absence that is asked for first', '{"d":{"a":[{"exists":false}],"b":["x"]}}', '{"d":[{"a":1},{"b":"x"}]}', false],
  ])('%s', (_name, pattern, event, wanted) => {
    expect(matchesText(parsePattern(pattern), event)).toBe(wanted);
  });

  it('of an event that is no object sees nothing', () => {
    expect(matches(parsePattern('{"a":[{"exists":true}]}'), [{ a: 1 }])).toBe(false);
    expect(matchesText(parsePattern('{"a":[{"exists":false}]}'), '"text"')).toBe(true);
  });

  it('stays quick where an event has many array elements', () => {
    const pattern = parsePattern('{"d":{"a":[{"exists":true}],"b":[{"exists":true}],"c":["none"]}}');
    const event = { d: Array.from({ length: 3_000 }, (_, index) => ({ a: index, b: index, c: 'x' })) };
    expect(matches(pattern, { d: [...event.d, { a: 1, b: 1, c: 'none' }] })).toBe(true);
    expect(matches(pattern, event)).toBe(false);
  });
});

describe('errors', () => {
  it.each([
    ['{', 'Unexpected end-of-input: expected close marker for Object\n at [Source: (String)"{"; line: 1, column: 2]'],
    ['{"a":[1}', 'Unexpected close marker \'}\': expected \']\'\n at [Source: (String)"{"a":[1}"; line: 1, column: 9]'],
    ['{\n "a": [\n ]}', 'Empty arrays are not allowed\n at [Source: (String)"{\n "a": [\n ]}"; line: 3, column: 3]'],
    ['{"a":{}}', 'Empty objects are not allowed\n at [Source: (String)"{"a":{}}"; line: 1, column: 8]'],
    ['{"a":[["x"]]}', 'Match value must be String, number, true, false, or null\n at [Source: (String)"{"a":[["x"]]}"; line: 1, column: 8]'],
    ['{"a":[{"wildcard":"\\\\x"}]}', 'Invalid escape character at pos 1\n at [Source: (String)"{"a":[{"wildcard":"\\\\x"}]}"; line: 1, column: 24]'],
    ['{"a":[{"numeric":[">",2,"<",1]}]}', 'Bottom must be less than top\n at [Source: (String)"{"a":[{"numeric":[">",2,"<",1]}]}"; line: 1, column: 31]'],
    ['{"a":[{"exists":1}]}', 'exists match pattern must be either true or false.\n at [Source: (String)"{"a":[{"exists":1}]}"; line: 1, column: 18]'],
    [
      '{"a":[{"anything-but":{"cidr":"x"}}]}',
      'Unsupported anything-but pattern: cidr\n at [Source: (String)"{"a":[{"anything-but":{"cidr":"x"}}]}"; line: 1, column: 32]',
    ],
    ['{"a":[{"cidr":"10.0.0.0/32"}]}', 'IPv4 mask bits must be < 32'],
    ['{"a":["\\x"]}', 'Unrecognized character escape \'x\' (code 120)\n at [Source: (String)"{"a":["\\x"]}"; line: 1, column: 10]'],
  ])('%s', (text, wanted) => {
    expect(message(text)).toBe(wanted);
  });

  it('quote no more than 500 characters of a pattern', () => {
    const text = `{"a":"${'x'.repeat(600)}"}`;
    expect(message(text)).toBe(`"a" must be an object or an array\n at [Source: (String)"${text.slice(0, 500)}"[truncated 108 chars]; line: 1, column: 7]`);
  });

  it('bound the combinations of $or', () => {
    const or = '"$or":[{"a":["1"]},{"a":["2"]}]';
    const nested = (depth: number): string => `{${Array.from({ length: depth }, (_, index) => `"k${index}":{${or}}`).join()}}`;
    expect(message(nested(9))).toBe('no error');
    expect(message(nested(10))).toBe('$or makes more than 1000 combinations');
  });
});

describe('explain', () => {
  it('says for each field what was asked and what is there', () => {
    const pattern = parsePattern('{"source":["shop",{"prefix":"s-"}],"detail":{"total":[{"numeric":[">",100]}],"coupon":[{"exists":false}]}}');
    expect(explain(pattern, { source: 's-1', detail: { total: 50 } })).toEqual({
      hasMatched: false,
      branches: [
        {
          hasMatched: false,
          isSplitAcrossElements: false,
          fields: [
            { path: 'detail.coupon', hasPassed: true, expected: ['{"exists":false}'], actual: [] },
            { path: 'detail.total', hasPassed: false, expected: ['{"numeric":[">",100]}'], actual: [50] },
            { path: 'source', hasPassed: true, expected: ['"shop"', '{"prefix":"s-"}'], actual: ['s-1'] },
          ],
        },
      ],
    });
  });

  it('says where fields pass in different elements of an array only', () => {
    const pattern = parsePattern('{"lines":{"sku":["a"],"count":[2]}}');
    const { branches } = explain(pattern, '{"lines":[{"sku":"a","count":1},{"sku":"b","count":2}]}');
    expect(branches).toMatchObject([{ hasMatched: false, isSplitAcrossElements: true, fields: [{ hasPassed: true, actual: [1, 2] }, { hasPassed: true }] }]);
  });
});

describe('a set of some hundred patterns', () => {
  it('looks at few of them for an event', () => {
    const set = new PatternSet();
    for (let index = 0; index < 400; index += 1) {
      set.set(`rule-${index}`, parsePattern(`{"source":["shop"],"detail-type":["Type${index}"],"detail":{"total":[{"numeric":[">",${index}]}]}}`));
    }
    let looked = 0;
    const event = set.flatten({ source: 'shop', 'detail-type': 'Type7', detail: { total: 300, other: { deep: 1 } } });
    const counted = { get: (path: string) => (path === 'detail.total' ? ++looked && event.get(path) : event.get(path)) } as typeof event;
    expect(set.matching(counted)).toEqual(['rule-7']);
    expect(looked).toBe(1);
    expect([...event.keys()].sort()).toEqual(['detail-type', 'detail.total', 'source']);
  });
});

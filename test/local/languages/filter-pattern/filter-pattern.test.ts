import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FilterPatternError } from '../../../../local/languages/filter-pattern/errors.ts';
import { matches } from '../../../../local/languages/filter-pattern/match.ts';
import { parseFilterPattern } from '../../../../local/languages/filter-pattern/parse.ts';

const LINE = '[ERROR 400] BAD REQUEST of client 7';
const JSON_LINE = JSON.stringify({
  level: 'ERROR',
  status: 503,
  ok: false,
  nothing: null,
  user: { name: 'ann', 'full name': 'Ann A' },
  lines: [{ sku: 'a' }, { sku: 'b' }],
  text: 'a "quoted" word',
});

const ACCESS = '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534';

const CASES: [pattern: string, message: string, expected: boolean][] = [
  ['', LINE, true],
  ['ERROR', LINE, true],
  ['error', LINE, false],
  ['ERROR REQUEST', LINE, true],
  ['ERROR WARN', LINE, false],
  ['?ERROR ?WARN', LINE, true],
  ['?INFO ?WARN', LINE, false],
  ['"BAD REQUEST"', LINE, true],
  ['"REQUEST BAD"', LINE, false],
  ['ERROR -client', LINE, false],
  ['ERROR -"client 8"', LINE, true],
  ['-WARN', LINE, true],
  ['{ $.level = "ERROR" }', JSON_LINE, true],
  ['{ $.level = ERROR }', JSON_LINE, true],
  ['{ $.level != "ERROR" }', JSON_LINE, false],
  ['{ $.level = "ERR*" }', JSON_LINE, true],
  ['{ $.level = "*RO*" }', JSON_LINE, true],
  ['{ $.level = "*X*" }', JSON_LINE, false],
  ['{ $.status >= 500 && $.status < 600 }', JSON_LINE, true],
  ['{ $.status = 503 && $.level = "INFO" }', JSON_LINE, false],
  ['{ $.status = 200 || ($.level = "ERROR" && $.user.name = "ann") }', JSON_LINE, true],
  ['{ $.user[\'full name\'] = "Ann A" }', JSON_LINE, true],
  ['{ $.lines[1].sku = "b" }', JSON_LINE, true],
  ['{ $.lines[*].sku = "b" }', JSON_LINE, true],
  ['{ $.lines[0].sku = "b" }', JSON_LINE, false],
  ['{ $.ok IS FALSE }', JSON_LINE, true],
  ['{ $.nothing IS NULL }', JSON_LINE, true],
  ['{ $.absent IS NULL }', JSON_LINE, false],
  ['{ $.absent NOT EXISTS }', JSON_LINE, true],
  ['{ $.level NOT EXISTS }', JSON_LINE, false],
  ['{ $.text = "a \\"quoted\\" word" }', JSON_LINE, true],
  ['{ $.level = "ERROR" }', LINE, false],
  ['{ $.level = "ERROR" }', '{ not json', false],
  ['{ $.user.name EXISTS }', JSON_LINE, true],
  ['{ $.status = "503" }', JSON_LINE, true],
  ['{ $.level = %^ERR% }', JSON_LINE, true],
  ['{ $.level != %^ERR% }', JSON_LINE, false],
  ['{ $.user = %ann% }', JSON_LINE, false],
  ['%ERROR [45]\\d{2}%', LINE, true],
  ['%error|warn%', LINE, false],
  ['?%WARN% ?%BAD%', LINE, true],
  ['ERROR -%client \\d%', LINE, false],
  ['[ip, id, user, time, request, status, bytes]', ACCESS, true],
  ['[ip, id, user, time, request, status]', ACCESS, false],
  ['[ip, user, ..., status = 4*, bytes > 1000]', ACCESS, true],
  ['[ip, user, ..., status = 4*, bytes > 2000]', ACCESS, false],
  ['[..., request = *.html*, status, bytes]', ACCESS, true],
  ['[..., request = "GET*", status != 200, bytes]', ACCESS, true],
  ['[ip = %127\\.0\\.0\\.[1-9]%, ...]', ACCESS, true],
  ['[ip = %^10\\.%, ...]', ACCESS, false],
  ['[..., time = "10/Oct*", request, status, bytes]', ACCESS, true],
  ['[..., status = 500 || status = 404, bytes]', ACCESS, true],
  ['[..., (status >= 500 && status < 600), bytes]', ACCESS, false],
  ['[a, b, c, d, e, f, g, h, ...]', ACCESS, false],
];

describe('a filter pattern', () => {
  it.each(CASES)('%s on %s: %s', (pattern, message, expected) => {
    expect(matches(parseFilterPattern(pattern), message)).toBe(expected);
  });

  it.each([
    '"open',
    '{ $.a = 1',
    '{ $.a }',
    '{ a = 1 }',
    '{ $.a = 1 && }',
    '{ ($.a = 1 }',
    '{ $.a = 1 $.b = 2 }',
    '{ $.a IS MAYBE }',
    '[a, b',
    '[a, a]',
    '[..., a, ...]',
    '[]',
    '[a = 1 && b = 2]',
    '[1a]',
    '%open',
    '%(a)%',
    '%a!%',
    '%[a%',
    '{ $.a > %x% }',
  ])('%o is none', (pattern) => {
    expect(() => parseFilterPattern(pattern)).toThrow(FilterPatternError);
  });

  it('takes two regular expressions at most beside fields and selectors', () => {
    expect(() => parseFilterPattern('{ $.a = %x% || $.b = %y% || $.c = %z% }')).toThrow('at most 2 regular expressions, not 3');
  });

  it('finds what wildcards find, as a regular expression would', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 });
    fc.assert(
      fc.property(text, text, (value, wanted) => {
        const plain = value.replaceAll('*', 'c');
        const expression = new RegExp(`^${wanted.split('*').join('.*')}$`);
        expect(matches(parseFilterPattern(`{ $.x = "${wanted}" }`), JSON.stringify({ x: plain }))).toBe(expression.test(plain));
      }),
    );
  });
});

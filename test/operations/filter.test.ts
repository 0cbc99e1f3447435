import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeadLetter } from '../../operations/dead-letters/dead-letter.ts';
import { parseFilter } from '../../operations/dead-letters/filter/filter.ts';

const NOW_MS = Date.UTC(2026, 0, 5, 8);

const LETTER: DeadLetter = {
  consumer: 'payments',
  messageId: 'm-1',
  eventId: 'e-1',
  eventKey: 'tickertape.orders#e-1',
  source: 'tickertape.orders',
  type: 'OrderPlaced',
  correlationId: 't-1',
  partitionKey: 'o1',
  history: undefined,
  subject: 'order-1',
  reason: 'defect',
  error: 'TypeError: Connection reset by peer',
  fingerprint: 'ab12cd34ef56ab12',
  attempts: 5,
  codeVersion: 'f00d',
  firstFailedAt: new Date(NOW_MS - 90 * 60_000).toISOString(),
  lastFailedAt: new Date(NOW_MS).toISOString(),
  redriveJob: undefined,
  payload: JSON.stringify({ detail: { data: { currency: 'USD', totalCents: 1499, lines: [{ sku: 'CD-1' }] } } }),
};

const MATCHES = [
  'fingerprint=ab12 and type=OrderPlaced and age>1h',
  'reason=defect',
  'reason!=expired',
  "error~'connection RESET'",
  'error~"peer"',
  'error!~timeout',
  'type=Order*',
  'type=*Placed',
  'type=O*r*d',
  'attempts>=5 and attempts<6 and attempts=5 and attempts!=4',
  'age>=90m and age<=5400s and age<2h',
  'not reason=expired',
  'not (reason=defect and consumer=orders)',
  'consumer=orders or reason=defect',
  'consumer=orders and reason=x or type=OrderPlaced',
  'data.currency=USD and data.totalCents=1499 and data.lines.0.sku=CD-*',
  'data.absent!=x',
  'code=f0',
  'REASON=defect or (NOT thread=t-2 AND thread=t-1)'.replace('REASON', 'reason'),
  'message=m-1 and event=e-1 and subject=order-1',
];

const MISSES = [
  'fingerprint=b12',
  'type=Order',
  'age>2h',
  'attempts>5',
  'error~timeout',
  'data.absent=x',
  'not reason=defect',
  'consumer=orders or consumer=x',
  'reason=d.fect',
];

const INVALID: readonly (readonly [filter: string, problem: RegExp])[] = [
  ['', /A field is expected/],
  ['colour=red', /There is no field "colour"\. There are: consumer, reason, .*data\.<path>\n {2}colour=red\n {2}\^/],
  ['reason', /Here one of = != ~ !~ > >= < <= is expected/],
  ['reason=', /A value is expected/],
  ['reason>defect', /A text is compared with = != ~ !~/],
  ['attempts~5', /A number is compared with/],
  ['attempts>many', /"many" is no number/],
  ['age>soon', /"soon" is no duration, such as 90s/],
  ['(reason=defect', /Here `\)` is expected/],
  ['reason=defect type=x', /Here `and`, `or` or the end is expected\n {2}reason=defect type=x\n {16}\^/],
  ["error~'open", /a quote is not closed/],
];

describe('a filter of dead letters', () => {
  it.each(MATCHES)('takes the letter: %s', (filter) => expect(parseFilter(filter)(LETTER, NOW_MS)).toBe(true));
  it.each(MISSES)('leaves the letter: %s', (filter) => expect(parseFilter(filter)(LETTER, NOW_MS)).toBe(false));
  it.each(INVALID)('is refused with the place: %s', (filter, problem) => expect(() => parseFilter(filter)).toThrow(problem));

  it('is a boolean algebra: not, and, or hold whatever stands in them', () => {
    const part = fc.constantFrom(...MATCHES, ...MISSES);
    fc.assert(
      fc.property(part, part, (a, b) => {
        const holds = (filter: string): boolean => parseFilter(filter)(LETTER, NOW_MS);
        expect(holds(`not (${a})`)).toBe(!holds(a));
        expect(holds(`(${a}) and (${b})`)).toBe(holds(a) && holds(b));
        expect(holds(`(${a}) or (${b})`)).toBe(holds(a) || holds(b));
      }),
    );
  });

  it('ends in a filter or in FilterInvalid, whatever is typed', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parseFilter(text)(LETTER, NOW_MS);
        } catch (error) {
          expect((error as Error).name).toBe('FilterInvalid');
        }
      }),
    );
  });
});

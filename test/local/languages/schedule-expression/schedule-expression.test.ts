import { describe, expect, it } from 'vitest';
import { nextTime, parseSchedule } from '../../../../local/languages/schedule-expression/index.ts';

/** The next `count` times, from Thursday, 2026-01-01 00:00 UTC. */
function times(expression: string, count = 3, from = '2026-01-01T00:00:00Z'): (string | undefined)[] {
  const schedule = parseSchedule(expression);
  if (!schedule) throw new Error(`Not valid: ${expression}`);
  const found: (string | undefined)[] = [];
  let afterMs = Date.parse(from);
  for (let index = 0; index < count; index += 1) {
    const next = nextTime(schedule, { afterMs, startMs: Date.parse(from) });
    found.push(next === undefined ? undefined : new Date(next).toISOString().slice(0, 16));
    if (next === undefined) break;
    afterMs = next;
  }
  return found;
}

describe('cron', () => {
  it.each([
    ['cron(0 12 * * ? *)', ['2026-01-01T12:00', '2026-01-02T12:00', '2026-01-03T12:00']],
    ['cron(0/20 8 * * ? *)', ['2026-01-01T08:00', '2026-01-01T08:20', '2026-01-01T08:40']],
    ['cron(5,35 14 * * ? *)', ['2026-01-01T14:05', '2026-01-01T14:35', '2026-01-02T14:05']],
    ['cron(15 10 ? * MON-FRI *)', ['2026-01-01T10:15', '2026-01-02T10:15', '2026-01-05T10:15']],
    ['cron(0 0 ? * FRI-MON *)', ['2026-01-02T00:00', '2026-01-03T00:00', '2026-01-04T00:00']],
    ['cron(0 0 L * ? *)', ['2026-01-31T00:00', '2026-02-28T00:00', '2026-03-31T00:00']],
    ['cron(0 0 LW * ? *)', ['2026-01-30T00:00', '2026-02-27T00:00', '2026-03-31T00:00']],
    ['cron(0 0 15W * ? *)', ['2026-01-15T00:00', '2026-02-16T00:00', '2026-03-16T00:00']],
    ['cron(0 0 1W * ? *)', ['2026-02-02T00:00', '2026-03-02T00:00', '2026-04-01T00:00']],
    ['cron(0 0 ? * SAT#3 *)', ['2026-01-17T00:00', '2026-02-21T00:00', '2026-03-21T00:00']],
    ['cron(0 0 ? * 6L *)', ['2026-01-30T00:00', '2026-02-27T00:00', '2026-03-27T00:00']],
    ['cron(0 0 29 2 ? *)', ['2028-02-29T00:00', '2032-02-29T00:00', '2036-02-29T00:00']],
    ['cron(0/5 5 ? JAN 1-5 2027)', ['2027-01-03T05:00', '2027-01-03T05:05', '2027-01-03T05:10']],
    ['cron(0 0 1 1 ? 2027)', ['2027-01-01T00:00', undefined]],
  ])('%s', (expression, wanted) => {
    expect(times(expression)).toEqual(wanted);
  });

  it.each([
    'cron(0 1 * * * *)',
    'cron(0 1 ? * ? *)',
    'cron(7 20 * * NOT *)',
    'cron(71 8 1 * ? *)',
    'cron(0 24 * * ? *)',
    'cron(0 0 0 * ? *)',
    'cron(0 0 32W * ? *)',
    'cron(0 0 ? * 8 *)',
    'cron(0/0 0 * * ? *)',
    'cron(0 0 * * ? 1969)',
    'cron(0 12 * * ?)',
    'cron(INVALID)',
    'cron()',
    '',
  ])('refuses %s', (expression) => {
    expect(parseSchedule(expression)).toBeUndefined();
  });
});

describe('rate', () => {
  it('counts from its start', () => {
    expect(times('rate(5 minutes)', 2, '2026-01-01T00:00:30Z')).toEqual(['2026-01-01T00:05', '2026-01-01T00:10']);
    expect(times('rate(1 day)', 2)).toEqual(['2026-01-02T00:00', '2026-01-03T00:00']);
  });

  it('passes over times that are gone', () => {
    const schedule = parseSchedule('rate(1 hour)');
    expect(schedule && nextTime(schedule, { startMs: 0, afterMs: 10.5 * 3_600_000 })).toBe(11 * 3_600_000);
  });

  it.each(['rate(1 minutes)', 'rate(2 minute)', 'rate(0 minutes)', 'rate(10)', 'rate( 10 minutes)', 'rate(10 seconds)', 'rate(-1 minutes)'])(
    'refuses %s',
    (expression) => {
      expect(parseSchedule(expression)).toBeUndefined();
    },
  );
});

import { describe, expect, it } from 'vitest';
import { timeZone } from '../../../../local/languages/schedule-expression/time-zone.ts';
import { nextZonedTime, parseZonedSchedule } from '../../../../local/languages/schedule-expression/zoned-schedule.ts';

/** The next `count` times at or after a time, in a zone. */
function times(expression: string, { from, zone: name, count = 3 }: { from: string; zone: string; count?: number }): string[] {
  const schedule = parseZonedSchedule(expression);
  const zone = timeZone(name);
  if (!schedule || !zone) throw new Error(`Not valid: ${expression} in ${name}`);
  const found: string[] = [];
  let fromMs = Date.parse(from);
  const startMs = fromMs;
  while (found.length < count) {
    const next = nextZonedTime(schedule, { fromMs, startMs, zone });
    if (next === undefined) break;
    found.push(new Date(next).toISOString().slice(0, 16));
    fromMs = next + 1;
  }
  return found;
}

describe('a schedule on the wall clock of a zone', () => {
  it.each([
    // New York springs forward on 2026-03-08 at 02:00 and back on 2026-11-01 at 02:00.
    ['cron(0 8 * * ? *)', '2026-03-07T00:00:00Z', 'America/New_York', ['2026-03-07T13:00', '2026-03-08T12:00', '2026-03-09T12:00']],
    ['cron(30 2 * * ? *)', '2026-03-07T00:00:00Z', 'America/New_York', ['2026-03-07T07:30', '2026-03-09T06:30', '2026-03-10T06:30']],
    ['cron(30 1 * * ? *)', '2026-10-31T12:00:00Z', 'America/New_York', ['2026-11-01T05:30', '2026-11-02T06:30', '2026-11-03T06:30']],
    ['cron(30 1 * * ? *)', '2026-11-01T05:45:00Z', 'America/New_York', ['2026-11-02T06:30', '2026-11-03T06:30', '2026-11-04T06:30']],
    ['rate(1 days)', '2026-03-07T10:00:00Z', 'America/New_York', ['2026-03-07T10:00', '2026-03-08T10:00', '2026-03-09T10:00']],
    ['at(2026-07-01T12:00:00)', '2026-01-01T00:00:00Z', 'Europe/Berlin', ['2026-07-01T10:00']],
    ['at(2026-03-08T02:30:00)', '2026-01-01T00:00:00Z', 'America/New_York', []],
    ['at(2026-11-01T01:30:00)', '2026-01-01T00:00:00Z', 'America/New_York', ['2026-11-01T05:30']],
    ['at(2025-07-01T12:00:00)', '2026-01-01T00:00:00Z', 'UTC', []],
    ['cron(15 9 * * ? *)', '2026-01-01T00:00:00Z', 'Asia/Kathmandu', ['2026-01-01T03:30', '2026-01-02T03:30', '2026-01-03T03:30']],
  ])('%s from %s in %s', (expression, from, zone, wanted) => {
    expect(times(expression, { from, zone })).toEqual(wanted);
  });

  it.each(['rate(1 minutes)', 'rate(5 minute)', 'rate(1 days)'])('takes %s, whatever the number of the unit', (expression) => {
    expect(parseZonedSchedule(expression)).toBeDefined();
  });

  it.each(['at(2026-02-30T00:00:00)', 'at(2021-12-31)', 'rate(0 minutes)', 'rate( 10 minutes )', 'rate(10 seconds)', 'cron(0 1 * * * *)', ''])(
    'does not take %s',
    (expression) => {
      expect(parseZonedSchedule(expression)).toBeUndefined();
    },
  );

  it('knows no zone that is none', () => {
    expect(timeZone('Mars/Olympus')).toBeUndefined();
  });
});

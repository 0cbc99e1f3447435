import { nextCronTime } from './cron.ts';
import { nextTime, parseSchedule, type Schedule } from './index.ts';
import type { TimeZone } from './time-zone.ts';

/** When EventBridge Scheduler is to invoke a target: again and again, or once, at a time on the wall clock of a zone. */
export type ZonedSchedule = Schedule | { readonly kind: 'at'; readonly wallMs: number };

const AT = /^at\((\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})\)$/;
const RATE = /^rate\(([1-9]\d*) (minute|hour|day)s?\)$/;

/**
 * Parses `at(2026-11-20T13:00:00)`, `rate(1 hours)` or `cron(0 8 ? * MON-FRI *)`; `undefined` where the text is none of them. A unit may be singular or
 * plural, whatever its count.
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
export function parseZonedSchedule(text: string): ZonedSchedule | undefined {
  const at = AT.exec(text)?.[1];
  if (at !== undefined) {
    const wallMs = Date.parse(`${at}Z`);
    // A day that no calendar has (February 30) would come out as another.
    return Number.isNaN(wallMs) || new Date(wallMs).toISOString().slice(0, 19) !== at ? undefined : { kind: 'at', wallMs };
  }
  const [, count, unit] = RATE.exec(text) ?? [];
  return parseSchedule(unit === undefined ? text : `rate(${count} ${unit}${count === '1' ? '' : 's'})`);
}

/**
 * The first time at or after `fromMs` (UTC); a rate counts from `startMs`, and names that time too. A time that the wall clock skips is skipped, one that
 * it shows twice is the first of the two. `undefined` where there is none any more.
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#daylist-savings-time
 */
export function nextZonedTime(
  schedule: ZonedSchedule,
  { fromMs, startMs, zone }: { readonly fromMs: number; readonly startMs: number; readonly zone: TimeZone },
): number | undefined {
  switch (schedule.kind) {
    case 'at': {
      const dueMs = zone.toUtc(schedule.wallMs);
      return dueMs !== undefined && dueMs >= fromMs ? dueMs : undefined;
    }
    case 'rate':
      return fromMs <= startMs ? startMs : nextTime(schedule, { afterMs: fromMs - 1, startMs });
    case 'cron': {
      let wallMs: number | undefined = fromMs - 1 + zone.offsetMs(fromMs - 1);
      // The wall clock may go back: what it shows again has been.
      for (;;) {
        wallMs = nextCronTime(schedule.cron, wallMs);
        if (wallMs === undefined) return undefined;
        const dueMs = zone.toUtc(wallMs);
        if (dueMs !== undefined && dueMs >= fromMs) return dueMs;
      }
    }
  }
}

import { type Cron, nextCronTime, parseCron } from './cron.ts';

/** When something is to happen again and again. */
export type Schedule = { readonly kind: 'rate'; readonly periodMs: number } | { readonly kind: 'cron'; readonly cron: Cron };

const RATE = /^rate\(([1-9]\d*) (minute|minutes|hour|hours|day|days)\)$/;
const CRON = /^cron\((.*)\)$/;

const UNIT_MS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/**
 * Parses `rate(5 minutes)` or `cron(0 12 * * ? *)`; `undefined` where the text is neither. One of a unit is singular, more are plural.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 */
export function parseSchedule(text: string): Schedule | undefined {
  const rate = RATE.exec(text);
  if (rate) {
    const count = Number(rate[1]);
    const unit = rate[2] ?? '';
    if ((count === 1) === unit.endsWith('s')) return undefined;
    return { kind: 'rate', periodMs: count * (UNIT_MS[unit.replace(/s$/, '')] ?? 0) };
  }
  const cron = parseCron(CRON.exec(text)?.[1] ?? '');
  return cron && { kind: 'cron', cron };
}

/** The first time after `afterMs` (UTC); a rate counts from `startMs`. `undefined` where there is none any more. */
export function nextTime(schedule: Schedule, { afterMs, startMs }: { readonly afterMs: number; readonly startMs: number }): number | undefined {
  if (schedule.kind === 'cron') return nextCronTime(schedule.cron, afterMs);
  const periods = Math.floor(Math.max(0, afterMs - startMs) / schedule.periodMs) + 1;
  return startMs + periods * schedule.periodMs;
}

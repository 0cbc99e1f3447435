/** Wall-clock time of a zone: the milliseconds that UTC would show the same digits at. */
export interface TimeZone {
  readonly name: string;
  /** How far the zone's wall clock is ahead of UTC at that time. */
  offsetMs(utcMs: number): number;
  /** When the zone's wall clock shows that: the first time where it shows it twice, `undefined` where it never does. */
  toUtc(wallMs: number): number | undefined;
}

const DAY_MS = 86_400_000;

const UTC: TimeZone = { name: 'UTC', offsetMs: () => 0, toUtc: (wallMs) => wallMs };

const zones = new Map<string, TimeZone>([['UTC', UTC]]);

/** The zone of that name in the IANA data base; `undefined` where there is none. */
export function timeZone(name: string): TimeZone | undefined {
  const known = zones.get(name);
  if (known) return known;
  const format = formatOf(name);
  if (!format) return undefined;
  const offsetMs = (utcMs: number): number => wallClock(format, utcMs) - Math.floor(utcMs / 1000) * 1000;
  const zone: TimeZone = { name, offsetMs, toUtc: (wallMs) => toUtc(offsetMs, wallMs) };
  zones.set(name, zone);
  return zone;
}

function formatOf(name: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function wallClock(format: Intl.DateTimeFormat, utcMs: number): number {
  const parts = new Map(format.formatToParts(utcMs).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
}

/** An offset lasts longer than a day: one of those a day before and a day after is the offset at that time. */
function toUtc(offsetMs: TimeZone['offsetMs'], wallMs: number): number | undefined {
  const earlier = wallMs - offsetMs(wallMs - DAY_MS);
  const later = wallMs - offsetMs(wallMs + DAY_MS);
  return [earlier, later].sort((a, b) => a - b).find((utcMs) => utcMs + offsetMs(utcMs) === wallMs);
}

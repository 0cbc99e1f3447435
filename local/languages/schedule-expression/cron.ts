/** A day of the month or of the week, as a test on a date. */
type DayTest = (date: CalendarDay) => boolean;

interface CalendarDay {
  readonly year: number;
  /** 1 to 12 */
  readonly month: number;
  readonly day: number;
  /** 1 is Sunday. */
  readonly weekday: number;
  readonly daysInMonth: number;
}

/** A parsed cron expression of six fields: minutes, hours, day of month, month, day of week, year. */
export interface Cron {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly months: ReadonlySet<number>;
  readonly years: ReadonlySet<number>;
  readonly isDay: DayTest;
}

const DAY_MS = 86_400_000;
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

interface FieldBounds {
  readonly low: number;
  readonly high: number;
  readonly names?: readonly string[];
}

const MINUTE: FieldBounds = { low: 0, high: 59 };
const HOUR: FieldBounds = { low: 0, high: 23 };
const DAY_OF_MONTH: FieldBounds = { low: 1, high: 31 };
const MONTH: FieldBounds = { low: 1, high: 12, names: MONTHS };
const DAY_OF_WEEK: FieldBounds = { low: 1, high: 7, names: WEEKDAYS };
/** @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html#eb-cron-expressions */
const YEAR: FieldBounds = { low: 1970, high: 2199 };

/** Parses the six fields; `undefined` where they are not valid. One of the two day fields, and only one, is `?`. */
export function parseCron(text: string): Cron | undefined {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== 6) return undefined;
  const [minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = '', year = ''] = fields;
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) return undefined;
  const minutes = parseField(minute, MINUTE);
  const hours = parseField(hour, HOUR);
  const months = parseField(month, MONTH);
  const years = parseField(year, YEAR);
  const isDay = dayOfWeek === '?' ? parseDayOfMonth(dayOfMonth) : parseDayOfWeek(dayOfWeek);
  if (!minutes || !hours || !months || !years || !isDay) return undefined;
  const ascending = (values: ReadonlySet<number>): number[] => [...values].sort((a, b) => a - b);
  return { minutes: ascending(minutes), hours: ascending(hours), months, years, isDay };
}

function parseField(text: string, bounds: FieldBounds): Set<number> | undefined {
  const values = new Set<number>();
  for (const part of text.toUpperCase().split(',')) {
    const [range = '', stepText, ...more] = part.split('/');
    const step = stepText === undefined ? 1 : Number(stepText);
    if (more.length > 0 || !Number.isInteger(step) || step < 1 || stepText === '') return undefined;
    const ends = parseRange(range, bounds, stepText !== undefined);
    if (!ends) return undefined;
    for (const value of rangeValues(ends, step, bounds)) values.add(value);
  }
  return values;
}

function parseRange(text: string, bounds: FieldBounds, hasStep: boolean): readonly [number, number] | undefined {
  if (text === '*') return [bounds.low, bounds.high];
  const [first = '', last, ...more] = text.split('-');
  const low = parseValue(first, bounds);
  if (low === undefined || more.length > 0) return undefined;
  if (last === undefined) return [low, hasStep ? bounds.high : low];
  const high = parseValue(last, bounds);
  return high === undefined ? undefined : [low, high];
}

/** From the first to the last; a range that ends before it begins goes round (`FRI-MON`). */
function* rangeValues([low, high]: readonly [number, number], step: number, bounds: FieldBounds): Generator<number> {
  const size = bounds.high - bounds.low + 1;
  const length = high >= low ? high - low : high - low + size;
  for (let offset = 0; offset <= length; offset += step) yield ((low - bounds.low + offset) % size) + bounds.low;
}

function parseValue(text: string, { low, high, names }: FieldBounds): number | undefined {
  const named = names?.indexOf(text) ?? -1;
  if (named >= 0) return named + low;
  if (!/^\d+$/.test(text)) return undefined;
  const value = Number(text);
  return value >= low && value <= high ? value : undefined;
}

function parseDayOfMonth(text: string): DayTest | undefined {
  const upper = text.toUpperCase();
  if (upper === 'L') return ({ day, daysInMonth }) => day === daysInMonth;
  if (upper === 'LW') return (date) => date.day === nearestWeekday(date, date.daysInMonth);
  const nearest = /^(\d+)W$/.exec(upper);
  if (nearest) {
    const wanted = parseValue(nearest[1] ?? '', DAY_OF_MONTH);
    return wanted === undefined ? undefined : (date) => wanted <= date.daysInMonth && date.day === nearestWeekday(date, wanted);
  }
  const days = parseField(upper, DAY_OF_MONTH);
  return days && (({ day }) => days.has(day));
}

/** The weekday nearest to a day, within the month. */
function nearestWeekday({ weekday, day, daysInMonth }: CalendarDay, wanted: number): number {
  const wantedWeekday = (((weekday - 1 + wanted - day) % 7) + 7) % 7;
  if (wantedWeekday === 6) return wanted === 1 ? 3 : wanted - 1;
  if (wantedWeekday === 0) return wanted === daysInMonth ? wanted - 2 : wanted + 1;
  return wanted;
}

function parseDayOfWeek(text: string): DayTest | undefined {
  const upper = text.toUpperCase();
  const counted = /^([A-Z]{3}|\d)#([1-5])$/.exec(upper);
  const last = /^([A-Z]{3}|\d)?L$/.exec(upper);
  if (counted) {
    const weekday = parseValue(counted[1] ?? '', DAY_OF_WEEK);
    return weekday === undefined ? undefined : (date) => date.weekday === weekday && Math.ceil(date.day / 7) === Number(counted[2]);
  }
  if (last) {
    // Without a day before it, `L` is Saturday, the week's last.
    if (last[1] === undefined) return ({ weekday }) => weekday === 7;
    const weekday = parseValue(last[1], DAY_OF_WEEK);
    return weekday === undefined ? undefined : (date) => date.weekday === weekday && date.day > date.daysInMonth - 7;
  }
  const days = parseField(upper, DAY_OF_WEEK);
  return days && (({ weekday }) => days.has(weekday));
}

/** The first minute after `afterMs` (UTC) that the expression names; `undefined` where no year of it is left. */
export function nextCronTime(cron: Cron, afterMs: number): number | undefined {
  const firstMs = (Math.floor(afterMs / 60_000) + 1) * 60_000;
  const lastYear = Math.max(...cron.years);
  for (let dayMs = Math.floor(firstMs / DAY_MS) * DAY_MS; ; dayMs += DAY_MS) {
    const date = new Date(dayMs);
    const year = date.getUTCFullYear();
    if (year > lastYear) return undefined;
    const month = date.getUTCMonth() + 1;
    if (!cron.years.has(year) || !cron.months.has(month)) {
      dayMs = (cron.years.has(year) ? Date.UTC(year, month, 1) : Date.UTC(year + 1, 0, 1)) - DAY_MS;
      continue;
    }
    const daysInMonth = new Date(Date.UTC(year, month, 0)).getUTCDate();
    if (!cron.isDay({ year, month, day: date.getUTCDate(), weekday: date.getUTCDay() + 1, daysInMonth })) continue;
    const time = firstTimeOfDay(cron, dayMs, firstMs);
    if (time !== undefined) return time;
  }
}

function firstTimeOfDay({ hours, minutes }: Cron, dayMs: number, notBeforeMs: number): number | undefined {
  for (const hour of hours) {
    for (const minute of minutes) {
      const ms = dayMs + hour * 3_600_000 + minute * 60_000;
      if (ms >= notBeforeMs) return ms;
    }
  }
  return undefined;
}

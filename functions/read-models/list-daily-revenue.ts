import { HttpProblem } from '../backbone/http/http.ts';
import type { QueryHandler } from '../backbone/http/query.ts';
import { readView } from '../backbone/projections/reading.ts';
import { type DailyRevenue, dailyRevenue, NO_REVENUE } from './daily-revenue.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const DAYS_MAX = 92;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Answers the revenue of each day (UTC) from `?from=` to `?to=`, both included: at most 92 days. */
export const listDailyRevenue: QueryHandler = async ({ query }, reader) => {
  const from = dayMsOf('from', query['from']);
  const to = dayMsOf('to', query['to'] ?? query['from']);
  const count = (to - from) / DAY_MS + 1;
  if (count < 1 || count > DAYS_MAX) throw new HttpProblem(400, 'Invalid days', `\`from\` is no later than \`to\`, and at most ${DAYS_MAX} days are answered`);
  const days = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const day = new Date(from + index * DAY_MS).toISOString().slice(0, 'YYYY-MM-DD'.length);
      return { day, ...((await readView<DailyRevenue>(reader, { projection: dailyRevenue, key: day })) ?? NO_REVENUE) };
    }),
  );
  return { status: 200, body: { days } };
};

/** @throws {HttpProblem} 400 where the text is no day */
export function dayMsOf(name: string, text: string | undefined): number {
  const ms = text !== undefined && DAY.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw new HttpProblem(400, 'Invalid day', `\`${name}\` is a day, like 1997-09-30`);
  return ms;
}

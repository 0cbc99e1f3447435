import { HttpProblem } from '../backbone/http/http.ts';
import type { QueryHandler } from '../backbone/http/query.ts';
import type { Reader } from '../backbone/work.ts';
import { type FunnelCounts, NO_ORDERS, STAGES, type WindowItem, windowKeyOf } from './funnel.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const DAYS_MAX = 7;

/** Answers how many orders took each step in the windows that began from `?from=` until before `?to=` (ISO 8601, at most 7 days apart). A window is there when it has ended. */
export const getFunnel: QueryHandler = async ({ query }, reader) => {
  const from = timeOf('from', query['from']);
  const to = timeOf('to', query['to']);
  if (to <= from || to - from > DAYS_MAX * DAY_MS) throw new HttpProblem(400, 'Invalid times', `\`from\` is before \`to\`, by at most ${DAYS_MAX} days`);
  let counts: FunnelCounts = NO_ORDERS;
  const starts = new Set<string>();
  let isApproximate = false;
  for await (const window of windows(reader, from, to)) {
    counts = Object.fromEntries(STAGES.map((stage) => [stage, counts[stage] + window.counts[stage]])) as FunnelCounts;
    starts.add(window.start);
    isApproximate ||= window.isApproximate;
  }
  return { status: 200, body: { from: new Date(from).toISOString(), to: new Date(to).toISOString(), windows: starts.size, isApproximate, ...counts } };
};

async function* windows(reader: Reader, from: number, to: number): AsyncGenerator<WindowItem> {
  for (let day = Math.floor(from / DAY_MS) * DAY_MS; day < to; day += DAY_MS) {
    const { pk, sk: first } = windowKeyOf(new Date(Math.max(day, from)).toISOString(), '');
    // The text of a time without what follows it is before all windows that begin then.
    const last = new Date(Math.min(day + DAY_MS, to)).toISOString();
    let cursor: string | undefined;
    do {
      const page = await reader.query<WindowItem>({ pk, skPrefix: first, skAtMost: last, cursor });
      yield* page.items;
      cursor = page.cursor;
    } while (cursor !== undefined);
  }
}

/** @throws {HttpProblem} 400 where the text is no time */
function timeOf(name: string, text: string | undefined): number {
  const ms = Date.parse(text ?? '');
  if (Number.isNaN(ms)) throw new HttpProblem(400, 'Invalid time', `\`${name}\` is a time, like 1997-09-30T14:00:00Z`);
  return ms;
}

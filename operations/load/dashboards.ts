import type { HttpClient } from './http-client.ts';
import type { OrderLine } from './orders-file.ts';
import { inParallel, type PlacedOrder } from './place.ts';

/** A customer's dashboard as the API answers it. */
interface DashboardAnswer {
  readonly customerId: string;
  readonly orderCount: number;
  readonly cancelledCount: number;
  readonly spentCents: number;
  readonly firstOrderedAt: string;
  readonly lastOrderedAt: string;
  readonly repeatDays: readonly string[];
}

/** An order is placed, and ends: so many events, after which its read models are complete. */
const EVENTS_OF_ORDER = 2;

/** What each customer's dashboard must be, by the file alone. */
export function dashboardsOf(lines: readonly OrderLine[]): Map<string, DashboardAnswer> {
  const byCustomer = new Map<string, OrderLine[]>();
  for (const line of lines) byCustomer.set(line.customerId, [...(byCustomer.get(line.customerId) ?? []), line]);
  const dashboards = [...byCustomer].map(([customerId, own]): [string, DashboardAnswer] => {
    const times = own.map(({ orderedAt }) => orderedAt).sort();
    const confirmed = own.filter(({ end }) => end === 'CONFIRMED');
    return [
      customerId,
      {
        customerId,
        orderCount: own.length,
        cancelledCount: own.length - confirmed.length,
        spentCents: confirmed.reduce((sum, { totalCents }) => sum + totalCents, 0),
        firstOrderedAt: times[0] ?? '',
        lastOrderedAt: times.at(-1) ?? '',
        repeatDays: [...new Set(times.map((time) => time.slice(0, 'YYYY-MM-DD'.length)))].slice(1),
      },
    ];
  });
  return new Map(dashboards);
}

/** Compares every customer's dashboard with a fold of the file; answers, in words, what differs. */
export async function compareDashboards(
  client: HttpClient,
  apiUrl: string,
  { lines, placed, width }: { readonly lines: readonly OrderLine[]; readonly placed: readonly PlacedOrder[]; readonly width: number },
): Promise<string[]> {
  const differences: string[] = [];
  const ordersOf = new Map<string, string[]>();
  for (const { line, orderId } of placed) ordersOf.set(line.customerId, [...(ordersOf.get(line.customerId) ?? []), orderId]);
  await inParallel([...dashboardsOf(lines)], width, async ([customerId, expected]) => {
    const url = `${apiUrl}/customers/${encodeURIComponent(customerId)}/dashboard`;
    let answer = await client.send('GET', url);
    if (JSON.stringify(answer.body) !== JSON.stringify(expected)) {
      // The read model may be moments behind: a token of each order waits for it.
      for (const orderId of ordersOf.get(customerId) ?? [])
        answer = await client.send('GET', `${url}?after=${encodeURIComponent(`${orderId}:${EVENTS_OF_ORDER}`)}`);
      if (JSON.stringify(answer.body) !== JSON.stringify(expected))
        differences.push(`dashboard of customer ${customerId}: ${JSON.stringify(answer.body)} instead of ${JSON.stringify(expected)}`);
    }
  });
  return differences;
}

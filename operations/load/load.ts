import type { Clients } from '../clients.ts';
import type { Operations } from '../operations.ts';
import { describeSystem } from '../system.ts';
import { compareEnds, readLedger, readOrders } from './account.ts';
import { compareDashboards } from './dashboards.ts';
import { areSagasAtRest, countSagas, type LoadFlow, predicted, readAvailable, type SagaEnds, sagaDifferences } from './flow.ts';
import { HttpClient } from './http-client.ts';
import type { OrderLine } from './orders-file.ts';
import { fillStock, placeOrders } from './place.ts';

/** What a load run found. Money in cents, times in milliseconds. */
export interface LoadReport {
  readonly orders: number;
  readonly accepted: number;
  readonly confirmed: number;
  readonly cancelled: number;
  /** Orders that neither were confirmed nor cancelled. */
  readonly undelivered: number;
  /** Messages in dead-letter queues. */
  readonly deadLettered: number;
  /** Messages left in consumers' queues. */
  readonly queued: number;
  readonly chargedCents: number;
  readonly refundedCents: number;
  readonly keptCents: number;
  /** Orders placed and carried through to their end, by the seconds from the first request until nothing was on its way. */
  readonly ordersPerSecond: number;
  /** From request to acceptance. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly peakRssMiB: number;
  readonly writeUnitsPerOrder: number;
  readonly sdkCallsPerOrder: number;
  /** What is not as the file predicts. Empty: every order ended as its line says, every customer's dollars and dashboard are right, and the ledger balances. */
  readonly differences: readonly string[];
  /** Customers whose dashboard is not what the file folds to. */
  readonly dashboardDifferences: number;
  /** Of orders that sagas led. */
  readonly sagas: SagaEnds;
  /** Pieces of all articles that nobody has reserved in the end. */
  readonly availablePieces: number;
}

export interface LoadOptions {
  readonly operations: Operations;
  readonly clients: Pick<Clients, 'ssm' | 'dynamodb'>;
  readonly apiUrl: string;
  readonly lines: readonly OrderLine[];
  /** Orders on their way at once. */
  readonly width: number;
  /** Which orders a saga leads. @default choreography: none */
  readonly flow?: LoadFlow | undefined;
  readonly onProgress: (text: string) => void;
}

/** How long the system may take to come to rest after the last order was accepted. */
const QUIET_MS_MAX = 600_000;

/** Steps at which progress is told. */
const PROGRESS_EVERY = 500;

function percentile(sorted: readonly number[], share: number): number {
  return Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 100) / 100;
}

/** What the customers of these lines pay in the end, by the file. */
function predictedKeptCents(lines: readonly OrderLine[]): number {
  return lines.filter(({ end }) => end === 'CONFIRMED').reduce((sum, { totalCents }) => sum + totalCents, 0);
}

/** What the customers of these lines take, by the file. */
function predictedPieces(lines: readonly OrderLine[]): number {
  return lines.filter(({ end }) => end === 'CONFIRMED').reduce((sum, { quantity }) => sum + quantity, 0);
}

/** Between two steps of a saga nothing is in any queue for a moment, so its instances are asked as well. */
async function untilAtRest(operations: Operations, flow: LoadFlow): Promise<boolean> {
  const startMs = performance.now();
  for (;;) {
    const { isQuiet } = await operations.quiet({ timeoutMs: QUIET_MS_MAX });
    if (!isQuiet || flow === 'choreography' || (await areSagasAtRest(operations))) return isQuiet;
    if (performance.now() - startMs > QUIET_MS_MAX) return false;
  }
}

/** Places all orders, waits until nothing is on its way, and accounts for every order and every cent. */
export async function runLoad({ operations, clients, apiUrl, lines: given, width, flow = 'choreography', onProgress }: LoadOptions): Promise<LoadReport> {
  const lines = predicted(given, flow);
  const client = new HttpClient(width);
  try {
    const delivered = await fillStock(client, apiUrl, lines, { width, flow });
    const before = await operations.meters({});
    const startMs = performance.now();
    const placed = await placeOrders(client, apiUrl, lines, {
      width,
      flow,
      onPlaced: (count) => {
        if (count % PROGRESS_EVERY === 0) onProgress(`${count} of ${lines.length} orders accepted`);
      },
    });
    onProgress(`${placed.length} orders accepted; waiting until nothing is on its way`);
    const isQuiet = await untilAtRest(operations, flow);
    const seconds = (performance.now() - startMs) / 1000;
    const after = await operations.meters({});
    onProgress('reading every order and the ledger');
    const system = await describeSystem(clients.ssm);
    const paymentsTable = system.consumers.find(({ consumer }) => consumer === 'payments')?.tableName ?? '';
    const ledger = await readLedger(clients.dynamodb, paymentsTable);
    const sagas = await countSagas(operations);
    const availablePieces = await readAvailable(clients.dynamodb, system);
    const orders = await readOrders(client, apiUrl, [...new Set(lines.map(({ customerId }) => customerId))], width);
    onProgress('reading every dashboard');
    const dashboards = await compareDashboards(client, apiUrl, { lines, placed, width });
    const { consumers } = await operations.status({});
    const { differences, ...counts } = compareEnds(lines, placed, orders);
    const keptCents = ledger.chargedCents - ledger.refundedCents;
    const found = [...differences, ...dashboards];
    if (!isQuiet) found.push(`the system did not come to rest within ${QUIET_MS_MAX / 1000} s`);
    if (keptCents !== predictedKeptCents(lines)) found.push(`${keptCents} cents were kept instead of ${predictedKeptCents(lines)}`);
    found.push(...sagaDifferences({ sagas, availablePieces, expectedPieces: delivered - predictedPieces(lines) }));
    const acceptMs = placed.map((order) => order.acceptMs).sort((a, b) => a - b);
    const perOrder = (total: number): number => Math.round((total / lines.length) * 100) / 100;
    return {
      orders: lines.length,
      accepted: placed.length,
      ...counts,
      deadLettered: consumers.reduce((sum, { deadLetters, ruleDeadLetters }) => sum + deadLetters + ruleDeadLetters, 0),
      queued: consumers.reduce((sum, { visible, inFlight, delayed }) => sum + visible + inFlight + delayed, 0),
      ...ledger,
      keptCents,
      ordersPerSecond: Math.round((lines.length / seconds) * 10) / 10,
      p50Ms: percentile(acceptMs, 0.5),
      p99Ms: percentile(acceptMs, 0.99),
      peakRssMiB: (await operations.meters({})).peakRssMiB,
      writeUnitsPerOrder: perOrder(after.writeUnits - before.writeUnits),
      sdkCallsPerOrder: perOrder(after.sdkCalls - before.sdkCalls),
      differences: found,
      dashboardDifferences: dashboards.length,
      sagas,
      availablePieces,
    };
  } finally {
    client.close();
  }
}

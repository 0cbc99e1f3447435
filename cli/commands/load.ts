import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { connect } from '../../operations/api/client.ts';
import { createClients } from '../../operations/clients.ts';
import { Host } from '../../operations/embedded/host.ts';
import type { LoadFlow } from '../../operations/load/flow.ts';
import { type LoadReport, runLoad } from '../../operations/load/load.ts';
import { parseOrders } from '../../operations/load/orders-file.ts';
import { EXIT } from '../exit-codes.ts';
import type { GlobalOptions } from '../global-options.ts';
import { CommandError, printJson, printLine, printNote, printProblem } from '../output/report.ts';
import { refuseOnAws } from '../target.ts';

interface LoadOptions extends GlobalOptions {
  readonly start?: boolean;
  readonly data?: string;
  readonly deliverTwice?: boolean;
  readonly port: number;
  readonly concurrency: number;
  readonly limit?: number;
  readonly flow: LoadFlow;
}

/** Differences printed; the rest is counted. */
const DIFFERENCES_SHOWN = 10;

function readLines(path: string, limit: number | undefined): ReturnType<typeof parseOrders> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new CommandError(`${path} cannot be read: ${(error as Error).message}`, { exitCode: EXIT.usage, cause: error });
  }
  const lines = parseOrders(text);
  if (lines.length === 0) throw new CommandError(`${path} holds no orders`, { exitCode: EXIT.usage });
  return limit === undefined ? lines : lines.slice(0, limit);
}

const dollars = (cents: number): string => `$${(cents / 100).toFixed(2)}`;

function sagaRow({ sagas: { started, completed, cancelled, unfinished } }: LoadReport): [string, string][] {
  return started === 0 ? [] : [['sagas', `${started} started: ${completed} completed, ${cancelled} cancelled, ${unfinished} not ended`]];
}

function printReport(report: LoadReport): void {
  const rows: [string, string][] = [
    ['orders', `${report.orders} placed, ${report.accepted} accepted`],
    ['ended', `${report.confirmed} confirmed, ${report.cancelled} cancelled, ${report.undelivered} not`],
    ['left', `${report.queued} in queues, ${report.deadLettered} dead-lettered`],
    ...sagaRow(report),
    ['money', `${dollars(report.chargedCents)} charged − ${dollars(report.refundedCents)} refunded = ${dollars(report.keptCents)} kept`],
    ['pace', `${report.ordersPerSecond} orders/s; accepted in ${report.p50Ms} ms (p50), ${report.p99Ms} ms (p99)`],
    ['cost', `${report.writeUnitsPerOrder} write units and ${report.sdkCallsPerOrder} SDK calls an order; ${report.peakRssMiB} MiB at the most`],
  ];
  for (const [name, text] of rows) printLine(`${name.padEnd(8)}${text}`);
  const { differences } = report;
  if (differences.length === 0) {
    printLine('Every order ended as its line predicts, every customer’s dollars and dashboard equal a fold of the file, and the ledger balances.');
    return;
  }
  for (const difference of differences.slice(0, DIFFERENCES_SHOWN)) printLine(`■ ${difference}`);
  if (differences.length > DIFFERENCES_SHOWN) printLine(`… and ${differences.length - DIFFERENCES_SHOWN} more`);
}

async function runOnOwnPlane(lines: ReturnType<typeof parseOrders>, options: LoadOptions): Promise<LoadReport> {
  const host = new Host({
    directory: process.cwd(),
    port: options.port,
    consolePort: 0,
    dataDirectory: options.data === undefined ? undefined : resolve(options.data),
    clockFactor: 1,
    deliversTwice: options.deliverTwice === true,
    onBug: (error) => printProblem(`A defect of the embedded plane: ${error instanceof Error ? error.stack : String(error)}`),
  });
  try {
    await host.start();
    const clients = createClients(host.plane.clientSettings());
    return await runLoad({
      operations: host.operations,
      clients,
      apiUrl: host.apiUrl ?? '',
      lines,
      width: options.concurrency,
      flow: options.flow,
      onProgress: printNote,
    });
  } finally {
    await host.close();
  }
}

async function runOnStartedSystem(lines: ReturnType<typeof parseOrders>, options: LoadOptions): Promise<LoadReport> {
  refuseOnAws(options, 'load', 'it adds up what a plane has done, and nobody counts that there.');
  const operations = connect(options.console);
  const { api, endpoint } = await operations.status({});
  const credentials = { accessKeyId: 'operator', secretAccessKey: 'operator' };
  const clients = createClients(endpoint === undefined ? {} : { endpoint, region: 'us-east-1', credentials });
  return runLoad({ operations, clients, apiUrl: api, lines, width: options.concurrency, flow: options.flow, onProgress: printNote });
}

/** `tickertape load` */
export async function load(file: string, options: LoadOptions): Promise<void> {
  for (const name of ['data', 'deliverTwice'] as const) {
    if (options[name] !== undefined && !options.start)
      throw new CommandError(`--${name === 'data' ? 'data' : 'deliver-twice'} goes with --start`, { exitCode: EXIT.usage });
  }
  const lines = readLines(file, options.limit);
  const report = options.start ? await runOnOwnPlane(lines, options) : await runOnStartedSystem(lines, options);
  if (options.json) printJson(report);
  else printReport(report);
  const isRight = report.differences.length === 0 && report.undelivered === 0 && report.deadLettered === 0 && report.queued === 0;
  if (!isRight) throw new CommandError('Not every order is accounted for', { exitCode: EXIT.checkFailed });
}

import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { type Benchmark, rounded } from './benchmark.ts';
import { ROOT } from './processes.ts';

const FILE = 'examples/cdnow/orders.txt';

interface Report {
  readonly orders: number;
  readonly confirmed: number;
  readonly cancelled: number;
  readonly ordersPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly peakRssMiB: number;
  readonly writeUnitsPerOrder: number;
  readonly sdkCallsPerOrder: number;
}

/** Real orders through the whole system in one process: rate and memory. Needs `dist/` (`npm run prepare`). */
export const load: Benchmark = {
  name: 'load',
  title: `tickertape load ${FILE} --start (aim: ≤ 400 MiB at the most)`,
  async run() {
    const child = spawn(process.execPath, ['dist/tickertape.js', 'load', FILE, '--start', '--json'], { cwd: ROOT, stdio: ['ignore', 'pipe', 'ignore'] });
    const output = await text(child.stdout);
    if (output.trim() === '') throw new Error(`tickertape load printed nothing (exit code ${child.exitCode}); is dist/ built?`);
    const { data: report } = JSON.parse(output) as { data: Report };
    const { ordersPerSecond, p50Ms, p99Ms, peakRssMiB, writeUnitsPerOrder, sdkCallsPerOrder } = report;
    const lines = [
      `${report.orders} orders, ${report.confirmed} confirmed, ${report.cancelled} cancelled: ${rounded(ordersPerSecond, 1)} orders/s`,
      `accepted in ${p50Ms} ms (p50), ${p99Ms} ms (p99); ${writeUnitsPerOrder} write units and ${sdkCallsPerOrder} SDK calls an order`,
      `${peakRssMiB} MiB resident at the most`,
    ];
    return { lines, figures: { ordersPerSecond, p50Ms, p99Ms, peakRssMiB, writeUnitsPerOrder, sdkCallsPerOrder } };
  },
};

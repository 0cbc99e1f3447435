// Proves that a system which is killed and gets everything twice ends where an undisturbed one ends.
//   tsx test/crash/crash.ts [--orders 6919] [--kills 3]
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { connect } from '../../operations/api/client.ts';
import { createClients } from '../../operations/clients.ts';
import { type LoadReport, runLoad } from '../../operations/load/load.ts';
import { parseOrders } from '../../operations/load/orders-file.ts';
import { canonicalTables } from './tables.ts';

interface Hosted {
  readonly child: ChildProcess;
  readonly endpoint: string;
  readonly api: string;
  readonly console: string;
}

const { values } = parseArgs({ options: { orders: { type: 'string', default: '6919' }, kills: { type: 'string', default: '3' } } });
const lines = parseOrders(readFileSync('examples/cdnow/orders.txt', 'utf8')).slice(0, Number(values.orders));
const kills = Number(values.kills);
const say = (text: string): void => void process.stderr.write(`${text}\n`);

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

function host(dataDirectory: string, ports: readonly number[], deliversTwice: boolean): Promise<Hosted> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'test/crash/hosted.ts', dataDirectory, ...ports.map(String), deliversTwice ? 'yes' : 'no'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`The hosted system ended with ${code}`)));
    child.stdout?.once('data', (chunk: Buffer) => resolve({ child, ...(JSON.parse(chunk.toString('utf8')) as Omit<Hosted, 'child'>) }));
  });
}

async function loadAgainst(hosted: Hosted, onProgress: (text: string) => void): Promise<{ report: LoadReport; tables: Map<string, string[]> }> {
  const clients = createClients({ endpoint: hosted.endpoint, region: 'us-east-1', credentials: { accessKeyId: 'operator', secretAccessKey: 'operator' } });
  const report = await runLoad({ operations: connect(hosted.console), clients, apiUrl: hosted.api, lines, width: 16, onProgress });
  return { report, tables: await canonicalTables(clients) };
}

async function undisturbed(): Promise<Awaited<ReturnType<typeof loadAgainst>>> {
  const hosted = await host('', [0, 0], false);
  try {
    return await loadAgainst(hosted, (text) => say(`undisturbed: ${text}`));
  } finally {
    hosted.child.kill('SIGKILL');
  }
}

/** Kills the process at equal parts of the load, and starts it again on the same ports and data. */
async function disturbed(): Promise<Awaited<ReturnType<typeof loadAgainst>> & { readonly killed: number }> {
  const data = mkdtempSync(join(tmpdir(), 'tickertape-crash-'));
  const ports = [await freePort(), await freePort()];
  let hosted = await host(data, ports, true);
  let killed = 0;
  let restarting: Promise<void> = Promise.resolve();
  const killAndRestart = async (): Promise<void> => {
    killed += 1;
    const ended = new Promise((resolve) => hosted.child.once('exit', resolve));
    hosted.child.removeAllListeners('exit');
    const gone = new Promise((resolve) => hosted.child.once('exit', resolve));
    hosted.child.kill('SIGKILL');
    await Promise.race([ended, gone]);
    hosted = await host(data, ports, true);
  };
  const every = Math.floor(lines.length / (kills + 1) / 500) * 500 || 500;
  try {
    const result = await loadAgainst(hosted, (text) => {
      say(`disturbed: ${text}`);
      const accepted = Number(/^(\d+) of/.exec(text)?.[1] ?? 0);
      if (accepted > 0 && accepted % every === 0 && killed < kills) {
        say(`disturbed: kill -9, number ${killed + 1}`);
        restarting = restarting.then(killAndRestart);
      }
    });
    await restarting;
    return { ...result, killed };
  } finally {
    hosted.child.kill('SIGKILL');
    rmSync(data, { recursive: true, force: true });
  }
}

function differences(a: Map<string, string[]>, b: Map<string, string[]>): string[] {
  const found: string[] = [];
  for (const [table, expected] of a) {
    const actual = b.get(table) ?? [];
    const [left, right] = [new Map<string, number>(), new Map<string, number>()];
    for (const line of expected) left.set(line, (left.get(line) ?? 0) + 1);
    for (const line of actual) right.set(line, (right.get(line) ?? 0) + 1);
    for (const line of new Set([...left.keys(), ...right.keys()])) {
      if (left.get(line) !== right.get(line)) found.push(`${table}: ${left.get(line) ?? 0} against ${right.get(line) ?? 0} of ${line.slice(0, 300)}`);
    }
  }
  return found;
}

const plain = await undisturbed();
const broken = await disturbed();
const different = differences(plain.tables, broken.tables);
for (const line of different.slice(0, 20)) say(line);
const items = [...plain.tables.values()].reduce((sum, held) => sum + held.length, 0);
const ledger = ({ report }: { report: LoadReport }): string => `${report.chargedCents} - ${report.refundedCents} = ${report.keptCents}`;
process.stdout.write(
  `${JSON.stringify({
    orders: lines.length,
    kills: broken.killed,
    tables: plain.tables.size,
    items,
    differentItems: different.length,
    ledger: [ledger(plain), ledger(broken)],
    unexpected: [...plain.report.differences, ...broken.report.differences],
    left: [plain.report.queued, plain.report.deadLettered, broken.report.queued, broken.report.deadLettered],
  })}\n`,
);
const isRight = different.length === 0 && ledger(plain) === ledger(broken) && [plain, broken].every(({ report }) => report.differences.length === 0);
process.exitCode = isRight ? 0 : 1;

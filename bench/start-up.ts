import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { createInterface } from 'node:readline';
import { type Benchmark, median, rounded } from './benchmark.ts';
import { ROOT } from './processes.ts';

const STARTS = 5;

/** A start that takes longer has failed. */
const START_MS_MAX = 60_000;

interface Ready {
  readonly console: string;
}

/** Resolves at the first event of that type on the operations stream, one from before the connection included. */
function firstEvent(consoleUrl: string, type: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = get(`${consoleUrl}/api/stream`, { headers: { accept: 'text/event-stream' } }, (response) => {
      let seen = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        seen += chunk;
        if (!seen.includes(type)) return;
        resolve();
        request.destroy();
      });
      // Also told of its own end, when it has seen enough.
      response.on('error', reject);
    });
    request.on('error', reject);
  });
}

async function readyLine(child: ChildProcess): Promise<Ready> {
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    const value = JSON.parse(line) as Ready & { readonly type: string };
    if (value.type === 'ready') return value;
  }
  throw new Error('tickertape start ended before it was ready');
}

/** Milliseconds from the command until it serves, and until the first of its sample orders is confirmed. */
async function start(): Promise<{ readonly readyMs: number; readonly orderMs: number }> {
  const startMs = performance.now();
  const args = ['dist/tickertape.js', 'start', '--json', '--port', '0', '--console-port', '0'];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), START_MS_MAX);
  try {
    const ready = await readyLine(child);
    const readyMs = performance.now() - startMs;
    await firstEvent(ready.console, 'OrderConfirmed');
    return { readyMs, orderMs: performance.now() - startMs };
  } finally {
    clearTimeout(timer);
    const exited = once(child, 'exit');
    if (child.exitCode === null && child.kill('SIGINT')) await exited;
  }
}

/** Seconds of `npm start`, as someone who waits in front of it has them. Needs `dist/` (`npm run prepare`). */
export const startUp: Benchmark = {
  name: 'start-up',
  title: `tickertape start, bundling and synthesis included, until it serves and until the first order is confirmed (aim: order ≤ 5 s)`,
  async run() {
    const starts: { readonly readyMs: number; readonly orderMs: number }[] = [];
    for (let index = 0; index < STARTS; index += 1) starts.push(await start());
    const orderMs = starts.map((each) => each.orderMs);
    const figures = {
      readyMs: rounded(median(starts.map(({ readyMs }) => readyMs))),
      orderMs: rounded(median(orderMs)),
      orderMinMs: rounded(Math.min(...orderMs)),
      orderMaxMs: rounded(Math.max(...orderMs)),
    };
    const lines = [
      `ready in ${figures.readyMs} ms, first order confirmed in ${figures.orderMs} ms (medians of ${STARTS}; ${figures.orderMinMs} to ${figures.orderMaxMs} ms)`,
    ];
    return { lines, figures };
  },
};

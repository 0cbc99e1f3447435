import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Benchmark, type Measurement, median, percentile, rounded } from './benchmark.ts';
import { bundleProgram, Program } from './processes.ts';

/** So many that no shard's limit of a thousand records a second is in the way. */
const SHARDS = 256;
const RECORDS_PER_CALL = 500;
const RECORD_BYTES = 256;
const CONNECTIONS = 4;
const ROUNDS = 5;
const ROUND_SECONDS = 2;
const READY_MS_MAX = 30_000;

const KINESIS_LOCAL = 'kinesis-local@0.6.2';

interface Contestant {
  readonly name: string;
  readonly url: string;
  end(): Promise<void>;
}

interface Round {
  readonly recordsPerSecond: number;
  readonly latencies: readonly number[];
}

const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });

/** A call as an SDK client sends it; signatures are not looked at. */
function call(url: string, operation: string, body: Buffer): Promise<{ readonly status: number; readonly text: string }> {
  const headers = {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': `Kinesis_20131202.${operation}`,
    'x-amz-date': '20260101T000000Z',
    authorization: `AWS4-HMAC-SHA256 Credential=bench/20260101/us-east-1/kinesis/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
    'content-length': body.byteLength,
  };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(pieces).toString() }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

async function answered(url: string, operation: string, input: object): Promise<string> {
  const { status, text } = await call(url, operation, Buffer.from(JSON.stringify(input)));
  if (status !== 200) throw new Error(`${operation}: ${status} ${text.slice(0, 200)}`);
  return text;
}

async function createStream(url: string, StreamName: string): Promise<void> {
  await answered(url, 'CreateStream', { StreamName, ShardCount: SHARDS });
  const giveUpMs = performance.now() + READY_MS_MAX;
  while (!(await answered(url, 'DescribeStreamSummary', { StreamName })).includes('"ACTIVE"')) {
    if (performance.now() > giveUpMs) throw new Error('The stream is not there');
    await sleep(100);
  }
}

/** Calls without pause from all connections, each with other partition keys. Throws where a record was refused. */
async function measureRound(url: string, StreamName: string, seconds: number): Promise<Round> {
  const Data = Buffer.alloc(RECORD_BYTES, 'x').toString('base64');
  const bodies = Array.from({ length: CONNECTIONS }, (_, connection) => {
    const Records = Array.from({ length: RECORDS_PER_CALL }, (_record, place) => ({ Data, PartitionKey: `key-${connection}-${place}` }));
    return Buffer.from(JSON.stringify({ StreamName, Records }));
  });
  const latencies: number[] = [];
  const startMs = performance.now();
  const caller = async (body: Buffer): Promise<void> => {
    while (performance.now() < startMs + seconds * 1000) {
      const sentMs = performance.now();
      const { status, text } = await call(url, 'PutRecords', body);
      latencies.push(performance.now() - sentMs);
      if (status !== 200 || !/"FailedRecordCount":0[,}]/.test(text)) throw new Error(`PutRecords: ${status} ${text.slice(0, 200)}`);
    }
  };
  await Promise.all(bodies.map(caller));
  return { recordsPerSecond: (latencies.length * RECORDS_PER_CALL * 1000) / (performance.now() - startMs), latencies };
}

async function startOurs(): Promise<Contestant> {
  const program = new Program([await bundleProgram('services-plane')]);
  return { name: 'Tickertape', url: await program.line(), end: () => program.end() };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The other emulator, in the cache: it is measured beside ours and is no dependency. */
async function startKinesisLocal(): Promise<Contestant> {
  const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), `tickertape-bench-${KINESIS_LOCAL.replace('@', '-')}`);
  const directory = join(folder, 'node_modules/kinesis-local');
  if (!existsSync(directory)) {
    await promisify(execFile)('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', '--ignore-scripts', KINESIS_LOCAL]);
  }
  const [port, tlsPort] = [await freePort(), await freePort()];
  const settings = { KINESIS_MOCK_PLAIN_PORT: port, KINESIS_MOCK_TLS_PORT: tlsPort, SHARD_LIMIT: 100_000, LOG_LEVEL: 'ERROR' };
  for (const [name, value] of Object.entries(settings)) process.env[name] = String(value);
  const program = new Program(['main.js'], { directory });
  const url = `http://127.0.0.1:${port}`;
  const giveUpMs = performance.now() + READY_MS_MAX;
  while (
    !(await answered(url, 'ListStreams', {}).then(
      () => true,
      () => false,
    ))
  ) {
    if (performance.now() > giveUpMs) throw new Error('it did not serve');
    await sleep(100);
  }
  return { name: 'kinesis-local 0.6.2', url, end: () => program.end() };
}

function reported(rounds: ReadonlyMap<Contestant, readonly Round[]>): Measurement {
  const lines: string[] = [];
  const figures: Record<string, number> = {};
  const rates: number[] = [];
  for (const [{ name }, done] of rounds) {
    const samples = done.flatMap(({ latencies }) => latencies);
    const [rate, p50, p99] = [median(done.map(({ recordsPerSecond }) => recordsPerSecond)), percentile(samples, 0.5), percentile(samples, 0.99)];
    rates.push(rate);
    const key = name === 'Tickertape' ? 'ours' : 'kinesisLocal';
    Object.assign(figures, { [`${key}RecordsPerSecond`]: rounded(rate), [`${key}P50Ms`]: rounded(p50, 2), [`${key}P99Ms`]: rounded(p99, 2) });
    lines.push(`${name.padEnd(20)} ${rounded(rate).toLocaleString('en').padStart(9)} records/s, a call p50 ${rounded(p50, 2)} ms, p99 ${rounded(p99, 2)} ms`);
  }
  const [ours, other] = rates;
  if (ours !== undefined && other !== undefined) {
    figures['ratio'] = rounded(ours / other, 1);
    lines.push(`ours takes ${rounded(ours / other, 1)} × as many`);
  }
  return { lines, figures };
}

/** Records into a stream over a socket, beside the emulator of Kinesis that npm has. */
export const streams: Benchmark = {
  name: 'streams',
  title: `PutRecords with ${RECORDS_PER_CALL} records of ${RECORD_BYTES} bytes into ${SHARDS} shards, ${CONNECTIONS} connections, prebuilt requests`,
  async run() {
    const contestants = [await startOurs()];
    const left: string[] = [];
    try {
      try {
        contestants.push(await startKinesisLocal());
      } catch (error) {
        left.push(`kinesis-local is left out: ${error instanceof Error ? error.message : String(error)}`);
      }
      const rounds = new Map<Contestant, Round[]>(contestants.map((contestant) => [contestant, []]));
      for (const { url } of contestants) {
        await createStream(url, 'bench');
        await measureRound(url, 'bench', 1);
      }
      for (let turn = 0; turn < ROUNDS; turn += 1) {
        for (const [{ url }, done] of rounds) done.push(await measureRound(url, 'bench', ROUND_SECONDS));
      }
      const { lines, figures } = reported(rounds);
      return { lines: [...left, ...lines], figures };
    } finally {
      agent.destroy();
      await Promise.all(contestants.map((contestant) => contestant.end()));
    }
  },
};

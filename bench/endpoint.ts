import { request } from 'node:http';
import { join } from 'node:path';
import { type Benchmark, type Measurement, median, rounded } from './benchmark.ts';
import { bundleProgram, Program, ROOT } from './processes.ts';

/** Pairs of rounds, plane and floor in turn, so that what else the machine does meets both alike. */
const ROUNDS = 8;
const ROUND_SECONDS = 2;
const CONNECTIONS = 16;
const BODY_BYTES = 256;

interface Served {
  readonly url: string;
  readonly port: number;
  readonly queueUrls: readonly string[];
  readonly accessKeyId: string;
}

interface Round {
  readonly requests: number;
  readonly seconds: number;
  readonly p50Us: number;
  readonly p99Us: number;
}

/** A `SendMessage` as an SDK client sends it, signature and all, its message of 256 bytes. */
function sendMessage({ url, accessKeyId }: Served, queueUrl: string): { readonly headers: Record<string, string>; readonly body: string } {
  const body = JSON.stringify({ QueueUrl: queueUrl, MessageBody: 'x'.repeat(BODY_BYTES) });
  const signed = 'content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token;x-amz-target';
  const headers = {
    host: new URL(url).host,
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': 'AmazonSQS.SendMessage',
    'x-amz-user-agent': 'aws-sdk-js/3.0.0 ua/2.1 os/linux lang/js md/nodejs api/sqs',
    'x-amz-date': '20260101T000000Z',
    'x-amz-security-token': 'T'.repeat(96),
    'x-amz-content-sha256': '0'.repeat(64),
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260101/us-east-1/sqs/aws4_request, SignedHeaders=${signed}, Signature=${'0'.repeat(64)}`,
    'content-length': String(Buffer.byteLength(body)),
  };
  return { headers, body };
}

function bytesOf(served: Served, queueUrl: string): Buffer {
  const { headers, body } = sendMessage(served, queueUrl);
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST / HTTP/1.1\r\n${head.join('')}\r\n${body}`);
}

function post(url: string, { headers, body }: ReturnType<typeof sendMessage>): Promise<{ readonly status: number; readonly body: Buffer }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks) }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** As the operator: a queue that has had its round is of no more use, and its messages would make the heap of later rounds fuller. */
async function deleteQueue({ url }: Served, queueUrl: string): Promise<void> {
  const body = JSON.stringify({ QueueUrl: queueUrl });
  const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.DeleteQueue', 'content-length': String(body.length) };
  const { status } = await post(url, { headers, body });
  if (status !== 200) throw new Error(`DeleteQueue was answered with ${status}`);
}

async function round(port: number, requestBytes: Buffer): Promise<Round> {
  const client = new Program([join(ROOT, 'bench/raw-client.mjs'), String(port), String(ROUND_SECONDS), String(CONNECTIONS), requestBytes.toString('base64')]);
  const result = JSON.parse(await client.line()) as Round;
  await client.end();
  return result;
}

/** The answer that the floor repeats. That the role is asked for its permission is checked on the way. */
async function sampleAnswer(served: Served, queueUrl: string): Promise<Buffer> {
  const { status, body } = await post(served.url, sendMessage(served, queueUrl));
  if (status !== 200) throw new Error(`SendMessage was answered with ${status}: ${body.toString()}`);
  const forbidden = await post(served.url, sendMessage(served, queueUrl.replace(/[^/]*$/, 'forbidden')));
  if (forbidden.status === 200) throw new Error('IAM is off: the role could send to a queue that it has no grant for');
  return body;
}

async function measure(served: Served, floor: { readonly port: number }): Promise<Measurement> {
  const [warmUp = '', ...queueUrls] = served.queueUrls;
  await round(served.port, bytesOf(served, warmUp));
  await deleteQueue(served, warmUp);
  await round(floor.port, bytesOf(served, warmUp));
  const plane: Round[] = [];
  const bare: Round[] = [];
  for (const queueUrl of queueUrls) {
    bare.push(await round(floor.port, bytesOf(served, queueUrl)));
    plane.push(await round(served.port, bytesOf(served, queueUrl)));
    await deleteQueue(served, queueUrl);
  }
  const rate = ({ requests, seconds }: Round): number => requests / seconds;
  const ratios = plane.map((each, index) => rate(each) / rate(bare[index] as Round));
  const figures = {
    planeRequestsPerSecond: rounded(median(plane.map(rate))),
    bareRequestsPerSecond: rounded(median(bare.map(rate))),
    ratio: rounded(median(ratios), 3),
    ratioMin: rounded(Math.min(...ratios), 3),
    ratioMax: rounded(Math.max(...ratios), 3),
    planeP50Us: median(plane.map(({ p50Us }) => p50Us)),
    planeP99Us: median(plane.map(({ p99Us }) => p99Us)),
    bareP50Us: median(bare.map(({ p50Us }) => p50Us)),
    bareP99Us: median(bare.map(({ p99Us }) => p99Us)),
  };
  const lines = [
    `plane  ${figures.planeRequestsPerSecond} requests/s, p50 ${figures.planeP50Us} µs, p99 ${figures.planeP99Us} µs`,
    `bare   ${figures.bareRequestsPerSecond} requests/s, p50 ${figures.bareP50Us} µs, p99 ${figures.bareP99Us} µs`,
    `ratio  ${(figures.ratio * 100).toFixed(1)} % of bare (median of ${ratios.length} pairs; ${(figures.ratioMin * 100).toFixed(1)} to ${(figures.ratioMax * 100).toFixed(1)} %)`,
  ];
  return { lines, figures };
}

/** Requests per second of the endpoint against the floor: a `node:http` server that reads the same body and answers the same bytes. */
export const endpoint: Benchmark = {
  name: 'endpoint',
  title: `SQS SendMessage of ${BODY_BYTES} bytes, HTTP/1.1 keep-alive, ${CONNECTIONS} connections, IAM on, against bare node:http (aim: 60 %)`,
  async run() {
    const plane = new Program([...profileFlags(), await bundleProgram('endpoint-plane'), String(ROUNDS + 1)]);
    const served = JSON.parse(await plane.line()) as Served;
    const answer = await sampleAnswer(served, served.queueUrls[0] ?? '');
    const bare = new Program([join(ROOT, 'bench/bare-server.mjs'), answer.toString('base64')]);
    try {
      return await measure(served, { port: Number(await bare.line()) });
    } finally {
      await Promise.all([plane.end(), bare.end()]);
    }
  },
};

/** With BENCH_PROFILE set to a folder, the plane writes a CPU profile there when it ends. */
function profileFlags(): string[] {
  const folder = process.env['BENCH_PROFILE'];
  return folder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${folder}`];
}

// A load generator that costs less than what it measures: prebuilt request bytes over plain sockets, one request in flight on each.
// Run as a child process: node raw-client.mjs <port> <seconds> <connections> <base64 of the request>. Prints {"requests","seconds","p50Us","p99Us"}.
import { connect } from 'node:net';

const [port, seconds, connections, encoded] = process.argv.slice(2);
const request = Buffer.from(encoded, 'base64');
const HEAD_END = Buffer.from('\r\n\r\n');
const latencies = [];
let isOver = false;

/** Length of the answer at the start of `data`, or 0 where it is not complete. */
function answerLength(data) {
  const headEnd = data.indexOf(HEAD_END);
  if (headEnd < 0) return 0;
  const head = data.toString('latin1', 0, headEnd).toLowerCase();
  if (!head.startsWith('http/1.1 200')) throw new Error(`Not a 200: ${head.split('\r\n')[0]} ${data.toString('utf8', headEnd)}`);
  const length = headEnd + 4 + Number(/content-length: (\d+)/.exec(head)?.[1] ?? 0);
  return data.length >= length ? length : 0;
}

function drive() {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: Number(port), host: '127.0.0.1', noDelay: true });
    let pending = Buffer.alloc(0);
    let sentAt = 0n;
    const send = () => {
      sentAt = process.hrtime.bigint();
      socket.write(request);
    };
    socket.on('connect', send);
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      const length = answerLength(pending);
      if (length === 0) return;
      pending = pending.subarray(length);
      latencies.push(Number(process.hrtime.bigint() - sentAt) / 1000);
      if (isOver) {
        socket.end();
        resolve();
      } else send();
    });
  });
}

const start = process.hrtime.bigint();
setTimeout(() => {
  isOver = true;
}, Number(seconds) * 1000);
await Promise.all(Array.from({ length: Number(connections) }, drive));
const elapsed = Number(process.hrtime.bigint() - start) / 1e9;
latencies.sort((a, b) => a - b);
const at = (share) => Math.round(latencies[Math.floor(latencies.length * share)] ?? 0);
process.stdout.write(JSON.stringify({ requests: latencies.length, seconds: elapsed, p50Us: at(0.5), p99Us: at(0.99) }));

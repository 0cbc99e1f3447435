import { createHash } from 'node:crypto';
import { Plane } from '../../local/index.ts';
import { embeddedOperations } from '../../operations/embedded/embedded-operations.ts';
import { MeterReader } from '../../operations/embedded/meter-reader.ts';
import { FlowRecorder } from '../../operations/flow/flow-recorder.ts';

/** Any moment would do: it is the same in each run. */
const START_MS = Date.UTC(2026, 0, 5, 8);
const ORDERS = 200;
/** Longer than the slowest order takes: five attempts with back-off. */
const RUN_MS = 10 * 60_000;

/** What a run was, in short. */
export interface RunDigest {
  /** SHA-256 over the whole journal as JSON, an entry a line. */
  readonly sha256: string;
  readonly entries: number;
  /** Events published, by type. */
  readonly events: Readonly<Record<string, number>>;
  /** Errors of the plane itself. */
  readonly bugs: readonly string[];
}

const CARDS = ['tok_visa', 'tok_visa', 'tok_visa', 'tok_declined', 'tok_lost_answer', 'tok_visa', 'tok_visa', 'tok_timeout'];

/**
 * Runs the system on a virtual clock with 200 orders that are paid, declined, refunded and never answered, and digests the journal.
 * `onLine` sees each entry as JSON.
 */
export async function runJournal(assembly: string, seed: string, onLine: (line: string) => void = () => {}): Promise<RunDigest> {
  const bugs: string[] = [];
  const plane = new Plane({ clock: { kind: 'virtual', startMs: START_MS }, seed, journalCapacity: 1_000, onBug: (error) => bugs.push(String(error)) });
  const { kernel } = plane;
  const observers = { flow: new FlowRecorder(kernel.journal), meters: new MeterReader(kernel.journal) };
  const operations = embeddedOperations(plane, observers);
  const hash = createHash('sha256');
  const events: Record<string, number> = {};
  kernel.journal.listen((entry) => {
    const line = JSON.stringify(entry);
    hash.update(line).update('\n');
    onLine(line);
    if (entry.service === 'eventbridge' && entry.kind === 'event-put')
      events[String(entry.detail['detailType'])] = (events[String(entry.detail['detailType'])] ?? 0) + 1;
  });
  try {
    await complete(plane, plane.deploy(assembly));
    const api = plane.deployment.resources().find(({ type }) => type === 'AWS::ApiGatewayV2::Api');
    const post = (path: string, key: string, body: object): Promise<unknown> => {
      const bytes = Buffer.from(JSON.stringify(body));
      const headers = { host: '127.0.0.1:4566', 'content-type': 'application/json', 'content-length': String(bytes.length), 'idempotency-key': key };
      return complete(plane, plane.dispatch({ method: 'POST', target: `/_aws/execute-api/${api?.physicalId}${path}`, headers, body: bytes }));
    };
    await post('/stock', 'stock', { sku: 'CD-1', quantity: 150 });
    for (let index = 0; index < ORDERS; index += 1) {
      await post('/orders', `order-${index}`, {
        customerId: `customer-${index % 17}`,
        email: `customer-${index % 17}@example.com`,
        lines: [{ sku: index % 10 === 0 ? 'CD-SOLD-OUT' : 'CD-1', quantity: 1 + (index % 2) }],
        totalCents: 1000 + index,
        currency: 'USD',
        cardToken: CARDS[index % CARDS.length],
      });
    }
    await kernel.run({ untilMs: kernel.nowMs() + RUN_MS });
    // The operator's own calls are part of the run: they too go by nothing but the seed.
    await complete(plane, operations.status({}));
    await complete(plane, operations.listDeadLetters({}));
    return { sha256: hash.digest('hex'), entries: kernel.journal.lastSequence, events, bugs };
  } finally {
    await plane.close();
  }
}

async function complete<Result>(plane: Plane, promise: Promise<Result>): Promise<Result> {
  let isSettled = false;
  const settled = promise.finally(() => {
    isSettled = true;
  });
  settled.catch(() => {});
  await plane.kernel.run({ isDone: () => isSettled });
  return settled;
}

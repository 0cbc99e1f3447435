import { inject, onTestFinished } from 'vitest';
import { type Interposer, type JournalEntry, Plane } from '../../local/index.ts';
import { type Clients, createClients } from '../../operations/clients.ts';
import { embeddedOperations } from '../../operations/embedded/embedded-operations.ts';
import { MeterReader } from '../../operations/embedded/meter-reader.ts';
import { FlowRecorder } from '../../operations/flow/flow-recorder.ts';
import type { Operations } from '../../operations/operations.ts';
import { queueDepth } from '../../operations/status/status.ts';
import { describeSystem, type System } from '../../operations/system.ts';

/** How a world is made. */
export interface WorldOptions {
  readonly seed?: string | number;
  /** What goes wrong between parties, from the end of the deployment on. */
  readonly interposer?: Interposer;
  /** Folder of the assembly. @default the system's, as it deploys */
  readonly assembly?: string;
  /** Folder that keeps the state. @default in memory */
  readonly dataDirectory?: string;
  /** When it begins. @default the same moment in each run */
  readonly startMs?: number;
}

/** An answer over HTTP. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  // biome-ignore lint/suspicious/noExplicitAny: tests look at what they expect
  readonly body: any;
}

/** Any moment would do: it is the same in each run. */
const START_MS = Date.UTC(2026, 0, 5, 8);

/** Virtual time after which what has not happened will not. */
const WAIT_MS_MAX = 60 * 60_000;
const JOURNAL_CAPACITY = 1_000_000;

/** The whole system on an embedded plane, on a virtual clock: the assembly and the bundles that are deployed, and nothing else. */
export class World {
  readonly plane: Plane;
  readonly operations: Operations;
  readonly clients: Clients;
  readonly bugs: unknown[] = [];
  readonly flow: FlowRecorder;
  #system: System | undefined;
  #apiPath = '';
  #commands = 0;

  constructor({ seed = 1, startMs = START_MS, dataDirectory }: WorldOptions) {
    this.plane = new Plane({
      clock: { kind: 'virtual', startMs },
      dataDirectory,
      seed,
      journalCapacity: JOURNAL_CAPACITY,
      onBug: (error) => this.bugs.push(error),
    });
    this.flow = new FlowRecorder(this.plane.kernel.journal);
    this.operations = embeddedOperations(this.plane, { flow: this.flow, meters: new MeterReader(this.plane.kernel.journal) });
    this.clients = createClients(this.plane.clientSettings());
  }

  async deploy(assembly: string): Promise<void> {
    await this.complete(this.plane.deploy(assembly));
    this.#system = await this.complete(describeSystem(this.clients.ssm));
    this.flow.setSystem(this.system);
    this.#apiPath = `/_aws/execute-api/${new URL(this.system.apiUrl).host.split('.')[0]}`;
  }

  get system(): System {
    if (!this.#system) throw new Error('Nothing is deployed');
    return this.#system;
  }

  consumer(name: string): System['consumers'][number] {
    const found = this.system.consumers.find(({ consumer }) => consumer === name);
    if (!found) throw new Error(`No consumer ${name}`);
    return found;
  }

  /** Drives the clock until a promise has settled. */
  async complete<Result>(promise: Promise<Result>): Promise<Result> {
    let isSettled = false;
    const settled = promise.finally(() => {
      isSettled = true;
    });
    settled.catch(() => {});
    await this.runUntil(() => isSettled);
    return settled;
  }

  /** Drives the clock until `isDone` holds; fails where it does not within an hour. */
  async runUntil(isDone: () => boolean): Promise<void> {
    const { kernel } = this.plane;
    const end = await kernel.run({ isDone, untilMs: kernel.nowMs() + WAIT_MS_MAX });
    if (end !== 'done') throw new Error(`Not within an hour: ${isDone.toString()}`);
  }

  /** Lets time pass. */
  async pass(ms: number): Promise<void> {
    const { kernel } = this.plane;
    await kernel.run({ untilMs: kernel.nowMs() + ms });
  }

  /** Drives the clock until nothing is on its way: no queue of a consumer holds anything, twice in a row. */
  async settle(): Promise<void> {
    const { kernel } = this.plane;
    const deadlineMs = kernel.nowMs() + 24 * WAIT_MS_MAX;
    let stepMs = 1_000;
    for (let calm = 0; calm < 2; ) {
      if (kernel.nowMs() > deadlineMs) throw new Error('The system did not come to rest within a day');
      await this.pass(stepMs);
      if (await this.complete(this.#isQuiet())) calm += 1;
      else {
        calm = 0;
        stepMs = Math.min(stepMs * 2, 30_000);
      }
    }
  }

  /** Sends a request to the system's HTTP API. */
  async http(
    method: string,
    path: string,
    { body, headers = {} }: { readonly body?: unknown; readonly headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const bytes = body === undefined ? new Uint8Array() : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    const request = {
      method,
      target: `${this.#apiPath}${path}`,
      headers: { host: '127.0.0.1:4566', 'content-type': 'application/json', 'content-length': String(bytes.length), ...headers },
      body: bytes,
    };
    const response = await this.complete(this.plane.dispatch(request));
    const text = Buffer.from(response.body).toString('utf8');
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
  }

  /** Places an order, with an idempotency key of its own unless one is given. */
  placeOrder(order: Partial<OrderBody> = {}, options: { readonly key?: string } = {}): Promise<Answer> {
    this.#commands += 1;
    return this.http('POST', '/orders', { body: orderBody(order), headers: { 'idempotency-key': options.key ?? `order-${this.#commands}` } });
  }

  /** Places an order that must be taken, and answers its id. */
  async placed(order: Partial<OrderBody> = {}): Promise<string> {
    const { status, body } = await this.placeOrder(order);
    if (status !== 202) throw new Error(`The order was answered with ${status}: ${JSON.stringify(body)}`);
    return (body as { orderId: string }).orderId;
  }

  async receiveStock(sku: string, quantity: number): Promise<void> {
    this.#commands += 1;
    const { status, body } = await this.http('POST', '/stock', { body: { sku, quantity }, headers: { 'idempotency-key': `stock-${this.#commands}` } });
    if (status !== 202) throw new Error(`The stock was answered with ${status}: ${JSON.stringify(body)}`);
  }

  async order(orderId: string): Promise<Answer['body']> {
    return (await this.http('GET', `/orders/${orderId}`)).body;
  }

  /** Entries of the journal. */
  journal(select: (entry: JournalEntry) => boolean = () => true): JournalEntry[] {
    return [...this.plane.kernel.journal.since(0)].filter(select);
  }

  /** Mail that left, by subject. */
  mail(to: string): string[] {
    return this.journal(({ kind, detail }) => kind === 'email-sent' && JSON.stringify(detail['to']).includes(`"${to}"`)).map(({ detail }) =>
      String(detail['subject']),
    );
  }

  async alarm(name: string): Promise<string | undefined> {
    const { consumers } = await this.complete(this.operations.status({}));
    return consumers.find(({ consumer }) => consumer === name)?.alarm;
  }

  async close(): Promise<void> {
    await this.plane.close();
  }

  async #isQuiet(): Promise<boolean> {
    const { invocations, deliveries } = this.plane.traffic;
    if (invocations > 0 || deliveries > 0) return false;
    for (const { queueUrl } of this.system.consumers) {
      const { visible, inFlight, delayed } = await queueDepth(this.clients.sqs, queueUrl);
      if (visible + inFlight + delayed > 0) return false;
    }
    return true;
  }
}

/** The body of `POST /orders`. */
export interface OrderBody {
  readonly customerId: string;
  readonly email: string;
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
  readonly totalCents: number;
  readonly currency: string;
  readonly cardToken: string;
  readonly orderedAt?: string;
}

/** An order that goes well where there is stock of `CD-1`. */
export function orderBody(order: Partial<OrderBody> = {}): OrderBody {
  return {
    customerId: 'ada',
    email: 'ada@example.com',
    lines: [{ sku: 'CD-1', quantity: 1 }],
    totalCents: 1499,
    currency: 'USD',
    cardToken: 'tok_visa',
    ...order,
  };
}

/** Makes a world with the system deployed; it ends with the test. */
export async function createWorld(options: WorldOptions = {}): Promise<World> {
  const world = new World(options);
  onTestFinished(() => world.close());
  await world.deploy(options.assembly ?? inject('assemblyDirectory'));
  if (options.interposer) world.plane.kernel.setInterposer(options.interposer);
  return world;
}

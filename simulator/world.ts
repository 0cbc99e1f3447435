import type { ListTablesCommandOutput, ScanCommandOutput } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { type Kernel, Plane } from '../local/index.ts';

/** A row of any table, as plain values. */
export type PlainItem = Readonly<Record<string, unknown>>;

/** An answer of the system's HTTP API. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Any moment would do: it is the same in each run. */
const START_MS = Date.UTC(2026, 0, 5, 8);
const JOURNAL_CAPACITY = 20_000;

/** Virtual time after which a call that was not answered never will be. */
const ANSWER_MS_MAX = 60 * 60_000;

/** A deployed system on an embedded plane and a virtual clock: the templates and the bundles of an assembly, and nothing else. */
export class SimulatedWorld {
  readonly plane: Plane;
  /** Errors of the plane itself. */
  readonly bugs: unknown[] = [];

  constructor({ seed }: { readonly seed: string | number }) {
    this.plane = new Plane({
      clock: { kind: 'virtual', startMs: START_MS },
      seed,
      journalCapacity: JOURNAL_CAPACITY,
      onBug: (error) => this.bugs.push(error),
    });
  }

  get kernel(): Kernel {
    return this.plane.kernel;
  }

  /** Brings the assembly of that folder onto the plane. */
  async deploy(assembly: string): Promise<void> {
    await this.complete(this.plane.deploy(assembly));
  }

  /** Drives the clock until a promise has settled. */
  async complete<Result>(promise: Promise<Result>): Promise<Result> {
    let isSettled = false;
    const settled = promise.finally(() => {
      isSettled = true;
    });
    settled.catch(() => {});
    const end = await this.kernel.run({ isDone: () => isSettled, untilMs: this.kernel.nowMs() + ANSWER_MS_MAX });
    if (end !== 'done') throw new Error('A call was not answered within an hour of virtual time');
    return settled;
  }

  /** Lets time pass. */
  async pass(ms: number): Promise<void> {
    await this.kernel.run({ untilMs: this.kernel.nowMs() + ms });
  }

  /** Calls an operation of a service as the account. */
  request<Output>(service: string, operation: string, input: object): Promise<Output> {
    return this.complete(this.kernel.request<Output>({ service, operation, input, principal: { type: 'root' } }));
  }

  /** Sends a request to the assembly's HTTP API. */
  async http(
    method: string,
    path: string,
    { body, headers = {} }: { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> } = {},
  ): Promise<HttpAnswer> {
    const api = this.plane.deployment.resources().find(({ type }) => type === 'AWS::ApiGatewayV2::Api');
    if (!api) throw new Error('The assembly has no HTTP API');
    const bytes = body === undefined ? new Uint8Array() : Buffer.from(JSON.stringify(body));
    const response = await this.complete(
      this.plane.dispatch({
        method,
        target: `/_aws/execute-api/${api.physicalId}${path}`,
        headers: { host: new URL(this.plane.endpoint).host, 'content-type': 'application/json', 'content-length': String(bytes.length), ...headers },
        body: bytes,
      }),
    );
    const text = Buffer.from(response.body).toString('utf8');
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  }

  /** All items of all tables that `select` takes. */
  async items(select: (item: PlainItem) => boolean = () => true): Promise<PlainItem[]> {
    const { TableNames: names = [] } = await this.request<ListTablesCommandOutput>('dynamodb', 'ListTables', {});
    const found: PlainItem[] = [];
    for (const TableName of names) {
      let ExclusiveStartKey: ScanCommandOutput['LastEvaluatedKey'];
      do {
        const page = await this.request<ScanCommandOutput>('dynamodb', 'Scan', { TableName, ...(ExclusiveStartKey && { ExclusiveStartKey }) });
        for (const item of page.Items ?? []) {
          const plain = unmarshall(item);
          if (select(plain)) found.push(plain);
        }
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey);
    }
    return found;
  }

  async close(): Promise<void> {
    await this.plane.close();
  }
}

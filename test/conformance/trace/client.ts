import { SmithyRpcV2CborProtocol } from '@smithy/core/cbor';
import type { HttpResponse } from '../../../local/kernel/http.ts';
import type { Plane } from '../../../local/plane.ts';
import { ServiceModel } from '../../../local/wire/model.ts';
import { SERVICE_ROWS, type ServiceRow } from '../../../local/wire/services.ts';
import type { Shape } from '../../../local/wire/shapes.ts';
import { type Answer, failureOf, successOf } from './answer.ts';

/** How boto calls services that their SDK packages call otherwise. */
const PACKAGE_NAMES: Readonly<Record<string, string>> = {
  events: 'eventbridge',
  logs: 'cloudwatch-logs',
  dynamodbstreams: 'dynamodb-streams',
  stepfunctions: 'sfn',
};

interface SdkClient {
  readonly config: { readonly protocol: { readonly constructor: unknown } };
  send(command: unknown): Promise<Record<string, unknown>>;
}

/** A service's SDK client module with what the wire reads of it. */
interface Sdk {
  readonly model: ServiceModel;
  readonly module: Record<string, new (options: object) => SdkClient>;
  /** Operation names by their letters alone: boto's `get_sms_attributes` is `GetSMSAttributes`. */
  readonly operations: ReadonlyMap<string, string>;
}

const sdks = new Map<string, Promise<Sdk>>();

async function loadSdk(row: ServiceRow): Promise<Sdk> {
  const module = (await row.load()) as Sdk['module'];
  const commands = Object.keys(module).filter((name) => name.endsWith('Command') && name !== '$Command');
  return { module, model: new ServiceModel(row, module), operations: new Map(commands.map((name) => [name.toLowerCase(), name.slice(0, -'Command'.length)])) };
}

/** A call by boto's names. */
export interface TraceCall {
  readonly service: string;
  readonly op: string;
  readonly params: object;
  /** Where it is not the service's own. */
  readonly protocol?: 'query' | 'cbor' | undefined;
}

/** An AWS SDK client of each service on one plane, called as boto is called. */
export class TraceClient {
  readonly #plane: Plane;
  readonly #clients = new Map<string, SdkClient>();
  #last: HttpResponse | undefined;
  #endsWork = (): void => {};

  constructor(plane: Plane) {
    this.#plane = plane;
  }

  /** Calls an operation by boto's name with boto's parameters, in the service's own protocol or another of its, and answers in boto's shape. */
  async call(call: TraceCall): Promise<Answer> {
    this.#endsWork = this.#work();
    try {
      return await this.#call(call);
    } finally {
      this.#endsWork();
    }
  }

  async #call(call: TraceCall): Promise<Answer> {
    const name = PACKAGE_NAMES[call.service] ?? call.service;
    const row = SERVICE_ROWS.find((one) => one.name === name);
    if (!row) return { body: {}, errorText: '', notEmulated: `The service ${call.service}` };
    const sdk = await this.#sdkOf(row);
    const operation = sdk.operations.get(`${call.op.replaceAll('_', '')}command`);
    const shape = operation === undefined ? undefined : sdk.model.operation(operation)?.input;
    const command = operation === undefined ? undefined : sdk.module[`${operation}Command`];
    if (operation === undefined || !shape || !command) return { body: {}, errorText: '', notEmulated: `${call.service} ${call.op}` };
    const client = await this.#clientOf(row, sdk, call.protocol);
    this.#last = undefined;
    try {
      const output = await client.send(new command(inputOf(call.params, shape) as object));
      return successOf(output, this.#answered().status);
    } catch (error) {
      if (!this.#last || (this.#last as HttpResponse).status < 400) throw error;
      return failureOf(this.#answered(), { model: sdk.model, operation });
    }
  }

  /** What the client does before and after the request is the machine's work: the plane's clock waits for it. The returned function ends it. */
  #work(): () => void {
    let end = (): void => {};
    void this.#plane.kernel.hostOperation(
      new Promise<void>((resolve) => {
        end = resolve;
      }),
    );
    return end;
  }

  #answered(): HttpResponse {
    if (!this.#last) throw new Error('The client sent no request');
    return this.#last;
  }

  #sdkOf(row: ServiceRow): Promise<Sdk> {
    const known = sdks.get(row.name) ?? loadSdk(row);
    sdks.set(row.name, known);
    return known;
  }

  async #clientOf(row: ServiceRow, { module }: Sdk, protocol: TraceCall['protocol']): Promise<SdkClient> {
    const key = `${row.name}/${protocol}`;
    const known = this.#clients.get(key);
    if (known) return known;
    const settings = this.#plane.clientSettings();
    const handler = {
      ...settings.requestHandler,
      handle: async (request: unknown, options: object) => {
        this.#endsWork();
        const { response } = await settings.requestHandler.handle(request, options);
        this.#endsWork = this.#work();
        this.#last = { status: response.statusCode, headers: response.headers, body: response.body };
        return { response };
      },
    };
    const spoken = protocol === 'query' && row.protocol === 'awsQuery' ? {} : await this.#protocolOf(row, protocol);
    const Client = clientClassOf(module);
    const client = new Client({ ...settings, ...spoken, maxAttempts: 1, md5: false, requestHandler: handler });
    this.#clients.set(key, client);
    return client;
  }

  /** The settings of a client that speaks another protocol than its own. Only SNS's client comes with the query protocol: it is lent to the services that speak it besides. */
  async #protocolOf(row: ServiceRow, name: TraceCall['protocol']): Promise<object> {
    if (name === undefined) return {};
    const defaultNamespace = `com.amazonaws.${row.name}`;
    if (name === 'cbor') return { protocol: SmithyRpcV2CborProtocol, protocolSettings: { defaultNamespace, serviceTarget: row.targetPrefix } };
    const { SNSClient } = await import('@aws-sdk/client-sns');
    const { protocol } = new SNSClient(this.#plane.clientSettings() as never).config as unknown as SdkClient['config'];
    return { protocol: protocol.constructor, protocolSettings: { defaultNamespace, xmlNamespace: row.xmlNamespace, version: row.queryVersion } };
  }
}

function clientClassOf(module: Sdk['module']): new (options: object) => SdkClient {
  const name = Object.keys(module).find((one) => one.endsWith('Client') && one !== '__Client');
  const Client = name === undefined ? undefined : module[name];
  if (!Client) throw new Error('The module has no client');
  return Client;
}

/** Boto takes text for bytes and numbers or text for times; the SDK takes neither. */
function inputOf(value: unknown, shape: Shape): unknown {
  if (value === null || value === undefined) return value;
  if (shape.kind === 'blob') return bytesOf(value);
  if (shape.kind === 'timestamp') return dateOf(value);
  if (shape.kind === 'list' && Array.isArray(value)) return value.map((item) => inputOf(item, shape.item.shape));
  if (shape.kind === 'map' && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, inputOf(member, shape.value.shape)]));
  }
  if ((shape.kind === 'structure' || shape.kind === 'union') && typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => {
        const found = shape.members.find(({ name }) => name === key);
        return [key, found ? inputOf(member, found.shape) : member];
      }),
    );
  }
  return value;
}

function bytesOf(value: unknown): Uint8Array {
  if (typeof value === 'object' && value !== null && '$base64' in value) return Buffer.from(String(value.$base64), 'base64');
  return Buffer.from(String(value));
}

/** Times stand as numbers, as text, or as Python printed them: `datetime.datetime(2026, 11, 21, 10, 54, 13, 688921, tzinfo=…)`. */
function dateOf(value: unknown): Date {
  if (typeof value === 'number' || /^\d+$/.test(String(value))) return new Date(Number(value) * 1000);
  const printed = /^datetime\.datetime\(([\d, ]+)/.exec(String(value))?.[1];
  // Month first, as Python's `dateutil` reads it.
  if (printed === undefined) return new Date(String(value).replace(/^(\d\d)-(\d\d)-(\d{4})/, '$3-$1-$2'));
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0, micros = 0] = printed.split(',').map(Number);
  return new Date(Date.UTC(year, month - 1, day, hour, minute, second, Math.floor(micros / 1000)));
}

import { Plane } from '../../local/index.ts';
import type { ClientSettings } from '../../operations/clients.ts';
import { embeddedOperations } from '../../operations/embedded/embedded-operations.ts';
import { MeterReader } from '../../operations/embedded/meter-reader.ts';
import { FlowRecorder } from '../../operations/flow/flow-recorder.ts';
import type { Operations } from '../../operations/operations.ts';
import { describeSystem, type System } from '../../operations/system.ts';
import { callFunction, gatewayRequest } from './api-call.ts';
import { createTargetClients, type TargetClients } from './clients.ts';
import type { Answer, ApiRequest, Target } from './target.ts';

/** Any moment would do: it is the same in each run. */
const START_MS = Date.UTC(2026, 0, 5, 8);
/** Virtual time after which what has not happened will not. */
const PATIENCE_MS = 60 * 60_000;
const LOOK_EVERY_MS = 250;

/** The embedded AWS on a virtual clock. */
export class EmbeddedTarget implements Target {
  readonly name = 'embedded';
  readonly unique = 'case';
  readonly #plane: Plane;
  readonly settings: ClientSettings;
  readonly clients: TargetClients;
  readonly operations: Operations;
  #system: System | undefined;

  private constructor(plane: Plane) {
    this.#plane = plane;
    this.settings = plane.clientSettings();
    this.clients = createTargetClients(this.settings);
    const { journal } = plane.kernel;
    this.operations = embeddedOperations(plane, { flow: new FlowRecorder(journal), meters: new MeterReader(journal) });
  }

  /** A plane of its own with the system deployed. */
  static async create(assembly: string): Promise<EmbeddedTarget> {
    const target = new EmbeddedTarget(new Plane({ clock: { kind: 'virtual', startMs: START_MS }, seed: 1 }));
    await target.complete(target.#plane.deploy(assembly));
    target.#system = await target.complete(describeSystem(target.clients.ssm));
    return target;
  }

  get system(): System {
    return this.#system as System;
  }

  async call(request: ApiRequest): Promise<Answer> {
    if (request.by === 'function') return this.complete(callFunction(this.clients.lambda, request));
    const { method, path, headers, body } = gatewayRequest(request);
    const apiId = new URL(this.system.apiUrl).host.split('.')[0];
    const host = { host: new URL(this.#plane.endpoint).host, 'content-length': String(body.byteLength) };
    const response = await this.complete(this.#plane.dispatch({ method, target: `/_aws/execute-api/${apiId}${path}`, headers: { ...headers, ...host }, body }));
    const text = Buffer.from(response.body).toString();
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
  }

  async complete<Result>(promise: Promise<Result>): Promise<Result> {
    let isSettled = false;
    const settled = promise.finally(() => {
      isSettled = true;
    });
    settled.catch(() => {});
    const { kernel } = this.#plane;
    await kernel.run({ isDone: () => isSettled, untilMs: kernel.nowMs() + PATIENCE_MS });
    if (!isSettled) throw new Error('A call was not answered within an hour of virtual time');
    return settled;
  }

  async eventually<Found>(what: string, look: () => Promise<Found | undefined>): Promise<Found> {
    const deadlineMs = this.#plane.kernel.nowMs() + PATIENCE_MS;
    for (let waitMs = LOOK_EVERY_MS; this.#plane.kernel.nowMs() < deadlineMs; waitMs *= 1.2) {
      const found = await this.complete(look());
      if (found !== undefined) return found;
      await this.pass(waitMs);
    }
    throw new Error(`Not within an hour of virtual time: ${what}`);
  }

  async pass(ms: number): Promise<void> {
    const { kernel } = this.#plane;
    await kernel.run({ untilMs: kernel.nowMs() + ms });
  }

  close(): Promise<void> {
    return this.#plane.close();
  }
}

import { randomUUID } from 'node:crypto';
import { setTimeout as passed } from 'node:timers/promises';
import { SSMClient } from '@aws-sdk/client-ssm';
import { awsOperations } from '../../operations/aws/aws-operations.ts';
import type { ClientSettings } from '../../operations/clients.ts';
import type { Operations } from '../../operations/operations.ts';
import { describeSystem, type System } from '../../operations/system.ts';
import { callFunction, gatewayRequest } from './api-call.ts';
import { createTargetClients, type TargetClients } from './clients.ts';
import type { Answer, ApiRequest, Target, TargetAddress, TargetName } from './target.ts';

/** Alarms look once a minute, and their metrics are a minute late. */
const PATIENCE_MS = 240_000;
/** Where it is known that nothing will come. */
const PATIENCE_MS_FOR_NOTHING = 20_000;
const LOOK_EVERY_MS = 250;
const LOOK_EVERY_MS_MAX = 3_000;

/** A deployment behind an endpoint of its own (LocalStack) or on AWS. Its time is everyone's: the suite looks again until what it waits for is there. */
export class RemoteTarget implements Target {
  readonly name: TargetName;
  readonly unique = `case-${randomUUID().slice(0, 8)}`;
  readonly settings: ClientSettings;
  readonly clients: TargetClients;
  readonly system: System;
  readonly operations: Operations;
  readonly #patienceMs: number;

  private constructor(name: TargetName, settings: ClientSettings, system: System, patienceMs: number) {
    this.name = name;
    this.settings = settings;
    this.clients = createTargetClients(settings);
    this.system = system;
    this.operations = awsOperations(settings);
    this.#patienceMs = patienceMs;
  }

  /** Finds the system that the run's set-up has deployed. Credentials are those of the environment. */
  static async connect({ name, endpoint, region }: TargetAddress, { isPatient }: { readonly isPatient: boolean }): Promise<RemoteTarget> {
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const settings = { region, ...(endpoint !== undefined && { endpoint, credentials }) };
    const system = await describeSystem(new SSMClient(settings));
    return new RemoteTarget(name, settings, system, isPatient ? PATIENCE_MS : PATIENCE_MS_FOR_NOTHING);
  }

  async call(request: ApiRequest): Promise<Answer> {
    if (request.by === 'function') return callFunction(this.clients.lambda, request);
    const { method, path, headers, body } = gatewayRequest(request);
    const response = await fetch(`${this.#api}${path}`, { method, headers, ...(body.byteLength > 0 && { body }) });
    const text = await response.text();
    return { status: response.status, headers: Object.fromEntries(response.headers), body: text === '' ? undefined : JSON.parse(text) };
  }

  /** The API's address: its own on AWS, below the endpoint elsewhere. */
  get #api(): string {
    const { endpoint } = this.settings;
    const { origin, host } = new URL(this.system.apiUrl);
    return endpoint === undefined ? origin : `${String(endpoint)}/_aws/execute-api/${host.split('.')[0]}`;
  }

  complete<Result>(promise: Promise<Result>): Promise<Result> {
    return promise;
  }

  async eventually<Found>(what: string, look: () => Promise<Found | undefined>): Promise<Found> {
    const deadlineMs = Date.now() + this.#patienceMs;
    for (let waitMs = LOOK_EVERY_MS; Date.now() < deadlineMs; waitMs = Math.min(waitMs * 1.5, LOOK_EVERY_MS_MAX)) {
      const found = await look();
      if (found !== undefined) return found;
      await passed(waitMs);
    }
    throw new Error(`Not within ${this.#patienceMs / 1000} s: ${what}`);
  }

  async pass(ms: number): Promise<void> {
    await passed(ms);
  }

  async close(): Promise<void> {
    for (const client of Object.values(this.clients)) client.destroy();
  }
}

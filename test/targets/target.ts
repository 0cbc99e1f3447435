import { inject, it, onTestFinished } from 'vitest';
import type { ClientSettings } from '../../operations/clients.ts';
import type { Operations } from '../../operations/operations.ts';
import type { System } from '../../operations/system.ts';
import type { TargetClients } from './clients.ts';
import { EmbeddedTarget } from './embedded.ts';
import { RemoteTarget } from './remote.ts';

/** Where the suite runs. */
export type TargetName = 'embedded' | 'localstack' | 'aws';

/** How a test finds the target that the run's set-up made. */
export interface TargetAddress {
  readonly name: TargetName;
  /** Endpoint of all services; on AWS there is none. */
  readonly endpoint?: string;
  readonly region: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    target: TargetAddress;
  }
}

/** An answer of the system's HTTP API. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  // biome-ignore lint/suspicious/noExplicitAny: tests look at what they expect
  readonly body: any;
}

/** A place where the system is deployed, seen as any AWS client sees it. */
export interface Target {
  readonly name: TargetName;
  readonly clients: TargetClients;
  /** Where clients of other credentials connect. */
  readonly settings: ClientSettings;
  readonly system: System;
  /** What an operator does: the embedded plane's, or those over AWS clients. */
  readonly operations: Operations;
  /** Name for things of this test, which others do not use. */
  readonly unique: string;
  /** Calls the system's HTTP API; with `by: 'function'` the function behind a route, with the event that API Gateway would give it. */
  call(request: ApiRequest): Promise<Answer>;
  /** Calls a client; a clock that waits for calls is driven meanwhile. */
  complete<Result>(promise: Promise<Result>): Promise<Result>;
  /** Looks until `look` finds something; fails with `what` where it does not within the patience of the target. */
  eventually<Found>(what: string, look: () => Promise<Found | undefined>): Promise<Found>;
  /** Lets time pass. */
  pass(ms: number): Promise<void>;
  close(): Promise<void>;
}

/** A request to the system's HTTP API. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly key?: string;
  readonly body?: unknown;
  readonly by: 'http' | 'function';
}

/** What a target does not do: why, and the failure of its own by which a run knows that it still does not. */
export interface Lack {
  readonly because: string;
  readonly failure: RegExp;
}

async function connect(address: TargetAddress, options: { readonly isPatient: boolean }): Promise<Target> {
  return address.name === 'embedded' ? EmbeddedTarget.create(inject('assemblyDirectory')) : RemoteTarget.connect(address, options);
}

/**
 * One case of the suite that every target has to pass. What a target lacks is written beside the case; there the case must fail, and in the way that is
 * written: once the target can do it, the run says so.
 */
export function onEveryTarget(name: string, run: (target: Target) => Promise<void>, lacks: Partial<Record<TargetName, Lack>> = {}): void {
  const address = inject('target');
  const lack = lacks[address.name];
  it(lack ? `${name} (lacked by ${address.name}: ${lack.because})` : name, async () => {
    const target = await connect(address, { isPatient: lack === undefined });
    onTestFinished(() => target.close());
    if (!lack) {
      await run(target);
      return;
    }
    const failure = await run(target).then(
      () => undefined,
      (error: unknown) => String(error),
    );
    if (failure === undefined) throw new Error(`${address.name} does this by now: take it off the list of what it lacks`);
    if (!lack.failure.test(failure)) throw new Error(`${address.name} fails in another way than is written: ${failure}`);
  });
}

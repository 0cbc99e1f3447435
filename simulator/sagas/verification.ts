import { UserError } from '../../local/index.ts';
import type { HttpAnswer, PlainItem } from '../world.ts';

/** What an app's verification may do with the system under test: act as its clients do, and look at what is stored. */
export interface SystemUnderTest {
  /** Sends a request to the HTTP API. */
  http(method: string, path: string, request?: { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> }): Promise<HttpAnswer>;
  /** Calls an operation of an AWS service as the account: `request('dynamodb', 'Query', {…})`. */
  request<Output>(service: string, operation: string, input: object): Promise<Output>;
  /** All items of all tables that `select` takes, as plain values. */
  items(select?: (item: PlainItem) => boolean): Promise<PlainItem[]>;
  /** Lets virtual time pass. */
  pass(ms: number): Promise<void>;
}

/** How a saga came to its end. */
export interface EndedSaga {
  readonly sagaId: string;
  /** `COMPLETED` or `CANCELLED`. */
  readonly state: string;
}

/** An invariant that does not hold: what is wrong, and with which step, where the invariant knows. */
export interface Broken {
  readonly step?: string;
  readonly cause: string;
}

/** What an app declares of its saga, so that it can be verified: how one is started, and what must hold of each that has ended. */
export interface SagaVerification {
  /** Brings the system to where sagas can be started: stock, customers. Once for each system that is made. */
  readonly prepare?: (system: SystemUnderTest) => Promise<void>;
  /** Starts one saga that completes where nothing goes wrong, and answers its id. `key` is another each time. */
  readonly start: (system: SystemUnderTest, key: string) => Promise<string>;
  /** By name: what must hold of an ended saga. Each answers `undefined` where it holds, and what is wrong where it does not. */
  readonly invariants: Readonly<Record<string, (system: SystemUnderTest, saga: EndedSaga) => Promise<Broken | undefined>>>;
}

/**
 * Takes what a module exports as `default` for a verification.
 * @throws {UserError} naming what is missing
 */
export function verificationOf(module: unknown, path: string): SagaVerification {
  const { default: found } = module as { readonly default?: Partial<SagaVerification> };
  if (typeof found?.start !== 'function') throw new UserError(`${path} exports no verification: its default export has no function \`start\``);
  if (typeof found.invariants !== 'object' || Object.keys(found.invariants).length === 0)
    throw new UserError(`${path} declares no \`invariants\`: nothing would be verified but that the saga ends`);
  return found as SagaVerification;
}

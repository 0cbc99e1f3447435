import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** The part of an SDK client that is used here. */
export interface Sender {
  send(command: object): Promise<unknown>;
}

/** What a handler touches of the world. A test gives its own. */
export interface Ports {
  readonly dynamodb: Sender;
  readonly environment: Readonly<Record<string, string | undefined>>;
  nowMs(): number;
  /** A number in [0, 1). */
  random(): number;
  waitMs(ms: number): Promise<void>;
}

/** Calls a function once, at first use: a client costs nothing in a function that never needs it. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

const dynamodb = once(() => new DynamoDBClient({}));

/** The world of a Lambda function. */
export const lambdaPorts: Ports = {
  get dynamodb() {
    return dynamodb() as Sender;
  },
  get environment() {
    return process.env;
  },
  nowMs: () => Date.now(),
  random: () => Math.random(),
  waitMs: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** A variable that the deployment must have set. */
export function required(environment: Ports['environment'], name: string): string {
  const value = environment[name];
  if (!value) throw new Error(`The environment variable ${name} is not set`);
  return value;
}

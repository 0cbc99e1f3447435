import type { HttpRequest, HttpResponse } from './http.ts';
import type { Kernel } from './kernel.ts';
import type { AccessCheck, Principal } from './principal.ts';
import type { ResourceType } from './resource.ts';

/** What an operation may use besides its input. */
export interface Context<State> {
  readonly kernel: Kernel;
  readonly state: State;
  readonly principal: Principal;
  readonly requestId: string;
  /** Journal entry that led to the call, to be handed on. */
  readonly cause: number | undefined;
  /** Aborted when the caller has gone: an operation that waits stops waiting. */
  readonly signal: AbortSignal | undefined;
}

/** A message on its way to a resource, in the terms that all receivers share. */
export interface DeliveryPayload {
  /** Text: the message body, the event, the invocation's payload. */
  readonly body: string;
  readonly attributes?: Readonly<Record<string, { DataType: string; StringValue?: string; BinaryValue?: Uint8Array }>>;
  readonly messageGroupId?: string;
  readonly messageDeduplicationId?: string;
  readonly subject?: string;
  readonly partitionKey?: string;
  /** The trace that the message belongs to, for receivers that carry one on. */
  readonly traceHeader?: string;
}

/**
 * The operations of one service, typed by the aggregated client class of its SDK package: a misspelt operation,
 * input or output member does not compile.
 */
export type OperationsOf<Client, State> = {
  readonly [Method in keyof Client & string as Capitalize<Method>]: Client[Method] extends (
    args: infer Input,
    // biome-ignore lint/suspicious/noExplicitAny: the SDK's overload
    options: any,
    // biome-ignore lint/suspicious/noExplicitAny: the SDK's overload
    callback: (error: any, data?: infer Output) => void,
  ) => void
    ? (input: Input, context: Context<State>) => Omit<Output, '$metadata'> | Promise<Omit<Output, '$metadata'>>
    : never;
};

/** A service is a table: what it answers, what it needs to be allowed, which resources it makes. */
export interface Service<State = unknown> {
  /** The name under which `wire/` and other services find it: the SDK package's, without `client-` (`sqs`, `eventbridge`). */
  readonly name: string;
  /** The service part of its ARNs and IAM actions (`sqs`, `events`, `dynamodb`). */
  readonly arnService: string;
  /** Makes the state from its collections: empty on a fresh plane, filled on a restart. Sets the timers that were running. */
  createState(kernel: Kernel): State;
  // biome-ignore lint/suspicious/noExplicitAny: each service narrows it with OperationsOf
  readonly operations: Readonly<Record<string, (input: any, context: Context<State>) => unknown>>;
  /** The permissions a call needs. Called before the operation; may throw the fault for a resource that does not exist. */
  // biome-ignore lint/suspicious/noExplicitAny: each service narrows it
  access(operation: string, input: any, context: Context<State>): readonly AccessCheck[];
  readonly resourceTypes?: Readonly<Record<string, ResourceType<State>>>;
  /** Says which call brings a delivery to one of its resources. */
  delivery?(arn: string, payload: DeliveryPayload): { readonly operation: string; readonly input: object };
  /** Answers plain HTTP (API Gateway's data plane); `undefined` where the request is not for it. */
  http?(request: HttpRequest, context: Context<State>): Promise<HttpResponse> | undefined;
}

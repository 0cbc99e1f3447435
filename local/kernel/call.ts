import type { Kernel } from './kernel.ts';
import type { Principal } from './principal.ts';
import type { Context, DeliveryPayload } from './service.ts';

/** A call of one operation, in typed form. */
export interface Call {
  readonly service: string;
  readonly operation: string;
  readonly input: object;
  readonly principal: Principal;
  readonly cause?: number | undefined;
  readonly requestId?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A message to a resource, known by its ARN only. */
export interface Delivery {
  readonly to: string;
  readonly payload: DeliveryPayload;
  readonly principal: Principal;
  readonly cause?: number | undefined;
}

/** The context of a call. A class, for an accessor in an object literal is made anew, at some cost, for each call. */
export class CallContext implements Context<unknown> {
  readonly kernel: Kernel;
  readonly state: unknown;
  readonly principal: Principal;
  readonly requestId: string;
  readonly cause: number | undefined;
  readonly #call: Pick<Call, 'signal'>;

  constructor(kernel: Kernel, call: Pick<Context<unknown>, 'state' | 'principal' | 'requestId'> & { readonly options: Pick<Call, 'cause' | 'signal'> }) {
    this.kernel = kernel;
    this.state = call.state;
    this.principal = call.principal;
    this.requestId = call.requestId;
    this.cause = call.options.cause;
    this.#call = call.options;
  }

  /** Read when an operation waits: a socket makes its signal only then. */
  get signal(): AbortSignal | undefined {
    return this.#call.signal;
  }
}

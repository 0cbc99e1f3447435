/** Concurrent executions of an account, and what of them is never reserved. @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html */
export const ACCOUNT_CONCURRENCY = 1000;
export const UNRESERVED_MIN = 100;

/** Why an invocation has no room: the words of `TooManyRequestsException`. */
export type ThrottleReason = 'ReservedFunctionConcurrentInvocationLimitExceeded' | 'ConcurrentInvocationLimitExceeded';

/**
 * Invocations under way, and the concurrency that functions have reserved. The sums are kept, so that an invocation asks in constant time:
 * `reserved` is the sum of all reservations, `runningUnreserved` what runs of the functions without one.
 */
export class Concurrency {
  readonly #running = new Map<string, number>();
  readonly #reservations = new Map<string, number>();
  #reserved = 0;
  #runningUnreserved = 0;
  #runningAll = 0;

  /** Invocations under way of all functions. */
  get running(): number {
    return this.#runningAll;
  }

  /** What all functions together have reserved. */
  get reserved(): number {
    return this.#reserved;
  }

  /** What a function has reserved; `undefined` where it takes part in what is not reserved. */
  reservationOf(name: string): number | undefined {
    return this.#reservations.get(name);
  }

  /** Sets a function's reservation, or takes it back. What runs of it is counted anew. */
  reserve(name: string, concurrency: number | undefined): void {
    const previous = this.#reservations.get(name);
    if (previous === concurrency) return;
    const running = this.#running.get(name) ?? 0;
    if (previous === undefined) this.#runningUnreserved -= running;
    if (concurrency === undefined) this.#runningUnreserved += running;
    this.#reserved += (concurrency ?? 0) - (previous ?? 0);
    if (concurrency === undefined) this.#reservations.delete(name);
    else this.#reservations.set(name, concurrency);
  }

  /** Why one more invocation of the function has no room; `undefined` where it has. */
  refusal(name: string): ThrottleReason | undefined {
    const reservation = this.#reservations.get(name);
    if (reservation === undefined) return this.#runningUnreserved < ACCOUNT_CONCURRENCY - this.#reserved ? undefined : 'ConcurrentInvocationLimitExceeded';
    return (this.#running.get(name) ?? 0) < reservation ? undefined : 'ReservedFunctionConcurrentInvocationLimitExceeded';
  }

  /** An invocation begins. Answers how many of the function run now. */
  entered(name: string): number {
    return this.#count(name, 1);
  }

  /** An invocation has ended. */
  left(name: string): void {
    this.#count(name, -1);
  }

  #count(name: string, change: 1 | -1): number {
    const running = (this.#running.get(name) ?? 0) + change;
    if (running === 0) this.#running.delete(name);
    else this.#running.set(name, running);
    if (!this.#reservations.has(name)) this.#runningUnreserved += change;
    this.#runningAll += change;
    return running;
  }
}

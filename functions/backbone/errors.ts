/**
 * What a handler may throw, and what becomes of the record. There is one table, `dispositionOf` in `delivery/outcome.ts`, and this is its left side.
 *
 * | error | meaning | queue | HTTP |
 * |---|---|---|---|
 * | `RetryableError` | the same call can succeed later | hidden with back-off, `retries-exhausted` at the last attempt | 503 |
 * | `ConflictError` | others were faster with the same state | run again for 15 s at most, then hidden for 1 to 3 s | run again, then 503 |
 * | `ThrottledError` | a dependency asks for a pause | hidden for at least that pause | 503 with `Retry-After` |
 * | `TerminalError` | the business says no, for ever | dead-lettered at once: `business` | 422 |
 * | `MalformedError` | not what the contract says | dead-lettered at once: `malformed` | 400 |
 * | `SchemaInvalid`, `PayloadTooLarge` of what the handler emits | the handler is wrong, at every attempt | dead-lettered at once: `defect` | 500 |
 * | `PayloadMismatchError` | one id, two payloads | dead-lettered at once: `malformed` | 422 |
 * | `InFlightError` | another holds the lease | hidden until the lease ends | 409 |
 * | `ExpiredError` | older than the subscription's time-to-live | dead-lettered at once: `expired` | – |
 * | anything else | a defect, perhaps a passing one | as retryable, `defect` at the last attempt | 500 |
 */
abstract class BackboneError extends Error {
  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
  }
}

/** The same record can succeed later: a dependency is away, a lock is held. */
export class RetryableError extends BackboneError {
  override readonly name: string = 'RetryableError';
}

/** A dependency asks for a pause. */
export class ThrottledError extends BackboneError {
  override readonly name: string = 'ThrottledError';
  readonly retryAfterSeconds: number;

  constructor(message: string, options: { readonly retryAfterSeconds: number; readonly cause?: unknown }) {
    super(message, options);
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** This record can never succeed: the business refuses it. `code` is a stable name for the kind of refusal. */
export class TerminalError extends BackboneError {
  override readonly name: string = 'TerminalError';
  readonly code: string;

  constructor(message: string, options: { readonly code?: string; readonly cause?: unknown } = {}) {
    super(message, options);
    this.code = options.code ?? 'business';
  }
}

/** Not an event of ours: no JSON, no envelope, or a type that this consumer does not take. */
export class MalformedError extends BackboneError {
  override readonly name: string = 'MalformedError';
}

/** The id was used before, with another payload. */
export class PayloadMismatchError extends BackboneError {
  override readonly name: string = 'PayloadMismatchError';
}

/** Another holds the lease on this event. */
export class InFlightError extends BackboneError {
  override readonly name: string = 'InFlightError';
  readonly leaseUntilMs: number;

  constructor(message: string, options: { readonly leaseUntilMs: number }) {
    super(message);
    this.leaseUntilMs = options.leaseUntilMs;
  }
}

/** Older than the subscription's time-to-live. */
export class ExpiredError extends BackboneError {
  override readonly name: string = 'ExpiredError';
}

/** A condition on state did not hold when the unit of work was committed: someone else was faster. The handler runs again on what is there now. */
export class ConflictError extends RetryableError {
  override readonly name: string = 'ConflictError';
}

/** A text that is not the `cursor` of an earlier page. */
export class InvalidCursorError extends BackboneError {
  override readonly name: string = 'InvalidCursorError';
}

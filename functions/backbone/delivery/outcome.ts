import { PayloadTooLarge, SchemaInvalid } from '../../../schemas/index.ts';
import { ConflictError, ExpiredError, InFlightError, MalformedError, PayloadMismatchError, RetryableError, TerminalError, ThrottledError } from '../errors.ts';

/**
 * Why a message is in a dead-letter queue. `parked`: nothing is wrong with it, but with an earlier one of its key, which it must not overtake. `lost`: it says which records of a stream
 * nobody has any more.
 */
export type DeadLetterReason = 'malformed' | 'retries-exhausted' | 'expired' | 'business' | 'defect' | 'parked' | 'lost';

/** What becomes of a record whose handling failed. */
export type Disposition =
  | {
      readonly kind: 'retry';
      readonly atLeastSeconds: number;
      readonly reasonAtEnd: DeadLetterReason;
      /** Set where nothing failed: others were faster, and in a moment it is this one's turn. */
      readonly isContended?: true;
    }
  | { readonly kind: 'dead-letter'; readonly reason: DeadLetterReason };

/** Codes by which AWS asks for a pause. They are passing, whatever their status. */
const THROTTLING_CODES = new Set([
  'ThrottlingException',
  'Throttling',
  'RequestThrottled',
  'TooManyRequestsException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'SlowDown',
]);

/** What Node calls a connection that failed. */
const NETWORK_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']);

/** The one error table: see `errors.ts` for its left side. */
export function dispositionOf(error: unknown, nowMs: number): Disposition {
  if (error instanceof MalformedError || error instanceof PayloadMismatchError) return { kind: 'dead-letter', reason: 'malformed' };
  if (error instanceof TerminalError) return { kind: 'dead-letter', reason: 'business' };
  if (error instanceof ExpiredError) return { kind: 'dead-letter', reason: 'expired' };
  // What a handler emits against its own contract is wrong at every attempt.
  if (error instanceof SchemaInvalid || error instanceof PayloadTooLarge) return { kind: 'dead-letter', reason: 'defect' };
  if (error instanceof ThrottledError) return { kind: 'retry', atLeastSeconds: error.retryAfterSeconds, reasonAtEnd: 'retries-exhausted' };
  if (error instanceof InFlightError)
    return { kind: 'retry', atLeastSeconds: Math.max(0, (error.leaseUntilMs - nowMs) / 1000), reasonAtEnd: 'retries-exhausted' };
  if (error instanceof ConflictError) return { kind: 'retry', atLeastSeconds: 0, reasonAtEnd: 'retries-exhausted', isContended: true };
  if (error instanceof RetryableError || isPassing(error)) return { kind: 'retry', atLeastSeconds: 0, reasonAtEnd: 'retries-exhausted' };
  return { kind: 'retry', atLeastSeconds: 0, reasonAtEnd: 'defect' };
}

/** Whether an error of an SDK or of the network can pass by itself. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { $fault, $retryable, code } = error as { $fault?: string; $retryable?: object; code?: string };
  return $fault === 'server' || $retryable !== undefined || error.name === 'TimeoutError' || THROTTLING_CODES.has(error.name) || NETWORK_CODES.has(code ?? '');
}

/** Longest back-off: a quarter of an hour. */
const BACK_OFF_SECONDS_MAX = 900;
const BACK_OFF_SECONDS_FIRST = 2;

/** Longest pause of what lost against others: they are done by then. */
const CONTENDED_SECONDS_MAX = 3;

/**
 * Seconds to hide a message: doubled with each receive, half of it by chance, so that those who failed together do not come back together. What did not fail, but lost against others, comes
 * back within moments, however often it was received.
 */
export function backOffSeconds({
  receiveCount,
  atLeastSeconds,
  isContended,
  random,
}: Partial<Pick<Extract<Disposition, { kind: 'retry' }>, 'isContended'>> & {
  readonly receiveCount: number;
  readonly atLeastSeconds: number;
  readonly random: number;
}): number {
  if (isContended) return 1 + Math.floor(random * CONTENDED_SECONDS_MAX);
  const full = Math.min(BACK_OFF_SECONDS_MAX, BACK_OFF_SECONDS_FIRST * 2 ** Math.min(receiveCount - 1, 20));
  return Math.ceil(Math.max(atLeastSeconds, full / 2 + (full / 2) * random));
}

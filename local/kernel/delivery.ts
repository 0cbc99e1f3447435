import { Fault } from './errors.ts';

/** How a delivery ended. A sender retries what is retryable and dead-letters the rest. */
export type DeliveryOutcome =
  | { readonly status: 'accepted'; readonly output: unknown }
  | { readonly status: 'refused'; readonly code: string; readonly message: string; readonly isRetryable: boolean };

/** Codes after which the same call can succeed later. Everything else (no permission, no such resource, bad input) stays as it is. */
const RETRYABLE_CODES = new Set([
  'ThrottlingException',
  'Throttling',
  'RequestThrottled',
  'TooManyRequestsException',
  'ProvisionedThroughputExceededException',
  'LimitExceededException',
  'OverLimit',
  'InternalFailure',
  'InternalServerError',
  'ServiceUnavailable',
  'ServiceException',
]);

/** Reads an error as the end of a delivery. An error that is no fault is a bug and is thrown on. */
export function refusedBy(error: unknown): DeliveryOutcome {
  if (!(error instanceof Fault)) throw error;
  return { status: 'refused', code: error.code, message: error.message, isRetryable: RETRYABLE_CODES.has(error.code) };
}

import type { Catcher, Retrier } from '../definition/model.ts';

/** How often a retrier tries again where it does not say. */
export const MAX_ATTEMPTS_DEFAULT = 3;

const INTERVAL_SECONDS_DEFAULT = 1;
const BACKOFF_RATE_DEFAULT = 2;

/**
 * Errors that only their own name catches: `States.ALL` does not take them. Recorded: it does take `States.DataLimitExceeded`, which the page says it does not.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 */
const NOT_IN_ALL: ReadonlySet<string> = new Set(['States.Runtime']);

/** Errors that `States.TaskFailed` does not stand for. */
const NOT_TASK_FAILED: ReadonlySet<string> = new Set(['States.Timeout', 'States.DataLimitExceeded', ...NOT_IN_ALL]);

/** The first retrier that takes an error, and its place: the attempts are counted for each place. */
export function retrierOf(retriers: readonly Retrier[] | undefined, error: string): { readonly retrier: Retrier; readonly index: number } | undefined {
  const index = retriers?.findIndex((one) => takes(one.ErrorEquals, error)) ?? -1;
  const retrier = retriers?.[index];
  return retrier === undefined ? undefined : { retrier, index };
}

/** The first catcher that takes an error. */
export function catcherOf(catchers: readonly Catcher[] | undefined, error: string): Catcher | undefined {
  return catchers?.find((one) => takes(one.ErrorEquals, error));
}

/**
 * The seconds before an attempt.
 *
 * @param attempt 1 for the first retry.
 * @param random a number from 0 up to and without 1, for `JitterStrategy` `FULL`.
 */
export function retryDelaySeconds(retrier: Retrier, attempt: number, random: () => number): number {
  const interval = retrier.IntervalSeconds ?? INTERVAL_SECONDS_DEFAULT;
  const rate = retrier.BackoffRate ?? BACKOFF_RATE_DEFAULT;
  const delay = Math.min(interval * rate ** (attempt - 1), retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY);
  return retrier.JitterStrategy === 'FULL' ? delay * random() : delay;
}

function takes(names: readonly string[], error: string): boolean {
  return names.some((name) => {
    if (name === error) return true;
    if (name === 'States.ALL') return !NOT_IN_ALL.has(error);
    if (name === 'States.TaskFailed') return !NOT_TASK_FAILED.has(error);
    return name === 'States.Timeout' && error === 'States.HeartbeatTimeout';
  });
}

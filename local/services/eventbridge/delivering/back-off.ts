import type { Kernel } from '../../../kernel/kernel.ts';

/** First wait before another attempt, doubled each time. With the longest wait, 185 attempts take about as long as an event may live, 24 hours. */
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 600_000;

/**
 * The wait before another attempt, after so many: exponential, with jitter. AWS does not publish its curve.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
 */
export function waitBeforeNext(kernel: Kernel, attempts: number): number {
  const fullMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempts - 1, 16));
  return Math.round(fullMs * (0.5 + kernel.chance.random() / 2));
}

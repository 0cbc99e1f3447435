import type { Kernel } from '../../../kernel/kernel.ts';

/**
 * How deliveries to queues and functions are tried again: at once, then after a second, then ever later, then every twenty seconds: 100,015 times in 23 days.
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
 */
const PHASES = { immediate: 3, preBackOff: 2, backOff: 10, postBackOff: 100_000 } as const;
const LEAST_WAIT_MS = 1000;
const GREATEST_WAIT_MS = 20_000;
const RETRIES_MAX = PHASES.immediate + PHASES.preBackOff + PHASES.backOff + PHASES.postBackOff;

/** How much longer or shorter a wait may be. AWS says that there is jitter, and not how much. */
const JITTER = 0.1;

/** The wait before the retry of that number, from 1; `undefined` where there is none any more. */
export function waitBeforeRetry({ chance }: Kernel, retry: number): number | undefined {
  if (retry > RETRIES_MAX) return undefined;
  if (retry <= PHASES.immediate) return 0;
  const step = retry - PHASES.immediate - PHASES.preBackOff - 1;
  const growth = (GREATEST_WAIT_MS / LEAST_WAIT_MS) ** (Math.min(Math.max(step, 0), PHASES.backOff - 1) / (PHASES.backOff - 1));
  return Math.round(LEAST_WAIT_MS * growth * (1 - JITTER + 2 * JITTER * chance.random()));
}

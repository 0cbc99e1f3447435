import { NotEmulated } from '../../../kernel/errors.ts';
import { validationError } from '../errors.ts';
import type { Bucket } from './series.ts';

/** Reads one figure from a period; `undefined` where it cannot be known (a percentile of nothing but statistic sets). */
export type Statistic = (period: Bucket) => number | undefined;

const SIMPLE: Readonly<Record<string, Statistic>> = {
  Average: ({ sum, count }) => (count === 0 ? undefined : sum / count),
  Sum: ({ sum }) => sum,
  Minimum: ({ min }) => min,
  Maximum: ({ max }) => max,
  SampleCount: ({ count }) => count,
};

/** Statistics that AWS has beyond those emulated. @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html */
const FURTHER = /^(IQM|(tm|wm|tc|ts)\d+(\.\d+)?|(TM|WM|PR|TC|TS)\(.*\))$/;
const PERCENTILE = /^p(\d{1,2}(?:\.\d{1,10})?|100)$/;

/** Finds a statistic by AWS's name: the five simple ones and percentiles (`p99`, `p99.9`). */
export function statisticOf(name: string): Statistic {
  const simple = Object.hasOwn(SIMPLE, name) ? SIMPLE[name] : undefined;
  if (simple) return simple;
  const percentile = PERCENTILE.exec(name)?.[1];
  if (percentile !== undefined) return (period) => percentileOf(period, Number(percentile));
  if (FURTHER.test(name)) throw new NotEmulated(`The statistic ${name}`, 'cloudwatch');
  throw validationError(`The value '${name}' is not a valid statistic.`);
}

/** Nearest rank over the values that were kept. Differs from AWS: at most 32 distinct values a minute are kept, so a percentile is near, not exact. */
function percentileOf({ values, counts }: Bucket, percentile: number): number | undefined {
  const order = values.map((_, index) => index).sort((a, b) => (values[a] as number) - (values[b] as number));
  const total = counts.reduce((sum, count) => sum + count, 0);
  let rank = Math.max(1, Math.ceil((percentile / 100) * total));
  for (const index of order) {
    rank -= counts[index] as number;
    if (rank <= 0) return values[index];
  }
  return undefined;
}

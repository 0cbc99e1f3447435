import type { MetricDatum } from '../../../kernel/metric.ts';

/** Values of one minute (one second at high resolution), folded. */
export interface Bucket {
  readonly startMs: number;
  sum: number;
  min: number;
  max: number;
  count: number;
  /** Distinct values, for percentiles, with how often each came: at most `VALUES_MAX`, then a value counts for its nearest. */
  readonly values: number[];
  readonly counts: number[];
}

/** One metric: a name with dimensions. Data of each unit stands apart, as on AWS. */
export interface Series {
  readonly namespace: string;
  readonly name: string;
  /** By name. */
  readonly dimensions: readonly (readonly [name: string, value: string])[];
  readonly units: Map<string, Map<number, Bucket>>;
  /** Alarms that look at it. */
  readonly watchers: Set<string>;
  /** Width of its buckets: a minute, less where an alarm looks closer. */
  stepMs: number;
}

/** All metrics. In memory, bounded: the newest day's worth of active minutes a metric, the latest metrics seen. Metrics do not survive a restart. */
export interface MetricStore {
  readonly series: Map<string, Series>;
  /** Services hand in the same dimensions object again and again: by it, the key need not be written anew. */
  readonly byDimensions: WeakMap<object, Map<string, Series>>;
}

export const MINUTE_MS = 60_000;
const VALUES_MAX = 32;
const BUCKETS_MAX = 1440;
const SERIES_MAX = 10_000;

/** What is measured: one value so often, or a set of which only the figures are known. */
export type Measurement =
  | { readonly kind: 'value'; readonly value: number; readonly count: number }
  | { readonly kind: 'set'; readonly sum: number; readonly min: number; readonly max: number; readonly count: number };

export function createMetricStore(): MetricStore {
  return { series: new Map(), byDimensions: new WeakMap() };
}

type Dimensions = readonly (readonly [string, string])[];

export function sortDimensions(dimensions: Dimensions): Dimensions {
  return [...dimensions].sort(([a], [b]) => (a < b ? -1 : 1));
}

const keyOf = (namespace: string, name: string, dimensions: Dimensions): string =>
  `${namespace}\n${name}\n${dimensions.map(([key, value]) => `${key}\n${value}`).join('\n')}`;

export function findSeries(store: MetricStore, namespace: string, name: string, dimensions: Dimensions): Series | undefined {
  return store.series.get(keyOf(namespace, name, sortDimensions(dimensions)));
}

/** The metric of that name, made where it is new. */
export function seriesOf(store: MetricStore, namespace: string, name: string, dimensions: Dimensions): Series {
  const sorted = sortDimensions(dimensions);
  const key = keyOf(namespace, name, sorted);
  const existing = store.series.get(key);
  if (existing) return existing;
  if (store.series.size >= SERIES_MAX) forgetOldest(store);
  const series: Series = { namespace, name, dimensions: sorted, units: new Map(), watchers: new Set(), stepMs: MINUTE_MS };
  store.series.set(key, series);
  return series;
}

function forgetOldest(store: MetricStore): void {
  for (const [key, { watchers }] of store.series) {
    if (watchers.size > 0) continue;
    store.series.delete(key);
    return;
  }
}

/** The metric of what a service measured. */
export function seriesOfDatum(store: MetricStore, { namespace, name, dimensions }: MetricDatum): Series {
  const known = store.byDimensions.get(dimensions) ?? new Map<string, Series>();
  const cached = known.get(name);
  if (cached?.namespace === namespace && store.series.size < SERIES_MAX) return cached;
  const series = seriesOf(store, namespace, name, Object.entries(dimensions));
  known.set(name, series);
  store.byDimensions.set(dimensions, known);
  return series;
}

/** Adds to the bucket of that time. */
export function record(series: Series, measurement: Measurement, at: { readonly timeMs: number; readonly unit: string; readonly stepMs: number }): void {
  const buckets = series.units.get(at.unit) ?? new Map<number, Bucket>();
  if (buckets.size === 0) series.units.set(at.unit, buckets);
  const stepMs = Math.min(at.stepMs, series.stepMs);
  const startMs = Math.floor(at.timeMs / stepMs) * stepMs;
  const existing = buckets.get(startMs);
  const bucket = existing ?? emptyBucket(startMs);
  if (!existing) {
    if (buckets.size >= BUCKETS_MAX) buckets.delete(buckets.keys().next().value as number);
    buckets.set(startMs, bucket);
  }
  if (measurement.kind === 'set') {
    fold(bucket, measurement);
    return;
  }
  const { value, count } = measurement;
  bucket.sum += value * count;
  bucket.min = Math.min(bucket.min, value);
  bucket.max = Math.max(bucket.max, value);
  bucket.count += count;
  addValue(bucket, value, count);
}

export function emptyBucket(startMs: number): Bucket {
  return { startMs, sum: 0, min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY, count: 0, values: [], counts: [] };
}

function fold(into: Bucket, { sum, min, max, count }: { readonly sum: number; readonly min: number; readonly max: number; readonly count: number }): void {
  into.sum += sum;
  into.min = Math.min(into.min, min);
  into.max = Math.max(into.max, max);
  into.count += count;
}

function addValue(bucket: Bucket, value: number, count: number): void {
  const { values, counts } = bucket;
  let nearest = values.indexOf(value);
  if (nearest < 0 && values.length < VALUES_MAX) {
    values.push(value);
    counts.push(count);
    return;
  }
  if (nearest < 0) {
    nearest = 0;
    for (let index = 1; index < values.length; index += 1) {
      if (Math.abs((values[index] as number) - value) < Math.abs((values[nearest] as number) - value)) nearest = index;
    }
  }
  counts[nearest] = (counts[nearest] as number) + count;
}

/** Folds the buckets of a range into periods that begin at `startMs`, in order of time. Without a unit, data of all units. */
export function readPeriods(
  series: Series,
  range: { readonly startMs: number; readonly endMs: number; readonly periodMs: number; readonly unit: string | undefined },
): Bucket[] {
  const { startMs, endMs, periodMs, unit } = range;
  const periods = new Map<number, Bucket>();
  const sources = unit === undefined ? [...series.units.values()] : [series.units.get(unit) ?? new Map<number, Bucket>()];
  for (const buckets of sources) {
    for (const bucket of buckets.values()) {
      if (bucket.startMs < startMs || bucket.startMs >= endMs) continue;
      const periodStartMs = startMs + Math.floor((bucket.startMs - startMs) / periodMs) * periodMs;
      const period = periods.get(periodStartMs) ?? emptyBucket(periodStartMs);
      periods.set(periodStartMs, period);
      fold(period, bucket);
      bucket.values.forEach((value, index) => {
        period.values.push(value);
        period.counts.push(bucket.counts[index] as number);
      });
    }
  }
  return [...periods.values()].sort((a, b) => a.startMs - b.startMs);
}

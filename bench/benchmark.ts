import { cpus, loadavg } from 'node:os';

/** What one benchmark measured. */
export interface Measurement {
  /** Lines for people. */
  readonly lines: readonly string[];
  /** The same as numbers; units end the names. */
  readonly figures: Readonly<Record<string, number>>;
}

/** One module under `bench/` is one of these. */
export interface Benchmark {
  readonly name: string;
  /** What is measured, and the aim, in one line. */
  readonly title: string;
  run(): Promise<Measurement>;
}

/** The value below which that share of the samples lies. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** The middle of the samples. */
export const median = (samples: readonly number[]): number => percentile(samples, 0.5);

/** To that many decimals. */
export const rounded = (value: number, decimals = 0): number => Math.round(value * 10 ** decimals) / 10 ** decimals;

/** How busy the machine is besides: a figure taken on a busy machine is no figure. */
export function machineLoad(): string {
  return `load ${loadavg()
    .map((load) => load.toFixed(1))
    .join(' ')} on ${cpus().length} cores`;
}

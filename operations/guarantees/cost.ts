import { PRICES } from './prices.ts';

/** What one message of an edge uses of something that is billed. */
export interface CostTerm {
  readonly unit: BilledUnit;
  /** Units a message, where batches are full. */
  readonly least: number;
  /** Units a message, where each comes alone. */
  readonly most: number;
}

/** Things billed by the piece, and the price of a million of them. */
const PRICE_OF_MILLION = {
  'event put': PRICES.eventsPerMillion,
  'SQS request': PRICES.sqsRequestsPerMillion,
  'SQS FIFO request': PRICES.sqsFifoRequestsPerMillion,
  'SNS publish': PRICES.snsPublishesPerMillion,
  invocation: PRICES.lambdaRequestsPerMillion,
  /** Of a second of one gigabyte on arm64, by a millisecond of a function with 1 MB. */
  'MB-ms on arm64': (PRICES.lambdaGbSecondArm * 1e6) / 1024 / 1000,
  'MB-ms on x86_64': (PRICES.lambdaGbSecondX86 * 1e6) / 1024 / 1000,
  'Kinesis PUT unit': PRICES.kinesisPutUnitsPerMillion,
  'HTTP request': PRICES.httpApiRequestsPerMillion,
} as const;

/** What is counted on a bill. */
export type BilledUnit = keyof typeof PRICE_OF_MILLION;

/** Dollars for a million messages that use so many units each. */
export const dollarsPerMillion = (used: readonly (readonly [unit: BilledUnit, each: number])[]): number =>
  used.reduce((sum, [unit, each]) => sum + PRICE_OF_MILLION[unit] * each, 0);

/** From full batches to each message alone. The time of functions is not among it: it depends on the handler. */
export function costRange(terms: readonly CostTerm[]): { readonly least: number; readonly most: number } {
  const fixed = terms.filter(({ unit }) => !unit.startsWith('MB-ms'));
  return {
    least: dollarsPerMillion(fixed.map(({ unit, least }) => [unit, least])),
    most: dollarsPerMillion(fixed.map(({ unit, most }) => [unit, most])),
  };
}

/** What a million messages cost for each 100 ms of an invocation; `undefined` where no function runs. */
export function costOf100Ms(terms: readonly CostTerm[]): { readonly least: number; readonly most: number } | undefined {
  const time = terms.find(({ unit }) => unit.startsWith('MB-ms'));
  if (!time) return undefined;
  return { least: dollarsPerMillion([[time.unit, time.least * 100]]), most: dollarsPerMillion([[time.unit, time.most * 100]]) };
}

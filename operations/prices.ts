/**
 * List prices in US dollars of us-east-1, as of November 2026, for estimates that say so. A bill has free tiers and discounts besides.
 * @see https://aws.amazon.com/eventbridge/pricing/ and https://aws.amazon.com/sqs/pricing/
 */
export const PRICES = {
  asOf: '2026-11',
  region: 'us-east-1',
  /** Events put on a bus, or replayed to it. */
  eventsPerMillion: 1,
  sqsRequestsPerMillion: 0.4,
} as const;

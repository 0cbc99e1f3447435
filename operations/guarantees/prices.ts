/**
 * List prices in US dollars of us-east-1, as of November 2026, for estimates that say so. A bill has free tiers and discounts besides.
 * @see https://aws.amazon.com/eventbridge/pricing/ and https://aws.amazon.com/sqs/pricing/
 * @see https://aws.amazon.com/sns/pricing/ and https://aws.amazon.com/lambda/pricing/ and https://aws.amazon.com/api-gateway/pricing/
 * @see https://aws.amazon.com/kinesis/data-streams/pricing/
 */
export const PRICES = {
  asOf: '2026-11',
  region: 'us-east-1',
  /** Events put on a bus, or replayed to it. */
  eventsPerMillion: 1,
  sqsRequestsPerMillion: 0.4,
  sqsFifoRequestsPerMillion: 0.5,
  /** Deliveries to queues and functions are free. */
  snsPublishesPerMillion: 0.5,
  lambdaRequestsPerMillion: 0.2,
  lambdaGbSecondX86: 0.0000166667,
  lambdaGbSecondArm: 0.0000133334,
  httpApiRequestsPerMillion: 1,
  /** Of 25 KB; shards are billed by the hour besides. */
  kinesisPutUnitsPerMillion: 0.014,
  /** A gigabyte of events, once, when it is archived. */
  archivePerGb: 0.1,
} as const;

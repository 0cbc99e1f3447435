/** A synchronous invocation takes 6 MB: a batch closes before it has more. @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html#invocation-eventsourcemapping-batching */
const BATCH_BYTES_MAX = 6_291_456 - 16_384;

/** How many of the first records go into one batch: at most `countMax`, and no more bytes than an invocation takes; at least one. */
export function fitting<Record>(records: readonly Record[], { countMax, sizeOf }: { countMax: number; sizeOf: (record: Record) => number }): number {
  let bytes = 0;
  let count = 0;
  for (const record of records) {
    bytes += sizeOf(record);
    if (count === countMax || (count > 0 && bytes > BATCH_BYTES_MAX)) break;
    count += 1;
  }
  return count;
}

/** How long to wait after `failures` in a row: twice as long each time. Differs from AWS, which does not publish its times. */
export function backoffMs(failures: number, mostMs: number): number {
  return Math.min(100 * 2 ** (failures - 1), mostMs);
}

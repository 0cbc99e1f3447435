import { invalidParameter } from './errors.ts';
import { EVENT_OVERHEAD_BYTES } from './state.ts';

/** @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const RETENTION_DAYS = new Set([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]);

/** @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
const BATCH_BYTES_MAX = 1_048_576;
const TOO_OLD_MS = 14 * 24 * 3600 * 1000;
const TOO_NEW_MS = 2 * 3600 * 1000;

export function checkRetention(days: number): void {
  if (!RETENTION_DAYS.has(days)) {
    throw invalidParameter(
      `1 validation error detected: Value '${days}' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [${[...RETENTION_DAYS].join(', ')}]`,
    );
  }
}

interface InputEvent {
  readonly timestamp: number;
  readonly message: string;
}

/** Refuses a batch that is too large or out of order. */
export function checkBatch(events: readonly InputEvent[]): void {
  let bytes = 0;
  let lastMs = 0;
  for (const { timestamp, message } of events) {
    bytes += Buffer.byteLength(message) + EVENT_OVERHEAD_BYTES;
    if (timestamp < lastMs) throw invalidParameter('Log events in a single PutLogEvents request must be in chronological order.');
    lastMs = timestamp;
  }
  if (bytes > BATCH_BYTES_MAX) throw invalidParameter('Upload too large: the maximum batch size is 1048576 bytes.');
}

/** Which events are taken: not older than 14 days, not newer than two hours. Answers the index after the last too old and of the first too new one. */
export function acceptedRange(events: readonly InputEvent[], nowMs: number): { readonly from: number; readonly to: number } {
  const from = events.findIndex(({ timestamp }) => timestamp >= nowMs - TOO_OLD_MS);
  const tooNew = events.findIndex(({ timestamp }) => timestamp > nowMs + TOO_NEW_MS);
  return { from: from < 0 ? events.length : from, to: tooNew < 0 ? events.length : tooNew };
}

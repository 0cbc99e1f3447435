import type { InputLogEvent } from '@aws-sdk/client-cloudwatch-logs';
import { FilterPatternError } from '../../languages/filter-pattern/errors.ts';
import { type FilterPattern, parseFilterPattern } from '../../languages/filter-pattern/parse.ts';
import { invalidParameter } from './errors.ts';

/** Limits of a batch. @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
const BATCH_BYTES_MAX = 1_048_576;
const EVENT_OVERHEAD_BYTES = 26;
const BATCH_EVENTS_MAX = 10_000;
const BATCH_SPAN_MS_MAX = 24 * 60 * 60 * 1000;

const GROUP_NAME = /^[.\-_/#A-Za-z0-9]{1,512}$/;
const STREAM_NAME = /^[^:*]{1,512}$/;
const RETENTION_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

export function checkGroupName(name: string): void {
  if (!GROUP_NAME.test(name)) {
    throw invalidParameter(
      `1 validation error detected: Value '${name}' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+`,
    );
  }
}

export function checkStreamName(name: string): void {
  if (!STREAM_NAME.test(name)) {
    throw invalidParameter(
      `1 validation error detected: Value '${name}' at 'logStreamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [^:*]*`,
    );
  }
}

export function checkRetention(days: number): void {
  if (!RETENTION_DAYS.includes(days)) throw invalidParameter(`Invalid retention value: ${days}. Valid values are: [${RETENTION_DAYS.join(', ')}]`);
}

/** A batch is in order of time, spans a day at most, and is bounded in size. */
export function checkBatch(events: readonly InputLogEvent[]): void {
  if (events.length === 0) throw invalidParameter('Log events must not be empty.');
  if (events.length > BATCH_EVENTS_MAX) throw invalidParameter(`Log events must be at most ${BATCH_EVENTS_MAX}.`);
  const times = events.map(({ timestamp }) => timestamp ?? 0);
  if (times.some((time, index) => index > 0 && time < (times[index - 1] as number))) {
    throw invalidParameter('Log events in a single PutLogEvents request must be in chronological order.');
  }
  if ((times.at(-1) ?? 0) - (times[0] ?? 0) > BATCH_SPAN_MS_MAX) {
    throw invalidParameter('The batch of log events in a single PutLogEvents request cannot span more than 24 hours.');
  }
  const sizeBytes = events.reduce((sum, { message = '' }) => sum + Buffer.byteLength(message) + EVENT_OVERHEAD_BYTES, 0);
  if (sizeBytes > BATCH_BYTES_MAX) throw invalidParameter(`Upload too large: ${sizeBytes} bytes exceeds limit of ${BATCH_BYTES_MAX}`);
}

export function readPattern(pattern: string | undefined): FilterPattern {
  try {
    return parseFilterPattern(pattern ?? '');
  } catch (error) {
    if (error instanceof FilterPatternError) throw invalidParameter(`Invalid filter pattern: ${error.message}`);
    throw error;
  }
}

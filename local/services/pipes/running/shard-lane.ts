import { NotEmulated } from '../../../kernel/errors.ts';
import { backoffMs, fitting } from '../../../languages/source-records/batching.ts';
import type { StreamRecord } from '../../../languages/source-records/stream-record.ts';
import type { PipeLine } from './line.ts';
import { runBatch } from './stages.ts';

/** Records of a stream are kept for 24 hours. @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html */
const RETENTION_MS = 24 * 60 * 60 * 1000;
const BATCH_SIZE = 100;
const BACKOFF_MS_MAX = 60_000;

interface Part {
  readonly records: readonly StreamRecord[];
  readonly failures: number;
}

type DropCondition = 'RetryAttemptsExhausted' | 'RecordAgeExceeded';

/** How a lane speaks to its shard. */
export interface LanePort {
  readonly shardId: string;
  readonly onEnded: (records: readonly StreamRecord[]) => void;
}

/** Brings the records of one lane of a shard through the pipe, in order, one batch at a time; one that fails comes again before the next. */
export class ShardLane {
  readonly #line: PipeLine;
  readonly #port: LanePort;
  #queue: StreamRecord[] = [];
  #isBusy = false;
  #isStopped = false;
  #windowEndMs: number | undefined;

  constructor(line: PipeLine, port: LanePort) {
    this.#line = line;
    this.#port = port;
  }

  get #parameters() {
    return this.#line.pipe.settings.SourceParameters?.DynamoDBStreamParameters ?? { StartingPosition: undefined };
  }

  add(record: StreamRecord): void {
    this.#queue.push(record);
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** Starts a batch where one is full, or its window has ended. */
  pump(): void {
    const { kernel } = this.#line;
    if (this.#isBusy || this.#isStopped || this.#queue.length === 0) return;
    const { BatchSize: batchSize = BATCH_SIZE, MaximumBatchingWindowInSeconds: windowSeconds = 0 } = this.#parameters;
    if (windowSeconds > 0 && this.#queue.length < batchSize) {
      if (this.#windowEndMs === undefined) {
        this.#windowEndMs = kernel.nowMs() + windowSeconds * 1000;
        kernel.at(this.#windowEndMs, 'batching window', () => this.pump());
      }
      if (kernel.nowMs() < this.#windowEndMs) return;
    }
    this.#windowEndMs = undefined;
    this.#isBusy = true;
    void this.#run(batchSize);
  }

  async #run(countMax: number): Promise<void> {
    const count = fitting(this.#queue, { countMax, sizeOf: ({ sizeBytes }) => sizeBytes });
    const parts: Part[] = [{ records: this.#queue.slice(0, count), failures: 0 }];
    this.#queue = this.#queue.slice(count);
    for (let part = parts.shift(); part && !this.#isStopped; part = parts.shift()) parts.unshift(...(await this.#bring(part)));
    this.#isBusy = false;
    this.pump();
  }

  /** Brings a part of a batch through the pipe; answers what of it is still to be brought. */
  async #bring(part: Part): Promise<readonly Part[]> {
    const live = await this.#dropAged(part);
    if (live.length === 0) return [];
    const events = live.map(({ sequenceNumber, wire }) => ({ id: sequenceNumber, record: wire }));
    const { failed, sequence } = await runBatch(this.#line, events, { isOrdered: true });
    const from = live.findIndex(({ sequenceNumber }) => failed.has(sequenceNumber));
    if (from !== 0) this.#port.onEnded(from === -1 ? live : live.slice(0, from));
    if (from === -1) return [];
    const rest: Part = { records: live.slice(from), failures: from > 0 ? 1 : part.failures + 1 };
    return this.#afterFailure(rest, { isPartial: from > 0, sequence });
  }

  async #afterFailure(part: Part, { isPartial, sequence }: { readonly isPartial: boolean; readonly sequence: number }): Promise<readonly Part[]> {
    const { kernel } = this.#line;
    const { OnPartialBatchItemFailure: onPartial, MaximumRetryAttempts: retriesMax = -1 } = this.#parameters;
    const { records, failures } = part;
    if (onPartial === 'AUTOMATIC_BISECT' && !isPartial && records.length > 1) {
      const middle = Math.ceil(records.length / 2);
      return [records.slice(0, middle), records.slice(middle)].map((half) => ({ records: half, failures: failures - 1 }));
    }
    if (retriesMax >= 0 && failures > retriesMax) {
      await this.#drop(records, { condition: 'RetryAttemptsExhausted', failures, cause: sequence });
      return [];
    }
    await kernel.until(kernel.nowMs() + backoffMs(failures, BACKOFF_MS_MAX), 'batch again');
    return [part];
  }

  /** Gives up what is too old; answers the rest. */
  async #dropAged({ records, failures }: Part): Promise<readonly StreamRecord[]> {
    const { MaximumRecordAgeInSeconds: ageSecondsMax = -1 } = this.#parameters;
    const ageMaxMs = ageSecondsMax < 0 ? RETENTION_MS : Math.min(ageSecondsMax * 1000, RETENTION_MS);
    const oldestMs = this.#line.kernel.nowMs() - ageMaxMs;
    const aged = records.filter(({ atMs }) => atMs < oldestMs);
    if (aged.length === 0) return records;
    await this.#drop(aged, { condition: 'RecordAgeExceeded', failures, cause: undefined });
    return records.filter(({ atMs }) => atMs >= oldestMs);
  }

  /** Tells the dead-letter queue where the records lay; their content is not in it. @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-dynamodb.html */
  async #drop(records: readonly StreamRecord[], reason: { condition: DropCondition; failures: number; cause: number | undefined }): Promise<void> {
    const { kernel, pipe, principal } = this.#line;
    const { condition, failures, cause } = reason;
    const { Source: source } = pipe.settings;
    const detail = { source, condition, records: records.map(({ sequenceNumber }) => sequenceNumber) };
    kernel.journal.append({ service: 'pipes', kind: 'records-dropped', arn: pipe.arn, cause, detail });
    const [first] = records;
    const last = records.at(-1);
    const to = this.#parameters.DeadLetterConfig?.Arn;
    if (to !== undefined && first && last) {
      const body = JSON.stringify({
        context: { partnerResourceArn: pipe.arn, condition, approximateInvokeCount: failures },
        version: '1.0',
        timestamp: new Date(kernel.nowMs()).toISOString(),
        DDBStreamBatchInfo: {
          shardId: this.#port.shardId,
          startSequenceNumber: first.sequenceNumber,
          endSequenceNumber: last.sequenceNumber,
          approximateArrivalOfFirstRecord: new Date(first.atMs).toISOString(),
          approximateArrivalOfLastRecord: new Date(last.atMs).toISOString(),
          batchSize: records.length,
          streamArn: source,
        },
      });
      try {
        const sent = await kernel.deliver({ to, payload: { body }, principal, cause });
        if (sent.status === 'refused') this.#notSent(to, sent.message);
      } catch (error) {
        if (!(error instanceof NotEmulated)) throw error;
        this.#notSent(to, error.message);
      }
    }
    this.#port.onEnded(records);
  }

  #notSent(to: string, message: string): void {
    const { kernel, pipe } = this.#line;
    kernel.journal.append({ service: 'pipes', kind: 'dead-letter-refused', arn: to, detail: { pipe: pipe.arn, message } });
  }
}

import { Fault } from '../../../kernel/errors.ts';
import { readBatchResponse } from '../../../languages/source-records/batch-response.ts';
import { backoffMs, fitting } from '../../../languages/source-records/batching.ts';
import type { StreamRecord } from '../../../languages/source-records/stream-record.ts';
import type { StreamSource } from '../../../languages/source-records/stream-source.ts';
import { sendToDestination } from '../destination.ts';
import { hasFailed, invokeFunction, meter, type Outcome } from '../invocation.ts';
import type { FunctionRecord, MappingRecord, OpenWindow } from '../records.ts';
import type { Plane } from '../state.ts';
import { type DropCondition, failureLetter } from './failure-letter.ts';
import { findMapped } from './mapped-function.ts';
import { TumblingWindow } from './tumbling-window.ts';

/** A stream keeps its records for a day at least. @see https://docs.aws.amazon.com/streams/latest/dev/kinesis-extended-retention.html */
const RETENTION_MS_MIN = 24 * 60 * 60 * 1000;

const BACKOFF_MS_MAX = 60_000;

type Part = { readonly records: readonly StreamRecord[]; readonly failures: number };

/** How a lane speaks to its shard's reader. */
export interface LanePort {
  readonly shardId: string;
  readonly batchInfo: StreamSource['batchInfo'];
  /** How long the stream keeps its records. */
  readonly retentionMs: () => Promise<number>;
  readonly onResult: (result: string) => void;
  /** The tumbling window that was open before a restart. */
  readonly window: OpenWindow | undefined;
  /** Records that succeeded, or were given up, and the tumbling window that is open then. */
  readonly onEnded: (records: readonly StreamRecord[], window: OpenWindow | undefined) => void;
}

/**
 * Brings records to the function in order, one batch at a time; a batch that fails holds up those behind it until it succeeds, is halved to find the
 * record at fault, or is given up.
 *
 *     succeeded ──────────▶ ended
 *     some failed ────────▶ those before the first of them: ended; the rest again
 *     failed, bisects ────▶ left half, then right half; costs no retry
 *     failed ─────────────▶ again, later and later, while retries and age allow; then to the on-failure destination: ended
 */
export class Lane {
  readonly #plane: Plane;
  readonly #mapping: MappingRecord;
  readonly #port: LanePort;
  #queue: StreamRecord[] = [];
  readonly #tumbling: TumblingWindow | undefined;
  #batchDueMs: number | undefined;
  #isBusy = false;
  #isStopped = false;

  constructor(plane: Plane, mapping: MappingRecord, port: LanePort) {
    this.#plane = plane;
    this.#mapping = mapping;
    this.#port = port;
    if (mapping.tumblingWindowSeconds > 0) this.#tumbling = new TumblingWindow(mapping.tumblingWindowSeconds, port.window);
    this.#awaitWindowEnd();
  }

  add(record: StreamRecord): void {
    this.#queue.push(record);
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** Takes the next batch where one is full or its window has ended, or brings a tumbling window to its end. */
  pump(): void {
    const { kernel, state } = this.#plane;
    const isWindowOver = this.#tumbling?.isOver(this.#queue[0], kernel.nowMs()) ?? false;
    if (this.#isBusy || this.#isStopped || (this.#queue.length === 0 && !isWindowOver)) return;
    const { batchSize, windowSeconds } = this.#mapping;
    if (windowSeconds > 0 && this.#queue.length < batchSize && !isWindowOver) {
      if (this.#batchDueMs === undefined) {
        this.#batchDueMs = kernel.nowMs() + windowSeconds * 1000;
        kernel.at(this.#batchDueMs, 'batching window', () => this.pump());
      }
      if (kernel.nowMs() < this.#batchDueMs) return;
    }
    this.#batchDueMs = undefined;
    this.#isBusy = true;
    state.admission.ask(() => void this.#run(isWindowOver));
  }

  async #run(isWindowOver: boolean): Promise<void> {
    if (isWindowOver) await this.#endWindow();
    const [first] = this.#queue;
    if (first && this.#tumbling?.begin(first)) this.#awaitWindowEnd();
    const countMax = Math.min(this.#mapping.batchSize, this.#tumbling?.count(this.#queue) ?? this.#queue.length);
    const count = fitting(this.#queue, { countMax, sizeOf: ({ sizeBytes }) => sizeBytes });
    const records = this.#queue.slice(0, count);
    this.#queue = this.#queue.slice(count);
    const parts: Part[] = count > 0 ? [{ records, failures: 0 }] : [];
    for (let part = parts.shift(); part && !this.#isStopped; part = parts.shift()) parts.unshift(...(await this.#bring(part)));
    this.#isBusy = false;
    this.pump();
  }

  #awaitWindowEnd(): void {
    const endMs = this.#tumbling?.endMs;
    if (endMs !== undefined) this.#plane.kernel.at(endMs, 'tumbling window', () => this.pump());
  }

  #event(records: readonly StreamRecord[], isFinal: boolean): string {
    const { sourceArn } = this.#mapping;
    const Records = records.map(({ wire }) => wire);
    return JSON.stringify(this.#tumbling ? { ...this.#tumbling.fields({ shardId: this.#port.shardId, sourceArn, isFinal }), Records } : { Records });
  }

  /** Invokes the function once more with the state of its window, and closes the window; a failure is tried again as a batch is. */
  async #endWindow(): Promise<void> {
    const { kernel } = this.#plane;
    const { functionName, qualifier, sourceArn, maximumRetryAttempts, arn } = this.#mapping;
    const retriesMax = maximumRetryAttempts < 0 ? Number.POSITIVE_INFINITY : maximumRetryAttempts;
    const untilMs = kernel.nowMs() + RETENTION_MS_MIN;
    for (let failures = 0; !this.#isStopped; ) {
      try {
        const request = { functionName, qualifier, event: this.#event([], true), requestId: kernel.uuid(), trigger: sourceArn, cause: undefined };
        if (!hasFailed((await invokeFunction(this.#plane, request)).result)) break;
        failures += 1;
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        this.#port.onResult(`PROBLEM: ${error.message}`);
      }
      if (failures > retriesMax || kernel.nowMs() > untilMs) {
        kernel.journal.append({
          service: 'lambda',
          kind: 'window-dropped',
          arn,
          detail: { source: sourceArn, function: functionName, window: this.#tumbling?.open },
        });
        break;
      }
      await kernel.until(kernel.nowMs() + backoffMs(failures + 1, BACKOFF_MS_MAX), 'window again');
    }
    if (this.#isStopped) return;
    this.#tumbling?.close();
    this.#port.onEnded([], undefined);
  }

  /** Invokes the function with a part of a batch; answers what of it is still to be brought. */
  async #bring(part: Part): Promise<readonly Part[]> {
    const { kernel } = this.#plane;
    const live = await this.#dropAged(part);
    const [first] = live;
    const last = live.at(-1);
    if (!first || !last) return [];
    const { functionName, qualifier, sourceArn } = this.#mapping;
    meter(this.#plane, functionName, 'IteratorAge', kernel.nowMs() - last.atMs, 'Milliseconds');
    const event = this.#event(live, false);
    const records = live.map(({ sequenceNumber }) => sequenceNumber);
    let outcome: Outcome;
    try {
      outcome = await invokeFunction(this.#plane, { functionName, qualifier, event, requestId: kernel.uuid(), trigger: sourceArn, cause: undefined, records });
    } catch (error) {
      // Throttled, or without a function: the shard waits, and no retry is used up.
      if (!(error instanceof Fault)) throw error;
      this.#port.onResult(`PROBLEM: ${error.message}`);
      await kernel.until(kernel.nowMs() + backoffMs(part.failures + 4, BACKOFF_MS_MAX), 'throttled batch');
      return [{ records: live, failures: part.failures }];
    }
    const failedFrom = this.#firstFailure(outcome, live);
    if (failedFrom !== 0) this.#tumbling?.keep(outcome.result.payload);
    if (failedFrom === undefined) {
      this.#port.onResult('OK');
      this.#ended(live);
      return [];
    }
    this.#port.onResult('PROBLEM: Function call failed');
    const record = findMapped(this.#plane, this.#mapping);
    const detail = { source: sourceArn, requestId: outcome.requestId, failed: records.slice(failedFrom), records: records.length };
    kernel.journal.append({ service: 'lambda', kind: 'batch-failed-items', arn: record?.arn ?? this.#mapping.arn, cause: outcome.sequence, detail });
    if (failedFrom > 0) this.#ended(live.slice(0, failedFrom));
    return this.#afterFailure(
      { records: live.slice(failedFrom), failures: failedFrom > 0 ? 1 : part.failures + 1 },
      { outcome, record, isPartial: failedFrom > 0 },
    );
  }

  #ended(records: readonly StreamRecord[]): void {
    this.#port.onEnded(records, this.#tumbling?.open);
  }

  /** Index of the first record that has to come again; `undefined` where all succeeded. */
  #firstFailure({ result }: Outcome, records: readonly StreamRecord[]): number | undefined {
    if (hasFailed(result)) return 0;
    if (!this.#mapping.reportsBatchItemFailures) return undefined;
    const bySequence = new Map(records.map(({ sequenceNumber }, index) => [sequenceNumber, index]));
    const verdict = readBatchResponse(result.payload, (identifier) => bySequence.has(identifier));
    if (verdict.kind === 'succeeded') return undefined;
    if (verdict.kind === 'failed') return 0;
    return Math.min(...[...verdict.identifiers].map((identifier) => bySequence.get(identifier) ?? 0));
  }

  async #afterFailure(part: Part, failure: { outcome: Outcome; record: FunctionRecord | undefined; isPartial: boolean }): Promise<readonly Part[]> {
    const { kernel } = this.#plane;
    const { bisects, maximumRetryAttempts } = this.#mapping;
    const { records, failures } = part;
    // Where the function said from where on to try again, the batch is split there already.
    if (bisects && !failure.isPartial && records.length > 1) {
      const middle = Math.ceil(records.length / 2);
      return [records.slice(0, middle), records.slice(middle)].map((half) => ({ records: half, failures: failures - 1 }));
    }
    if (maximumRetryAttempts >= 0 && failures > maximumRetryAttempts) {
      await this.#drop(records, { condition: 'RetryAttemptsExhausted', outcome: failure.outcome, failures });
      return [];
    }
    await kernel.until(kernel.nowMs() + backoffMs(failures, BACKOFF_MS_MAX), 'batch again');
    return [part];
  }

  /** Gives up what is too old; answers the rest. */
  async #dropAged(part: Part): Promise<readonly StreamRecord[]> {
    const ageMaxMs = await this.#ageMaxMs(part);
    const oldestMs = this.#plane.kernel.nowMs() - ageMaxMs;
    const isAged = (record: StreamRecord): boolean => record.atMs < oldestMs;
    if (!part.records.some(isAged)) return part.records;
    await this.#drop(part.records.filter(isAged), { condition: 'RecordAgeExceeded', outcome: undefined, failures: part.failures });
    return part.records.filter((record) => !isAged(record));
  }

  /** What the mapping allows, and never longer than the stream keeps its records: that is asked only of a batch that may have outlived them. */
  async #ageMaxMs({ records }: Part): Promise<number> {
    const { maximumRecordAgeSeconds } = this.#mapping;
    const wantedMs = maximumRecordAgeSeconds < 0 ? Number.POSITIVE_INFINITY : maximumRecordAgeSeconds * 1000;
    const oldestMs = Math.min(...records.map(({ atMs }) => atMs));
    if (wantedMs <= RETENTION_MS_MIN || this.#plane.kernel.nowMs() - oldestMs <= RETENTION_MS_MIN) return Math.min(wantedMs, RETENTION_MS_MIN);
    return Math.min(wantedMs, await this.#port.retentionMs());
  }

  /** Tells the on-failure destination where the records lay. */
  async #drop(records: readonly StreamRecord[], reason: { condition: DropCondition; outcome: Outcome | undefined; failures: number }): Promise<void> {
    const { kernel } = this.#plane;
    const { functionName, sourceArn, onFailure, arn, uuid } = this.#mapping;
    const record = findMapped(this.#plane, this.#mapping);
    const cause = reason.outcome?.sequence;
    const detail = { source: sourceArn, function: functionName, condition: reason.condition, records: records.map(({ sequenceNumber }) => sequenceNumber) };
    kernel.journal.append({ service: 'lambda', kind: 'records-dropped', arn, cause, detail });
    if (onFailure !== undefined && record) {
      const { shardId, batchInfo } = this.#port;
      const letter = failureLetter(this.#plane, { ...reason, record, records, batchInfo, shardId, sourceArn });
      const sent = await sendToDestination(this.#plane, {
        record,
        to: onFailure,
        payload: { body: JSON.stringify(letter) },
        cause,
        keyPrefix: `aws/lambda/${uuid}/${shardId}`,
        objectBody: JSON.stringify({ ...letter, payload: this.#event(records, false) }),
      });
      if (!sent) meter(this.#plane, functionName, 'DestinationDeliveryFailures', 1);
    }
    this.#ended(records);
  }
}

import type { DeleteMessageBatchCommandOutput, Message, ReceiveMessageCommandOutput } from '@aws-sdk/client-sqs';
import { parseArn } from '../../../kernel/arn.ts';
import { Fault, NotEmulated } from '../../../kernel/errors.ts';
import { readBatchResponse } from '../../../languages/source-records/batch-response.ts';
import { backoffMs, fitting } from '../../../languages/source-records/batching.ts';
import { type QueueRecord, queueRecord, sizeOf } from '../../../languages/source-records/queue-record.ts';
import { recordFilter } from '../../../languages/source-records/record-filter.ts';
import { hasFailed, invokeFunction, roleOf } from '../invocation.ts';
import type { MappingRecord } from '../records.ts';
import type { Plane, RunningMapping } from '../state.ts';
import { accountOf, type FailureAccount } from './failure-account.ts';
import { findMapped, mappedRecord } from './mapped-function.ts';

/** Concurrency begins at five, grows by 300 a minute while there is a backlog, and ends at 1,250. @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html */
const CONCURRENCY_FIRST = 5;
const CONCURRENCY_PER_SECOND = 300 / 60;
const CONCURRENCY_MAX = 1250;

const WAIT_SECONDS = 20;
const RECEIVE_MAX = 10;
const DELETE_TRIES_MAX = 3;
const PROBLEM_BACKOFF_MS_MAX = 60_000;
const FAILURE_BACKOFF_MS_MAX = 5_000;

/**
 * Brings a queue's messages to a function. It receives one batch at a time, as the function's role: while nothing comes, one long poll waits. What comes
 * is run at once, up to the concurrency of the mapping; nothing is received that no context could take.
 *
 *     wait for room ─▶ receive (long poll) ─▶ gather, up to batch size or window ─▶ filter ─▶ invoke ─▶ delete what succeeded
 *          ▲                  │                                                         │ (at the same time, the next)
 *          └──────────────────┴─────────────────────────────────────────────────────────┘
 */
export class QueuePoller implements RunningMapping {
  lastResult = 'No records processed';
  readonly #plane: Plane;
  readonly #mapping: MappingRecord;
  readonly #queueUrl: string;
  readonly #filter: ((record: QueueRecord) => boolean) | undefined;
  readonly #controller = new AbortController();
  #isReceiving = false;
  #inFlight = 0;
  #failuresInRow = 0;
  #problemsInRow = 0;
  #notBeforeMs = 0;
  #busySinceMs = 0;
  #withdraw: (() => void) | undefined;

  constructor(plane: Plane, mapping: MappingRecord) {
    this.#plane = plane;
    this.#mapping = mapping;
    const { region = '', accountId = '', resource = '' } = parseArn(mapping.sourceArn) ?? {};
    this.#queueUrl = `https://sqs.${region}.amazonaws.com/${accountId}/${resource}`;
    this.#filter = recordFilter(mapping.patterns, 'body');
    this.#busySinceMs = plane.kernel.nowMs();
    plane.kernel.soon('queue poller', () => this.#pump());
  }

  stop(): void {
    this.#controller.abort();
    this.#withdraw?.();
  }

  get #isStopped(): boolean {
    return this.#controller.signal.aborted;
  }

  /** Batches that may run at once now. */
  #concurrency(): number {
    const busySeconds = (this.#plane.kernel.nowMs() - this.#busySinceMs) / 1000;
    const scaled = Math.min(CONCURRENCY_FIRST + Math.floor(busySeconds * CONCURRENCY_PER_SECOND), CONCURRENCY_MAX);
    return Math.min(scaled, this.#mapping.maximumConcurrency ?? CONCURRENCY_MAX);
  }

  #pump(): void {
    const { kernel, state } = this.#plane;
    if (this.#isStopped || this.#isReceiving || this.#inFlight >= this.#concurrency()) return;
    this.#isReceiving = true;
    if (kernel.nowMs() < this.#notBeforeMs) {
      kernel.at(this.#notBeforeMs, 'queue poller', () => {
        this.#isReceiving = false;
        this.#pump();
      });
      return;
    }
    this.#withdraw = state.admission.ask(() => void this.#receive());
  }

  async #receive(): Promise<void> {
    const { kernel } = this.#plane;
    const startMs = kernel.nowMs();
    let messages: Message[] = [];
    try {
      messages = await this.#gather();
      this.#problemsInRow = 0;
    } catch (error) {
      this.#problem(error);
    }
    this.#isReceiving = false;
    if (messages.length === 0 && kernel.nowMs() > startMs) this.#busySinceMs = kernel.nowMs();
    // A queue that answers at once though it has nothing is not asked in a circle.
    if (messages.length === 0) this.#notBeforeMs = Math.max(this.#notBeforeMs, startMs + 1000);
    while (messages.length > 0) {
      const count = fitting(messages, { countMax: this.#mapping.batchSize, sizeOf });
      void this.#process(messages.splice(0, count));
    }
    this.#pump();
  }

  /** One receive; with a batching window as many as it takes to fill the batch, until the window ends. */
  async #gather(): Promise<Message[]> {
    const { kernel } = this.#plane;
    const { batchSize, windowSeconds } = this.#mapping;
    const messages = await this.#call(Math.min(batchSize, RECEIVE_MAX), WAIT_SECONDS);
    const endMs = kernel.nowMs() + windowSeconds * 1000;
    while (messages.length > 0 && messages.length < batchSize && !this.#isStopped) {
      const leftSeconds = Math.min(Math.ceil((endMs - kernel.nowMs()) / 1000), WAIT_SECONDS);
      if (leftSeconds <= 0) break;
      messages.push(...(await this.#call(Math.min(batchSize - messages.length, RECEIVE_MAX), leftSeconds)));
    }
    return messages;
  }

  async #call(count: number, waitSeconds: number): Promise<Message[]> {
    const { kernel } = this.#plane;
    const input = {
      QueueUrl: this.#queueUrl,
      MaxNumberOfMessages: count,
      WaitTimeSeconds: waitSeconds,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    };
    const { signal } = this.#controller;
    const output = await kernel.request<ReceiveMessageCommandOutput>({
      service: 'sqs',
      operation: 'ReceiveMessage',
      input,
      principal: this.#principal(),
      signal,
    });
    return output.Messages ?? [];
  }

  #principal() {
    return roleOf(mappedRecord(this.#plane, this.#mapping));
  }

  /** What stands in the way of receiving is tried again, later and later. */
  #problem(error: unknown): void {
    if (this.#isStopped) return;
    if (!(error instanceof Fault || error instanceof NotEmulated)) throw error;
    const { kernel } = this.#plane;
    this.#problemsInRow += 1;
    this.#notBeforeMs = kernel.nowMs() + backoffMs(this.#problemsInRow + 3, PROBLEM_BACKOFF_MS_MAX);
    const result = `PROBLEM: ${error.message}`;
    if (this.lastResult === result) return;
    this.lastResult = result;
    const detail = { source: this.#mapping.sourceArn, error: error.name, message: error.message };
    kernel.journal.append({ service: 'lambda', kind: 'mapping-problem', arn: this.#mapping.arn, detail });
  }

  async #process(messages: readonly Message[]): Promise<void> {
    this.#inFlight += 1;
    const { region } = this.#plane.kernel;
    const { sourceArn, windowSeconds } = this.#mapping;
    const records = messages.map((message) => {
      const record = queueRecord(message, { arn: sourceArn, region });
      // With a batching window AWS says that there is no digest; without one it says nothing. Recorded.
      return windowSeconds > 0 ? { md5OfMessageAttributes: null, ...record } : record;
    });
    const passing = this.#filter ? records.filter(this.#filter) : records;
    try {
      if (passing.length < records.length) await this.#dropFiltered(records, new Set(passing));
      if (passing.length > 0) await this.#invoke(passing);
    } finally {
      this.#inFlight -= 1;
    }
    this.#pump();
  }

  async #dropFiltered(records: readonly QueueRecord[], passing: ReadonlySet<QueueRecord>): Promise<void> {
    const { kernel } = this.#plane;
    const filtered = records.filter((record) => !passing.has(record));
    const detail = { source: this.#mapping.sourceArn, function: this.#mapping.functionName, records: filtered.map(({ messageId }) => messageId) };
    kernel.journal.append({ service: 'lambda', kind: 'records-filtered', arn: this.#mapping.arn, detail });
    await this.#delete(filtered);
  }

  async #invoke(records: readonly QueueRecord[]): Promise<void> {
    const plane = this.#plane;
    const { sourceArn, functionName, qualifier, reportsBatchItemFailures } = this.#mapping;
    const ids = records.map(({ messageId }) => messageId);
    const request = {
      functionName,
      qualifier,
      event: JSON.stringify({ Records: records }),
      requestId: plane.kernel.uuid(),
      trigger: sourceArn,
      cause: undefined,
      records: ids,
    };
    let failed: ReadonlySet<string>;
    let account: FailureAccount;
    let cause: number | undefined;
    let sequence: number | undefined;
    try {
      const outcome = await invokeFunction(plane, request);
      sequence = outcome.sequence;
      cause = outcome.sequence;
      failed = new Set(hasFailed(outcome.result) ? ids : reportsBatchItemFailures ? failedOf(outcome.result.payload, ids) : []);
      account = failed.size === 0 ? {} : accountOf(outcome.result, failed);
      this.#failuresInRow = failed.size === ids.length ? this.#failuresInRow + 1 : 0;
      this.lastResult = failed.size === 0 ? 'OK' : 'PROBLEM: Function call failed';
    } catch (error) {
      // Throttled, or the function is gone: the messages stay invisible until their timeout, and come again.
      if (!(error instanceof Fault)) throw error;
      failed = new Set(ids);
      account = { error: `${error.code}: ${error.message}` };
      this.#failuresInRow += 1;
      this.lastResult = `PROBLEM: ${error.message}`;
    }
    if (failed.size > 0) {
      const detail = { source: sourceArn, requestId: request.requestId, failed: [...failed], records: ids.length, ...account };
      const { arn } = findMapped(plane, this.#mapping) ?? this.#mapping;
      plane.kernel.journal.append({ service: 'lambda', kind: 'batch-failed-items', arn, cause, detail });
      if (this.#failuresInRow > 1) this.#notBeforeMs = plane.kernel.nowMs() + backoffMs(this.#failuresInRow - 1, FAILURE_BACKOFF_MS_MAX);
    }
    await this.#delete(
      records.filter(({ messageId }) => !failed.has(messageId)),
      sequence,
    );
  }

  /** Deletes as the role. What cannot be deleted comes again: delivery is at least once. */
  async #delete(records: readonly QueueRecord[], cause?: number): Promise<void> {
    const { kernel } = this.#plane;
    for (let index = 0; index < records.length; index += RECEIVE_MAX) {
      let entries = records.slice(index, index + RECEIVE_MAX).map(({ receiptHandle }, id) => ({ Id: String(id), ReceiptHandle: receiptHandle }));
      for (let attempt = 1; attempt <= DELETE_TRIES_MAX && entries.length > 0; attempt += 1) {
        if (attempt > 1) await kernel.until(kernel.nowMs() + backoffMs(attempt, PROBLEM_BACKOFF_MS_MAX), 'delete again');
        try {
          const input = { QueueUrl: this.#queueUrl, Entries: entries };
          const call = { service: 'sqs', operation: 'DeleteMessageBatch', input, principal: this.#principal(), cause };
          const { Failed: failures = [] } = await kernel.request<Partial<DeleteMessageBatchCommandOutput>>(call);
          const again = new Set(failures.filter(({ SenderFault }) => !SenderFault).map(({ Id }) => Id));
          entries = entries.filter(({ Id }) => again.has(Id));
        } catch (error) {
          if (!(error instanceof Fault)) throw error;
          if (attempt === DELETE_TRIES_MAX) this.#problem(error);
        }
      }
    }
  }
}

function failedOf(payload: string, ids: readonly string[]): Iterable<string> {
  const inBatch = new Set(ids);
  const verdict = readBatchResponse(payload, (id) => inBatch.has(id));
  if (verdict.kind === 'some') return verdict.identifiers;
  return verdict.kind === 'failed' ? ids : [];
}

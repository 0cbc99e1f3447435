import type { DeleteMessageBatchCommandOutput, Message, ReceiveMessageCommandOutput } from '@aws-sdk/client-sqs';
import { parseArn } from '../../../kernel/arn.ts';
import { Fault, NotEmulated } from '../../../kernel/errors.ts';
import { backoffMs, fitting } from '../../../languages/source-records/batching.ts';
import { type QueueRecord, queueRecord, sizeOf } from '../../../languages/source-records/queue-record.ts';
import { recordFilter } from '../../../languages/source-records/record-filter.ts';
import type { RunningPipe } from '../state.ts';
import type { PipeLine } from './line.ts';
import { runBatch } from './stages.ts';

/** Batches that are on their way at once. Differs from AWS, which scales with the backlog. */
const CONCURRENCY_MAX = 5;

const WAIT_SECONDS = 20;
const RECEIVE_MAX = 10;
const BATCH_SIZE = 10;
const PROBLEM_BACKOFF_MS_MAX = 60_000;
const DELETE_TRIES_MAX = 3;

/**
 * Reads a queue for a pipe, as the pipe's role. While nothing comes, one long poll waits. A message whose way ends well, or that no filter lets through,
 * is deleted; any other becomes visible again when its timeout ends.
 */
export class QueueSource implements RunningPipe {
  problem: string | undefined;
  readonly #line: PipeLine;
  readonly #queueUrl: string;
  readonly #batchSize: number;
  readonly #windowMs: number;
  readonly #filter: ((record: QueueRecord) => boolean) | undefined;
  readonly #controller = new AbortController();
  #isReceiving = false;
  #inFlight = 0;
  #problemsInRow = 0;

  constructor(line: PipeLine) {
    this.#line = line;
    const { Source: source = '', SourceParameters: parameters = {} } = line.pipe.settings;
    const { region = '', accountId = '', resource = '' } = parseArn(source) ?? {};
    this.#queueUrl = `https://sqs.${region}.amazonaws.com/${accountId}/${resource}`;
    this.#batchSize = parameters.SqsQueueParameters?.BatchSize ?? BATCH_SIZE;
    this.#windowMs = (parameters.SqsQueueParameters?.MaximumBatchingWindowInSeconds ?? 0) * 1000;
    this.#filter = recordFilter(
      (parameters.FilterCriteria?.Filters ?? []).map(({ Pattern = '' }) => Pattern),
      'body',
    );
    line.kernel.soon('pipe', () => this.#pump());
  }

  stop(): void {
    this.#controller.abort();
  }

  get #isStopped(): boolean {
    return this.#controller.signal.aborted;
  }

  #pump(): void {
    if (this.#isStopped || this.#isReceiving || this.#inFlight >= CONCURRENCY_MAX) return;
    this.#isReceiving = true;
    void this.#receive();
  }

  async #receive(): Promise<void> {
    const { kernel } = this.#line;
    const startMs = kernel.nowMs();
    let waitMs = 0;
    try {
      const messages = await this.#gather();
      this.#problemsInRow = 0;
      this.problem = undefined;
      // A queue that answers at once though it has nothing is not asked in a circle.
      if (messages.length === 0 && kernel.nowMs() - startMs < 1000) waitMs = 1000;
      while (messages.length > 0) {
        const count = fitting(messages, { countMax: this.#batchSize, sizeOf });
        void this.#process(messages.splice(0, count));
      }
    } catch (error) {
      waitMs = this.#waitAfter(error);
    }
    const goOn = (): void => {
      this.#isReceiving = false;
      this.#pump();
    };
    if (waitMs > 0) kernel.at(kernel.nowMs() + waitMs, 'pipe', goOn);
    else goOn();
  }

  /** One receive; with a window as many as it takes to fill the batch, until the window ends. */
  async #gather(): Promise<Message[]> {
    const { kernel } = this.#line;
    const messages = await this.#call(Math.min(this.#batchSize, RECEIVE_MAX), WAIT_SECONDS);
    const endMs = kernel.nowMs() + this.#windowMs;
    while (messages.length > 0 && messages.length < this.#batchSize && !this.#isStopped) {
      const leftSeconds = Math.min(Math.ceil((endMs - kernel.nowMs()) / 1000), WAIT_SECONDS);
      if (leftSeconds <= 0) break;
      messages.push(...(await this.#call(Math.min(this.#batchSize - messages.length, RECEIVE_MAX), leftSeconds)));
    }
    return messages;
  }

  async #call(count: number, waitSeconds: number): Promise<Message[]> {
    const { kernel, principal } = this.#line;
    const input = {
      QueueUrl: this.#queueUrl,
      MaxNumberOfMessages: count,
      WaitTimeSeconds: waitSeconds,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    };
    const { signal } = this.#controller;
    const output = await kernel.request<ReceiveMessageCommandOutput>({ service: 'sqs', operation: 'ReceiveMessage', input, principal, signal });
    return output.Messages ?? [];
  }

  /** What stands in the way is tried again, later and later; answers after which time. */
  #waitAfter(error: unknown): number {
    if (!(error instanceof Fault || error instanceof NotEmulated)) throw error;
    const { kernel, pipe } = this.#line;
    this.#problemsInRow += 1;
    const problem = `${error.name}: ${error.message}`;
    if (this.problem !== problem && !this.#isStopped) {
      const detail = { source: pipe.settings.Source, error: error.name, message: error.message };
      kernel.journal.append({ service: 'pipes', kind: 'pipe-problem', arn: pipe.arn, detail });
    }
    this.problem = problem;
    return backoffMs(this.#problemsInRow + 3, PROBLEM_BACKOFF_MS_MAX);
  }

  async #process(messages: readonly Message[]): Promise<void> {
    const { kernel, pipe } = this.#line;
    this.#inFlight += 1;
    const { Source: source = '' } = pipe.settings;
    const records = messages.map((message) => queueRecord(message, { arn: source, region: kernel.region }));
    const passing = this.#filter ? records.filter(this.#filter) : records;
    if (passing.length < records.length) {
      const filtered = records.filter((record) => !passing.includes(record)).map(({ messageId }) => messageId);
      kernel.journal.append({ service: 'pipes', kind: 'records-filtered', arn: pipe.arn, detail: { source, records: filtered } });
    }
    const events = passing.map((record) => ({ id: record.messageId, record }));
    const outcome = events.length > 0 ? await runBatch(this.#line, events, { isOrdered: source.endsWith('.fifo') }) : undefined;
    const done = records.filter(({ messageId }) => !outcome?.failed.has(messageId));
    await this.#delete(done, outcome?.sequence);
    this.#inFlight -= 1;
    this.#pump();
  }

  /** What cannot be deleted comes again: delivery is at least once. */
  async #delete(records: readonly QueueRecord[], cause: number | undefined): Promise<void> {
    const { kernel, principal } = this.#line;
    for (let index = 0; index < records.length; index += RECEIVE_MAX) {
      let entries = records.slice(index, index + RECEIVE_MAX).map(({ receiptHandle }, id) => ({ Id: String(id), ReceiptHandle: receiptHandle }));
      for (let attempt = 1; attempt <= DELETE_TRIES_MAX && entries.length > 0; attempt += 1) {
        if (attempt > 1) await kernel.until(kernel.nowMs() + backoffMs(attempt, PROBLEM_BACKOFF_MS_MAX), 'delete again');
        try {
          const input = { QueueUrl: this.#queueUrl, Entries: entries };
          const call = { service: 'sqs', operation: 'DeleteMessageBatch', input, principal, cause };
          const { Failed: failures = [] } = await kernel.request<Partial<DeleteMessageBatchCommandOutput>>(call);
          const again = new Set(failures.filter(({ SenderFault }) => !SenderFault).map(({ Id }) => Id));
          entries = entries.filter(({ Id }) => again.has(Id));
        } catch (error) {
          this.#waitAfter(error);
        }
      }
    }
  }
}

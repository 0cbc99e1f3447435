import type { SubscribeToShardEventStream } from '@aws-sdk/client-kinesis';
import type { Fault } from '../../../kernel/errors.ts';
import type { Timer } from '../../../kernel/scheduler.ts';
import { meterConsumer } from '../metrics.ts';
import { Allowance } from './allowance.ts';
import { type Page, readPage } from './reading.ts';
import { READ_BYTES_PER_SECOND, type Shard, type Stream } from './stream.ts';

/** @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SubscribeToShard.html */
const LIFE_MS = 300_000;

/** What one event holds at the most. Differs from AWS, which does not publish it. */
const EVENT_RECORDS_MAX = 10_000;
const EVENT_BYTES_MAX = 1024 * 1024;

/** While a consumer has had its two megabytes of this second. */
const PAUSE_MS = 100;

/** Where a subscription reads, and for whom. */
export interface SubscriptionPlace {
  readonly stream: Stream;
  readonly shard: Shard;
  readonly consumerName: string;
  readonly index: number;
  /** Called once, when nothing more comes. */
  readonly onEnd: () => void;
}

/**
 * The events of a subscription to a shard. The first comes at once, with records or without; each further one when there are records. Ends after five
 * minutes, at the end of a closed shard, or when it is ended. Differs from AWS, which sends empty events all the time.
 */
export class ShardSubscription implements AsyncIterableIterator<SubscribeToShardEventStream> {
  readonly startedMs: number;
  readonly #place: SubscriptionPlace;
  readonly #allowance = new Allowance(READ_BYTES_PER_SECOND);
  readonly #life: Timer;
  readonly #endNotifications: () => void;
  #index: number;
  #isFirst = true;
  #isEnded = false;
  #fault: Fault | undefined;
  #wake = (): void => {};

  constructor(place: SubscriptionPlace) {
    const { kernel } = place.stream;
    this.#place = place;
    this.#index = place.index;
    this.startedMs = kernel.nowMs();
    this.#life = kernel.at(this.startedMs + LIFE_MS, 'end of subscription', () => this.end());
    // A reader that waits is woken after the transition.
    this.#endNotifications = kernel.onNotify(place.shard.topic, () => this.#wake());
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Nothing more comes; with a fault the reader is told of it. */
  end(fault?: Fault): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#fault = fault;
    this.#life.cancel();
    this.#endNotifications();
    this.#place.onEnd();
    this.#wake();
  }

  async next(): Promise<IteratorResult<SubscribeToShardEventStream>> {
    const { stream, shard } = this.#place;
    const { kernel } = stream;
    while (!this.#isEnded) {
      if (!this.#allowance.has(1, kernel.nowMs())) {
        await kernel.until(kernel.nowMs() + PAUSE_MS, 'subscription');
        continue;
      }
      const page = readPage(stream, shard, this.#index, { countMax: EVENT_RECORDS_MAX, bytesMax: EVENT_BYTES_MAX });
      if (page.records.length > 0 || this.#isFirst || page.next === undefined) {
        await kernel.settled();
        return { done: false, value: this.#eventOf(page) };
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const fault = this.#fault;
    this.#fault = undefined;
    if (fault) throw fault;
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<SubscribeToShardEventStream>> {
    this.end();
    return { done: true, value: undefined };
  }

  #eventOf({ records, sizeBytes, next, millisBehindLatest, children }: Page): SubscribeToShardEventStream {
    const { stream, shard, consumerName } = this.#place;
    this.#isFirst = false;
    this.#index = next ?? shard.log.next;
    this.#allowance.take(sizeBytes);
    meterConsumer(stream, consumerName, 'SubscribeToShardEvent.Success', 1);
    meterConsumer(stream, consumerName, 'SubscribeToShardEvent.Records', records.length);
    meterConsumer(stream, consumerName, 'SubscribeToShardEvent.Bytes', sizeBytes, 'Bytes');
    meterConsumer(stream, consumerName, 'SubscribeToShardEvent.MillisBehindLatest', millisBehindLatest, 'Milliseconds');
    if (next === undefined) this.end();
    return {
      SubscribeToShardEvent: {
        Records: records,
        ContinuationSequenceNumber: next === undefined ? undefined : this.#continuation(records.at(-1)?.SequenceNumber),
        MillisBehindLatest: millisBehindLatest,
        ...(children && { ChildShards: children }),
      },
    };
  }

  /** The record before the next: what comes AFTER it is new. */
  #continuation(last: string | undefined): string {
    const { shard, stream } = this.#place;
    if (last !== undefined) return last;
    return this.#index === 1 ? shard.sequences.start : shard.sequences.of(this.#index - 1, stream.kernel.nowMs());
  }
}

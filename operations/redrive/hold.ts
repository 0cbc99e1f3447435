import { ChangeMessageVisibilityBatchCommand, type Message } from '@aws-sdk/client-sqs';
import { BATCH, emptyRoundsOf, type QueueAccess, receiveSome, release } from '../dead-letters/peek.ts';
import type { Pace } from './job.ts';

/** A received message is hidden so long, and held longer by renewal. */
const HIDDEN_SECONDS = 120;

/** A message with less left is renewed before anything is done with it. */
const RENEWED_MS = 60_000;

/** Messages held at once: what is beyond is received later. */
const HELD_MAX = 1_000;

interface Held {
  message: Message;
  untilMs: number;
}

/** Messages of a dead-letter queue that a job has in hand: hidden from others until they are moved or given back. Where the process dies they come back by themselves. */
export class Hold {
  readonly #access: QueueAccess;
  readonly #queueUrl: string;
  readonly #pace: Pace;
  readonly #held = new Map<string, Held>();

  constructor(access: QueueAccess, queueUrl: string, pace: Pace) {
    this.#access = access;
    this.#queueUrl = queueUrl;
    this.#pace = pace;
  }

  get size(): number {
    return this.#held.size;
  }

  /** Receives until all of `wanted` are in hand, as many as can be held, or the queue shows nothing new. Others are given back. */
  async collect(wanted: { has(messageId: string): boolean; readonly size: number }): Promise<void> {
    const others = new Map<string, Message>();
    try {
      for (let empty = 0; this.#held.size < Math.min(wanted.size, HELD_MAX) && empty < emptyRoundsOf(this.#access); ) {
        const before = this.#held.size + others.size;
        const untilMs = this.#pace.nowMs() + HIDDEN_SECONDS * 1000;
        for (const message of await receiveSome(this.#access, this.#queueUrl, HIDDEN_SECONDS)) {
          const id = message.MessageId ?? '';
          if (wanted.has(id)) this.#held.set(id, { message, untilMs });
          else others.set(id, message);
        }
        empty = this.#held.size + others.size === before ? empty + 1 : 0;
      }
    } finally {
      await release(this.#access.sqs, this.#queueUrl, [...others.values()]);
    }
  }

  /** Takes messages out of the hold, surely hidden for long enough to be moved. */
  async take(count: number): Promise<Message[]> {
    await this.renew();
    const taken = [...this.#held].slice(0, count);
    for (const [id] of taken) this.#held.delete(id);
    return taken.map(([, { message }]) => message);
  }

  /** Hides for longer what would soon be seen. What is lost, because another took or deleted it, is let go. */
  async renew(): Promise<void> {
    const nowMs = this.#pace.nowMs();
    const due = [...this.#held].filter(([, { untilMs }]) => untilMs - nowMs < RENEWED_MS);
    for (let start = 0; start < due.length; start += BATCH) {
      const batch = due.slice(start, start + BATCH);
      const entries = batch.map(([, { message }], index) => ({
        Id: String(index),
        ReceiptHandle: message.ReceiptHandle ?? '',
        VisibilityTimeout: HIDDEN_SECONDS,
      }));
      const { Failed: failed = [] } = await this.#access.sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: this.#queueUrl, Entries: entries }));
      const lost = new Set(failed.map(({ Id }) => Number(Id)));
      batch.forEach(([id, held], index) => {
        if (lost.has(index)) this.#held.delete(id);
        else held.untilMs = nowMs + HIDDEN_SECONDS * 1000;
      });
    }
  }

  /** Gives everything back. */
  async releaseAll(): Promise<void> {
    const messages = [...this.#held.values()].map(({ message }) => message);
    this.#held.clear();
    await release(this.#access.sqs, this.#queueUrl, messages);
  }
}

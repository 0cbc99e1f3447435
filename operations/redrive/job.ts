import { DeleteMessageCommand, type Message, type MessageAttributeValue, ReceiveMessageCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { release } from '../dead-letters/peek.ts';
import type { PlannedMessage, RedrivePlan } from './plan.ts';

/** What became of one planned message. `gone`: it was no longer in the dead-letter queue. */
export type MessageOutcome = 'moved' | 'gone';

/** A redrive that runs or has run. */
export interface RedriveJob {
  readonly id: string;
  readonly plan: RedrivePlan;
  readonly status: 'running' | 'done' | 'cancelled' | 'failed';
  readonly startedAt: string;
  readonly endedAt: string | undefined;
  readonly outcomes: Readonly<Record<MessageOutcome, number>>;
  /** Messages a second; undefined: as fast as it goes. */
  readonly ratePerSecond: number | undefined;
  readonly error: string | undefined;
}

/** The time that a job's pace is measured on. */
export interface Pace {
  nowMs(): number;
  wait(ms: number): Promise<void>;
}

/** A received message is hidden so long that it can be sent and deleted in peace. */
const HIDDEN_SECONDS = 120;

/** Rounds without a planned message after which the rest counts as gone. */
const EMPTY_ROUNDS_MAX = 2;

/**
 * Moves the messages of a plan from the dead-letter queue back to the consumer's queue: sends the body and attributes unchanged, with `redriveJob` added, and
 * deletes the original then. A crash in between leaves the message in both, which an idempotent consumer takes once. Messages outside the plan are released untouched.
 */
export class RedriveRun {
  readonly #sqs: SQSClient;
  readonly #plan: RedrivePlan;
  readonly #pace: Pace;
  readonly #options: { readonly jobId: string; readonly ratePerSecond: number | undefined };
  readonly #outcomes: Record<MessageOutcome, number> = { moved: 0, gone: 0 };
  #isCancelled = false;

  constructor(sqs: SQSClient, plan: RedrivePlan, pace: Pace, options: { jobId: string; ratePerSecond: number | undefined }) {
    this.#sqs = sqs;
    this.#plan = plan;
    this.#pace = pace;
    this.#options = options;
  }

  get outcomes(): Readonly<Record<MessageOutcome, number>> {
    return { ...this.#outcomes };
  }

  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  /** Stops after the message at hand; what was moved stays moved. */
  cancel(): void {
    this.#isCancelled = true;
  }

  /** Runs to the end of the plan. Throws what SQS answers where it refuses; what was moved until then stays moved. */
  async run(): Promise<void> {
    const waiting = new Map(this.#plan.messages.map((message) => [message.messageId, message]));
    const others: Message[] = [];
    const startMs = this.#pace.nowMs();
    let emptyRounds = 0;
    while (waiting.size > 0 && !this.#isCancelled && emptyRounds < EMPTY_ROUNDS_MAX) {
      const received = await this.#receive();
      const planned = received.filter((message) => waiting.has(message.MessageId ?? ''));
      others.push(...received.filter((message) => !waiting.has(message.MessageId ?? '')));
      emptyRounds = planned.length === 0 ? emptyRounds + 1 : 0;
      for (const message of planned) {
        if (this.#isCancelled) others.push(message);
        else await this.#moveAtPace(message, waiting, startMs);
      }
    }
    await release(this.#sqs, this.#plan.fromUrl, others);
    if (!this.#isCancelled) this.#outcomes.gone = waiting.size;
  }

  async #receive(): Promise<Message[]> {
    const { Messages: messages = [] } = await this.#sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: this.#plan.fromUrl,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: HIDDEN_SECONDS,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['MessageGroupId', 'MessageDeduplicationId'],
      }),
    );
    return messages;
  }

  async #moveAtPace(message: Message, waiting: Map<string, PlannedMessage>, startMs: number): Promise<void> {
    const { ratePerSecond } = this.#options;
    if (ratePerSecond !== undefined) {
      await this.#pace.wait(Math.max(0, startMs + (this.#outcomes.moved * 1000) / ratePerSecond - this.#pace.nowMs()));
    }
    await this.#move(message);
    waiting.delete(message.MessageId ?? '');
    this.#outcomes.moved += 1;
  }

  async #move(message: Message): Promise<void> {
    const attributes: Record<string, MessageAttributeValue> = {
      ...redrivenAttributes(message),
      redriveJob: { DataType: 'String', StringValue: this.#options.jobId },
    };
    const { MessageGroupId: groupId } = message.Attributes ?? {};
    await this.#sqs.send(
      new SendMessageCommand({
        QueueUrl: this.#plan.toUrl,
        MessageBody: message.Body ?? '',
        MessageAttributes: attributes,
        ...(groupId && { MessageGroupId: groupId, MessageDeduplicationId: `${message.MessageId}-${this.#options.jobId}` }),
      }),
    );
    await this.#sqs.send(new DeleteMessageCommand({ QueueUrl: this.#plan.fromUrl, ReceiptHandle: message.ReceiptHandle ?? '' }));
  }
}

/** SQS takes 10 attributes, a dead letter has 10, and one more is ours. What else the body says gives way; SQS answers attributes in no order that could decide. */
const GIVING_WAY = new Set(['redriveJob', 'correlationId']);
const ATTRIBUTES_KEPT_MAX = 9;

function redrivenAttributes(message: Message): Record<string, MessageAttributeValue> {
  return Object.fromEntries(
    Object.entries(message.MessageAttributes ?? {})
      .filter(([name]) => !GIVING_WAY.has(name))
      .slice(0, ATTRIBUTES_KEPT_MAX)
      .map(([name, { DataType, StringValue, BinaryValue }]) => [
        name,
        { DataType, ...(StringValue !== undefined && { StringValue }), ...(BinaryValue !== undefined && { BinaryValue }) },
      ]),
  );
}

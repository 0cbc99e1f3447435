import { DeleteMessageCommand, type Message, type MessageAttributeValue, SendMessageCommand } from '@aws-sdk/client-sqs';
import { Hold } from './hold.ts';
import { haltCountOf, type Pace, type RedriveOptions, type RedriveOutcomes, type RedrivePhase } from './job.ts';
import { OutcomeWatch, type WatchOptions } from './outcomes.ts';
import type { PlannedMessage, RedrivePlan } from './plan.ts';

/** What a run needs besides its plan. */
export interface RunOptions extends WatchOptions, RedriveOptions {
  readonly pace: Pace;
  /** Told before an edited message is sent. */
  readonly beforeEdit: (message: PlannedMessage) => Promise<void>;
  /** Told every few seconds that the run goes on. */
  readonly onStep: () => Promise<void>;
}

/** Messages moved at the same time, where no rate is given. */
const WIDTH = 10;

/** Between two looks at outcomes: short at first, for most handlers take milliseconds, and longer while nothing happens. */
const PROBE_MS_MIN = 250;
const PROBE_MS_MAX = 5_000;

/** Longest wait in which nothing is looked after. */
const STEP_MS_MAX = 10_000;

/** What is pending so long after the last move is reported as pending: a function that is killed each time takes its queue's visibility timeout at each receive. */
const WATCH_MS_MAX = 30 * 60_000;

/**
 * Moves the messages of a plan from the dead-letter queue back to the consumer's queue, and finds out what becomes of them. A message is sent first, body and attributes
 * unchanged with `redriveJob` added, and the original deleted then: a crash in between leaves it in both, which an idempotent consumer takes once. Messages
 * outside the plan are given back untouched, and those in hand when the run ends as well.
 */
export class RedriveRun {
  readonly #plan: RedrivePlan;
  readonly #options: RunOptions;
  readonly #hold: Hold;
  readonly #watch: OutcomeWatch;
  /** Planned, and neither moved nor found missing. */
  readonly #waiting: Map<string, PlannedMessage>;
  /** Failures at which it stops. */
  readonly #haltCount: number;
  #moved = 0;
  #phase: RedrivePhase = 'collecting';
  #isCancelled = false;
  #halted: string | undefined;
  #failure: unknown;
  #isCanaryOut: boolean;
  #startMs = 0;

  /** @throws {RedriveOptionError} */
  constructor(plan: RedrivePlan, options: RunOptions) {
    const { clients, receiveWaitSeconds, pace, canary, haltAt } = options;
    this.#plan = plan;
    this.#options = options;
    this.#hold = new Hold({ sqs: clients.sqs, receiveWaitSeconds }, plan.fromUrl, pace);
    this.#watch = new OutcomeWatch(options);
    this.#waiting = new Map(plan.messages.map((message) => [message.messageId, message]));
    this.#haltCount = haltAt === undefined ? Number.POSITIVE_INFINITY : haltCountOf(haltAt, plan.messages.length);
    this.#isCanaryOut = canary === undefined;
  }

  get outcomes(): RedriveOutcomes {
    const isWholeDone = this.#phase === 'watching' || this.#phase === 'ended';
    const isCutShort = this.#isStopped || this.#failure !== undefined;
    const left = this.#waiting.size;
    return {
      moved: this.#moved,
      gone: isWholeDone && !isCutShort ? left : 0,
      remaining: isWholeDone && !isCutShort ? 0 : left,
      passed: this.#watch.passed,
      failedAgain: this.#watch.failedAgain.length,
      pending: this.#moved - this.#watch.passed - this.#watch.failedAgain.length,
    };
  }

  get phase(): RedrivePhase {
    return this.#phase;
  }

  /** Those that failed again. */
  get failedAgain(): readonly PlannedMessage[] {
    return this.#watch.failedAgain;
  }

  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  /** Why it stopped by itself. */
  get halted(): string | undefined {
    return this.#halted;
  }

  /** Stops after the messages at hand; what was moved stays moved. */
  cancel(): void {
    this.#isCancelled = true;
  }

  /** Runs to the end of the plan, or until it is halted or cancelled. Throws what SQS answers where it refuses, once it is known what became of what was moved until then. */
  async run(): Promise<void> {
    this.#startMs = this.#options.pace.nowMs();
    try {
      await this.#moveAll();
    } catch (error) {
      this.#failure = error;
    }
    this.#phase = 'watching';
    await this.#untilKnown();
    // A plan of canaries only.
    if (!this.#isCanaryOut) this.#judgeCanary();
    this.#phase = 'ended';
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #moveAll(): Promise<void> {
    try {
      while (this.#waiting.size > 0 && !this.#isStopped) {
        if (this.#hold.size === 0) await this.#hold.collect(this.#waiting);
        if (this.#hold.size === 0) break;
        const count = await this.#admitted();
        if (!this.#isStopped) await this.#moveSome(count);
      }
    } finally {
      await this.#hold.releaseAll();
    }
  }

  get #isStopped(): boolean {
    return this.#isCancelled || this.#halted !== undefined;
  }

  /** Waits until something may be moved, and answers how many: canaries first; then, where failures halt, no more on their way than may fail. */
  async #admitted(): Promise<number> {
    const { canary = 0, ratePerSecond, pace } = this.#options;
    if (ratePerSecond !== undefined) await this.#waitFor(this.#startMs + (this.#moved * 1000) / ratePerSecond - pace.nowMs());
    const width = ratePerSecond === undefined ? WIDTH : 1;
    if (!this.#isCanaryOut) {
      this.#phase = 'canary';
      if (this.#moved < canary) return Math.min(width, canary - this.#moved);
      await this.#untilKnown();
      this.#judgeCanary();
    }
    if (!this.#isStopped) this.#phase = 'moving';
    await this.#probed((watch) => watch.pending < this.#haltCount);
    this.#judgeFailures();
    return Math.min(width, this.#haltCount - this.#watch.pending);
  }

  #judgeCanary(): void {
    if (this.#isStopped) return;
    const { passed, failedAgain, pending } = this.#watch;
    if (failedAgain.length + pending > 0) {
      this.#halted = `Of ${passed + failedAgain.length + pending} canaries ${failedAgain.length} failed again${pending > 0 ? ` and ${pending} did not end` : ''}`;
    }
    this.#isCanaryOut = true;
  }

  #judgeFailures(): void {
    const failed = this.#watch.failedAgain.length;
    if (!this.#isStopped && failed >= this.#haltCount) this.#halted = `${failed} failed again; it was to halt at ${this.#options.haltAt}`;
  }

  /** Looks at outcomes until nothing is pending, for as long as anybody can expect to wait. */
  async #untilKnown(): Promise<void> {
    await this.#probed((watch) => watch.pending === 0);
    this.#judgeFailures();
  }

  async #probed(isEnough: (watch: OutcomeWatch) => boolean): Promise<void> {
    const { pace } = this.#options;
    const deadlineMs = pace.nowMs() + WATCH_MS_MAX;
    for (let waitMs = PROBE_MS_MIN; !isEnough(this.#watch) && !this.#isCancelled && pace.nowMs() < deadlineMs; ) {
      const before = this.#watch.pending;
      await this.#watch.probe();
      if (isEnough(this.#watch)) return;
      waitMs = this.#watch.pending < before ? PROBE_MS_MIN : Math.min(waitMs * 1.5, PROBE_MS_MAX);
      await this.#waitFor(waitMs);
    }
  }

  /** Waits in short steps, so that messages in hand stay hidden and a cancel is heard. */
  async #waitFor(ms: number): Promise<void> {
    const { pace, onStep } = this.#options;
    const endMs = pace.nowMs() + ms;
    for (let leftMs = ms; leftMs > 0 && !this.#isCancelled; leftMs = endMs - pace.nowMs()) {
      await pace.wait(Math.min(leftMs, STEP_MS_MAX));
      await this.#hold.renew();
      await onStep();
    }
  }

  async #moveSome(count: number): Promise<void> {
    const messages = await this.#hold.take(count);
    await this.#options.onStep();
    const planned = messages.map(({ MessageId }) => this.#waiting.get(MessageId ?? '')).filter((message) => message !== undefined);
    await this.#watch.expect(planned);
    const moves = await Promise.allSettled(messages.map((message) => this.#move(message)));
    const failed = moves.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  }

  async #move(message: Message): Promise<void> {
    const { clients, jobId, beforeEdit } = this.#options;
    const { sqs } = clients;
    const messageId = message.MessageId ?? '';
    const planned = this.#waiting.get(messageId) as PlannedMessage;
    const { edit, fromUrl, toUrl } = this.#plan;
    const { MessageGroupId: groupId } = message.Attributes ?? {};
    try {
      if (edit) await beforeEdit(planned);
      await sqs.send(
        new SendMessageCommand({
          QueueUrl: toUrl,
          MessageBody: edit?.payload ?? message.Body ?? '',
          MessageAttributes: { ...redrivenAttributes(message), redriveJob: { DataType: 'String', StringValue: jobId } },
          ...(groupId && { MessageGroupId: groupId, MessageDeduplicationId: `${messageId}-${jobId}` }),
        }),
      );
    } catch (error) {
      this.#watch.forget(messageId);
      throw error;
    }
    this.#waiting.delete(messageId);
    this.#moved += 1;
    await sqs.send(new DeleteMessageCommand({ QueueUrl: fromUrl, ReceiptHandle: message.ReceiptHandle ?? '' }));
  }
}

/** SQS takes 10 attributes, a dead letter has 10, and one more is ours. What else the body says gives way; SQS answers attributes in no order that could decide. */
const GIVING_WAY = new Set(['redriveJob', 'correlationId', 'history']);
const ATTRIBUTES_KEPT_MAX = 9;

/** The attributes of a message that is sent again, with room for one more. */
export function redrivenAttributes({ MessageAttributes: attributes = {} }: Pick<Message, 'MessageAttributes'>): Record<string, MessageAttributeValue> {
  return Object.fromEntries(
    Object.entries(attributes)
      .filter(([name]) => !GIVING_WAY.has(name))
      .slice(0, ATTRIBUTES_KEPT_MAX)
      .map(([name, { DataType, StringValue, BinaryValue }]) => [
        name,
        { DataType, ...(StringValue !== undefined && { StringValue }), ...(BinaryValue !== undefined && { BinaryValue }) },
      ]),
  );
}

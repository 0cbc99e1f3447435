import { type AttributeValue, BatchGetItemCommand } from '@aws-sdk/client-dynamodb';
import type { Clients } from '../clients.ts';
import { peekDeadLetters } from '../dead-letters/peek.ts';
import { depthTotal, queueDepth } from '../status/status.ts';
import type { ConsumerDescription, System } from '../system.ts';
import type { PlannedMessage } from './plan.ts';

/** What a watch looks at. */
export interface WatchOptions {
  readonly clients: Pick<Clients, 'sqs' | 'dynamodb'>;
  readonly receiveWaitSeconds: number;
  readonly system: Pick<System, 'deadLetterIndexTableName'>;
  readonly consumer: ConsumerDescription;
  readonly jobId: string;
  nowMs(): number;
}

type Item = Readonly<Record<string, AttributeValue>> | undefined;

/** What index and table said of an event. */
interface Facts {
  readonly letter: Item;
  readonly isCommitted: boolean;
}

interface Pending {
  readonly message: PlannedMessage;
  /** As it was right before the message was sent: only what differs from it is news. */
  readonly before: Facts;
  /** Looks at the queues in which it was in neither. */
  absent: number;
}

/** A batch read takes 100 keys, and each message has two. @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
const MESSAGES_A_READ = 50;

/** Queues are looked at no more often: reading a dead-letter queue hides its messages for a moment. */
const LOOK_EVERY_MS = 10_000;

/** So many looks in a row have to find a message in neither queue before it counts as handled: SQS counts approximately. */
const ABSENT_LOOKS = 3;

/**
 * Finds out what became of redriven messages, from what handlers write: the commit record of the consumer says that an event was handled, the dead-letter index that it
 * failed again or was handled after all. Where neither tells, because no handler could answer, the queues do once the consumer's is empty.
 */
export class OutcomeWatch {
  readonly #options: WatchOptions;
  readonly #pending = new Map<string, Pending>();
  #passed = 0;
  #failedAgain: PlannedMessage[] = [];
  #lookedMs = Number.NEGATIVE_INFINITY;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  get passed(): number {
    return this.#passed;
  }

  get failedAgain(): readonly PlannedMessage[] {
    return this.#failedAgain;
  }

  get pending(): number {
    return this.#pending.size;
  }

  /** Notes what is known of messages before they are sent. */
  async expect(messages: readonly PlannedMessage[]): Promise<void> {
    const facts = await this.#read(messages);
    for (const message of messages) {
      const before = facts.get(message.messageId);
      // What was not answered is taken as nothing: the worst is that an old fact counts as news, and the index's reason says what it is.
      this.#pending.set(message.messageId, { message, before: before ?? { letter: undefined, isCommitted: false }, absent: 0 });
    }
  }

  /** A message that could not be sent after all has no outcome. */
  forget(messageId: string): void {
    this.#pending.delete(messageId);
  }

  /** Looks once at all that is pending. */
  async probe(): Promise<void> {
    const messages = [...this.#pending.values()].map(({ message }) => message);
    for (let start = 0; start < messages.length; start += MESSAGES_A_READ) {
      for (const [messageId, facts] of await this.#read(messages.slice(start, start + MESSAGES_A_READ))) this.#judge(messageId, facts);
    }
    if (this.#pending.size > 0 && this.#options.nowMs() - this.#lookedMs >= LOOK_EVERY_MS) await this.#look();
  }

  #judge(messageId: string, { letter, isCommitted }: Facts): void {
    const pending = this.#pending.get(messageId);
    if (!pending) return;
    const text = (item: Item, name: string): string | undefined => item?.[name]?.S;
    const { before } = pending;
    const isNews = (name: string): boolean => text(letter, name) !== undefined && text(letter, name) !== text(before.letter, name);
    if (text(letter, 'status') === 'dead' && isNews('lastFailedAt')) this.#end(pending, 'failed again');
    else if (text(letter, 'status') === 'resolved' && isNews('resolvedAt')) this.#end(pending, 'passed');
    else if (isCommitted && !before.isCommitted) this.#end(pending, 'passed');
  }

  #end({ message }: Pending, outcome: 'passed' | 'failed again'): void {
    this.#pending.delete(message.messageId);
    if (outcome === 'passed') this.#passed += 1;
    else this.#failedAgain.push(message);
  }

  /** Where the consumer's queue is empty, what is pending was handled, or lies in the dead-letter queue again. */
  async #look(): Promise<void> {
    const { clients, receiveWaitSeconds, consumer, jobId, nowMs } = this.#options;
    this.#lookedMs = nowMs();
    if (depthTotal(await queueDepth(clients.sqs, consumer.queueUrl)) > 0) {
      for (const pending of this.#pending.values()) pending.absent = 0;
      return;
    }
    const letters = await peekDeadLetters({ sqs: clients.sqs, receiveWaitSeconds }, { ...consumer, isOfBus: false });
    const back = new Map(letters.map((letter) => [letter.eventKey, letter]));
    for (const pending of [...this.#pending.values()]) {
      const letter = back.get(pending.message.eventKey);
      const isBack = letter !== undefined && (letter.redriveJob === jobId || letter.lastFailedAt !== pending.message.lastFailedAt);
      if (isBack) this.#end(pending, 'failed again');
      else if (letter === undefined) {
        pending.absent += 1;
        if (pending.absent >= ABSENT_LOOKS) this.#end(pending, 'passed');
      }
    }
  }

  /** What index and commit records say of messages, by message id; of some, where DynamoDB answers for some. */
  async #read(messages: readonly PlannedMessage[]): Promise<Map<string, Facts>> {
    const { clients, system, consumer } = this.#options;
    if (messages.length === 0) return new Map();
    const unique = (keys: readonly { pk: string; sk: string }[]) => [
      ...new Map(keys.map(({ pk, sk }) => [`${pk}\n${sk}`, { pk: { S: pk }, sk: { S: sk } }])).values(),
    ];
    const letterKeyOf = ({ eventKey }: PlannedMessage) => ({ pk: `CONSUMER#${consumer.consumer}`, sk: eventKey });
    const commitKeyOf = ({ eventKey, replayName }: PlannedMessage) => ({ pk: `COMMIT#${consumer.consumer}#${replayName ?? LIVE}#${eventKey}`, sk: 'COMMIT' });
    const answer = await clients.dynamodb.send(
      new BatchGetItemCommand({
        RequestItems: {
          [system.deadLetterIndexTableName]: {
            Keys: unique(messages.map(letterKeyOf)),
            ProjectionExpression: 'pk, sk, #status, lastFailedAt, resolvedAt',
            ExpressionAttributeNames: { '#status': 'status' },
            ConsistentRead: true,
          },
          [consumer.tableName]: {
            Keys: unique(messages.map(commitKeyOf)),
            ProjectionExpression: 'pk, #status',
            ExpressionAttributeNames: { '#status': 'status' },
            ConsistentRead: true,
          },
        },
      }),
    );
    const letters = new Map((answer.Responses?.[system.deadLetterIndexTableName] ?? []).map((item) => [item['sk']?.S, item]));
    const commits = new Map((answer.Responses?.[consumer.tableName] ?? []).map((item) => [item['pk']?.S, item]));
    // Throttled keys come back unanswered; the next look asks again.
    if (Object.keys(answer.UnprocessedKeys ?? {}).length > 0) return new Map();
    return new Map(
      messages.map((message) => [
        message.messageId,
        { letter: letters.get(message.eventKey), isCommitted: commits.get(commitKeyOf(message).pk)?.['status']?.S === 'COMPLETED' },
      ]),
    );
  }
}

/** Epoch in a commit's key of what is no replay, or of a replay at a consumer that skips what it did. */
const LIVE = '0';

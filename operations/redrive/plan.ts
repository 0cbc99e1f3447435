import { createHash } from 'node:crypto';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { type DeadLetter, queueName } from '../dead-letters/dead-letter.ts';
import { peekDeadLetters } from '../dead-letters/peek.ts';
import type { ConsumerDescription, System } from '../system.ts';

/** What a redrive will move: an immutable list. Messages that arrive later are not part of it. */
export interface RedrivePlan {
  /** Made of what is in the plan: the same list has the same id. */
  readonly id: string;
  readonly consumer: string;
  readonly from: string;
  readonly to: string;
  readonly fromUrl: string;
  readonly toUrl: string;
  readonly messages: readonly PlannedMessage[];
  /** How many there are of each reason. */
  readonly reasons: Readonly<Record<string, number>>;
}

/** One message of a plan. */
export interface PlannedMessage {
  readonly messageId: string;
  readonly eventId: string | undefined;
  readonly type: string | undefined;
  readonly reason: string;
  readonly error: string | undefined;
}

/** The consumer or queue that was named does not exist; `known` are those that do. */
export class UnknownConsumerError extends Error {
  readonly known: readonly string[];

  constructor(name: string, known: readonly string[]) {
    super(`There is no consumer or dead-letter queue "${name}". There are: ${known.join(', ')}`);
    this.name = 'UnknownConsumerError';
    this.known = known;
  }
}

/** What the bus dead-lettered has no queue to go back to, and would be dead-lettered again if it were put on the bus. */
export class NotRedrivableError extends Error {
  constructor(queue: string) {
    super(
      `What ${queue} holds cannot be redriven: no subscription matches it, for it is no event of this system. Put on the bus again it would come back here`,
    );
    this.name = 'NotRedrivableError';
  }
}

/** Finds a consumer by its name or by the name of one of its queues. Throws `UnknownConsumerError` and, for the bus, `NotRedrivableError`. */
export function findConsumer(system: System, name: string): ConsumerDescription {
  const busQueue = queueName(system.bus.deadLetterQueueUrl);
  if (name === system.bus.name || name === busQueue) throw new NotRedrivableError(busQueue);
  const found = system.consumers.find(
    ({ consumer, queueUrl, deadLetterQueueUrl }) => consumer === name || queueName(queueUrl) === name || queueName(deadLetterQueueUrl) === name,
  );
  if (!found)
    throw new UnknownConsumerError(
      name,
      system.consumers.map(({ consumer }) => consumer),
    );
  return found;
}

/** Reads the dead-letter queue and lists what a redrive would move. Moves nothing. */
export async function planRedrive(sqs: SQSClient, consumer: ConsumerDescription, select: (letter: DeadLetter) => boolean = () => true): Promise<RedrivePlan> {
  const letters = (await peekDeadLetters(sqs, { ...consumer, isOfBus: false })).filter(select);
  const messages = letters
    .map(({ messageId, eventId, type, reason, error }) => ({ messageId, eventId, type, reason, error }))
    .sort((a, b) => a.messageId.localeCompare(b.messageId));
  const reasons: Record<string, number> = {};
  for (const { reason } of messages) reasons[reason] = (reasons[reason] ?? 0) + 1;
  const digest = createHash('sha256').update(JSON.stringify([consumer.consumer, messages.map(({ messageId }) => messageId)]));
  return {
    id: `p_${digest.digest('hex').slice(0, 10)}`,
    consumer: consumer.consumer,
    from: queueName(consumer.deadLetterQueueUrl),
    to: queueName(consumer.queueUrl),
    fromUrl: consumer.deadLetterQueueUrl,
    toUrl: consumer.queueUrl,
    messages,
    reasons,
  };
}

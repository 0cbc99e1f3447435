import { createHash } from 'node:crypto';
import { type DeadLetter, queueName } from '../dead-letters/dead-letter.ts';
import { countsOf } from '../dead-letters/list.ts';
import { replayNameOf } from '../dead-letters/processed-since.ts';
import { filterOf, type LetterReading, type LetterSelection, readSource } from '../dead-letters/read.ts';
import type { ConsumerDescription, System } from '../system.ts';
import type { LetterEdit } from './edit.ts';

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
  /** The one message of the plan is sent with this change. */
  readonly edit?: LetterEdit | undefined;
}

/** One message of a plan. */
export interface PlannedMessage {
  readonly messageId: string;
  readonly eventId: string | undefined;
  /** Key in the dead-letter index. */
  readonly eventKey: string;
  readonly source: string | undefined;
  readonly type: string | undefined;
  readonly reason: string;
  readonly error: string | undefined;
  readonly fingerprint: string | undefined;
  /** By it a failure after the redrive is told from the one before. */
  readonly lastFailedAt: string | undefined;
  /** Name of the archive replay that had brought the event, where one did. */
  readonly replayName: string | undefined;
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

/** Reads the dead-letter queue and lists what a redrive would move. Moves nothing. @throws {FilterInvalid} */
export async function planRedrive(reading: LetterReading, consumer: ConsumerDescription, selection: LetterSelection = {}): Promise<RedrivePlan> {
  const isMeant = filterOf(selection);
  const letters = await readSource(reading, { ...consumer, isOfBus: false });
  return planOf(consumer, withWholeKeys(consumer, letters, { meant: letters.filter((letter) => isMeant(letter, reading.nowMs)) }));
}

/** At a consumer group that keeps order one letter brings its whole key: the handler takes what is parked of it from the first on, so that the letters of the others would be left over. */
function withWholeKeys(
  { group }: ConsumerDescription,
  letters: readonly DeadLetter[],
  { meant }: { readonly meant: readonly DeadLetter[] },
): readonly DeadLetter[] {
  if (group?.order !== 'key') return meant;
  const keys = new Set(meant.map(({ partitionKey }) => partitionKey).filter((key) => key !== undefined));
  const ids = new Set(meant.map(({ messageId }) => messageId));
  return letters.filter(({ partitionKey, messageId }) => ids.has(messageId) || (partitionKey !== undefined && keys.has(partitionKey)));
}

/** The plan that moves these letters of a consumer. */
export function planOf(consumer: ConsumerDescription, letters: readonly DeadLetter[], edit?: LetterEdit): RedrivePlan {
  const messages = letters.map(plannedOf).sort((a, b) => a.messageId.localeCompare(b.messageId));
  const digest = createHash('sha256').update(JSON.stringify([consumer.consumer, messages.map(({ messageId }) => messageId), edit?.payload]));
  return {
    id: `p_${digest.digest('hex').slice(0, 10)}`,
    consumer: consumer.consumer,
    from: queueName(consumer.deadLetterQueueUrl),
    to: queueName(consumer.queueUrl),
    fromUrl: consumer.deadLetterQueueUrl,
    toUrl: consumer.queueUrl,
    messages,
    reasons: countsOf(messages.map(({ reason }) => reason)),
    edit,
  };
}

function plannedOf({ messageId, eventId, eventKey, source, type, reason, error, fingerprint, lastFailedAt, payload }: DeadLetter): PlannedMessage {
  return { messageId, eventId, eventKey, source, type, reason, error, fingerprint, lastFailedAt, replayName: replayNameOf(payload) };
}

import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { type DeadLetterSource, deadLetterSources } from '../system.ts';
import { type DeadLetterQueue, queueName } from './dead-letter.ts';
import { indexedDeadLetters } from './index-entries.ts';
import { filterOf, type LetterReading, type LetterSelection, readSource } from './read.ts';

const HOUR_MS = 3_600_000;

async function depthOf(sqs: SQSClient, queueUrl: string): Promise<{ messages: number; retentionSeconds: number }> {
  const { Attributes: attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: queueUrl,
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible', 'MessageRetentionPeriod'],
    }),
  );
  return {
    messages: Number(attributes.ApproximateNumberOfMessages ?? 0) + Number(attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
    retentionSeconds: Number(attributes.MessageRetentionPeriod ?? 0),
  };
}

/** What a line is made of: the facts of each letter that counts. */
interface Counted {
  readonly reason: string;
  readonly firstFailedAt: string | undefined;
}

/** How many there are of each. */
export function countsOf(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/**
 * One line for each dead-letter queue, the empty ones too: how many, since when, why, and until when SQS keeps them. With a filter, of the messages that it takes: the
 * queues are read then.
 */
export async function listDeadLetterQueues(reading: LetterReading, selection: LetterSelection): Promise<DeadLetterQueue[]> {
  // A filter that cannot be read is refused even where there is nothing to filter.
  filterOf(selection);
  return Promise.all(deadLetterSources(reading.system).map((source) => describeQueue(reading, source, selection)));
}

async function describeQueue(reading: LetterReading, source: DeadLetterSource, selection: LetterSelection): Promise<DeadLetterQueue> {
  const { messages: held, retentionSeconds } = await depthOf(reading.clients.sqs, source.deadLetterQueueUrl);
  const counted = held === 0 ? [] : await countedOf(reading, source, selection);
  const firstFailed = counted.map(({ firstFailedAt }) => firstFailedAt ?? '').filter((at) => at !== '');
  const oldestAt = firstFailed.sort()[0];
  return {
    consumer: source.consumer,
    queue: queueName(source.deadLetterQueueUrl),
    queueUrl: source.deadLetterQueueUrl,
    messages: selection.where === undefined ? held : counted.length,
    newInLastHour: firstFailed.filter((at) => Date.parse(at) > reading.nowMs - HOUR_MS).length,
    oldestAt,
    expiresAt: oldestAt === undefined ? undefined : new Date(Date.parse(oldestAt) + retentionSeconds * 1000).toISOString(),
    reasons: countsOf(counted.map(({ reason }) => reason)),
  };
}

async function countedOf(reading: LetterReading, source: DeadLetterSource, selection: LetterSelection): Promise<Counted[]> {
  const { clients, system, nowMs } = reading;
  if (selection.where !== undefined) {
    const isMeant = filterOf(selection);
    return (await readSource(reading, source)).filter((letter) => isMeant(letter, nowMs));
  }
  const entries = await indexedDeadLetters(clients.dynamodb, system.deadLetterIndexTableName, source.consumer);
  return entries.map(({ reason, firstFailedAt }) => ({ reason: reason?.S ?? 'unknown', firstFailedAt: firstFailedAt?.S }));
}

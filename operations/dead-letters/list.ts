import { type AttributeValue, type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Clients } from '../clients.ts';
import { type DeadLetterSource, deadLetterSources, type System } from '../system.ts';
import { type DeadLetterQueue, queueName } from './dead-letter.ts';

/** Index entries read at most for one queue's line: the counts by reason are of these. */
const PAGES_MAX = 20;

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

/** The index entries of a consumer's messages that are still dead. */
export async function indexedDeadLetters(dynamodb: DynamoDBClient, tableName: string, consumer: string): Promise<Record<string, AttributeValue>[]> {
  const items: Record<string, AttributeValue>[] = [];
  let startKey: Record<string, AttributeValue> | undefined;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const answer = await dynamodb.send(
      new QueryCommand({
        TableName: tableName,
        KeyConditionExpression: 'pk = :pk',
        FilterExpression: '#status = :dead',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ':pk': { S: `CONSUMER#${consumer}` }, ':dead': { S: 'dead' } },
        ...(startKey && { ExclusiveStartKey: startKey }),
      }),
    );
    items.push(...(answer.Items ?? []));
    startKey = answer.LastEvaluatedKey;
    if (!startKey) break;
  }
  return items;
}

/** One line for each dead-letter queue, the empty ones too: how many, since when, why, and until when SQS keeps them. */
export async function listDeadLetterQueues(clients: Clients, system: System, nowMs: number): Promise<DeadLetterQueue[]> {
  return Promise.all(deadLetterSources(system).map((source) => describeQueue(clients, system, source, nowMs)));
}

async function describeQueue(clients: Clients, system: System, { consumer, deadLetterQueueUrl }: DeadLetterSource, nowMs: number): Promise<DeadLetterQueue> {
  const { messages, retentionSeconds } = await depthOf(clients.sqs, deadLetterQueueUrl);
  const indexed = messages === 0 ? [] : await indexedDeadLetters(clients.dynamodb, system.deadLetterIndexTableName, consumer);
  const reasons: Record<string, number> = {};
  for (const { reason } of indexed) reasons[reason?.S ?? 'unknown'] = (reasons[reason?.S ?? 'unknown'] ?? 0) + 1;
  const firstFailed = indexed.map(({ firstFailedAt }) => firstFailedAt?.S ?? '').filter((at) => at !== '');
  const oldestAt = firstFailed.sort()[0];
  return {
    consumer,
    queue: queueName(deadLetterQueueUrl),
    queueUrl: deadLetterQueueUrl,
    messages,
    newInLastHour: firstFailed.filter((at) => Date.parse(at) > nowMs - HOUR_MS).length,
    oldestAt,
    expiresAt: oldestAt === undefined ? undefined : new Date(Date.parse(oldestAt) + retentionSeconds * 1000).toISOString(),
    reasons,
  };
}

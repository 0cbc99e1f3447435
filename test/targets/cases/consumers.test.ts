import { GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetQueueAttributesCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { describe, expect } from 'vitest';
import { onEveryTarget, type Target } from '../target.ts';

/** The dead letters of an owner, a consumer or the bus, that the index lists. */
async function lettersOf(target: Target, owner: string): Promise<Record<string, unknown>[]> {
  const query = new QueryCommand({
    TableName: target.system.deadLetterIndexTableName,
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': { S: `CONSUMER#${owner}` } },
  });
  const { Items: items = [] } = await target.clients.dynamodb.send(query);
  return items.map((item) => unmarshall(item));
}

/** Messages in a queue, those that another test has in hand too. */
async function depth(target: Target, queueUrl: string): Promise<number> {
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const { Attributes: counts } = await target.clients.sqs.send(new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...names] }));
  return names.reduce((sum, name) => sum + Number(counts?.[name]), 0);
}

/** A day of this test's own, far from all others. */
function dayOf({ unique }: Target): string {
  const days = [...unique].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 200_000, 7);
  return new Date(Date.UTC(2100, 0, 1) + days * 86_400_000).toISOString();
}

/** Sign-ups of a day; `undefined` where none was counted. */
async function countOf(target: Target, table: string | undefined, day: string): Promise<number | undefined> {
  const Key = { pk: { S: `DAY#${day}` }, sk: { S: 'SIGN_UPS' } };
  const { Item: item } = await target.clients.dynamodb.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true }));
  return item ? Number(unmarshall(item)['signUps']) : undefined;
}

function signedUp(target: Target, signedUpAt: string): Record<string, unknown> {
  const userId = target.unique;
  return {
    specversion: '1.0',
    id: `${target.unique}-event`,
    source: 'tickertape.users',
    type: 'UserSignedUp',
    time: '2026-01-05T08:00:00.000Z',
    subject: userId,
    datacontenttype: 'application/json',
    dataschema: 'tickertape:users/user-signed-up/v1.0',
    correlationid: `${target.unique}-event`,
    causationid: `${target.unique}-event`,
    traceparent: '00-00000000000000000000000000000001-0000000000000001-01',
    partitionkey: userId,
    flow: 'choreography',
    data: { userId, name: 'Ada', email: `${userId}@example.com`, signedUpAt },
  };
}

describe('consumers', () => {
  onEveryTarget('a message that is no event goes to the dead-letter queue at once, and the index says why', async (target) => {
    const consumer = target.system.consumers.find(({ consumer: name }) => name === 'users-profile');
    await target.complete(target.clients.sqs.send(new SendMessageCommand({ QueueUrl: consumer?.queueUrl, MessageBody: `{"by": "${target.unique}"}` })));
    const letter = await target.eventually('the index lists the message', async () =>
      (await lettersOf(target, 'users-profile')).find(({ payload }) => String(payload).includes(target.unique)),
    );
    expect(letter).toMatchObject({ reason: 'malformed', status: 'dead' });
    const held = await target.eventually('the queue holds it', async () => (await depth(target, consumer?.deadLetterQueueUrl ?? '')) || undefined);
    expect(held).toBeGreaterThan(0);
  });

  onEveryTarget('an event without an envelope goes from the bus to the dead-letter queue of the bus', async (target) => {
    const entry = { EventBusName: target.system.busName, Source: 'by.hand', DetailType: 'SomethingHappened', Detail: `{"by":"${target.unique}"}` };
    await target.complete(target.clients.eventbridge.send(new PutEventsCommand({ Entries: [entry] })));
    const found = await target.eventually('the queue of the bus holds it', async () => {
      const count = await depth(target, target.system.bus.deadLetterQueueUrl);
      return count > 0 ? count : undefined;
    });
    expect(found).toBeGreaterThan(0);
  });

  onEveryTarget('an event that is published twice has its effect once', async (target) => {
    const signedUpAt = dayOf(target);
    const detail = JSON.stringify(signedUp(target, signedUpAt));
    const entry = { EventBusName: target.system.busName, Source: 'tickertape.users', DetailType: 'UserSignedUp', Detail: detail };
    const { FailedEntryCount: failed } = await target.complete(target.clients.eventbridge.send(new PutEventsCommand({ Entries: [entry, entry] })));
    expect(failed).toBe(0);
    const consumer = target.system.consumers.find(({ consumer: name }) => name === 'analytics');
    const signUps = (): Promise<number | undefined> => countOf(target, consumer?.tableName, signedUpAt.slice(0, 10));
    await target.eventually('the sign-up is counted', signUps);
    await target.eventually('the queue is empty', async () => ((await depth(target, consumer?.queueUrl ?? '')) === 0 ? true : undefined));
    await target.pass(2_000);
    expect(await target.complete(signUps())).toBe(1);
  });
});

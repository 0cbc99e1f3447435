import { CreateTopicCommand, PublishBatchCommand, PublishCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, GetQueueAttributesCommand, type Message, ReceiveMessageCommand, SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { describe, expect } from 'vitest';
import { onEveryTarget, type Target } from '../target.ts';

/** A queue that a topic may send to, subscribed with these attributes. */
async function subscribed(
  target: Target,
  topicArn: string,
  name: string,
  attributes: Record<string, string>,
  queue: Record<string, string> = {},
): Promise<string> {
  const { sns, sqs } = target.clients;
  const { QueueUrl: url = '' } = await target.complete(sqs.send(new CreateQueueCommand({ QueueName: `${target.unique}-${name}`, Attributes: queue })));
  const { Attributes: found } = await target.complete(sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] })));
  const arn = found?.['QueueArn'] ?? '';
  const statement = {
    Effect: 'Allow',
    Principal: { Service: 'sns.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: arn,
    Condition: { ArnEquals: { 'aws:SourceArn': topicArn } },
  };
  const policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  await target.complete(sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { Policy: policy } })));
  await target.complete(sns.send(new SubscribeCommand({ TopicArn: topicArn, Protocol: 'sqs', Endpoint: arn, Attributes: attributes })));
  return url;
}

async function createTopic(target: Target, name: string, attributes: Record<string, string> = {}): Promise<string> {
  const { TopicArn: arn = '' } = await target.complete(
    target.clients.sns.send(new CreateTopicCommand({ Name: `${target.unique}-${name}`, Attributes: attributes })),
  );
  return arn;
}

async function received(target: Target, url: string, count: number): Promise<Message[]> {
  const all: Message[] = [];
  await target.eventually(`${count} messages arrive`, async () => {
    const command = new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] });
    const { Messages: some = [] } = await target.clients.sqs.send(command);
    all.push(...some);
    return all.length >= count ? true : undefined;
  });
  return all;
}

describe('topics', () => {
  onEveryTarget('a message goes to each queue whose filter it passes, raw or in an envelope', async (target) => {
    const topicArn = await createTopic(target, 'topic');
    const raw = await subscribed(target, topicArn, 'raw', { RawMessageDelivery: 'true', FilterPolicy: JSON.stringify({ kind: ['order'] }) });
    const body = await subscribed(target, topicArn, 'body', {
      FilterPolicyScope: 'MessageBody',
      FilterPolicy: JSON.stringify({ cents: [{ numeric: ['>=', 100] }] }),
    });
    const publish = (message: object, kind: string): Promise<unknown> =>
      target.complete(
        target.clients.sns.send(
          new PublishCommand({ TopicArn: topicArn, Message: JSON.stringify(message), MessageAttributes: { kind: { DataType: 'String', StringValue: kind } } }),
        ),
      );
    await publish({ n: 1, cents: 100 }, 'invoice');
    await publish({ n: 2, cents: 1 }, 'order');
    await publish({ n: 3, cents: 500 }, 'order');
    const rawOnes = await received(target, raw, 2);
    expect(rawOnes.map(({ Body = '' }) => JSON.parse(Body).n).sort()).toEqual([2, 3]);
    expect(rawOnes[0]?.MessageAttributes?.['kind']?.StringValue).toBe('order');
    const envelopes = (await received(target, body, 2)).map(({ Body = '' }) => JSON.parse(Body));
    expect(envelopes.map(({ Message }) => JSON.parse(Message).n).sort()).toEqual([1, 3]);
    expect(envelopes[0]).toMatchObject({ Type: 'Notification', TopicArn: topicArn, MessageAttributes: { kind: { Type: 'String' } } });
  });

  onEveryTarget('a FIFO topic brings a batch in order, each message once', async (target) => {
    const fifo = { FifoTopic: 'true', ContentBasedDeduplication: 'true' };
    const topicArn = await createTopic(target, 'topic.fifo', fifo);
    const url = await subscribed(target, topicArn, 'queue.fifo', { RawMessageDelivery: 'true' }, { FifoQueue: 'true' });
    const entries = ['1', '2', '3', '1'].map((text, index) => ({ Id: `e${index}`, Message: text, MessageGroupId: 'a' }));
    const { Failed: failed = [] } = await target.complete(
      target.clients.sns.send(new PublishBatchCommand({ TopicArn: topicArn, PublishBatchRequestEntries: entries })),
    );
    expect(failed).toEqual([]);
    expect((await received(target, url, 3)).map(({ Body }) => Body)).toEqual(['1', '2', '3']);
  });
});

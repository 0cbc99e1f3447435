import { describe, expect, it } from 'vitest';
import { topicArn, world } from './sns-world.ts';

describe('a topic', () => {
  it.each([
    ['', {}],
    ['a'.repeat(257), {}],
    ['bad name', {}],
    ['bad.name', {}],
    ['orders.fifo', {}],
    ['orders', { FifoTopic: 'true' }],
  ])('is refused under the name %j with %j', async (Name, Attributes) => {
    await expect(world().call('CreateTopic', { Name, Attributes })).rejects.toMatchObject({
      code: 'InvalidParameterException',
      message: 'Invalid parameter: Topic Name',
    });
  });

  it('is answered as it is where the attributes given are its own', async () => {
    const { call } = world();
    await call('CreateTopic', { Name: 'orders', Attributes: { DisplayName: 'Orders' }, Tags: [{ Key: 'a', Value: '1' }] });
    expect(await call('CreateTopic', { Name: 'orders', Attributes: { FifoTopic: 'false', SignatureVersion: '1' } })).toEqual({ TopicArn: topicArn('orders') });
    await expect(call('CreateTopic', { Name: 'orders', Attributes: { DisplayName: 'Other' } })).rejects.toThrow(
      'Invalid parameter: Attributes Reason: Topic already exists with different attributes',
    );
    await expect(call('CreateTopic', { Name: 'orders', Tags: [{ Key: 'a', Value: '2' }] })).rejects.toThrow(
      'Invalid parameter: Tags Reason: Topic already exists with different tags',
    );
  });

  it('shows what it is, and what a FIFO topic is besides', async () => {
    const { call } = world();
    await call('CreateTopic', { Name: 'orders' });
    await call('CreateTopic', { Name: 'orders.fifo', Attributes: { FifoTopic: 'TRUE', ContentBasedDeduplication: 'true' } });
    const of = async (name: string) => (await call<{ Attributes: Record<string, string> }>('GetTopicAttributes', { TopicArn: topicArn(name) })).Attributes;
    const standard = await of('orders');
    expect(Object.keys(standard).sort()).toEqual([
      'DisplayName',
      'EffectiveDeliveryPolicy',
      'Owner',
      'Policy',
      'SubscriptionsConfirmed',
      'SubscriptionsDeleted',
      'SubscriptionsPending',
      'TopicArn',
    ]);
    expect(await of('orders.fifo')).toMatchObject({ FifoTopic: 'true', ContentBasedDeduplication: 'true', DisplayName: '' });
  });

  it.each([
    ['Nonsense', 'x', 'Invalid parameter: AttributeName'],
    ['FifoTopic', 'true', 'Invalid parameter: AttributeName'],
    ['MaximumMessageSize', '1023', 'Invalid parameter: MaximumMessageSize: Invalid value [1023]. Must be between 1024 and 1048576.'],
    ['ContentBasedDeduplication', 'true', 'Invalid parameter: Content-based deduplication can only be set for FIFO topics'],
    ['Policy', '{', 'Invalid parameter: Policy Error: null'],
  ])('refuses the attribute %s = %s', async (AttributeName, AttributeValue, message) => {
    const { call } = world();
    await call('CreateTopic', { Name: 'orders' });
    await expect(call('SetTopicAttributes', { TopicArn: topicArn('orders'), AttributeName, AttributeValue })).rejects.toThrow(message);
  });

  it.each(['ArchivePolicy', 'DeliveryPolicy', 'SQSSuccessFeedbackRoleArn'])('names %s as not emulated', async (AttributeName) => {
    const { call } = world();
    await call('CreateTopic', { Name: 'orders' });
    await expect(call('SetTopicAttributes', { TopicArn: topicArn('orders'), AttributeName, AttributeValue: 'x' })).rejects.toMatchObject({
      name: 'NotEmulated',
      what: `The topic attribute ${AttributeName}`,
    });
  });

  it('takes permissions by label, and gives them back', async () => {
    const { call } = world();
    await call('CreateTopic', { Name: 'orders' });
    const add = (more: object) =>
      call('AddPermission', { TopicArn: topicArn('orders'), Label: 'partner', AWSAccountId: ['222222222222'], ActionName: ['Publish'], ...more });
    const statements = async () => {
      const { Attributes } = await call<{ Attributes: Record<string, string> }>('GetTopicAttributes', { TopicArn: topicArn('orders') });
      return JSON.parse(Attributes['Policy'] ?? '').Statement;
    };
    await add({});
    expect((await statements())[1]).toEqual({
      Sid: 'partner',
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::222222222222:root' },
      Action: 'SNS:Publish',
      Resource: topicArn('orders'),
    });
    await expect(add({})).rejects.toThrow('Invalid parameter: Statement already exists');
    await expect(add({ Label: 'other', ActionName: ['InvalidAction'] })).rejects.toThrow('Invalid parameter: Policy statement action out of service scope!');
    await call('RemovePermission', { TopicArn: topicArn('orders'), Label: 'partner' });
    expect(await statements()).toHaveLength(1);
  });

  it('has tags, each key once', async () => {
    const { call } = world();
    await call('CreateTopic', { Name: 'orders' });
    const ResourceArn = topicArn('orders');
    await call('TagResource', {
      ResourceArn,
      Tags: [
        { Key: 'a', Value: '1' },
        { Key: 'b', Value: '2' },
      ],
    });
    await call('TagResource', { ResourceArn, Tags: [{ Key: 'a', Value: '3' }] });
    await call('UntagResource', { ResourceArn, TagKeys: ['b'] });
    expect(await call('ListTagsForResource', { ResourceArn })).toEqual({ Tags: [{ Key: 'a', Value: '3' }] });
    const twice = [
      { Key: 'a', Value: '1' },
      { Key: 'a', Value: '1' },
    ];
    await expect(call('TagResource', { ResourceArn, Tags: twice })).rejects.toThrow('Invalid parameter: Duplicated keys are not allowed.');
    const many = Array.from({ length: 51 }, (_, index) => ({ Key: `k${index}`, Value: '' }));
    await expect(call('TagResource', { ResourceArn, Tags: many })).rejects.toMatchObject({ code: 'TagLimitExceededException' });
    await expect(call('ListTagsForResource', { ResourceArn: topicArn('none') })).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  });

  it('is listed by the hundred', async () => {
    const { call } = world();
    for (let index = 0; index < 101; index += 1) await call('CreateTopic', { Name: `topic-${index}` });
    const first = await call<{ Topics: object[]; NextToken: string }>('ListTopics');
    const second = await call<{ Topics: object[]; NextToken?: string }>('ListTopics', { NextToken: first.NextToken });
    expect([first.Topics.length, second.Topics.length, second.NextToken]).toEqual([100, 1, undefined]);
    await expect(call('ListTopics', { NextToken: 'nonsense' })).rejects.toThrow('Invalid parameter: NextToken');
  });

  it('is gone with its subscriptions once it is deleted, and need not exist to be', async () => {
    const { call } = world();
    await call('CreateTopic', { Name: 'orders' });
    await call('Subscribe', { TopicArn: topicArn('orders'), Protocol: 'sqs', Endpoint: 'arn:aws:sqs:us-east-1:111111111111:queue' });
    await call('DeleteTopic', { TopicArn: topicArn('orders') });
    await call('DeleteTopic', { TopicArn: topicArn('orders') });
    expect(await call('ListSubscriptions')).toEqual({ Subscriptions: [] });
    await expect(call('GetTopicAttributes', { TopicArn: topicArn('orders') })).rejects.toMatchObject({
      code: 'NotFoundException',
      message: 'Topic does not exist',
    });
    await expect(call('DeleteTopic', { TopicArn: 'orders' })).rejects.toThrow(
      'Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1',
    );
  });
});

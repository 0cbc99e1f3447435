import { describe, expect, it } from 'vitest';
import { sqsWorld } from './sqs-world.ts';

const arn = 'arn:aws:sqs:us-east-1:111111111111:q';

describe('queue attributes', () => {
  it('have the defaults of AWS', async () => {
    const world = sqsWorld();
    await world.create('q');
    const { Attributes: attributes } = await world.call<{ Attributes: object }>('GetQueueAttributes', { QueueUrl: 'q', AttributeNames: ['All'] });
    expect(attributes).toEqual({
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesDelayed: '0',
      ApproximateNumberOfMessagesNotVisible: '0',
      CreatedTimestamp: '1800000000',
      DelaySeconds: '0',
      LastModifiedTimestamp: '1800000000',
      MaximumMessageSize: '1048576',
      MessageRetentionPeriod: '345600',
      QueueArn: arn,
      ReceiveMessageWaitTimeSeconds: '0',
      SqsManagedSseEnabled: 'true',
      VisibilityTimeout: '30',
    });
    expect(await world.call('GetQueueAttributes', { QueueUrl: 'q' })).toEqual({});
    expect(await world.call('GetQueueAttributes', { QueueUrl: 'q', AttributeNames: ['Policy'] })).toEqual({});
    await expect(world.call('GetQueueAttributes', { QueueUrl: 'q', AttributeNames: ['Nonsense'] })).rejects.toMatchObject({ code: 'InvalidAttributeName' });
  });

  it.each([
    [{ FifoQueue: 'false' }, 'InvalidAttributeName', 'Unknown Attribute FifoQueue.'],
    [{ ContentBasedDeduplication: 'false' }, 'InvalidAttributeName', 'Unknown Attribute ContentBasedDeduplication.'],
    [{ DeduplicationScope: 'queue' }, 'InvalidAttributeName', 'You can specify the DeduplicationScope only when FifoQueue is set to true.'],
    [{ FifoThroughputLimit: 'perQueue' }, 'InvalidAttributeName', 'You can specify the FifoThroughputLimit only when FifoQueue is set to true.'],
    [{ VisibilityTimeout: '43201' }, 'InvalidAttributeValue', 'Invalid value for the parameter VisibilityTimeout.'],
    [{ DelaySeconds: 'soon' }, 'InvalidAttributeValue', 'Invalid value for the parameter DelaySeconds.'],
    [{ Policy: '{' }, 'InvalidAttributeValue', 'Invalid value for the parameter Policy.'],
    [{ QueueArn: 'x' }, 'InvalidAttributeName', 'Unknown Attribute QueueArn.'],
  ])('refuses %o on a standard queue', async (attributes, code, message) => {
    await expect(sqsWorld().create('q', attributes as unknown as Record<string, string>)).rejects.toMatchObject({ code, message });
  });

  it('refuses another type afterwards', async () => {
    const world = sqsWorld();
    await world.create('q');
    await world.create('q.fifo', { FifoQueue: 'True' });
    const set = (name: string, value: string) => world.call('SetQueueAttributes', { QueueUrl: name, Attributes: { FifoQueue: value } });
    await expect(set('q', 'true')).rejects.toMatchObject({ code: 'InvalidAttributeName', message: 'Unknown Attribute FifoQueue.' });
    await set('q.fifo', 'true');
    await expect(set('q.fifo', 'false')).rejects.toMatchObject({
      code: 'InvalidAttributeValue',
      message: 'Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.',
    });
  });

  it('make a second creation the same queue only where none differs', async () => {
    const world = sqsWorld();
    const url = await world.create('q', { DelaySeconds: '1', ReceiveMessageWaitTimeSeconds: '1' });
    expect(await world.create('q', { DelaySeconds: '1' })).toBe(url);
    await expect(world.create('q', { DelaySeconds: '2' })).rejects.toMatchObject({
      code: 'QueueNameExists',
      message: 'A queue already exists with the same name and a different value for attribute DelaySeconds',
    });
  });

  it('switch between a key and managed encryption', async () => {
    const world = sqsWorld();
    await world.create('q');
    const names = ['KmsMasterKeyId', 'KmsDataKeyReusePeriodSeconds', 'SqsManagedSseEnabled'];
    const read = async () => (await world.call<{ Attributes: object }>('GetQueueAttributes', { QueueUrl: 'q', AttributeNames: names })).Attributes;
    const set = (attributes: object) => world.call('SetQueueAttributes', { QueueUrl: 'q', Attributes: attributes });
    await set({ KmsMasterKeyId: 'testKeyId', KmsDataKeyReusePeriodSeconds: '6000' });
    expect(await read()).toEqual({ KmsMasterKeyId: 'testKeyId', KmsDataKeyReusePeriodSeconds: '6000', SqsManagedSseEnabled: 'false' });
    await set({ KmsMasterKeyId: '', KmsDataKeyReusePeriodSeconds: '300' });
    expect(await read()).toEqual({ SqsManagedSseEnabled: 'false' });
    await set({ SqsManagedSseEnabled: 'true' });
    expect(await read()).toEqual({ SqsManagedSseEnabled: 'true' });
  });

  it('shorten the retention of messages that are there', async () => {
    const world = sqsWorld();
    await world.create('q');
    await world.send('q', 'a');
    await world.wait(100_000);
    await world.call('SetQueueAttributes', { QueueUrl: 'q', Attributes: { MessageRetentionPeriod: '60' } });
    expect(await world.counts('q')).toMatchObject({ visible: 0 });
  });
});

describe('permissions', () => {
  it('come and go by label, as statements of the policy', async () => {
    const world = sqsWorld();
    await world.create('q');
    const add = (label: string, accounts: string[]) =>
      world.call('AddPermission', { QueueUrl: 'q', Label: label, AWSAccountIds: accounts, Actions: ['ReceiveMessage'] });
    const policy = async () => {
      const { Attributes: attributes } = await world.call<{ Attributes?: { Policy: string } }>('GetQueueAttributes', {
        QueueUrl: 'q',
        AttributeNames: ['Policy'],
      });
      return attributes && JSON.parse(attributes.Policy);
    };
    await add('one', ['111111111111']);
    await expect(add('one', ['222222222222'])).rejects.toMatchObject({ message: 'Value one for parameter Label is invalid. Reason: Already exists.' });
    await add('two', ['222222222222', '333333333333']);
    expect(await policy()).toEqual({
      Version: '2008-10-17',
      Id: `${arn}/SQSDefaultPolicy`,
      Statement: [
        { Sid: 'one', Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::111111111111:root' }, Action: 'SQS:ReceiveMessage', Resource: arn },
        {
          Sid: 'two',
          Effect: 'Allow',
          Principal: { AWS: ['arn:aws:iam::222222222222:root', 'arn:aws:iam::333333333333:root'] },
          Action: 'SQS:ReceiveMessage',
          Resource: arn,
        },
      ],
    });
    await world.call('RemovePermission', { QueueUrl: 'q', Label: 'one' });
    await world.call('RemovePermission', { QueueUrl: 'q', Label: 'two' });
    expect(await policy()).toBeUndefined();
    await expect(world.call('RemovePermission', { QueueUrl: 'q', Label: 'two' })).rejects.toMatchObject({
      message: "Value two for parameter Label is invalid. Reason: can't find label.",
    });
  });
});

describe('queues as a list', () => {
  it('come by prefix and in pages', async () => {
    const world = sqsWorld();
    for (const name of ['b2', 'a1', 'b1', 'b3']) await world.create(name);
    const url = (name: string) => `http://127.0.0.1:4566/111111111111/${name}`;
    const first = await world.call<{ NextToken: string }>('ListQueues', { QueueNamePrefix: 'b', MaxResults: 2 });
    expect(first).toMatchObject({ QueueUrls: [url('b1'), url('b2')] });
    expect(await world.call('ListQueues', { QueueNamePrefix: 'b', MaxResults: 2, NextToken: first.NextToken })).toEqual({ QueueUrls: [url('b3')] });
    expect(await world.call('ListQueues', { QueueNamePrefix: 'c' })).toEqual({});
  });

  it('carry tags', async () => {
    const world = sqsWorld();
    await world.create('q');
    await world.call('TagQueue', { QueueUrl: 'q', Tags: { a: '1', b: '2' } });
    await world.call('UntagQueue', { QueueUrl: 'q', TagKeys: ['a'] });
    expect(await world.call('ListQueueTags', { QueueUrl: 'q' })).toEqual({ Tags: { b: '2' } });
  });
});

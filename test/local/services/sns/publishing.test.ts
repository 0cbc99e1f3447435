import { describe, expect, it } from 'vitest';
import { functionArn, subscribed, topicArn, world } from './sns-world.ts';

const text = (StringValue: string, DataType = 'String') => ({ DataType, StringValue });

describe('a published message', () => {
  it('reaches a queue in its envelope, and a function in an event', async () => {
    const w = world();
    const SubscriptionArn = await subscribed(w);
    await w.call('Subscribe', { TopicArn: topicArn('orders'), Protocol: 'lambda', Endpoint: functionArn('f') });
    const attributes = { size: text('7', 'Number'), raw: { DataType: 'Binary', BinaryValue: Buffer.from([2, 3, 4]) } };
    const { MessageId } = await w.call('Publish', { TopicArn: topicArn('orders'), Message: 'a "b"', Subject: 'Hello', MessageAttributes: attributes });
    await w.kernel.run();
    const [queue, fn] = w.received;
    expect(queue?.principal).toEqual({ type: 'service', service: 'sns.amazonaws.com', sourceArn: topicArn('orders') });
    expect(queue?.payload.attributes).toBeUndefined();
    const common = {
      Type: 'Notification',
      MessageId,
      TopicArn: topicArn('orders'),
      Subject: 'Hello',
      Message: 'a "b"',
      Timestamp: '2026-01-01T00:00:00.000Z',
      SignatureVersion: '1',
      MessageAttributes: { size: { Type: 'Number', Value: '7' }, raw: { Type: 'Binary', Value: 'AgME' } },
    };
    expect(JSON.parse(queue?.payload.body ?? '')).toMatchObject({ ...common, UnsubscribeURL: expect.stringContaining(SubscriptionArn) });
    expect(queue?.payload.body.startsWith('{\n  "Type" : "Notification",\n  "MessageId" : "')).toBe(true);
    expect(JSON.parse(fn?.payload.body ?? '')).toMatchObject({ Records: [{ EventSource: 'aws:sns', EventVersion: '1.0', Sns: common }] });
    expect(w.measured()).toMatchObject({
      NumberOfMessagesPublished: 1,
      NumberOfNotificationsDelivered: 2,
      PublishSize: 5 + 'sizeNumber7'.length + 'rawBinary'.length + 3,
    });
  });

  it('is itself where delivery is raw, with its attributes', async () => {
    const w = world();
    await subscribed(w, { attributes: { RawMessageDelivery: 'true' } });
    await w.call('Publish', { TopicArn: topicArn('orders'), Message: 'raw', MessageGroupId: 'tenant', MessageAttributes: { a: text('b') } });
    await w.kernel.run();
    expect(w.received.map(({ payload }) => payload)).toEqual([{ body: 'raw', attributes: { a: text('b') }, messageGroupId: 'tenant' }]);
  });

  it('has a text for each protocol where its structure is json', async () => {
    const w = world();
    await subscribed(w, { attributes: { RawMessageDelivery: 'true' } });
    await w.call('Subscribe', { TopicArn: topicArn('orders'), Protocol: 'lambda', Endpoint: functionArn('f') });
    await w.call('Publish', { TopicArn: topicArn('orders'), MessageStructure: 'json', Message: '{"default":"all","sqs":"queue","http":{"no":"text"}}' });
    await w.kernel.run();
    expect(w.received[0]?.payload.body).toBe('queue');
    expect(JSON.parse(w.received[1]?.payload.body ?? '').Records[0].Sns.Message).toBe('all');
  });

  it.each([
    ['without text', { Message: '' }, 'Invalid parameter: Empty message'],
    ['with an empty subject', { Subject: '' }, 'Invalid parameter: Subject'],
    ['with a subject of two lines', { Subject: 'a\nb' }, 'Invalid parameter: Subject'],
    ['with a subject of 101 characters', { Subject: 'a'.repeat(101) }, 'Invalid parameter: Subject'],
    ['of more than 256 KiB', { Message: 'a'.repeat(262_145) }, 'Invalid parameter: Message too long'],
    ['of 256 KiB with attributes', { Message: 'a'.repeat(262_140), MessageAttributes: { a: text('b') } }, 'Invalid parameter: Message too long'],
    [
      'of json without default',
      { Message: '{"sqs":"x"}', MessageStructure: 'json' },
      'Invalid parameter: Message Structure - No default entry in JSON message body',
    ],
    ['of json whose default is no text', { Message: '{"default":{}}', MessageStructure: 'json' }, 'Message Structure - No default entry in JSON message body'],
    [
      'of json that is none',
      { Message: '{"default":"x"} }', MessageStructure: 'json' },
      'Invalid parameter: Message Structure - JSON message body failed to parse',
    ],
    ['with a deduplication id', { MessageDeduplicationId: 'x' }, 'MessageDeduplicationId parameter that is not valid for this topic type'],
    [
      'with an attribute of no value',
      { MessageAttributes: { a: text('') } },
      "The message attribute 'a' must contain non-empty message attribute value for message attribute type 'String'.",
    ],
    [
      'with bytes for text',
      { MessageAttributes: { a: { DataType: 'Number', BinaryValue: Buffer.from('1') } } },
      "The message attribute 'a' with type 'Number' must use field 'String'.",
    ],
    ['with text for bytes', { MessageAttributes: { a: text('1', 'Binary') } }, "The message attribute 'a' with type 'Binary' must use field 'Binary'."],
    ['with an unknown type', { MessageAttributes: { a: text('1', 'Stringprefixed') } }, "The message attribute 'a' has an invalid message attribute type"],
    ['with a number that is none', { MessageAttributes: { a: text('x', 'Number') } }, "Could not cast message attribute 'a' value to number."],
    ['with a long attribute name', { MessageAttributes: { ['a'.repeat(257)]: text('1') } }, 'Length of message attribute name must be less than 256 bytes.'],
    [
      'with a foreign character',
      { MessageAttributes: { 'a^': text('1') } },
      "Invalid non-alphanumeric character '#x5E' was found in the message attribute name.",
    ],
    ['with a dot first', { MessageAttributes: { '.a': text('1') } }, "Invalid message attribute name starting with character '.' was found."],
    ['with a dot last', { MessageAttributes: { 'a.': text('1') } }, "Invalid message attribute name ending with character '.' was found."],
    ['with two dots', { MessageAttributes: { 'a..b': text('1') } }, "Message attribute name can not have successive '.' character."],
    ['to nothing', { TopicArn: undefined }, 'Invalid parameter: TopicArn or TargetArn Reason: no value for required parameter'],
    ['to a device', { TopicArn: undefined, TargetArn: topicArn('endpoint/APNS/app/id') }, 'No endpoint found for the target arn specified'],
  ])('is refused %s', async (_, more, message) => {
    const w = world();
    await w.call('CreateTopic', { Name: 'orders' });
    await expect(w.call('Publish', { TopicArn: topicArn('orders'), Message: 'x', ...more })).rejects.toThrow(message);
  });

  it('may be as long as its topic says', async () => {
    const w = world();
    await w.call('CreateTopic', { Name: 'orders', Attributes: { MaximumMessageSize: '1048576' } });
    expect(await w.call('Publish', { TopicArn: topicArn('orders'), Message: 'a'.repeat(1_048_576) })).toHaveProperty('MessageId');
  });

  it('names a phone number as not emulated', async () => {
    await expect(world().call('Publish', { PhoneNumber: '+123', Message: 'x' })).rejects.toMatchObject({ name: 'NotEmulated' });
  });

  it('comes from another service as a delivery', async () => {
    const w = world();
    await subscribed(w, { attributes: { RawMessageDelivery: 'true' } });
    const payload = { body: 'ALARM', subject: 'Alarm', messageDeduplicationId: 'left out' };
    const outcome = await w.kernel.deliver({
      to: topicArn('orders'),
      payload,
      principal: { type: 'service', service: 'cloudwatch.amazonaws.com', sourceArn: undefined },
    });
    expect(outcome.status).toBe('accepted');
    await w.kernel.run();
    expect(w.received.map(({ to, payload: { body } }) => [to, body])).toEqual([['queue', 'ALARM']]);
  });
});

describe('a batch', () => {
  const batch = (w: ReturnType<typeof world>, entries: object[], topic = 'orders') =>
    w.call<{ Successful: object[]; Failed: object[] }>('PublishBatch', { TopicArn: topicArn(topic), PublishBatchRequestEntries: entries });

  it('answers for each entry, those that failed too', async () => {
    const w = world();
    await subscribed(w, { attributes: { RawMessageDelivery: 'true' } });
    const { Successful, Failed } = await batch(w, [
      { Id: '1', Message: 'one' },
      { Id: '2', Message: '' },
      { Id: '3', Message: 'three', Subject: ' ' },
    ]);
    await w.kernel.run();
    expect(Successful).toEqual([{ Id: '1', MessageId: expect.any(String) }]);
    expect(Failed).toEqual([
      { Id: '2', Code: 'InvalidParameter', Message: 'Invalid parameter: Empty message', SenderFault: true },
      { Id: '3', Code: 'InvalidParameter', Message: 'Invalid parameter: Subject', SenderFault: true },
    ]);
    expect(w.received.map(({ payload }) => payload.body)).toEqual(['one']);
  });

  it.each([
    ['of none', [], 'EmptyBatchRequestException'],
    ['of eleven', Array.from({ length: 11 }, (_, Id) => ({ Id: String(Id), Message: 'x' })), 'TooManyEntriesInBatchRequestException'],
    [
      'with one id twice',
      [
        { Id: '1', Message: 'x' },
        { Id: '1', Message: 'x' },
      ],
      'BatchEntryIdsNotDistinctException',
    ],
    ['with an id that is none', [{ Id: 'a b', Message: 'x' }], 'InvalidBatchEntryIdException'],
    [
      'of too much text',
      [
        { Id: '1', Message: 'x'.repeat(200_000) },
        { Id: '2', Message: 'x'.repeat(100_000) },
      ],
      'BatchRequestTooLongException',
    ],
    [
      'with an attribute of no value',
      [
        { Id: '1', Message: 'x', MessageAttributes: { a: text('') } },
        { Id: '2', Message: 'x' },
      ],
      'InvalidParameterValueException',
    ],
  ])('is refused %s', async (_, entries, code) => {
    const w = world();
    await subscribed(w);
    await expect(batch(w, entries)).rejects.toMatchObject({ code });
    await w.kernel.run();
    expect(w.received).toEqual([]);
  });

  it('needs what a FIFO topic needs, for each entry', async () => {
    const w = world();
    await subscribed(w, { topic: 'orders.fifo', queue: 'queue.fifo' });
    await expect(batch(w, [{ Id: '1', Message: 'x' }], 'orders.fifo')).rejects.toThrow('The MessageGroupId parameter is required for FIFO topics');
    await expect(batch(w, [{ Id: '1', Message: 'x', MessageGroupId: 'g' }], 'orders.fifo')).rejects.toThrow(
      'The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    );
  });

  it('goes nowhere where there is no topic', async () => {
    await expect(batch(world(), [{ Id: '1', Message: 'x' }])).rejects.toThrow('Topic does not exist');
  });

  it('reaches every subscription', async () => {
    const w = world();
    await subscribed(w, { queue: 'one' });
    await subscribed(w, { queue: 'two' });
    await batch(w, [
      { Id: '1', Message: 'x' },
      { Id: '2', Message: 'y' },
    ]);
    await w.kernel.run();
    expect(w.received.map(({ to }) => to).sort()).toEqual(['one', 'one', 'two', 'two']);
  });
});

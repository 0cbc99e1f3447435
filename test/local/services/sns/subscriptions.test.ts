import { describe, expect, it } from 'vitest';
import { functionArn, queueArn, subscribed, topicArn, world } from './sns-world.ts';

const subscribe = ({ call }: ReturnType<typeof world>, more: object): Promise<Record<string, string>> =>
  call('Subscribe', { TopicArn: topicArn('orders'), Protocol: 'sqs', Endpoint: queueArn('queue'), ...more });

describe('a subscription', () => {
  it('is confirmed at once and shows its attributes, of a policy only where it has one', async () => {
    const w = world();
    const SubscriptionArn = await subscribed(w, { attributes: { RawMessageDelivery: 'TrUe', FilterPolicyScope: 'MessageBody', FilterPolicy: '' } });
    const attributes = async () => (await w.call<{ Attributes: object }>('GetSubscriptionAttributes', { SubscriptionArn })).Attributes;
    expect(await attributes()).toEqual({
      SubscriptionArn,
      TopicArn: topicArn('orders'),
      Protocol: 'sqs',
      Endpoint: queueArn('queue'),
      Owner: '111111111111',
      SubscriptionPrincipal: 'arn:aws:iam::111111111111:root',
      ConfirmationWasAuthenticated: 'true',
      PendingConfirmation: 'false',
      RawMessageDelivery: 'true',
    });
    await w.call('SetSubscriptionAttributes', { SubscriptionArn, AttributeName: 'FilterPolicy', AttributeValue: '{"a":["b"]}' });
    expect(await attributes()).toMatchObject({ FilterPolicy: '{"a":["b"]}', FilterPolicyScope: 'MessageBody' });
  });

  it('is the same for the same endpoint, unless other attributes are asked for', async () => {
    const w = world();
    const first = await subscribed(w, { attributes: { RawMessageDelivery: 'True' } });
    for (const Attributes of [undefined, {}, { RawMessageDelivery: 'true' }, { FilterPolicyScope: 'MessageAttributes' }]) {
      expect((await subscribe(w, { Attributes }))['SubscriptionArn']).toBe(first);
    }
    await expect(subscribe(w, { Attributes: { RawMessageDelivery: 'false' } })).rejects.toThrow(
      'Invalid parameter: Attributes Reason: Subscription already exists with different attributes',
    );
  });

  it.each([
    ['a protocol that is none', { Protocol: 'pigeon' }, 'Invalid parameter: Amazon SNS does not support this protocol string: pigeon'],
    ['a URL for a queue', { Endpoint: 'http://sqs/queue' }, 'Invalid parameter: SQS endpoint ARN'],
    ['a queue for a function', { Protocol: 'lambda' }, 'Invalid parameter: Lambda endpoint ARN'],
    ['a FIFO queue', { Endpoint: queueArn('queue.fifo') }, 'FIFO SQS Queues can not be subscribed to standard SNS topics'],
    [
      'raw delivery of neither kind',
      { Attributes: { RawMessageDelivery: 'yes' } },
      'Invalid parameter: Attributes Reason: RawMessageDelivery: Invalid value [yes]. Must be true or false.',
    ],
    [
      'raw delivery to a function',
      { Protocol: 'lambda', Endpoint: functionArn('f'), Attributes: { RawMessageDelivery: 'true' } },
      'Delivery protocol [lambda] does not support raw message delivery.',
    ],
    ['an attribute that is none', { Attributes: { Nonsense: '1' } }, 'Invalid parameter: Attributes Reason: Unknown attribute Nonsense'],
    ['a topic that does not exist', { TopicArn: topicArn('none') }, 'Topic does not exist'],
  ])('is refused with %s', async (_, more, message) => {
    const w = world();
    await w.call('CreateTopic', { Name: 'orders' });
    await expect(subscribe(w, more)).rejects.toThrow(message);
  });

  it.each(['http', 'https', 'email', 'email-json', 'sms', 'application', 'firehose'])('names the protocol %s as not emulated', async (Protocol) => {
    const w = world();
    await w.call('CreateTopic', { Name: 'orders' });
    await expect(subscribe(w, { Protocol, Endpoint: 'x' })).rejects.toMatchObject({ name: 'NotEmulated', what: `Subscribe with Protocol ${Protocol}` });
  });

  it.each([
    ['FakeAttribute', 'x', 'Invalid parameter: AttributeName'],
    ['RawMessageDelivery', '', 'Invalid parameter: RawMessageDelivery: Invalid value []. Must be true or false.'],
    ['FilterPolicyScope', 'Random', 'Invalid parameter: FilterPolicyScope: Invalid value [Random]. Please use either MessageBody or MessageAttributes'],
    ['RedrivePolicy', '{"deadLetterTargetArn": "fake-arn"}', 'Invalid parameter: RedrivePolicy: deadLetterTargetArn is an invalid arn'],
    ['RedrivePolicy', `{"deadLetterTargetArn": "${queueArn('dlq.fifo')}"}`, 'Invalid parameter: RedrivePolicy: must use a standard queue'],
    [
      'RedrivePolicy',
      '{invalidjson}',
      "Invalid parameter: RedrivePolicy: failed to parse JSON. Unexpected character ('i' (code 105)): was expecting double-quote to start field name\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: 2]",
    ],
  ])('refuses the attribute %s = %s', async (AttributeName, AttributeValue, message) => {
    const w = world();
    const SubscriptionArn = await subscribed(w);
    await expect(w.call('SetSubscriptionAttributes', { SubscriptionArn, AttributeName, AttributeValue })).rejects.toThrow(message);
  });

  it('ends, and may end again; what is no ARN of one is refused', async () => {
    const w = world();
    const SubscriptionArn = await subscribed(w);
    await w.call('Unsubscribe', { SubscriptionArn });
    await w.call('Unsubscribe', { SubscriptionArn });
    await w.call('Publish', { TopicArn: topicArn('orders'), Message: 'to nobody' });
    await w.kernel.run();
    expect(w.received).toEqual([]);
    const { Attributes } = await w.call<{ Attributes: object }>('GetTopicAttributes', { TopicArn: topicArn('orders') });
    expect(Attributes).toMatchObject({ SubscriptionsConfirmed: '0', SubscriptionsDeleted: '1' });
    await expect(w.call('GetSubscriptionAttributes', { SubscriptionArn })).rejects.toThrow('Subscription does not exist');
    await expect(w.call('Unsubscribe', { SubscriptionArn: topicArn('orders') })).rejects.toThrow('Invalid parameter: SubscriptionId');
    await expect(w.call('Unsubscribe', { SubscriptionArn: 'x' })).rejects.toThrow('An ARN must have at least 6 elements, not 1');
  });

  it('needs no confirmation, so no token confirms one', async () => {
    const w = world();
    await expect(w.call('ConfirmSubscription', { TopicArn: topicArn('orders'), Token: 'random' })).rejects.toMatchObject({ message: 'Invalid token' });
    await expect(w.call('ConfirmSubscription', { TopicArn: topicArn('orders'), Token: '5'.repeat(288) })).rejects.toMatchObject({
      message: 'Invalid parameter: Token',
    });
  });

  it('is listed with its topic and with all', async () => {
    const w = world();
    const SubscriptionArn = await subscribed(w);
    await subscribed(w, { topic: 'returns' });
    const shown = { SubscriptionArn, TopicArn: topicArn('orders'), Protocol: 'sqs', Endpoint: queueArn('queue'), Owner: '111111111111' };
    expect(await w.call('ListSubscriptionsByTopic', { TopicArn: topicArn('orders') })).toEqual({ Subscriptions: [shown] });
    expect((await w.call<{ Subscriptions: object[] }>('ListSubscriptions')).Subscriptions).toHaveLength(2);
  });
});

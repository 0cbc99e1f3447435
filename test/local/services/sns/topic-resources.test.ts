import { describe, expect, it } from 'vitest';
import type { PhysicalResource, Properties, ResourcePlace } from '../../../../local/kernel/resource.ts';
import type { Context } from '../../../../local/kernel/service.ts';
import { sns } from '../../../../local/services/sns/service.ts';
import type { SnsState } from '../../../../local/services/sns/state.ts';
import { queueArn, topicArn, world } from './sns-world.ts';

const PLACE = { generatedName: ({ suffix = '' }) => `Stack-Topic-ABC${suffix}` } as unknown as ResourcePlace;

function template() {
  const plane = world();
  const context = plane.kernel.contextFor('sns') as Context<SnsState>;
  const type = (name: string) => {
    const found = sns.resourceTypes?.[`AWS::SNS::${name}`];
    if (!found) throw new Error(name);
    return found;
  };
  const attributes = async (TopicArn: string) => (await plane.call<{ Attributes: Record<string, string> }>('GetTopicAttributes', { TopicArn })).Attributes;
  return {
    ...plane,
    attributes,
    policy: async (arn: string) => JSON.parse((await attributes(arn))['Policy'] ?? ''),
    create: (name: string, properties: Properties) => type(name).create(properties, PLACE, context) as PhysicalResource,
    update: (name: string, properties: Properties, previous: Properties, physical: PhysicalResource) =>
      type(name).update(properties, previous, physical, PLACE, context),
    remove: (name: string, physical: PhysicalResource, properties: Properties) => type(name).delete(physical, properties, context),
  };
}

const ORDERS = topicArn('orders');
const POLICY = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sns:Publish', Resource: ORDERS }],
};

describe('AWS::SNS::Topic', () => {
  it('is named, or gets a name, which of a FIFO topic ends so', () => {
    const { create } = template();
    expect(create('Topic', { TopicName: 'orders' })).toEqual({ ref: ORDERS, attributes: { TopicArn: ORDERS, TopicName: 'orders' } });
    expect(create('Topic', {}).ref).toBe(topicArn('Stack-Topic-ABC'));
    expect(create('Topic', { FifoTopic: true }).ref).toBe(topicArn('Stack-Topic-ABC.fifo'));
  });

  it('changes in place and keeps its policy; with another name it is another', async () => {
    const { create, update, attributes, policy, call } = template();
    const first = { TopicName: 'orders', DisplayName: 'one', Tags: [{ Key: 'a', Value: '1' }] };
    const topic = create('Topic', first);
    create('TopicPolicy', { PolicyDocument: POLICY, Topics: [ORDERS] });
    expect(update('Topic', { TopicName: 'orders', SignatureVersion: 2 }, first, topic)).toBe(topic);
    expect(await attributes(ORDERS)).toMatchObject({ DisplayName: '', SignatureVersion: '2' });
    expect(await policy(ORDERS)).toEqual(POLICY);
    expect(await call('ListTagsForResource', { ResourceArn: ORDERS })).toEqual({ Tags: [] });
    expect(update('Topic', { TopicName: 'other' }, first, topic)).toBe('replace');
    expect(update('Topic', { ...first, FifoTopic: true }, first, topic)).toBe('replace');
  });

  it('has subscriptions of its own', async () => {
    const { create, update, call } = template();
    const of = (...queues: string[]) => ({ TopicName: 'orders', Subscription: queues.map((queue) => ({ Protocol: 'sqs', Endpoint: queueArn(queue) })) });
    const topic = create('Topic', of('a', 'b'));
    update('Topic', of('b', 'c'), of('a', 'b'), topic);
    const { Subscriptions } = await call<{ Subscriptions: { Endpoint: string }[] }>('ListSubscriptionsByTopic', { TopicArn: ORDERS });
    expect(Subscriptions.map(({ Endpoint }) => Endpoint).sort()).toEqual([queueArn('b'), queueArn('c')]);
  });
});

describe('AWS::SNS::Subscription', () => {
  const properties = {
    TopicArn: ORDERS,
    Protocol: 'sqs',
    Endpoint: queueArn('queue'),
    RawMessageDelivery: true,
    FilterPolicy: { kind: ['order'] },
    FilterPolicyScope: 'MessageBody',
    RedrivePolicy: { deadLetterTargetArn: queueArn('dlq') },
  };

  it('delivers as its properties say, and as they say after a change', async () => {
    const { create, update, remove, call, kernel, received } = template();
    create('Topic', { TopicName: 'orders' });
    const subscription = create('Subscription', properties);
    const publish = async (kind: string) => {
      await call('Publish', { TopicArn: ORDERS, Message: JSON.stringify({ kind }) });
      await kernel.run();
    };
    await publish('order');
    await publish('return');
    expect(received.map(({ payload }) => payload.body)).toEqual(['{"kind":"order"}']);
    const { FilterPolicy: _, ...unfiltered } = properties;
    expect(update('Subscription', unfiltered, properties, subscription)).toBe(subscription);
    await publish('return');
    expect(received).toHaveLength(2);
    expect(update('Subscription', { ...properties, Endpoint: queueArn('other') }, properties, subscription)).toBe('replace');
    remove('Subscription', subscription, properties);
    await publish('order');
    expect(received).toHaveLength(2);
  });

  it('of another Region is refused by name', () => {
    const { create } = template();
    create('Topic', { TopicName: 'orders' });
    expect(() => create('Subscription', { ...properties, Region: 'eu-west-1' })).toThrow(
      'A subscription to a topic in eu-west-1, another Region is not emulated',
    );
    expect(create('Subscription', { ...properties, Region: 'us-east-1' }).ref).toContain(ORDERS);
  });
});

describe('policies of topics', () => {
  it('of one resource cover several topics, and leave with it', async () => {
    const { create, update, remove, policy } = template();
    create('Topic', { TopicName: 'orders' });
    create('Topic', { TopicName: 'returns' });
    const RETURNS = topicArn('returns');
    const both = { PolicyDocument: POLICY, Topics: [ORDERS, RETURNS] };
    const resource = create('TopicPolicy', both);
    expect(await policy(RETURNS)).toEqual(POLICY);
    update('TopicPolicy', { ...both, Topics: [ORDERS] }, both, resource);
    expect(await policy(RETURNS)).toMatchObject({ Id: '__default_policy_ID' });
    remove('TopicPolicy', resource, both);
    expect(await policy(ORDERS)).toMatchObject({ Id: '__default_policy_ID' });
  });

  it('may be inline', async () => {
    const { create, update, remove, policy } = template();
    create('Topic', { TopicName: 'orders' });
    const properties = { PolicyDocument: POLICY, TopicArn: ORDERS };
    const resource = create('TopicInlinePolicy', properties);
    expect(await policy(ORDERS)).toEqual(POLICY);
    expect(update('TopicInlinePolicy', { ...properties, TopicArn: topicArn('x') }, properties, resource)).toBe('replace');
    remove('TopicInlinePolicy', resource, properties);
    expect(await policy(ORDERS)).toMatchObject({ Id: '__default_policy_ID' });
  });
});

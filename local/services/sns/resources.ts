import { NotEmulated } from '../../kernel/errors.ts';
import type { Properties, ResourceType } from '../../kernel/resource.ts';
import type { Context } from '../../kernel/service.ts';
import { findTopic } from './operations/finding.ts';
import { makeSubscription } from './operations/subscriptions.ts';
import { tagsOf } from './operations/tags.ts';
import { makeTopic, withoutPolicy } from './operations/topics.ts';
import { changeSubscription, changeTopic, deleteSubscription, deleteTopic, type SnsState, subscriptionOf } from './state.ts';
import { mergeSubscriptionAttributes } from './subscription/attributes.ts';
import type { Protocol } from './subscription/records.ts';
import { checkTopicAttribute } from './topic/attributes.ts';
import type { Topic } from './topic/records.ts';

type Sns = Context<SnsState>;

/** Properties that are attributes under the same name. */
const TOPIC_ATTRIBUTES = [
  'DisplayName',
  'FifoTopic',
  'ContentBasedDeduplication',
  'FifoThroughputScope',
  'KmsMasterKeyId',
  'SignatureVersion',
  'TracingConfig',
];
const SUBSCRIPTION_ATTRIBUTES = ['RawMessageDelivery', 'FilterPolicy', 'FilterPolicyScope', 'RedrivePolicy'];
const FIFO_SUFFIX = '.fifo';

function attributesOf(properties: Properties, names: readonly string[]): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const name of names) {
    const value: unknown = properties[name];
    if (value !== undefined) attributes[name] = typeof value === 'object' ? JSON.stringify(value) : String(value);
  }
  return attributes;
}

type InlineSubscription = { readonly Protocol: Protocol; readonly Endpoint: string };

const inlineOf = (properties: Properties): readonly InlineSubscription[] => properties['Subscription'] ?? [];

function subscribeInline(context: Sns, topic: Topic, inline: readonly InlineSubscription[]): void {
  for (const { Protocol: protocol, Endpoint: endpoint } of inline) makeSubscription(context, { topic, protocol, endpoint, attributes: {} });
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-topic.html */
export const topicResource: ResourceType<SnsState> = {
  properties: ['TopicName', 'Subscription', 'Tags', ...TOPIC_ATTRIBUTES],
  create(properties, place, context) {
    const isFifo = String(properties['FifoTopic']) === 'true';
    const name: string = properties['TopicName'] ?? place.generatedName({ lengthMax: 256, ...(isFifo && { suffix: FIFO_SUFFIX }) });
    const topic = makeTopic(context, { name, attributes: attributesOf(properties, TOPIC_ATTRIBUTES), tags: tagsOf(properties['Tags']) });
    subscribeInline(context, topic, inlineOf(properties));
    return { ref: topic.record.arn, attributes: { TopicArn: topic.record.arn, TopicName: name } };
  },
  update(properties, previous, physical, _place, context) {
    if (properties['TopicName'] !== previous['TopicName'] || String(properties['FifoTopic'] ?? false) !== String(previous['FifoTopic'] ?? false))
      return 'replace';
    const { state } = context;
    const topic = findTopic(state, physical.ref);
    const check = { isFifo: topic.settings.isFifo, isCreation: true, prefix: '' } as const;
    const attributes = Object.fromEntries(
      Object.entries(attributesOf(properties, TOPIC_ATTRIBUTES)).map(([name, value]) => [name, checkTopicAttribute(name, value, check)]),
    );
    const { Policy: policy } = topic.record.attributes;
    changeTopic(state, topic, { attributes: { ...attributes, ...(policy !== undefined && { Policy: policy }) }, tags: tagsOf(properties['Tags']) });
    const wanted = inlineOf(properties);
    for (const { Protocol: protocol, Endpoint: endpoint } of inlineOf(previous)) {
      const former = subscriptionOf(topic, { protocol, endpoint });
      if (former && !wanted.some((one) => one.Protocol === protocol && one.Endpoint === endpoint)) deleteSubscription(state, former);
    }
    subscribeInline(context, topic, wanted);
    return physical;
  },
  delete(physical, _properties, { state }) {
    deleteTopic(state, physical.ref);
  },
};

function refuseOtherRegion(properties: Properties, region: string): void {
  const { Region: wanted } = properties;
  if (wanted !== undefined && wanted !== region) throw new NotEmulated(`A subscription to a topic in ${wanted}, another Region`, 'sns');
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-subscription.html */
export const subscriptionResource: ResourceType<SnsState> = {
  properties: ['TopicArn', 'Protocol', 'Endpoint', 'Region', ...SUBSCRIPTION_ATTRIBUTES],
  create(properties, _place, context) {
    refuseOtherRegion(properties, context.kernel.region);
    const { record } = makeSubscription(context, {
      topic: findTopic(context.state, properties['TopicArn']),
      protocol: properties['Protocol'],
      endpoint: properties['Endpoint'],
      attributes: attributesOf(properties, SUBSCRIPTION_ATTRIBUTES),
    });
    return { ref: record.arn, attributes: { Arn: record.arn } };
  },
  update(properties, previous, physical, _place, { kernel, state }) {
    refuseOtherRegion(properties, kernel.region);
    if (['TopicArn', 'Protocol', 'Endpoint'].some((name) => properties[name] !== previous[name])) return 'replace';
    const subscription = state.subscriptions.get(physical.ref);
    if (!subscription) return 'replace';
    const { protocol, endpoint } = subscription.record;
    const given = attributesOf(properties, SUBSCRIPTION_ATTRIBUTES);
    changeSubscription(state, subscription, mergeSubscriptionAttributes(given, { protocol, endpoint, current: {}, prefix: '' }));
    return physical;
  },
  delete(physical, _properties, { state }) {
    const subscription = state.subscriptions.get(physical.ref);
    if (subscription) deleteSubscription(state, subscription);
  },
};

function setPolicy(state: SnsState, topicArn: string, document: unknown): void {
  const topic = findTopic(state, topicArn);
  const Policy = typeof document === 'string' ? document : JSON.stringify(document);
  checkTopicAttribute('Policy', Policy, { isFifo: topic.settings.isFifo, isCreation: false, prefix: '' });
  changeTopic(state, topic, { attributes: { ...topic.record.attributes, Policy } });
}

function takePolicy(state: SnsState, topicArn: string): void {
  const topic = state.topics.get(topicArn);
  if (topic) changeTopic(state, topic, { attributes: withoutPolicy(topic.record.attributes) });
}

const topicsOf = (properties: Properties): readonly string[] => properties['Topics'] ?? [];

/** One policy for several topics. @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-topicpolicy.html */
export const topicPolicyResource: ResourceType<SnsState> = {
  properties: ['PolicyDocument', 'Topics'],
  create(properties, place, { state }) {
    for (const topic of topicsOf(properties)) setPolicy(state, topic, properties['PolicyDocument']);
    const id = place.generatedName({ lengthMax: 256 });
    return { ref: id, attributes: { Id: id } };
  },
  update(properties, previous, physical, _place, { state }) {
    for (const topic of topicsOf(previous)) if (!topicsOf(properties).includes(topic)) takePolicy(state, topic);
    for (const topic of topicsOf(properties)) setPolicy(state, topic, properties['PolicyDocument']);
    return physical;
  },
  delete(_physical, properties, { state }) {
    for (const topic of topicsOf(properties)) takePolicy(state, topic);
  },
};

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-topicinlinepolicy.html */
export const topicInlinePolicyResource: ResourceType<SnsState> = {
  properties: ['PolicyDocument', 'TopicArn'],
  create(properties, _place, { state }) {
    setPolicy(state, properties['TopicArn'], properties['PolicyDocument']);
    return { ref: properties['TopicArn'], attributes: {} };
  },
  update(properties, previous, physical, _place, { state }) {
    if (properties['TopicArn'] !== previous['TopicArn']) return 'replace';
    setPolicy(state, properties['TopicArn'], properties['PolicyDocument']);
    return physical;
  },
  delete(_physical, properties, { state }) {
    takePolicy(state, properties['TopicArn']);
  },
};

import type { Collection } from '../../kernel/collection.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Context } from '../../kernel/service.ts';
import { attempt } from './delivering/attempt.ts';
import { type DeliveryLine, openDeliveryLine } from './delivering/line.ts';
import { ofTopic } from './metrics.ts';
import { Deduplication } from './publishing/deduplication.ts';
import { readSubscription } from './subscription/attributes.ts';
import type { Subscription, SubscriptionRecord } from './subscription/records.ts';
import { readSettings } from './topic/attributes.ts';
import type { Topic, TopicRecord } from './topic/records.ts';

export interface SnsState {
  readonly kernel: Kernel;
  readonly topicRecords: Collection<TopicRecord>;
  readonly subscriptionRecords: Collection<SubscriptionRecord>;
  /** Messages that each FIFO topic has numbered so far, by ARN. */
  readonly sequences: Collection<number>;
  readonly deduplication: Deduplication;
  readonly line: DeliveryLine;
  readonly topics: Map<string, Topic>;
  readonly subscriptions: Map<string, Subscription>;
}

export type Sns = Context<SnsState>;

export type Output<T> = Omit<T, '$metadata'>;

export function createState(kernel: Kernel): SnsState {
  const state: SnsState = {
    kernel,
    topicRecords: kernel.collection('sns.topics'),
    subscriptionRecords: kernel.collection('sns.subscriptions'),
    sequences: kernel.collection('sns.sequences'),
    deduplication: new Deduplication(kernel.collection('sns.deduplications')),
    line: openDeliveryLine(kernel, attempt),
    topics: new Map(),
    subscriptions: new Map(),
  };
  for (const record of state.topicRecords.values()) openTopic(state, record);
  for (const record of state.subscriptionRecords.values()) openSubscription(state, record);
  return state;
}

const endpointKey = ({ protocol, endpoint }: Pick<SubscriptionRecord, 'protocol' | 'endpoint'>): string => `${protocol} ${endpoint}`;

function openTopic({ kernel, topics }: SnsState, record: TopicRecord): Topic {
  const topic: Topic = {
    record,
    settings: readSettings(record.attributes, { arn: record.arn, accountId: kernel.accountId }),
    subscriptions: new Map(),
    byEndpoint: new Map(),
    dimensions: ofTopic(record.name),
  };
  topics.set(record.arn, topic);
  return topic;
}

function openSubscription({ topics, subscriptions }: SnsState, record: SubscriptionRecord): Subscription {
  const subscription: Subscription = { record, settings: readSubscription(record) };
  subscriptions.set(record.arn, subscription);
  const topic = topics.get(record.topicArn);
  topic?.subscriptions.set(record.arn, subscription);
  topic?.byEndpoint.set(endpointKey(record), subscription);
  return subscription;
}

export function addTopic(state: SnsState, record: TopicRecord): Topic {
  state.topicRecords.put(record.arn, record);
  return openTopic(state, record);
}

/** Changes what is kept of a topic. */
export function changeTopic({ kernel, topicRecords }: SnsState, topic: Topic, change: Partial<Pick<TopicRecord, 'attributes' | 'tags'>>): void {
  topic.record = { ...topic.record, ...change };
  if (change.attributes) topic.settings = readSettings(change.attributes, { arn: topic.record.arn, accountId: kernel.accountId });
  topicRecords.put(topic.record.arn, topic.record);
}

/** Removes a topic and all its subscriptions. @see https://docs.aws.amazon.com/sns/latest/api/API_DeleteTopic.html */
export function deleteTopic(state: SnsState, arn: string): void {
  const topic = state.topics.get(arn);
  if (!topic) return;
  for (const subscription of [...topic.subscriptions.values()]) deleteSubscription(state, subscription);
  state.topics.delete(arn);
  state.topicRecords.delete(arn);
  state.sequences.delete(arn);
}

export function addSubscription(state: SnsState, record: SubscriptionRecord): Subscription {
  state.subscriptionRecords.put(record.arn, record);
  return openSubscription(state, record);
}

/** The subscription of an endpoint to a topic. */
export function subscriptionOf(topic: Topic, endpoint: Pick<SubscriptionRecord, 'protocol' | 'endpoint'>): Subscription | undefined {
  return topic.byEndpoint.get(endpointKey(endpoint));
}

export function changeSubscription({ subscriptionRecords }: SnsState, subscription: Subscription, attributes: SubscriptionRecord['attributes']): void {
  subscription.record = { ...subscription.record, attributes };
  subscription.settings = readSubscription(subscription.record);
  subscriptionRecords.put(subscription.record.arn, subscription.record);
}

/** Removes a subscription. What is on its way to it still goes there. */
export function deleteSubscription(state: SnsState, { record }: Subscription): void {
  state.subscriptions.delete(record.arn);
  state.subscriptionRecords.delete(record.arn);
  const topic = state.topics.get(record.topicArn);
  if (!topic) return;
  topic.subscriptions.delete(record.arn);
  topic.byEndpoint.delete(endpointKey(record));
  topic.record = { ...topic.record, subscriptionsDeleted: topic.record.subscriptionsDeleted + 1 };
  state.topicRecords.put(topic.record.arn, topic.record);
}

import type { SNS } from '@aws-sdk/client-sns';
import type { OperationsOf, Service } from '../../kernel/service.ts';
import { accessOf } from './access.ts';
import { receive } from './delivery.ts';
import { addPermission, removePermission } from './operations/permissions.ts';
import { publish, publishBatch } from './operations/publish.ts';
import {
  confirmSubscription,
  getSubscriptionAttributes,
  listSubscriptions,
  listSubscriptionsByTopic,
  setSubscriptionAttributes,
  subscribe,
  unsubscribe,
} from './operations/subscriptions.ts';
import { listTagsForResource, tagResource, untagResource } from './operations/tags.ts';
import { createTopic, deleteTopic, getTopicAttributes, listTopics, setTopicAttributes } from './operations/topics.ts';
import { subscriptionResource, topicInlinePolicyResource, topicPolicyResource, topicResource } from './resources.ts';
import { createState, type SnsState } from './state.ts';

const operations: Partial<OperationsOf<SNS, SnsState>> = {
  AddPermission: addPermission,
  ConfirmSubscription: confirmSubscription,
  CreateTopic: createTopic,
  DeleteTopic: deleteTopic,
  GetSubscriptionAttributes: getSubscriptionAttributes,
  GetTopicAttributes: getTopicAttributes,
  ListSubscriptions: listSubscriptions,
  ListSubscriptionsByTopic: listSubscriptionsByTopic,
  ListTagsForResource: listTagsForResource,
  ListTopics: listTopics,
  Publish: publish,
  PublishBatch: publishBatch,
  RemovePermission: removePermission,
  SetSubscriptionAttributes: setSubscriptionAttributes,
  SetTopicAttributes: setTopicAttributes,
  Subscribe: subscribe,
  TagResource: tagResource,
  Unsubscribe: unsubscribe,
  UntagResource: untagResource,
};

/** Simple Notification Service: topics that fan out into queues and functions. */
export const sns: Service<SnsState> = {
  name: 'sns',
  arnService: 'sns',
  createState,
  operations,
  access: accessOf,
  resourceTypes: {
    'AWS::SNS::Topic': topicResource,
    'AWS::SNS::Subscription': subscriptionResource,
    'AWS::SNS::TopicPolicy': topicPolicyResource,
    'AWS::SNS::TopicInlinePolicy': topicInlinePolicyResource,
  },
  delivery: receive,
};

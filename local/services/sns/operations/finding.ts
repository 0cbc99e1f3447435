import { noValue, resourceDoesNotExist, subscriptionDoesNotExist, tooFewArnElements, topicDoesNotExist } from '../errors.ts';
import type { SnsState } from '../state.ts';
import type { Subscription } from '../subscription/records.ts';
import type { Topic } from '../topic/records.ts';

const ARN_ELEMENTS = 6;

/** Checks the form of an ARN; answers its elements. */
export function checkArn(arn: string | undefined, member: string): readonly string[] {
  if (arn === undefined || arn === '') throw noValue(member);
  const elements = arn.split(':');
  if (elements.length < ARN_ELEMENTS) throw tooFewArnElements(member, elements.length);
  return elements;
}

export function findTopic({ topics }: SnsState, arn: string | undefined, member = 'TopicArn'): Topic {
  const topic = topics.get(arn ?? '');
  if (topic) return topic;
  checkArn(arn, member);
  throw topicDoesNotExist();
}

export function findSubscription({ subscriptions }: SnsState, arn: string | undefined): Subscription {
  const subscription = subscriptions.get(arn ?? '');
  if (!subscription) throw subscriptionDoesNotExist();
  return subscription;
}

export function findTagged({ topics }: SnsState, arn: string | undefined): Topic {
  const topic = topics.get(arn ?? '');
  if (!topic) throw resourceDoesNotExist();
  return topic;
}

import type {
  ConfirmSubscriptionCommandInput,
  GetSubscriptionAttributesCommandInput,
  GetSubscriptionAttributesCommandOutput,
  ListSubscriptionsByTopicCommandInput,
  ListSubscriptionsByTopicCommandOutput,
  ListSubscriptionsCommandInput,
  ListSubscriptionsCommandOutput,
  SetSubscriptionAttributesCommandInput,
  SubscribeCommandInput,
  SubscribeCommandOutput,
  UnsubscribeCommandInput,
  Subscription as WireSubscription,
} from '@aws-sdk/client-sns';
import { parseArn } from '../../../kernel/arn.ts';
import { NotEmulated } from '../../../kernel/errors.ts';
import { principalName } from '../../../kernel/principal.ts';
import { filterPolicyLimitExceeded, invalidParameter, invalidToken, subscriptionExistsWithOtherAttributes } from '../errors.ts';
import { addSubscription, changeSubscription, deleteSubscription, type Output, type Sns, type SnsState, subscriptionOf } from '../state.ts';
import { isAsGiven, mergeSubscriptionAttributes, shownAttributes } from '../subscription/attributes.ts';
import type { Protocol, Subscription, SubscriptionRecord } from '../subscription/records.ts';
import type { Topic } from '../topic/records.ts';
import { checkArn, findSubscription, findTopic } from './finding.ts';
import { pageOf } from './pages.ts';

/** Protocols of AWS that are refused by name. @see https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html */
const OTHER_PROTOCOLS = new Set(['http', 'https', 'email', 'email-json', 'sms', 'application', 'firehose']);

const FILTER_POLICIES_MAX = 200;

/** Tokens of a confirmation are this long, or they are none. */
const TOKEN = /^[0-9a-f]{200,}$/;

function checkProtocol(protocol: string): Protocol {
  if (protocol === 'sqs' || protocol === 'lambda') return protocol;
  if (OTHER_PROTOCOLS.has(protocol)) throw new NotEmulated(`Subscribe with Protocol ${protocol}`, 'sns');
  throw invalidParameter(`Amazon SNS does not support this protocol string: ${protocol}`);
}

/** Checks that a topic can have an endpoint. That the endpoint does not exist is no fault here: deliveries to it will fail. */
function checkEndpoint({ settings }: Topic, protocol: Protocol, endpoint: string): void {
  const isFifoQueue = endpoint.endsWith('.fifo');
  if (parseArn(endpoint)?.service !== protocol) throw invalidParameter(protocol === 'sqs' ? 'SQS endpoint ARN' : 'Lambda endpoint ARN');
  if (!settings.isFifo && isFifoQueue) {
    throw invalidParameter('Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics');
  }
  if (settings.isFifo && protocol === 'lambda') {
    throw invalidParameter('Invalid parameter: Endpoint Reason: Please use SQS queue, only SQS endpoints can be subscribed to FIFO topics');
  }
}

/** Who subscribes what to what. */
export interface NewSubscription {
  readonly topic: Topic;
  readonly protocol: string;
  readonly endpoint: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Subscribes an endpoint, or answers its subscription where no given attribute differs. */
export function makeSubscription({ kernel, state, principal }: Pick<Sns, 'kernel' | 'state' | 'principal'>, given: NewSubscription): Subscription {
  const { topic, endpoint } = given;
  const check = { protocol: given.protocol, endpoint, current: {}, prefix: 'Attributes Reason: ' } as const;
  // What is wrong with the attributes is said of whatever protocol.
  const attributes = mergeSubscriptionAttributes(given.attributes, check);
  const protocol = checkProtocol(given.protocol);
  checkEndpoint(topic, protocol, endpoint);
  const existing = subscriptionOf(topic, { protocol, endpoint });
  if (existing) {
    if (!isAsGiven(existing.record, attributes)) throw subscriptionExistsWithOtherAttributes();
    return existing;
  }
  if (attributes['FilterPolicy'] !== undefined) checkFilterPolicies(topic);
  const principalArn = principalName(principal, kernel.accountId);
  const arn = `${topic.record.arn}:${kernel.uuid()}`;
  return addSubscription(state, { arn, topicArn: topic.record.arn, protocol, endpoint, principalArn, attributes });
}

function checkFilterPolicies({ subscriptions }: Topic): void {
  if (subscriptions.size < FILTER_POLICIES_MAX) return;
  let count = 0;
  for (const { settings } of subscriptions.values()) if (settings.filter) count += 1;
  if (count >= FILTER_POLICIES_MAX) throw filterPolicyLimitExceeded();
}

export function subscribe(input: SubscribeCommandInput, context: Sns): Output<SubscribeCommandOutput> {
  const topic = findTopic(context.state, input.TopicArn);
  const { Protocol: protocol = '', Endpoint: endpoint = '', Attributes: attributes = {} } = input;
  return { SubscriptionArn: makeSubscription(context, { topic, protocol, endpoint, attributes }).record.arn };
}

/** No protocol that is emulated has to be confirmed, so no token is one of ours. */
export function confirmSubscription(input: ConfirmSubscriptionCommandInput): never {
  throw TOKEN.test(input.Token ?? '') ? invalidParameter('Token') : invalidToken();
}

/** A subscription that does not exist is ended too. */
export function unsubscribe(input: UnsubscribeCommandInput, { state }: Sns): Record<string, never> {
  const elements = checkArn(input.SubscriptionArn, 'SubscriptionArn');
  if (elements.length === 6) throw invalidParameter('SubscriptionId');
  const subscription = state.subscriptions.get(input.SubscriptionArn ?? '');
  if (subscription) deleteSubscription(state, subscription);
  return {};
}

const wire = ({ arn, topicArn, protocol, endpoint }: SubscriptionRecord, Owner: string): WireSubscription => ({
  SubscriptionArn: arn,
  Owner,
  Protocol: protocol,
  Endpoint: endpoint,
  TopicArn: topicArn,
});

function wirePage({ subscriptions }: SnsState, page: readonly string[], owner: string): WireSubscription[] {
  return page.map((arn) => wire((subscriptions.get(arn) as Subscription).record, owner));
}

export function listSubscriptions(input: ListSubscriptionsCommandInput, { kernel, state }: Sns): Output<ListSubscriptionsCommandOutput> {
  const { page, ...next } = pageOf(state.subscriptions.keys(), input.NextToken);
  return { Subscriptions: wirePage(state, page, kernel.accountId), ...next };
}

export function listSubscriptionsByTopic(input: ListSubscriptionsByTopicCommandInput, { kernel, state }: Sns): Output<ListSubscriptionsByTopicCommandOutput> {
  const { page, ...next } = pageOf(findTopic(state, input.TopicArn).subscriptions.keys(), input.NextToken);
  return { Subscriptions: wirePage(state, page, kernel.accountId), ...next };
}

export function getSubscriptionAttributes(
  input: GetSubscriptionAttributesCommandInput,
  { kernel, state }: Sns,
): Output<GetSubscriptionAttributesCommandOutput> {
  const { record } = findSubscription(state, input.SubscriptionArn);
  const Attributes = {
    SubscriptionArn: record.arn,
    TopicArn: record.topicArn,
    Protocol: record.protocol,
    Endpoint: record.endpoint,
    Owner: kernel.accountId,
    SubscriptionPrincipal: record.principalArn,
    ConfirmationWasAuthenticated: 'true',
    PendingConfirmation: 'false',
    ...shownAttributes(record),
  };
  return { Attributes };
}

/** Differs from AWS: a changed filter policy counts at once, not within fifteen minutes. */
export function setSubscriptionAttributes(input: SetSubscriptionAttributesCommandInput, { state }: Sns): Record<string, never> {
  const subscription = findSubscription(state, input.SubscriptionArn);
  const { record, settings } = subscription;
  const { AttributeName: name = '', AttributeValue: value = '' } = input;
  const attributes = mergeSubscriptionAttributes(
    { [name]: value },
    { protocol: record.protocol, endpoint: record.endpoint, current: record.attributes, prefix: '' },
  );
  const topic = state.topics.get(record.topicArn);
  if (topic && attributes['FilterPolicy'] !== undefined && !settings.filter) checkFilterPolicies(topic);
  changeSubscription(state, subscription, attributes);
  return {};
}

import type {
  CreateTopicCommandInput,
  CreateTopicCommandOutput,
  DeleteTopicCommandInput,
  GetTopicAttributesCommandInput,
  GetTopicAttributesCommandOutput,
  ListTopicsCommandInput,
  ListTopicsCommandOutput,
  SetTopicAttributesCommandInput,
} from '@aws-sdk/client-sns';
import { refuseAllBut } from '../../../kernel/errors.ts';
import { invalidParameter, topicExistsWithOtherAttributes, topicExistsWithOtherTags } from '../errors.ts';
import { addTopic, changeTopic, type Output, deleteTopic as remove, type Sns } from '../state.ts';
import { checkTopicAttribute, effectiveAttribute, policyOf } from '../topic/attributes.ts';
import type { Topic } from '../topic/records.ts';
import { checkArn, findTopic } from './finding.ts';
import { pageOf } from './pages.ts';
import { tagsOf } from './tags.ts';

const NAME = /^[A-Za-z0-9_-]{1,256}$/;
const FIFO_NAME = /^[A-Za-z0-9_-]{1,251}\.fifo$/;

/** The retry policy of HTTP endpoints that every topic has. Recorded from AWS. */
const DELIVERY_POLICY = JSON.stringify({
  http: {
    defaultHealthyRetryPolicy: {
      minDelayTarget: 20,
      maxDelayTarget: 20,
      numRetries: 3,
      numMaxDelayRetries: 0,
      numNoDelayRetries: 0,
      numMinDelayRetries: 0,
      backoffFunction: 'linear',
    },
    disableSubscriptionOverrides: false,
    defaultRequestPolicy: { headerContentType: 'text/plain; charset=UTF-8' },
  },
});

/** What creates a topic. */
export interface Creation {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

/** Makes a topic, or answers the one of that name where no given attribute or tag differs. */
export function makeTopic({ kernel, state }: Pick<Sns, 'kernel' | 'state'>, { name, attributes, tags }: Creation): Topic {
  const isFifo = attributes['FifoTopic']?.toLowerCase() === 'true';
  if (!(isFifo ? FIFO_NAME : NAME).test(name)) throw invalidParameter('Topic Name');
  const check = { isFifo, isCreation: true, prefix: 'Attributes Reason: ' } as const;
  const checked = Object.fromEntries(Object.entries(attributes).map(([attribute, value]) => [attribute, checkTopicAttribute(attribute, value, check)]));
  const arn = kernel.arn('sns', name);
  const existing = state.topics.get(arn);
  if (!existing) return addTopic(state, { name, arn, createdMs: kernel.nowMs(), attributes: checked, tags, subscriptionsDeleted: 0 });
  const { record } = existing;
  if (Object.keys(checked).some((attribute) => checked[attribute] !== effectiveAttribute(record.attributes, attribute))) throw topicExistsWithOtherAttributes();
  if (Object.keys(tags).some((key) => tags[key] !== record.tags[key])) throw topicExistsWithOtherTags();
  return existing;
}

export function createTopic(input: CreateTopicCommandInput, context: Sns): Output<CreateTopicCommandOutput> {
  refuseAllBut(['Name', 'Attributes', 'Tags'], input, { operation: 'CreateTopic', page: 'sns' });
  const { record } = makeTopic(context, { name: input.Name ?? '', attributes: input.Attributes ?? {}, tags: tagsOf(input.Tags) });
  return { TopicArn: record.arn };
}

/** A topic that does not exist is deleted too. */
export function deleteTopic(input: DeleteTopicCommandInput, { state }: Sns): Record<string, never> {
  checkArn(input.TopicArn, 'TopicArn');
  remove(state, input.TopicArn ?? '');
  return {};
}

export function listTopics(input: ListTopicsCommandInput, { state }: Sns): Output<ListTopicsCommandOutput> {
  const { page, ...next } = pageOf(state.topics.keys(), input.NextToken);
  return { Topics: page.map((TopicArn) => ({ TopicArn })), ...next };
}

export function getTopicAttributes(input: GetTopicAttributesCommandInput, { kernel, state }: Sns): Output<GetTopicAttributesCommandOutput> {
  const { record, settings, subscriptions } = findTopic(state, input.TopicArn);
  const { accountId } = kernel;
  const Attributes = {
    DisplayName: '',
    ...record.attributes,
    ...(settings.isFifo && { FifoTopic: 'true', ContentBasedDeduplication: String(settings.isContentBased) }),
    TopicArn: record.arn,
    Owner: accountId,
    Policy: JSON.stringify(policyOf(record.attributes, { arn: record.arn, accountId })),
    EffectiveDeliveryPolicy: DELIVERY_POLICY,
    SubscriptionsConfirmed: String(subscriptions.size),
    SubscriptionsPending: '0',
    SubscriptionsDeleted: String(record.subscriptionsDeleted),
  };
  // What a standard topic says of itself it does not show.
  return { Attributes: settings.isFifo ? Attributes : withoutFifoTopic(Attributes) };
}

function withoutFifoTopic(attributes: Record<string, string>): Record<string, string> {
  const { FifoTopic: _, ContentBasedDeduplication: __, ...shown } = attributes;
  return shown;
}

export function setTopicAttributes(input: SetTopicAttributesCommandInput, { state }: Sns): Record<string, never> {
  const topic = findTopic(state, input.TopicArn);
  const { AttributeName: name = '', AttributeValue: value = '' } = input;
  const { attributes } = topic.record;
  if (value === '' && name === 'Policy') changeTopic(state, topic, { attributes: withoutPolicy(attributes) });
  else {
    const checked = checkTopicAttribute(name, value, { isFifo: topic.settings.isFifo, isCreation: false, prefix: '' });
    changeTopic(state, topic, { attributes: { ...attributes, [name]: checked } });
  }
  return {};
}

/** Attributes of a topic that has the policy of every topic. */
export function withoutPolicy(attributes: Readonly<Record<string, string>>): Record<string, string> {
  const { Policy: _, ...others } = attributes;
  return others;
}

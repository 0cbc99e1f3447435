import type { Properties, ResourcePlace, ResourceType } from '../../kernel/resource.ts';
import type { World } from './queue/advance.ts';
import type { Queue } from './queue/queue.ts';
import { settle } from './queue/settle.ts';
import { createQueue, deleteQueue, findQueue, queueUrl, resetAttributes, type SqsState, setAttributes } from './state.ts';

/** Properties that are attributes of the queue under the same name. */
const ATTRIBUTES = [
  'FifoQueue',
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'FifoThroughputLimit',
  'DelaySeconds',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'ReceiveMessageWaitTimeSeconds',
  'VisibilityTimeout',
  'RedrivePolicy',
  'RedriveAllowPolicy',
  'KmsMasterKeyId',
  'KmsDataKeyReusePeriodSeconds',
  'SqsManagedSseEnabled',
];

const isTrue = (value: unknown): boolean => value === true || value === 'true';

function attributesOf(properties: Properties): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const name of ATTRIBUTES) {
    const value: unknown = properties[name];
    // `FifoQueue: false` is a standard queue, which has no such attribute.
    if (value === undefined || (name === 'FifoQueue' && !isTrue(value))) continue;
    attributes[name] = typeof value === 'object' ? JSON.stringify(value) : String(value);
  }
  return attributes;
}

function tagsOf(properties: Properties): Record<string, string> {
  const tags: readonly { Key: string; Value: string }[] = properties['Tags'] ?? [];
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
}

function physicalQueue(world: World, queue: Queue) {
  const url = queueUrl(world, queue);
  return { ref: url, attributes: { Arn: queue.arn, QueueName: queue.record.name, QueueUrl: url } };
}

function queueName(properties: Properties, place: ResourcePlace): string {
  const suffix = isTrue(properties['FifoQueue']) ? { suffix: '.fifo' } : {};
  return properties['QueueName'] ?? place.generatedName({ lengthMax: 80, ...suffix });
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html */
export const queueResource: ResourceType<SqsState> = {
  properties: ['QueueName', 'Tags', ...ATTRIBUTES],
  create(properties, place, context) {
    const creation = { name: queueName(properties, place), attributes: attributesOf(properties), tags: tagsOf(properties), isTemplate: true };
    const queue = createQueue(context, creation);
    settle(context);
    return physicalQueue(context, queue);
  },
  update(properties, previous, physical, _place, context) {
    const isReplaced = properties['QueueName'] !== previous['QueueName'] || isTrue(properties['FifoQueue']) !== isTrue(previous['FifoQueue']);
    if (isReplaced) return 'replace';
    const queue = findQueue(context.state, physical.ref);
    resetAttributes(context, queue, attributesOf(properties));
    queue.record.tags = tagsOf(properties);
    context.state.records.touch(queue.record.name);
    settle(context);
    return physicalQueue(context, queue);
  },
  delete(physical, _properties, context) {
    deleteQueue(context, findQueue(context.state, physical.ref));
  },
};

function setPolicy(context: World, url: string, policy: unknown): void {
  const text = typeof policy === 'string' ? policy : JSON.stringify(policy);
  setAttributes(context, findQueue(context.state, url), { Policy: text });
}

/** Takes the policy from queues that still exist. */
function dropPolicy(context: World, urls: readonly string[]): void {
  for (const url of urls) {
    const queue = context.state.byName.get(url.slice(url.lastIndexOf('/') + 1));
    if (queue) setAttributes(context, queue, { Policy: '' });
  }
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queuepolicy.html */
export const queuePolicyResource: ResourceType<SqsState> = {
  properties: ['PolicyDocument', 'Queues'],
  create(properties, place, context) {
    const id = place.generatedName({ lengthMax: 255 });
    for (const url of properties['Queues'] as string[]) setPolicy(context, url, properties['PolicyDocument']);
    return { ref: id, attributes: { Id: id } };
  },
  update(properties, previous, physical, _place, context) {
    const urls = properties['Queues'] as string[];
    dropPolicy(
      context,
      (previous['Queues'] as string[]).filter((url) => !urls.includes(url)),
    );
    for (const url of urls) setPolicy(context, url, properties['PolicyDocument']);
    return physical;
  },
  delete(_physical, properties, context) {
    dropPolicy(context, properties['Queues'] as string[]);
  },
};

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queueinlinepolicy.html */
export const queueInlinePolicyResource: ResourceType<SqsState> = {
  properties: ['PolicyDocument', 'Queue'],
  create(properties, _place, context) {
    setPolicy(context, properties['Queue'], properties['PolicyDocument']);
    return { ref: properties['Queue'], attributes: {} };
  },
  update(properties, previous, physical, _place, context) {
    if (properties['Queue'] !== previous['Queue']) return 'replace';
    setPolicy(context, properties['Queue'], properties['PolicyDocument']);
    return physical;
  },
  delete(physical, _properties, context) {
    dropPolicy(context, [physical.ref]);
  },
};

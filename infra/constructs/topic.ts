import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { CfnSubscription, Topic as SnsTopic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Duration, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { type FunctionProps, HandlerFunction } from './handler-function.ts';
import { physicalName } from './naming.ts';
import { allowRedriveFrom, type DeadLetterQueue, deadLetterQueue, encryptedQueue } from './queue.ts';

/** Less, and messages of a throttled function come back before its retries end. @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
const VISIBILITY_PER_TIMEOUT = 6;

const FIFO_SUFFIX = '.fifo';

/** @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html */
const QUEUE_NAME_LENGTH_MAX = 80;

/** What a topic is. */
export interface TopicProps {
  /** The topic's name, once in the system, without the system's and without `.fifo`. */
  readonly name: string;
  /** Keeps the order of each message group, all the way through FIFO queues, and drops repetitions of a message. @default false */
  readonly isFifo?: boolean;
}

/** What a filter accepts of one field: any of the values or matchers, as SNS writes them. */
type Accepted = readonly (string | number | boolean | null | Readonly<Record<string, unknown>>)[];

/** A filter policy on the message's body. */
export interface BodyFilter {
  readonly [field: string]: Accepted | BodyFilter | readonly BodyFilter[];
}

/** Which messages a subscriber gets. */
export type TopicFilter = { readonly attributes: Readonly<Record<string, Accepted>> } | { readonly body: BodyFilter };

/** What a queue behind a topic needs. */
export interface TopicSubscriptionProps {
  /** Which messages it gets. @default all */
  readonly filter?: TopicFilter;
  /** Whether the queue gets the message itself, with its attributes, instead of SNS's envelope around it. @default true */
  readonly isRaw?: boolean;
  /** The function that handles the queue's messages. @default none: whoever is granted to receives them */
  readonly handler?: Pick<FunctionProps, 'handler' | 'context' | 'timeout' | 'environment' | 'memorySize'>;
  /** How long a message stays hidden once it was received. @default six times the handler's timeout; 30 seconds without a handler */
  readonly visibilityTimeout?: Duration;
  /** Receives of a message before it is dead-lettered. @default 5 */
  readonly maxReceiveCount?: number;
  /** How long the queue keeps a message. @default 4 days */
  readonly retention?: Duration;
}

/**
 * A topic that fans out into queues. Nobody may publish but who is granted to, and nobody over plain HTTP.
 *
 *     topic ── filter ──▶ queue ──▶ function
 *              └▶ DLQ      └▶ DLQ
 */
export class Topic extends Construct {
  readonly topic: SnsTopic;
  readonly isFifo: boolean;

  constructor(scope: Construct, id: string, { name, isFifo = false }: TopicProps) {
    super(scope, id);
    this.isFifo = isFifo;
    const topicName = `${physicalName(this, { kind: 'topic', name })}${isFifo ? FIFO_SUFFIX : ''}`;
    this.topic = new SnsTopic(this, 'Topic', { topicName, enforceSSL: true, ...(isFifo && { fifo: true, contentBasedDeduplication: true }) });
  }

  get topicArn(): string {
    return this.topic.topicArn;
  }

  /** Subscribes a queue: queue, dead-letter queues on both edges, alarms, and the grant for this topic alone, all in `scope`. `name` is the queue's, once in the system. */
  subscribe(scope: Construct, name: string, props: TopicSubscriptionProps = {}): TopicSubscription {
    return new TopicSubscription(scope, `Subscriber-${name}`, { ...props, topic: this, name });
  }

  /** Lets a function publish. */
  allowFunction(publisher: HandlerFunction): void {
    publisher.allow(['sns:Publish'], this.topicArn);
  }

  /** Lets one rule of EventBridge publish. */
  allowRule(ruleArn: string): void {
    this.#allowService('events.amazonaws.com', { ArnEquals: { 'aws:SourceArn': ruleArn } });
  }

  /** Lets the alarms of this account and Region publish. Spelled out, for a topic with a policy of its own has lost the one that lets them. */
  allowAlarms(): void {
    const { account, region, partition } = Stack.of(this);
    this.#allowService('cloudwatch.amazonaws.com', { ArnLike: { 'aws:SourceArn': `arn:${partition}:cloudwatch:${region}:${account}:alarm:*` } });
  }

  #allowService(service: string, conditions: Record<string, unknown>): void {
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        principals: [new ServicePrincipal(service)],
        actions: ['sns:Publish'],
        resources: [this.topicArn],
        conditions,
      }),
    );
  }
}

/** A queue behind a topic, with a dead-letter queue on every edge. */
export class TopicSubscription extends Construct {
  readonly queue: Queue;
  /** What the consumer could not process. */
  readonly deadLetters: DeadLetterQueue;
  /** What the topic could not put into the queue. */
  readonly undelivered: DeadLetterQueue;
  readonly function: HandlerFunction | undefined;

  constructor(scope: Construct, id: string, props: TopicSubscriptionProps & { readonly topic: Topic; readonly name: string }) {
    super(scope, id);
    const { topic, name, handler, maxReceiveCount = 5, retention = Duration.days(4) } = props;
    const baseName = physicalName(this, { kind: 'consumer', name });
    const suffix = topic.isFifo ? FIFO_SUFFIX : '';
    const queueName = `${baseName}${suffix}`;
    const deadLettersName = `${baseName}-dead-letters${suffix}`;
    if (deadLettersName.length > QUEUE_NAME_LENGTH_MAX) {
      throw new Error(
        `The consumer name '${name}' is too long: its dead-letter queue would be ${deadLettersName}, and ${QUEUE_NAME_LENGTH_MAX} characters are allowed`,
      );
    }
    this.deadLetters = deadLetterQueue(this, 'DeadLetters', {
      name: deadLettersName,
      holds: `messages that ${name} could not process`,
      advice: 'Mend the consumer and redrive them.',
    });
    this.undelivered = deadLetterQueue(this, 'Undelivered', {
      name: `${baseName}-undelivered${suffix}`,
      holds: `messages that the topic could not put into ${queueName}`,
      advice: 'The queue is gone, or its policy does not allow the topic.',
    });
    allowRedriveFrom(this.deadLetters.queue, queueName);
    this.queue = encryptedQueue(this, 'Queue', {
      queueName,
      visibilityTimeout: checkVisibility(this, props),
      retentionPeriod: retention,
      deadLetterQueue: { queue: this.deadLetters.queue, maxReceiveCount },
      ...(topic.isFifo && { fifo: true }),
    });
    for (const queue of [this.queue, this.undelivered.queue]) allowTopic(queue, topic.topicArn);
    this.#subscribe(props);
    this.function = handler && this.#handle(name, handler);
  }

  #subscribe({ topic, filter, isRaw = true }: TopicSubscriptionProps & { readonly topic: Topic }): void {
    const subscription = new CfnSubscription(this, 'Subscription', {
      topicArn: topic.topicArn,
      protocol: 'sqs',
      endpoint: this.queue.queueArn,
      rawMessageDelivery: isRaw,
      redrivePolicy: { deadLetterTargetArn: this.undelivered.queue.queueArn },
      ...(filter && {
        filterPolicyScope: 'body' in filter ? 'MessageBody' : 'MessageAttributes',
        filterPolicy: 'body' in filter ? filter.body : filter.attributes,
      }),
    });
    // A message that comes before the queue's policy would be dead-lettered.
    for (const queue of [this.queue, this.undelivered.queue]) {
      const policy = queue.node.tryFindChild('Policy');
      if (policy) subscription.node.addDependency(policy);
    }
  }

  #handle(name: string, handler: NonNullable<TopicSubscriptionProps['handler']>): HandlerFunction {
    const made = new HandlerFunction(this, 'Handler', { ...handler, name });
    made.allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ChangeMessageVisibility'], this.queue.queueArn);
    new EventSourceMapping(this, 'Mapping', { target: made.lambda, eventSourceArn: this.queue.queueArn, batchSize: 10, reportBatchItemFailures: true });
    return made;
  }
}

/** The visibility timeout of a queue, which is not too short for its handler. */
function checkVisibility(scope: Construct, { handler, visibilityTimeout, retention }: TopicSubscriptionProps): Duration {
  const least = handler ? Duration.seconds((handler.timeout ?? Duration.seconds(10)).toSeconds() * VISIBILITY_PER_TIMEOUT) : Duration.seconds(0);
  const chosen = visibilityTimeout ?? (handler ? least : Duration.seconds(30));
  if (chosen.toSeconds() < least.toSeconds()) {
    throw new Error(
      `${scope.node.path}: \`visibilityTimeout\` is ${chosen.toSeconds()} s; with this handler it is at least ${least.toSeconds()} s, or messages come back while they are handled`,
    );
  }
  if (retention && retention.toSeconds() <= chosen.toSeconds()) {
    throw new Error(`${scope.node.path}: \`retention\` is not more than the visibility timeout, so a message could expire while it is handled`);
  }
  return chosen;
}

/** Lets one topic, and nobody else, put messages into a queue. */
function allowTopic(queue: Queue, topicArn: string): void {
  queue.addToResourcePolicy(
    new PolicyStatement({
      effect: Effect.ALLOW,
      principals: [new ServicePrincipal('sns.amazonaws.com')],
      actions: ['sqs:SendMessage'],
      resources: [queue.queueArn],
      conditions: { ArnEquals: { 'aws:SourceArn': topicArn } },
    }),
  );
}

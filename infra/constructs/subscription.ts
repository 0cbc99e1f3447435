import { Alarm, ComparisonOperator, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Rule } from 'aws-cdk-lib/aws-events';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { CfnParameter } from 'aws-cdk-lib/aws-ssm';
import { Duration, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { EventContract } from '../../schemas/index.ts';
import type { EventBus } from './event-bus.ts';
import { type FunctionProps, HandlerFunction } from './handler-function.ts';
import { physicalName, SYSTEM } from './naming.ts';
import { allowRedriveFrom, allowRule, type DeadLetterQueue, deadLetterQueue, encryptedQueue, RULE_RETRY_POLICY } from './queue.ts';
import type { ServiceTable } from './service-table.ts';

/** Less, and messages of a throttled function come back before its retries end. @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
const VISIBILITY_PER_TIMEOUT = 6;

/** What a subscription needs. */
export interface SubscriptionProps extends Pick<FunctionProps, 'handler' | 'environment' | 'memorySize' | 'reservedConcurrentExecutions'> {
  readonly bus: EventBus;
  /** The consumer's name, once in the system. */
  readonly name: string;
  /** What it consumes: `OrderPlaced.v1` is any minor version of this major. */
  readonly on: readonly EventContract[];
  /** The service's table, which holds the commit record that makes the consumer idempotent. */
  readonly table: ServiceTable;
  /** Takes only events of this flow. @default events of every flow */
  readonly flow?: 'choreography' | 'orchestration';
  /** How long one invocation may take. @default 30 seconds */
  readonly timeout?: Duration;
  /** How long a message stays hidden once it was received. @default six times the timeout, which is the least, and the batching window */
  readonly visibilityTimeout?: Duration;
  /** Receives of a message before the queue itself moves it to the dead-letter queue. @default 5 */
  readonly maxReceiveCount?: number;
  /** Messages in one invocation, at most: 10 without a batching window. @default 10 */
  readonly batchSize?: number;
  /** How long Lambda waits for a batch to fill. @default none: an event is handled when it comes */
  readonly maxBatchingWindow?: Duration;
  /** Invocations at the same time, from 2 on. @default as many as Lambda scales to */
  readonly maxConcurrency?: number;
  /** Age after which a message is dead-lettered as `expired` instead of handled. Less than the queue's retention. @default 3 days */
  readonly timeToLive?: Duration;
  /** How old the oldest waiting message may be before an alarm rings. @default no alarm, which costs 10 cents a month */
  readonly sla?: Duration;
  /** How long the queue keeps a message. @default 4 days */
  readonly retention?: Duration;
}

/**
 * A consumer on the bus, with a dead-letter queue on every edge:
 *
 *     bus ── rule ──▶ queue ──▶ function
 *              └▶ rule's DLQ └▶ DLQ ◀┘ (by the handler, with its reason)
 */
export class Subscription extends Construct {
  readonly name: string;
  readonly queue: Queue;
  readonly deadLetters: DeadLetterQueue;
  readonly function: HandlerFunction;
  /** Its queue is a standard queue, and the bus before it keeps no order either. */
  readonly isOrdered = false;

  constructor(scope: Construct, id: string, props: SubscriptionProps) {
    super(scope, id);
    checkProps(this, props);
    const { bus, name, table, timeout = Duration.seconds(30), maxReceiveCount = 5, retention = Duration.days(4), timeToLive = Duration.days(3) } = props;
    this.name = name;
    const queueName = physicalName(this, { kind: 'consumer', name });
    const deadLetters = deadLetterQueue(this, 'DeadLetters', {
      name: `${queueName}-dead-letters`,
      holds: `messages that consumer ${name} could not process`,
      advice: 'See why with `tickertape dlq list`; send them again with `tickertape dlq redrive`.',
    });
    this.deadLetters = deadLetters;
    const undelivered = deadLetterQueue(this, 'Undelivered', {
      name: `${queueName}-undelivered`,
      holds: `events that the bus could not put into ${queueName}`,
      advice: `The attribute ERROR_MESSAGE of a message says why; mended, move them to ${queueName}.`,
    });
    allowRedriveFrom(deadLetters.queue, queueName);
    this.queue = encryptedQueue(this, 'Queue', {
      queueName,
      visibilityTimeout: props.visibilityTimeout ?? leastVisibility(timeout, props.maxBatchingWindow),
      retentionPeriod: retention,
      deadLetterQueue: { queue: deadLetters.queue, maxReceiveCount },
    });
    this.#rule(props, undelivered.queue);

    this.function = new HandlerFunction(this, 'Handler', {
      handler: props.handler,
      name,
      timeout,
      environment: {
        QUEUE_URL: this.queue.queueUrl,
        DEAD_LETTER_QUEUE_URL: deadLetters.queue.queueUrl,
        MAX_RECEIVE_COUNT: String(maxReceiveCount),
        TIME_TO_LIVE_SECONDS: String(timeToLive.toSeconds()),
        DEAD_LETTER_INDEX_TABLE_NAME: bus.deadLetterIndex.table.tableName,
        ...props.environment,
      },
      ...(props.memorySize && { memorySize: props.memorySize }),
      ...(props.reservedConcurrentExecutions !== undefined && { reservedConcurrentExecutions: props.reservedConcurrentExecutions }),
    });
    this.function.writesTo(table);
    // The first three are the mapping's, in the function's name; the last is also the handler's, for back-off.
    this.function.allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ChangeMessageVisibility'], this.queue.queueArn);
    this.function.allow(['sqs:SendMessage'], deadLetters.queue.queueArn);
    this.function.allow(['dynamodb:UpdateItem'], bus.deadLetterIndex.table.tableArn);
    new EventSourceMapping(this, 'Mapping', {
      target: this.function.lambda,
      eventSourceArn: this.queue.queueArn,
      batchSize: props.batchSize ?? 10,
      reportBatchItemFailures: true,
      ...(props.maxBatchingWindow && { maxBatchingWindow: props.maxBatchingWindow }),
      ...(props.maxConcurrency !== undefined && { maxConcurrency: props.maxConcurrency }),
    });
    bus.deadLetterIndex.letIndexerLook(deadLetters.queue);
    this.#describe(props, { deadLetters, undelivered, maxReceiveCount, lag: this.#watch(props) });
  }

  /** The age of the oldest message that waits. @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html */
  #watch({ name, sla }: SubscriptionProps): { readonly lagAlarmName: string; readonly slaSeconds: number } | undefined {
    if (!sla) return undefined;
    const lagAlarmName = `${physicalName(this, { kind: 'lag alarm', name })}-behind`;
    new Alarm(this, 'BehindAlarm', {
      alarmName: lagAlarmName,
      alarmDescription: `Consumer ${name} is more than ${sla.toHumanString()} behind its queue. See docs/runbooks/queue-lag.md, and \`tickertape consumers lag\`.`,
      metric: this.queue.metricApproximateAgeOfOldestMessage({ period: Duration.minutes(1), statistic: Stats.MAXIMUM }),
      threshold: sla.toSeconds(),
      evaluationPeriods: 2,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    return { lagAlarmName, slaSeconds: sla.toSeconds() };
  }

  #rule({ bus, on, flow, name }: SubscriptionProps, undelivered: Queue): void {
    const rule = new Rule(this, 'Rule', {
      ruleName: physicalName(this, { kind: 'rule', name }),
      eventBus: bus.bus,
      eventPattern: {
        source: [...new Set(on.map(({ context }) => `tickertape.${context}`))],
        detailType: [...new Set(on.map(({ type }) => type))],
        detail: {
          // What has no envelope, or is of no flow, is the bus's to dead-letter: once, and not at each consumer.
          specversion: ['1.0'],
          // A major version is another contract: who does not consume it must not get it.
          dataschema: on.map(({ dataschema }) => ({ prefix: dataschema.replace(/\.\d+$/, '.') })),
          flow: flow === undefined ? [{ exists: true }] : [flow],
        },
      },
    });
    // Bound here instead of with aws-events-targets, which loads every service that a rule can reach.
    rule.addTarget({
      bind: () => ({
        arn: this.queue.queueArn,
        deadLetterConfig: { arn: undelivered.queueArn },
        retryPolicy: RULE_RETRY_POLICY,
        targetResource: this.queue,
      }),
    });
    for (const queue of [this.queue, undelivered]) allowRule(queue, rule.ruleArn);
  }

  /** Writes what an operator has to know of the consumer. */
  #describe(
    { name, on, table }: SubscriptionProps,
    {
      deadLetters,
      undelivered,
      maxReceiveCount,
      lag,
    }: {
      readonly deadLetters: DeadLetterQueue;
      readonly undelivered: DeadLetterQueue;
      readonly maxReceiveCount: number;
      readonly lag: { readonly lagAlarmName: string; readonly slaSeconds: number } | undefined;
    },
  ): void {
    const description = {
      consumer: name,
      context: this.function.context,
      on: on.map(({ type, major }) => `${type}.v${major}`),
      queueUrl: this.queue.queueUrl,
      queueArn: this.queue.queueArn,
      deadLetterQueueUrl: deadLetters.queue.queueUrl,
      deadLetterQueueArn: deadLetters.queue.queueArn,
      ruleDeadLetterQueueUrl: undelivered.queue.queueUrl,
      functionName: this.function.functionName,
      tableName: table.tableName,
      alarmName: deadLetters.alarmName,
      maxReceiveCount,
      ...lag,
    };
    new CfnParameter(this, 'Description', {
      name: `/${SYSTEM}/consumers/${name}`,
      type: 'String',
      description: `Where consumer ${name} is found by operators.`,
      value: Stack.of(this).toJsonString(description),
    });
  }
}

/** Six timeouts, and the batching window on top. */
function leastVisibility(timeout: Duration, window: Duration | undefined): Duration {
  return Duration.seconds(timeout.toSeconds() * VISIBILITY_PER_TIMEOUT + (window?.toSeconds() ?? 0));
}

function checkProps(
  scope: Construct,
  { name, on, visibilityTimeout, timeout = Duration.seconds(30), maxBatchingWindow, timeToLive, retention, sla }: SubscriptionProps,
): void {
  const refuse = (problem: string): never => {
    throw new Error(`Consumer '${name}' (${scope.node.path}): ${problem}`);
  };
  if (on.length === 0) refuse('`on` is empty; name at least one event, such as OrderPlaced.v1');
  for (const contract of on as readonly (Partial<EventContract> | undefined)[]) {
    if (contract?.kind !== 'event')
      refuse(
        `\`on\` has ${contract?.type ?? 'something'} that is ${contract?.kind ? `a ${contract.kind}` : 'no contract'}; a consumer takes events, such as OrderPlaced.v1`,
      );
  }
  const least = leastVisibility(timeout, maxBatchingWindow);
  if (visibilityTimeout && visibilityTimeout.toSeconds() < least.toSeconds()) {
    refuse(
      `\`visibilityTimeout\` is ${visibilityTimeout.toSeconds()} s; with this timeout it is at least ${least.toSeconds()} s, or messages come back while they are handled`,
    );
  }
  if (sla && sla.toSeconds() >= (timeToLive ?? Duration.days(3)).toSeconds())
    refuse(`\`sla\` is not less than \`timeToLive\`: messages would expire before the alarm rings`);
  if ((timeToLive ?? Duration.days(3)).toSeconds() >= (retention ?? Duration.days(4)).toSeconds()) {
    refuse('`timeToLive` is not less than the retention of the queue, which would drop messages silently before they are dead-lettered');
  }
}

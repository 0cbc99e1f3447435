import { Alarm, ComparisonOperator, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { EventSourceMapping, FilterCriteria, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { CfnParameter } from 'aws-cdk-lib/aws-ssm';
import { Duration, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { EventContract } from '../../schemas/index.ts';
import { type FunctionProps, HandlerFunction } from './handler-function.ts';
import { physicalName, SYSTEM } from './naming.ts';
import { allowRedriveFrom, type DeadLetterQueue, deadLetterQueue, encryptedQueue } from './queue.ts';
import type { ServiceTable } from './service-table.ts';
import type { Stream } from './stream.ts';

/** Less, and messages of a throttled function come back before its retries end. @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
const VISIBILITY_PER_TIMEOUT = 6;

/** Receives of a redriven letter before the queue itself puts it back. */
const MAX_RECEIVE_COUNT = 5;

/** Retries of a batch on which the function crashes, beyond those that holding a shard takes: bisecting doubles its way to the one record that is to blame. */
const CRASH_RETRIES = 10;

/** What a mapping takes at most, as records' age. @see https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html */
const RECORD_AGE_MAX = Duration.days(7);

/** So long before the stream forgets a record it is given up, so that it can still be fetched. */
const FETCH_MARGIN = Duration.minutes(10);

/** What a consumer group needs. */
export interface ConsumerGroupProps extends Pick<FunctionProps, 'handler' | 'environment' | 'memorySize' | 'reservedConcurrentExecutions'> {
  readonly stream: Stream;
  /** The group's name, once in the system, and the same in its `consumer({ name })`. */
  readonly name: string;
  /** What it consumes: `OrderPlaced.v1` is any minor version of this major. Other events do not invoke it. */
  readonly on: readonly EventContract[];
  /** The service's table: commit records, and the records of parked keys. */
  readonly table: ServiceTable;
  /** `key`: the records of a partition key one after the other, and a key whose record fails is parked. `none`: records on their own, as from a standard queue. @default key */
  readonly order?: 'key' | 'none';
  /** Where it begins when it is made. @default TRIM_HORIZON: with all that the stream holds. LATEST can miss what comes while the mapping is made */
  readonly startingPosition?: 'TRIM_HORIZON' | 'LATEST' | { readonly at: Date };
  /** Batches of one shard at the same time; the records of a key stay in one. @default 1 */
  readonly parallelization?: number;
  /** How far behind it may fall before an alarm rings. @default 5 minutes */
  readonly sla?: Duration;
  /** How long one invocation may take. @default 30 seconds */
  readonly timeout?: Duration;
  /** Records in one invocation, at most. @default 100 */
  readonly batchSize?: number;
  /** How long Lambda waits for a batch to fill. @default none: an event is handled when it comes */
  readonly maxBatchingWindow?: Duration;
  /** Length of the windows in which the handler keeps a state: up to 15 minutes, with a parallelization of 1. @default none */
  readonly tumblingWindow?: Duration;
  /** How long an error that can pass may hold up a shard before its key is parked. @default 30 seconds */
  readonly patience?: Duration;
  /** Attempts at a record whose error says nothing of passing, before its key is parked. @default 3 */
  readonly attempts?: number;
}

/**
 * A consumer group: a position of its own in the stream, and a dead-letter queue with a way back.
 *
 *     stream ── mapping ──▶ function ──▶ parked keys (table)
 *                 └▶ DLQ ◀────┘ ▲
 *                     └─ redrive ─▶ queue
 *
 * Into the dead-letter queue the function puts the letters of parked records, and Lambda its word of batches that it gave up, in whose place the indexer puts the records. The queue takes what is
 * redriven; in the order of its key it comes to the same function.
 */
export class ConsumerGroup extends Construct {
  readonly name: string;
  /** What is redriven comes through it. */
  readonly queue: Queue;
  readonly deadLetters: DeadLetterQueue;
  readonly function: HandlerFunction;
  readonly isOrdered: boolean;
  /** Id of the mapping, by which the group is paused and rewound. */
  readonly mappingId: string;

  constructor(scope: Construct, id: string, props: ConsumerGroupProps) {
    super(scope, id);
    checkProps(this, props);
    const { stream, name, order = 'key', timeout = Duration.seconds(30), patience = Duration.seconds(30), attempts = 3 } = props;
    this.name = name;
    this.isOrdered = order === 'key';
    const queueName = physicalName(this, { kind: 'consumer', name });
    this.deadLetters = deadLetterQueue(this, 'DeadLetters', {
      name: `${queueName}-dead-letters`,
      holds: `records that consumer ${name} could not process, and those parked behind them`,
      advice: 'See why with `tickertape dlq list`; `tickertape dlq redrive` sends a key again, in order.',
    });
    allowRedriveFrom(this.deadLetters.queue, queueName);
    this.queue = encryptedQueue(this, 'Queue', {
      queueName,
      visibilityTimeout: Duration.seconds(timeout.toSeconds() * VISIBILITY_PER_TIMEOUT),
      retentionPeriod: Duration.days(4),
      deadLetterQueue: { queue: this.deadLetters.queue, maxReceiveCount: MAX_RECEIVE_COUNT },
    });
    this.function = new HandlerFunction(this, 'Handler', {
      handler: props.handler,
      name,
      timeout,
      environment: {
        QUEUE_URL: this.queue.queueUrl,
        DEAD_LETTER_QUEUE_URL: this.deadLetters.queue.queueUrl,
        MAX_RECEIVE_COUNT: String(MAX_RECEIVE_COUNT),
        DEAD_LETTER_INDEX_TABLE_NAME: stream.deadLetterIndex.table.tableName,
        PARK_AFTER_ATTEMPTS: String(attempts),
        PARK_AFTER_SECONDS: String(patience.toSeconds()),
        ...(this.isOrdered && { ORDERED_BY: 'key' }),
        ...props.environment,
      },
      ...(props.memorySize && { memorySize: props.memorySize }),
      ...(props.reservedConcurrentExecutions !== undefined && { reservedConcurrentExecutions: props.reservedConcurrentExecutions }),
    });
    this.#grant(props);
    this.mappingId = this.#map(props, { timeout, patience });
    stream.deadLetterIndex.letIndexerReplace(this.deadLetters.queue);
    const { alarmName, sla } = this.#watch(props);
    this.#describe(props, { lagAlarmName: alarmName, slaSeconds: sla.toSeconds(), newLettersAlarmName: this.#announceLetters(queueName) });
  }

  #grant({ stream, table }: ConsumerGroupProps): void {
    this.function.writesTo(table);
    stream.allowReading(this.function);
    this.function.allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ChangeMessageVisibility'], this.queue.queueArn);
    // The handler's letters, and Lambda's own word of what it gives up, which it sends in the function's name.
    this.function.allow(['sqs:SendMessage'], this.deadLetters.queue.queueArn);
    this.function.allow(['dynamodb:GetItem', 'dynamodb:UpdateItem'], stream.deadLetterIndex.table.tableArn);
  }

  #map(
    { stream, on, startingPosition = 'TRIM_HORIZON', ...props }: ConsumerGroupProps,
    { timeout, patience }: { timeout: Duration; patience: Duration },
  ): string {
    const { parallelization = 1, batchSize = 100, maxBatchingWindow, tumblingWindow } = props;
    const position = typeof startingPosition === 'object' ? StartingPosition.AT_TIMESTAMP : StartingPosition[startingPosition];
    const mapping = new EventSourceMapping(this, 'Mapping', {
      target: this.function.lambda,
      eventSourceArn: stream.streamArn,
      startingPosition: position,
      ...(typeof startingPosition === 'object' && { startingPositionTimestamp: startingPosition.at.getTime() / 1000 }),
      batchSize,
      parallelizationFactor: parallelization,
      bisectBatchOnError: true,
      // Each invocation that holds a shard is a retry to Lambda, and uses most of its timeout.
      retryAttempts: CRASH_RETRIES + 2 * Math.ceil(patience.toSeconds() / timeout.toSeconds()),
      maxRecordAge: Duration.seconds(Math.min(RECORD_AGE_MAX.toSeconds(), stream.retention.toSeconds() - FETCH_MARGIN.toSeconds())),
      reportBatchItemFailures: true,
      filters: [
        FilterCriteria.filter({
          data: { type: [...new Set(on.map(({ type }) => type))], dataschema: on.map(({ dataschema }) => ({ prefix: dataschema.replace(/\.\d+$/, '.') })) },
        }),
      ],
      onFailure: { bind: () => ({ destination: this.deadLetters.queue.queueArn }) },
      ...(maxBatchingWindow && { maxBatchingWindow }),
      ...(tumblingWindow && { tumblingWindow }),
    });
    new EventSourceMapping(this, 'RedriveMapping', {
      target: this.function.lambda,
      eventSourceArn: this.queue.queueArn,
      batchSize: 10,
      reportBatchItemFailures: true,
    });
    return mapping.eventSourceMappingId;
  }

  /**
   * An alarm for the indexer, at each time that something was sent to the dead-letter queue: the alarm on its depth says nothing of what comes to those that are there, and what Lambda gave up
   * has to be fetched while the stream has it.
   */
  #announceLetters(queueName: string): string {
    const alarmName = `${queueName}-new-dead-letters`;
    new Alarm(this, 'NewLettersAlarm', {
      alarmName,
      alarmDescription: `Something was sent to ${queueName}-dead-letters: the dead-letter indexer looks at it.`,
      metric: this.deadLetters.queue.metricNumberOfMessagesSent({ period: Duration.minutes(1), statistic: Stats.SUM }),
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    return alarmName;
  }

  /** The age of the last record of a batch, as Lambda measures it when the function has ended. @see https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
  #watch({ name, sla = Duration.minutes(5) }: ConsumerGroupProps): { readonly alarmName: string; readonly sla: Duration } {
    const alarmName = `${physicalName(this, { kind: 'lag alarm', name })}-behind`;
    new Alarm(this, 'BehindAlarm', {
      alarmName,
      alarmDescription: `Consumer ${name} is more than ${sla.toHumanString()} behind the stream. See docs/runbooks/stream-lag.md, and \`tickertape consumers lag\`.`,
      metric: this.function.lambda.metric('IteratorAge', { period: Duration.minutes(1), statistic: Stats.MAXIMUM }),
      threshold: sla.toMilliseconds(),
      evaluationPeriods: 2,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    return { alarmName, sla };
  }

  /** Writes what an operator has to know of the group. */
  #describe(
    { name, on, table, stream }: ConsumerGroupProps,
    watch: { readonly lagAlarmName: string; readonly slaSeconds: number; readonly newLettersAlarmName: string },
  ): void {
    const description = {
      consumer: name,
      context: this.function.context,
      source: 'stream',
      on: on.map(({ type, major }) => `${type}.v${major}`),
      streamArn: stream.streamArn,
      mappingId: this.mappingId,
      order: this.isOrdered ? 'key' : 'none',
      queueUrl: this.queue.queueUrl,
      queueArn: this.queue.queueArn,
      deadLetterQueueUrl: this.deadLetters.queue.queueUrl,
      deadLetterQueueArn: this.deadLetters.queue.queueArn,
      functionName: this.function.functionName,
      tableName: table.tableName,
      alarmName: this.deadLetters.alarmName,
      maxReceiveCount: MAX_RECEIVE_COUNT,
      ...watch,
    };
    new CfnParameter(this, 'Description', {
      name: `/${SYSTEM}/consumers/${name}`,
      type: 'String',
      description: `Where consumer ${name} is found by operators.`,
      value: Stack.of(this).toJsonString(description),
    });
  }
}

function checkProps(
  scope: Construct,
  { name, on, stream, parallelization = 1, sla, startingPosition, timeout = Duration.seconds(30), ...props }: ConsumerGroupProps,
): void {
  const refuse = (problem: string): never => {
    throw new Error(`Consumer group '${name}' (${scope.node.path}): ${problem}`);
  };
  if (on.length === 0) refuse('`on` is empty; name at least one event, such as OrderPlaced.v1');
  for (const contract of on as readonly (Partial<EventContract> | undefined)[]) {
    if (contract?.kind !== 'event') refuse(`\`on\` has ${contract?.type ?? 'something'} that is no event; a consumer takes events, such as OrderPlaced.v1`);
  }
  if (!Number.isInteger(parallelization) || parallelization < 1 || parallelization > 10)
    refuse(`\`parallelization\` is ${parallelization}; Lambda takes 1 to 10`);
  if (sla && sla.toSeconds() >= stream.retention.toSeconds())
    refuse(`\`sla\` is not less than the retention of the stream, ${stream.retention.toHumanString()}: records would be lost before the alarm rings`);
  if (timeout.toSeconds() < 5) refuse(`\`timeout\` is ${timeout.toSeconds()} s; writing down what failed needs some of it: at least 5 s`);
  const { patience } = props;
  if (patience && patience.toSeconds() * 2 >= stream.retention.toSeconds())
    refuse('`patience` is more than half the retention of the stream: a held shard would lose records');
  if (typeof startingPosition === 'object' && Number.isNaN(startingPosition.at.getTime())) refuse('`startingPosition.at` is no time');
}

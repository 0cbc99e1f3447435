import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { CfnQueue, Queue } from 'aws-cdk-lib/aws-sqs';
import { Duration, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { HandlerFunction } from './handler-function.ts';
import { physicalName } from './naming.ts';
import { type DeadLetterQueue, encryptedQueue } from './queue.ts';

/** Less, and messages of a throttled function come back before its retries end. @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
const VISIBILITY_PER_TIMEOUT = 6;

/** Receives of a message on a rung whose function crashes, before the queue puts it aside. */
const MAX_RECEIVE_COUNT = 3;

/** Queues that a redrive allow policy names at most, of which one is the consumer's own. @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html */
const RUNGS_MAX = 9;

/** Longest delay of a rung: a message that is put back every fifteen minutes costs three requests each time, and a queue keeps it fourteen days. */
const DELAY_MAX = Duration.hours(24);

/** SQS's own delay; longer ones are made of several. @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
const QUEUE_DELAY_MAX = Duration.minutes(15);

/** A consumer that can have a ladder: a subscription of the bus, or a group on a stream. */
export interface LadderConsumer extends Construct {
  readonly name: string;
  /** Whether its records have an order that a retry by another way would break. */
  readonly isOrdered: boolean;
  readonly function: HandlerFunction;
  readonly deadLetters: DeadLetterQueue;
}

/** What a ladder is. */
export interface RetryLadderProps {
  readonly consumer: LadderConsumer;
  /** Delays, each longer than the one before. Half of each is by chance. @default 10 seconds, 1 minute, 10 minutes, 1 hour */
  readonly delays?: readonly Duration[];
  /**
   * Where an error goes that says nothing of passing: to the `last` rung, for a defect is seldom mended within seconds; on from rung to rung (`next`); or to the dead-letter queue at once
   * (`none`). @default last
   */
  readonly defects?: 'last' | 'next' | 'none';
}

/**
 * Retries that hold up nothing: what fails goes to a queue with a delay, `<consumer>-retry-0` and on, from which the same function takes it again, and from the last to the dead-letter
 * queue, with the history of its attempts.
 *
 *     source ──▶ function ◀── retry-0 ◀┐
 *                  │  ▲ ◀──── retry-1 ◀┤   an error that can pass: one up; one that asks for a pause: to the first that is as long;
 *                  ▼  └───────────  …  │   what can never succeed: to the DLQ
 *                 DLQ ◀── after the last
 *
 * A consumer whose records have an order is refused: a record on the ladder is overtaken by its successors. It has parking instead.
 */
export class RetryLadder extends Construct {
  readonly rungs: readonly Queue[];

  constructor(scope: Construct, id: string, props: RetryLadderProps) {
    super(scope, id);
    const { consumer, defects = 'last', delays = [Duration.seconds(10), Duration.minutes(1), Duration.minutes(10), Duration.hours(1)] } = props;
    checkProps(this, consumer, delays);
    const timeout = consumer.function.lambda.timeout ?? Duration.seconds(30);
    const names = delays.map((_, index) => physicalName(this, { kind: 'queue', name: `${consumer.name}-retry-${index}` }));
    this.rungs = delays.map((delay, index) =>
      encryptedQueue(this, `Rung${index}`, {
        queueName: names[index] ?? '',
        deliveryDelay: Duration.seconds(Math.min(delay.toSeconds(), QUEUE_DELAY_MAX.toSeconds())),
        visibilityTimeout: Duration.seconds(timeout.toSeconds() * VISIBILITY_PER_TIMEOUT),
        retentionPeriod: Duration.days(14),
        deadLetterQueue: { queue: consumer.deadLetters.queue, maxReceiveCount: MAX_RECEIVE_COUNT },
      }),
    );
    allowAlsoFrom(consumer.deadLetters.queue, names);
    for (const [index, queue] of this.rungs.entries()) {
      consumer.function.allow(
        ['sqs:SendMessage', 'sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ChangeMessageVisibility'],
        queue.queueArn,
      );
      new EventSourceMapping(this, `Mapping${index}`, {
        target: consumer.function.lambda,
        eventSourceArn: queue.queueArn,
        batchSize: 10,
        reportBatchItemFailures: true,
      });
    }
    const rungs = this.rungs.map((queue, index) => ({ queueUrl: queue.queueUrl, delaySeconds: delays[index]?.toSeconds() ?? 0 }));
    consumer.function.lambda.addEnvironment('RETRY_LADDER', Stack.of(this).toJsonString({ rungs, defects }));
  }
}

/** Lets further queues redrive into a dead-letter queue. */
function allowAlsoFrom(deadLetters: Queue, queueNames: readonly string[]): void {
  const resource = deadLetters.node.defaultChild as CfnQueue;
  const allowed = resource.redriveAllowPolicy as { readonly redrivePermission: string; readonly sourceQueueArns: readonly string[] };
  const arns = queueNames.map((name) => Stack.of(deadLetters).formatArn({ service: 'sqs', resource: name }));
  resource.redriveAllowPolicy = { ...allowed, sourceQueueArns: [...allowed.sourceQueueArns, ...arns] };
}

function checkProps(scope: Construct, { name, isOrdered }: LadderConsumer, delays: readonly Duration[]): void {
  const refuse = (problem: string): never => {
    throw new Error(`Retry ladder of '${name}' (${scope.node.path}): ${problem}`);
  };
  if (isOrdered) {
    refuse(
      "the consumer keeps the order of its keys, and a record on a ladder would be overtaken by its successors. A key that fails is parked there, with what follows it; or say `order: 'none'`",
    );
  }
  if (delays.length === 0 || delays.length > RUNGS_MAX) refuse(`it has ${delays.length} rungs; 1 to ${RUNGS_MAX} are possible`);
  for (const [index, delay] of delays.entries()) {
    const before = delays[index - 1];
    if (before && delay.toSeconds() <= before.toSeconds()) refuse(`rung ${index} waits ${delay.toHumanString()}, which is not longer than the one before`);
    if (delay.toSeconds() < 1 || delay.toSeconds() > DELAY_MAX.toSeconds())
      refuse(`rung ${index} waits ${delay.toHumanString()}; 1 second to ${DELAY_MAX.toHumanString()} are possible`);
  }
}

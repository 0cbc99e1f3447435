import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { CfnParameter } from 'aws-cdk-lib/aws-ssm';
import { ArnFormat, Duration, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { ContractDefinition } from '../../../schemas/contract.ts';
import type { EventBus } from '../event-bus.ts';
import { HandlerFunction } from '../handler-function.ts';
import { physicalName, SYSTEM } from '../naming.ts';
import { allowRedriveFrom, deadLetterQueue, encryptedQueue } from '../queue.ts';
import type { ServiceTable } from '../service-table.ts';

const TIMEOUT = Duration.seconds(30);
/** @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
const VISIBILITY = Duration.seconds(6 * TIMEOUT.toSeconds());
const MAX_RECEIVE_COUNT = 5;

/**
 * A command is of use for as long as its saga may wait for the participant, which is for ever; a queue keeps it for two weeks. One that comes when nobody waits any more does no harm: it is answered as
 * its step was, or refused where that was undone.
 */
const RETENTION = Duration.days(14);
const TIME_TO_LIVE = Duration.days(13);

/** What a participant needs. */
export interface ParticipantProps {
  /** Its name, once in the system, and the same in its `participant({ name })`. It ends in `-commands`. */
  readonly name: string;
  /** Commands that it takes. */
  readonly on: readonly (ContractDefinition & { readonly kind: 'command' })[];
  readonly handler: string;
  readonly table: ServiceTable;
  readonly bus: EventBus;
}

/**
 * A service that takes steps of sagas: a queue for its commands, and the function that takes them and answers. It knows no saga: who sends into the queue, and has its answers, is let in by the saga.
 *
 *     machine ──▶ queue ──▶ function ──▶ machine (SendTaskSuccess, SendTaskFailure)
 *                   └▶ DLQ ◀──┘
 */
export class Participant extends Construct {
  readonly name: string;
  readonly queue: Queue;
  readonly function: HandlerFunction;

  constructor(scope: Construct, id: string, { name, on, handler, table, bus }: ParticipantProps) {
    super(scope, id);
    this.name = name;
    const queueName = physicalName(this, { kind: 'consumer', name });
    const deadLetters = deadLetterQueue(this, 'DeadLetters', {
      name: `${queueName}-dead-letters`,
      holds: `commands that participant ${name} could not process`,
      advice: 'See why with `tickertape dlq list`; send them again with `tickertape dlq redrive`. Their sagas wait meanwhile: `tickertape saga list --stuck`.',
    });
    allowRedriveFrom(deadLetters.queue, queueName);
    this.queue = encryptedQueue(this, 'Queue', {
      queueName,
      visibilityTimeout: VISIBILITY,
      retentionPeriod: RETENTION,
      deadLetterQueue: { queue: deadLetters.queue, maxReceiveCount: MAX_RECEIVE_COUNT },
    });
    this.function = new HandlerFunction(this, 'Handler', {
      handler,
      name,
      timeout: TIMEOUT,
      environment: {
        QUEUE_URL: this.queue.queueUrl,
        DEAD_LETTER_QUEUE_URL: deadLetters.queue.queueUrl,
        MAX_RECEIVE_COUNT: String(MAX_RECEIVE_COUNT),
        TIME_TO_LIVE_SECONDS: String(TIME_TO_LIVE.toSeconds()),
        DEAD_LETTER_INDEX_TABLE_NAME: bus.deadLetterIndex.table.tableName,
      },
    });
    this.function.writesTo(table);
    this.function.allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ChangeMessageVisibility'], this.queue.queueArn);
    this.function.allow(['sqs:SendMessage'], deadLetters.queue.queueArn);
    this.function.allow(['dynamodb:UpdateItem'], bus.deadLetterIndex.table.tableArn);
    new EventSourceMapping(this, 'Mapping', {
      target: this.function.lambda,
      eventSourceArn: this.queue.queueArn,
      batchSize: 10,
      reportBatchItemFailures: true,
    });
    bus.deadLetterIndex.letIndexerLook(deadLetters.queue);
    new CfnParameter(this, 'Description', {
      name: `/${SYSTEM}/consumers/${name}`,
      type: 'String',
      description: `Where participant ${name} is found by operators.`,
      value: Stack.of(this).toJsonString({
        consumer: name,
        context: this.function.context,
        on: on.map(({ type, major }) => `${type}.v${major}`),
        queueUrl: this.queue.queueUrl,
        queueArn: this.queue.queueArn,
        deadLetterQueueUrl: deadLetters.queue.queueUrl,
        deadLetterQueueArn: deadLetters.queue.queueArn,
        functionName: this.function.functionName,
        tableName: table.tableName,
        alarmName: deadLetters.alarmName,
        maxReceiveCount: MAX_RECEIVE_COUNT,
      }),
    });
  }

  /** Lets it answer a machine. The machine is told by its name: it names this participant's queue, and two stacks cannot wait for each other. */
  letAnswer(stateMachineName: string): void {
    const machine = Stack.of(this).formatArn({
      service: 'states',
      resource: 'stateMachine',
      resourceName: stateMachineName,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    this.function.allow(['states:SendTaskSuccess', 'states:SendTaskFailure'], machine);
  }
}

import { Rule } from 'aws-cdk-lib/aws-events';
import { ArnPrincipal, Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { HandlerFunction } from './handler-function.ts';
import { SYSTEM } from './naming.ts';
import { allowRule, type DeadLetterQueue, deadLetterQueue } from './queue.ts';
import { ServiceTable } from './service-table.ts';

const HANDLER = 'functions/backbone/dead-letter-indexer.handler.ts';

/**
 * Answers "what failed, and why" without receiving from a dead-letter queue: a table that handlers write when they dead-letter, and an indexer that reads what the
 * queues' redrive policies moved, when an alarm says that there is something.
 */
export class DeadLetterIndex extends Construct {
  readonly table: ServiceTable;
  readonly #indexer: HandlerFunction;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    // It can be made again from the queues: nothing is lost with it.
    this.table = new ServiceTable(this, 'Index', { hasStream: false, removalPolicy: RemovalPolicy.DESTROY });
    const indexer = new HandlerFunction(this, 'Indexer', {
      handler: HANDLER,
      timeout: Duration.seconds(60),
      environment: { DEAD_LETTER_INDEX_TABLE_NAME: this.table.tableName },
    });
    this.#indexer = indexer;
    indexer.allow(['dynamodb:Query', 'dynamodb:UpdateItem'], this.table.tableArn);
    indexer.allow(['ssm:GetParametersByPath'], Stack.of(this).formatArn({ service: 'ssm', resource: 'parameter', resourceName: `${SYSTEM}/consumers` }));

    const undelivered = deadLetterQueue(this, 'Undelivered', {
      name: `${SYSTEM}-alarms-undelivered`,
      holds: 'alarms that did not reach the dead-letter indexer, or on which it failed',
      advice: 'What they announced is in the dead-letter queues, and not in the index yet.',
    });
    const rule = new Rule(this, 'AlarmRule', {
      ruleName: `${SYSTEM}-dead-letter-alarms`,
      description: 'A dead-letter queue has its first message, or has lost its last.',
      eventPattern: {
        source: ['aws.cloudwatch'],
        detailType: ['CloudWatch Alarm State Change'],
        detail: {
          alarmName: [{ wildcard: `${SYSTEM}-*-dead-letters` }],
          // A new alarm that begins with OK is nothing that ended.
          $or: [{ state: { value: ['ALARM'] } }, { state: { value: ['OK'] }, previousState: { value: ['ALARM'] } }],
        },
      },
    });
    rule.addTarget({
      bind: () => ({
        arn: indexer.lambda.functionArn,
        deadLetterConfig: { arn: undelivered.queue.queueArn },
        retryPolicy: { maximumRetryAttempts: 10, maximumEventAgeInSeconds: Duration.hours(1).toSeconds() },
      }),
    });
    indexer.lambda.addPermission('AlarmRule', { principal: new ServicePrincipal('events.amazonaws.com'), sourceArn: rule.ruleArn });
    allowRule(undelivered.queue, rule.ruleArn);
    // An alarm changes its state once: where the indexer fails on it every time, the change is kept beside those that never came to it.
    indexer.lambda.configureAsyncInvoke({ onFailure: new SqsDestination(undelivered.queue), retryAttempts: 2 });
  }

  /** Granted by the queue, so that a new consumer changes nothing in the stack of the index. */
  letIndexerLook(deadLetters: Queue): void {
    this.#letIndexer(deadLetters, ['sqs:ReceiveMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes']);
  }

  /** As `letIndexerLook`, of a queue in which Lambda says what it gave up of a stream: the indexer puts the records in its place. */
  letIndexerReplace(deadLetters: Queue): void {
    this.#letIndexer(deadLetters, ['sqs:ReceiveMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes', 'sqs:SendMessage', 'sqs:DeleteMessage']);
  }

  /** Lets the indexer fetch the records of a stream that Lambda gave up. */
  letIndexerFetch(streamArn: string): void {
    this.#indexer.allow(['kinesis:GetRecords', 'kinesis:GetShardIterator'], streamArn);
  }

  #letIndexer(queue: Queue, actions: readonly string[]): void {
    queue.addToResourcePolicy(
      new PolicyStatement({ effect: Effect.ALLOW, principals: [new ArnPrincipal(this.#indexer.roleArn)], actions: [...actions], resources: [queue.queueArn] }),
    );
  }

  /** Tells the indexer of the bus's own dead-letter queue, which belongs to no consumer. `name` stands for the bus in the index. */
  indexBus(name: string, { queue, alarmName }: DeadLetterQueue): void {
    this.letIndexerLook(queue);
    const description = Stack.of(this).toJsonString({ consumer: name, deadLetterQueueUrl: queue.queueUrl, alarmName });
    this.#indexer.lambda.addEnvironment('BUS_DEAD_LETTERS', description);
  }
}

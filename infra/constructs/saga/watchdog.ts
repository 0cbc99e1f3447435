import { Rule } from 'aws-cdk-lib/aws-events';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Duration, Stack, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { HandlerFunction } from '../handler-function.ts';
import { physicalName } from '../naming.ts';
import { allowRedriveFrom, allowRule, deadLetterQueue, encryptedQueue, RULE_RETRY_POLICY } from '../queue.ts';
import type { ServiceTable } from '../service-table.ts';

const TIMEOUT = Duration.seconds(30);

/** What a watchdog needs. */
export interface SagaWatchdogProps {
  readonly name: string;
  /** A file with `watchdog()`. */
  readonly handler: string;
  readonly table: ServiceTable;
  readonly stateMachineArn: string;
  readonly stateMachineName: string;
  /** What has to be known of its steps to go on without the machine. */
  readonly steps: readonly { readonly name: string; readonly hasUndo: boolean; readonly isForwardOnly: boolean }[];
}

/**
 * Sees to executions that ended without ending their saga. Where one is stopped, or runs out of time as a whole, Step Functions runs no `Catch` of it: so the end is heard on the default bus, and the next round
 * of the same machine finishes the saga. One that failed is marked as stuck.
 */
export class SagaWatchdog extends Construct {
  constructor(scope: Construct, id: string, { name, handler, table, stateMachineArn, stateMachineName, steps }: SagaWatchdogProps) {
    super(scope, id);
    const queueName = physicalName(this, { kind: 'consumer', name: `${name}-watchdog` });
    const deadLetters = deadLetterQueue(this, 'DeadLetters', {
      name: `${queueName}-dead-letters`,
      holds: `ends of executions that the watchdog of ${name} could not see to`,
      advice: 'Its log says why; mended, move them back to the queue. Their sagas wait: `tickertape saga list`.',
    });
    allowRedriveFrom(deadLetters.queue, queueName);
    const queue = encryptedQueue(this, 'Queue', {
      queueName,
      visibilityTimeout: Duration.seconds(6 * TIMEOUT.toSeconds()),
      deadLetterQueue: { queue: deadLetters.queue, maxReceiveCount: 10 },
    });
    const rule = new Rule(this, 'Rule', {
      ruleName: physicalName(this, { kind: 'rule', name: `${name}-watchdog` }),
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: { stateMachineArn: [stateMachineArn], status: ['TIMED_OUT', 'ABORTED', 'FAILED'] },
      },
    });
    rule.addTarget({
      bind: () => ({ arn: queue.queueArn, deadLetterConfig: { arn: deadLetters.queue.queueArn }, retryPolicy: RULE_RETRY_POLICY, targetResource: queue }),
    });
    for (const each of [queue, deadLetters.queue]) allowRule(each, rule.ruleArn);
    const watchdog = new HandlerFunction(this, 'Handler', {
      handler,
      name: `${name}-watchdog`,
      timeout: TIMEOUT,
      environment: { SAGA_STEPS: JSON.stringify(steps) },
    });
    watchdog.writesTo(table);
    watchdog.allow(['states:StartExecution'], stateMachineArn);
    watchdog.allow(['states:DescribeExecution'], Stack.of(this).formatArn({ service: 'states', resource: `execution:${stateMachineName}:*` }));
    Validations.of(watchdog).acknowledge({
      id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:${stateMachineName}:*]`,
      reason: 'Any execution of this one machine: their names are the sagas.',
    });
    watchdog.allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], queue.queueArn);
    new EventSourceMapping(this, 'Mapping', { target: watchdog.lambda, eventSourceArn: queue.queueArn, batchSize: 10, reportBatchItemFailures: true });
  }
}

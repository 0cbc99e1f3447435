import { Alarm, ComparisonOperator, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type CfnQueue, Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import { Duration, Stack, Validations } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';

/** Longest that a queue keeps a message. @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
const RETENTION_MAX = Duration.days(14);

/** EventBridge's own limits, said out loud. @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html */
export const RULE_RETRY_POLICY = { maximumRetryAttempts: 185, maximumEventAgeInSeconds: Duration.hours(24).toSeconds() } as const;

/** A queue with a name, encrypted at rest, that refuses plain HTTP. */
export function encryptedQueue(scope: Construct, id: string, props: QueueProps & { readonly queueName: string }): Queue {
  return new Queue(scope, id, { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true, ...props });
}

/** A dead-letter queue and the alarm that rings at its first message. */
export interface DeadLetterQueue {
  readonly queue: Queue;
  readonly alarmName: string;
}

/**
 * Makes the end of an asynchronous edge: a queue that keeps messages as long as SQS can, and an alarm on its depth. The alarm counts visible messages, because
 * `NumberOfMessagesSent` leaves out what a redrive policy moves here.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
 */
export function deadLetterQueue(
  scope: Construct,
  id: string,
  { name, holds, advice }: { readonly name: string; readonly holds: string; readonly advice: string },
): DeadLetterQueue {
  const queue = encryptedQueue(scope, id, { queueName: name, retentionPeriod: RETENTION_MAX });
  new Alarm(scope, `${id}Alarm`, {
    alarmName: name,
    alarmDescription: `${name} holds ${holds}. ${advice}`,
    metric: queue.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(1), statistic: Stats.MAXIMUM }),
    threshold: 1,
    evaluationPeriods: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
  Validations.of(queue).acknowledge({
    id: 'AwsSolutions-SQS3',
    reason: 'It is the dead-letter queue of a target or a stream, which the rule does not see: nothing consumes it but an operator.',
  });
  return { queue, alarmName: name };
}

/**
 * Lets one queue, and no other, redrive into a dead-letter queue. The source is told by its name: its redrive policy names the dead-letter queue,
 * and two resources cannot wait for each other.
 */
export function allowRedriveFrom(deadLetters: Queue, sourceQueueName: string): void {
  const sourceArn = Stack.of(deadLetters).formatArn({ service: 'sqs', resource: sourceQueueName });
  (deadLetters.node.defaultChild as CfnQueue).redriveAllowPolicy = { redrivePermission: 'byQueue', sourceQueueArns: [sourceArn] };
}

/** Lets one rule of EventBridge, and nobody else, put events into a queue. */
export function allowRule(queue: Queue, ruleArn: string): void {
  queue.addToResourcePolicy(
    new PolicyStatement({
      effect: Effect.ALLOW,
      principals: [new ServicePrincipal('events.amazonaws.com')],
      actions: ['sqs:SendMessage'],
      resources: [queue.queueArn],
      conditions: { ArnEquals: { 'aws:SourceArn': ruleArn } },
    }),
  );
}

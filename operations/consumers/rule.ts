import { DescribeRuleCommand, type EventBridgeClient, ListRuleNamesByTargetCommand, ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge';
import { queueName } from '../dead-letters/dead-letter.ts';
import type { ConsumerDescription } from '../system.ts';

/** The rule that brings events to a consumer's queue. */
export interface ConsumerRule {
  readonly name: string;
  readonly arn: string;
  readonly isEnabled: boolean;
  /** JSON text. */
  readonly pattern: string;
  /** Whether the consumer's queue is among its targets. */
  readonly hasTarget: boolean;
}

/** Finds a consumer's rule: the one whose target is its queue, else the one that a subscription would have named so. */
export async function ruleOf(eventbridge: EventBridgeClient, busName: string, { queueArn, queueUrl }: ConsumerDescription): Promise<ConsumerRule | undefined> {
  const { RuleNames: [byTarget] = [] } = await eventbridge.send(new ListRuleNamesByTargetCommand({ TargetArn: queueArn, EventBusName: busName }));
  const name = byTarget ?? queueName(queueUrl);
  try {
    const rule = await eventbridge.send(new DescribeRuleCommand({ Name: name, EventBusName: busName }));
    const { Targets: targets = [] } = await eventbridge.send(new ListTargetsByRuleCommand({ Rule: name, EventBusName: busName }));
    return {
      name,
      arn: rule.Arn ?? '',
      isEnabled: rule.State !== 'DISABLED',
      pattern: rule.EventPattern ?? '{}',
      hasTarget: targets.some(({ Arn }) => Arn === queueArn),
    };
  } catch (error) {
    if ((error as Error).name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

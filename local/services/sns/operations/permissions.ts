import type { AddPermissionCommandInput, RemovePermissionCommandInput } from '@aws-sdk/client-sns';
import type { PolicyStatement } from '../../../kernel/principal.ts';
import { invalidParameter } from '../errors.ts';
import { changeTopic, type Sns } from '../state.ts';
import { policyOf } from '../topic/attributes.ts';
import { isAction, statementsOf } from '../topic/policy.ts';
import type { Topic } from '../topic/records.ts';
import { findTopic } from './finding.ts';

const oneOrMany = (values: readonly string[]): string | readonly string[] => (values.length === 1 ? (values[0] as string) : values);

function changeStatements({ kernel, state }: Sns, topic: Topic, change: (statements: readonly PolicyStatement[]) => readonly PolicyStatement[]): void {
  const policy = policyOf(topic.record.attributes, { arn: topic.record.arn, accountId: kernel.accountId });
  const Policy = JSON.stringify({ ...policy, Statement: change(statementsOf(policy)) });
  changeTopic(state, topic, { attributes: { ...topic.record.attributes, Policy } });
}

export function addPermission(input: AddPermissionCommandInput, context: Sns): Record<string, never> {
  const { kernel, state } = context;
  const topic = findTopic(state, input.TopicArn);
  const { Label: label = '', AWSAccountId: accounts = [], ActionName: actions = [] } = input;
  if (!actions.every(isAction)) throw invalidParameter('Policy statement action out of service scope!');
  const statement: PolicyStatement = {
    Sid: label,
    Effect: 'Allow',
    Principal: { AWS: oneOrMany(accounts.map((account) => `arn:${kernel.partition}:iam::${account}:root`)) },
    Action: oneOrMany(actions.map((action) => `SNS:${action}`)),
    Resource: topic.record.arn,
  };
  changeStatements(context, topic, (statements) => {
    if (statements.some(({ Sid }) => Sid === label)) throw invalidParameter('Statement already exists');
    return [...statements, statement];
  });
  return {};
}

/** A label that no statement has is removed too. */
export function removePermission(input: RemovePermissionCommandInput, context: Sns): Record<string, never> {
  const topic = findTopic(context.state, input.TopicArn);
  changeStatements(context, topic, (statements) => statements.filter(({ Sid }) => Sid !== input.Label));
  return {};
}

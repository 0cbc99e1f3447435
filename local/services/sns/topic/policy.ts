import type { PolicyDocument, PolicyStatement } from '../../../kernel/principal.ts';

/** Actions that a topic's policy may name. @see https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-language-api-permissions-reference.html */
const ACTIONS = [
  'GetTopicAttributes',
  'SetTopicAttributes',
  'AddPermission',
  'RemovePermission',
  'DeleteTopic',
  'Subscribe',
  'ListSubscriptionsByTopic',
  'Publish',
] as const;

/** Whether `AddPermission` takes the action. */
export function isAction(name: string): boolean {
  return (ACTIONS as readonly string[]).includes(name) || name === 'Receive' || name === '*';
}

/** The policy of a topic that was given none: its owner's account, and services that say on whose behalf they call. Recorded from AWS. */
export function defaultPolicy(topicArn: string, accountId: string): PolicyDocument {
  const statement: PolicyStatement = {
    Sid: '__default_statement_ID',
    Effect: 'Allow',
    Principal: { AWS: '*' },
    Action: ACTIONS.map((action) => `SNS:${action}`),
    Resource: topicArn,
    Condition: { StringEquals: { 'AWS:SourceOwner': accountId } },
  };
  return { Version: '2008-10-17', Id: '__default_policy_ID', Statement: [statement] } as PolicyDocument;
}

/** The statements of a policy. */
export function statementsOf({ Statement: statements }: PolicyDocument): readonly PolicyStatement[] {
  return Array.isArray(statements) ? statements : [statements as PolicyStatement];
}

/**
 * A policy as it is decided by: in a resource's policy `{"AWS": "*"}` is everyone, services too. By this the default policy lets alarms of the account publish.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-anonymous
 */
export function decidingPolicy(policy: PolicyDocument): PolicyDocument {
  const widened = statementsOf(policy).map((statement) => (isEveryone(statement.Principal) ? { ...statement, Principal: '*' as const } : statement));
  return { ...policy, Statement: widened };
}

function isEveryone(principal: PolicyStatement['Principal']): boolean {
  const names = typeof principal === 'object' ? principal['AWS'] : undefined;
  return names === '*' || (Array.isArray(names) && names.includes('*'));
}

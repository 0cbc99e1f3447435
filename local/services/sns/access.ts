import type { AccessCheck, Principal } from '../../kernel/principal.ts';
import type { Sns } from './state.ts';

/** Operations that take no resource. @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html */
const ON_ANY = new Set(['ListTopics', 'ListSubscriptions', 'GetSubscriptionAttributes', 'SetSubscriptionAttributes', 'Unsubscribe']);

/** Services that say on whose behalf they call: the policy that every topic has lets them publish for its owner. Others need a statement of their own. */
const NAMES_OWNER = new Set(['cloudwatch.amazonaws.com']);

function ownerKeys(principal: Principal, accountId: string): Readonly<Record<string, string>> {
  return principal.type === 'service' && NAMES_OWNER.has(principal.service) ? { 'aws:SourceOwner': accountId } : {};
}

/** The permissions a call needs. A batch needs what publishing one message does. */
// biome-ignore lint/suspicious/noExplicitAny: one of many inputs
export function accessOf(operation: string, input: any, { kernel, state, principal }: Sns): readonly AccessCheck[] {
  const action = `SNS:${operation === 'PublishBatch' ? 'Publish' : operation}`;
  if (ON_ANY.has(operation)) return [{ action, resource: '*' }];
  const resource: string = operation === 'CreateTopic' ? kernel.arn('sns', input.Name ?? '') : (input.TopicArn ?? input.TargetArn ?? input.ResourceArn ?? '*');
  const conditionKeys = {
    ...ownerKeys(principal, kernel.accountId),
    ...(operation === 'Subscribe' && { 'sns:Protocol': String(input.Protocol ?? ''), 'sns:Endpoint': String(input.Endpoint ?? '') }),
  };
  return [{ action, resource, resourcePolicy: state.topics.get(resource)?.settings.policy, conditionKeys }];
}

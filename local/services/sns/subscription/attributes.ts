import { parseArn } from '../../../kernel/arn.ts';
import { NotEmulated } from '../../../kernel/errors.ts';
import { invalidParameter } from '../errors.ts';
import type { ReasonPrefix } from '../topic/attributes.ts';
import { type FilterScope, parseFilterPolicy } from './filter-policy.ts';
import { syntaxError } from './json-syntax.ts';
import type { SubscriptionRecord, SubscriptionSettings } from './records.ts';

/** AWS has them, and they would do nothing here or something else. */
const NOT_EMULATED = new Set(['DeliveryPolicy', 'ReplayPolicy', 'SubscriptionRoleArn']);

/** What checking attributes of a subscription has to know. */
export interface SubscriptionCheck {
  readonly protocol: string;
  readonly endpoint: string;
  /** The attributes it has so far. */
  readonly current: Readonly<Record<string, string>>;
  readonly prefix: ReasonPrefix;
}

/** Checks attributes that someone sets and puts them over those there are; the empty text, and `{}` as a policy, takes one away. */
export function mergeSubscriptionAttributes(given: Readonly<Record<string, string>>, check: SubscriptionCheck): Record<string, string> {
  const merged: Record<string, string> = { ...check.current };
  for (const [name, value] of Object.entries(given)) {
    const kept = checkOne(name, value, check);
    if (kept === '') delete merged[name];
    else merged[name] = kept;
  }
  const { FilterPolicy: policy } = merged;
  if (policy !== undefined && ('FilterPolicy' in given || 'FilterPolicyScope' in given)) parseFilterPolicy(policy, scopeOf(merged), check.prefix);
  return merged;
}

function checkOne(name: string, value: string, { protocol, endpoint, prefix }: SubscriptionCheck): string {
  if (NOT_EMULATED.has(name)) throw new NotEmulated(`The subscription attribute ${name}`, 'sns');
  switch (name) {
    case 'RawMessageDelivery':
      if (!/^(?:true|false)$/i.test(value)) throw invalidParameter(`${prefix}RawMessageDelivery: Invalid value [${value}]. Must be true or false.`);
      if (protocol === 'lambda' && /^true$/i.test(value)) {
        throw invalidParameter(`${prefix}RawMessageDelivery: Delivery protocol [lambda] does not support raw message delivery.`);
      }
      return value.toLowerCase();
    case 'FilterPolicyScope':
      if (value !== 'MessageAttributes' && value !== 'MessageBody') {
        throw invalidParameter(`${prefix}FilterPolicyScope: Invalid value [${value}]. Please use either MessageBody or MessageAttributes`);
      }
      return value;
    case 'FilterPolicy':
      return /^\s*(?:\{\s*\}\s*)?$/.test(value) ? '' : value;
    case 'RedrivePolicy':
      return /^\s*(?:\{\s*\}\s*)?$/.test(value) ? '' : checkRedrivePolicy(value, endpoint, prefix);
    default:
      throw invalidParameter(prefix === '' ? 'AttributeName' : `${prefix}Unknown attribute ${name}`);
  }
}

function checkRedrivePolicy(text: string, endpoint: string, prefix: ReasonPrefix): string {
  const refuse = (reason: string) => invalidParameter(`${prefix}RedrivePolicy: ${reason}`);
  const syntax = syntaxError(text);
  if (syntax !== undefined) throw refuse(`failed to parse JSON. ${syntax}`);
  const target = parseArn(String((JSON.parse(text) as { deadLetterTargetArn?: unknown } | null)?.deadLetterTargetArn ?? ''));
  if (target?.service !== 'sqs') throw refuse('deadLetterTargetArn is an invalid arn');
  if (endpoint.endsWith('.fifo') !== target.resource.endsWith('.fifo')) {
    throw refuse(endpoint.endsWith('.fifo') ? 'must use a FIFO queue as DLQ for a FIFO topic' : 'must use a standard queue as DLQ for a standard subscription');
  }
  return text;
}

function scopeOf(attributes: Readonly<Record<string, string>>): FilterScope {
  return attributes['FilterPolicyScope'] === 'MessageBody' ? 'MessageBody' : 'MessageAttributes';
}

/** Whether someone who subscribes again asks for what the subscription is. */
export function isAsGiven(record: SubscriptionRecord, given: Readonly<Record<string, string>>): boolean {
  const effective: Readonly<Record<string, string>> = { RawMessageDelivery: 'false', FilterPolicyScope: 'MessageAttributes', ...record.attributes };
  return Object.entries(given).every(([name, value]) => (effective[name] ?? '') === value);
}

/** What a subscription's attributes come to. */
export function readSubscription({ attributes }: SubscriptionRecord): SubscriptionSettings {
  const { FilterPolicy: policy, RedrivePolicy: redrive } = attributes;
  return {
    isRaw: attributes['RawMessageDelivery'] === 'true',
    filter: policy === undefined ? undefined : parseFilterPolicy(policy, scopeOf(attributes), ''),
    deadLetterArn: redrive === undefined ? undefined : (JSON.parse(redrive) as { deadLetterTargetArn: string }).deadLetterTargetArn,
  };
}

/** The attributes of a subscription as `GetSubscriptionAttributes` shows them: of a policy that is not there, no scope either. */
export function shownAttributes({ attributes }: SubscriptionRecord): Record<string, string> {
  const { FilterPolicy: policy, RedrivePolicy: redrive } = attributes;
  return {
    RawMessageDelivery: attributes['RawMessageDelivery'] ?? 'false',
    ...(policy !== undefined && { FilterPolicy: policy, FilterPolicyScope: scopeOf(attributes) }),
    ...(redrive !== undefined && { RedrivePolicy: redrive }),
  };
}

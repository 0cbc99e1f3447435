import type { FilterPolicy } from './filter-policy.ts';

/** Protocols that are emulated. */
export type Protocol = 'sqs' | 'lambda';

/** A subscription as it is kept. */
export interface SubscriptionRecord {
  readonly arn: string;
  readonly topicArn: string;
  readonly protocol: Protocol;
  /** ARN of the queue or function. */
  readonly endpoint: string;
  /** Who subscribed. */
  readonly principalArn: string;
  /** `RawMessageDelivery`, `FilterPolicy`, `FilterPolicyScope`, `RedrivePolicy`: those that were set. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** What a subscription's attributes come to. */
export interface SubscriptionSettings {
  readonly isRaw: boolean;
  readonly filter: FilterPolicy | undefined;
  readonly deadLetterArn: string | undefined;
}

/** A subscription in use. */
export interface Subscription {
  record: SubscriptionRecord;
  settings: SubscriptionSettings;
}

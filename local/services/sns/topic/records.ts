import type { PolicyDocument } from '../../../kernel/principal.ts';
import type { Subscription } from '../subscription/records.ts';

/** A topic as it is kept. */
export interface TopicRecord {
  readonly name: string;
  readonly arn: string;
  readonly createdMs: number;
  /** What was set; what was not has its default. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly subscriptionsDeleted: number;
}

/** What a topic's attributes come to. */
export interface TopicSettings {
  readonly isFifo: boolean;
  readonly isContentBased: boolean;
  /** Whether a deduplication id is looked for in the whole topic or in its message group. */
  readonly scope: 'Topic' | 'MessageGroup';
  readonly sizeBytesMax: number;
  readonly signatureVersion: string;
  /** What decides calls: the policy that was set, or the one every topic has. */
  readonly policy: PolicyDocument;
}

/** A topic in use. */
export interface Topic {
  record: TopicRecord;
  settings: TopicSettings;
  /** By ARN. */
  readonly subscriptions: Map<string, Subscription>;
  /** The same, by `<protocol> <endpoint>`. */
  readonly byEndpoint: Map<string, Subscription>;
  /** Of its metrics. */
  readonly dimensions: Readonly<Record<string, string>>;
}

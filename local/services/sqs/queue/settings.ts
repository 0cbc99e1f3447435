import type { PolicyDocument } from '../../../kernel/principal.ts';
import { readPolicyDocument } from '../../../languages/policy/document.ts';

/** What a queue's attributes mean, read once and not at every message. */
export interface Settings {
  readonly isFifo: boolean;
  readonly visibilityMs: number;
  readonly delayMs: number;
  readonly retentionMs: number;
  readonly waitMs: number;
  readonly sizeBytesMax: number;
  readonly isContentBased: boolean;
  readonly scope: 'queue' | 'messageGroup';
  readonly redrive: { readonly deadLetterArn: string; readonly receivesMax: number } | undefined;
  readonly redriveAllow: RedriveAllow;
  readonly policy: PolicyDocument | undefined;
}

export type RedriveAllow = { readonly permission: 'allowAll' | 'denyAll' } | { readonly permission: 'byQueue'; readonly sourceArns: readonly string[] };

/** Numeric attributes: least, greatest, default. @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
export const NUMBERS: Readonly<Record<string, readonly [number, number, number]>> = {
  DelaySeconds: [0, 900, 0],
  MaximumMessageSize: [1024, 1_048_576, 1_048_576],
  MessageRetentionPeriod: [60, 1_209_600, 345_600],
  ReceiveMessageWaitTimeSeconds: [0, 20, 0],
  VisibilityTimeout: [0, 43_200, 30],
  KmsDataKeyReusePeriodSeconds: [60, 86_400, 300],
};

/** Attributes that a queue has although nobody set them. */
const STANDARD_DEFAULTS: Readonly<Record<string, string>> = {
  DelaySeconds: '0',
  MaximumMessageSize: '1048576',
  MessageRetentionPeriod: '345600',
  ReceiveMessageWaitTimeSeconds: '0',
  VisibilityTimeout: '30',
  SqsManagedSseEnabled: 'true',
};

const FIFO_DEFAULTS: Readonly<Record<string, string>> = {
  ...STANDARD_DEFAULTS,
  FifoQueue: 'true',
  ContentBasedDeduplication: 'false',
  DeduplicationScope: 'queue',
  FifoThroughputLimit: 'perQueue',
};

/** All attributes with their defaults, as `GetQueueAttributes` answers them. */
export function effectiveAttributes(set: Readonly<Record<string, string>>): Record<string, string> {
  const attributes = { ...(set['FifoQueue'] === 'true' ? FIFO_DEFAULTS : STANDARD_DEFAULTS), ...set };
  // AWS shows the key's reuse period only beside a key.
  if (attributes['KmsMasterKeyId'] === undefined) delete attributes['KmsDataKeyReusePeriodSeconds'];
  else attributes['KmsDataKeyReusePeriodSeconds'] ??= '300';
  return attributes;
}

function readRedriveAllow(text: string | undefined): RedriveAllow {
  if (text === undefined) return { permission: 'allowAll' };
  const { redrivePermission, sourceQueueArns } = JSON.parse(text) as { redrivePermission: RedriveAllow['permission']; sourceQueueArns?: string[] };
  return redrivePermission === 'byQueue' ? { permission: redrivePermission, sourceArns: sourceQueueArns ?? [] } : { permission: redrivePermission };
}

function readRedrive(text: string | undefined): Settings['redrive'] {
  if (text === undefined) return undefined;
  const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(text) as { deadLetterTargetArn: string; maxReceiveCount: number };
  return { deadLetterArn: deadLetterTargetArn, receivesMax: maxReceiveCount };
}

/** Reads the attributes of a queue, which were checked when they were set. */
export function readSettings(set: Readonly<Record<string, string>>): Settings {
  const attributes = effectiveAttributes(set);
  const milliseconds = (name: string): number => Number(attributes[name]) * 1000;
  return {
    isFifo: attributes['FifoQueue'] === 'true',
    visibilityMs: milliseconds('VisibilityTimeout'),
    delayMs: milliseconds('DelaySeconds'),
    retentionMs: milliseconds('MessageRetentionPeriod'),
    waitMs: milliseconds('ReceiveMessageWaitTimeSeconds'),
    sizeBytesMax: Number(attributes['MaximumMessageSize']),
    isContentBased: attributes['ContentBasedDeduplication'] === 'true',
    scope: attributes['DeduplicationScope'] === 'messageGroup' ? 'messageGroup' : 'queue',
    redrive: readRedrive(attributes['RedrivePolicy']),
    redriveAllow: readRedriveAllow(attributes['RedriveAllowPolicy']),
    policy: attributes['Policy'] === undefined ? undefined : readPolicyDocument(attributes['Policy']),
  };
}

/** Whether a dead-letter queue takes messages of that source. */
export function allowsSource(allow: RedriveAllow, sourceArn: string): boolean {
  switch (allow.permission) {
    case 'allowAll':
      return true;
    case 'denyAll':
      return false;
    case 'byQueue':
      return allow.sourceArns.includes(sourceArn);
  }
}

import { readPolicyDocument } from '../../../languages/policy/document.ts';
import { invalidAttributeValue, invalidValue, onlyForFifo, unknownAttribute } from '../errors.ts';
import { allowsSource, NUMBERS, type RedriveAllow } from './settings.ts';

/** What the check of a redrive policy has to know of other queues. */
export interface RedriveTarget {
  readonly isFifo: boolean;
  readonly redriveAllow: RedriveAllow;
}

export interface AttributeCheck {
  readonly queueArn: string;
  readonly isFifo: boolean;
  readonly isCreation: boolean;
  readonly findTarget: (arn: string) => RedriveTarget | undefined;
}

const FIFO_ONLY = new Set(['FifoQueue', 'ContentBasedDeduplication', 'DeduplicationScope', 'FifoThroughputLimit']);
const TEXTS = new Set(['Policy', 'RedrivePolicy', 'RedriveAllowPolicy', 'KmsMasterKeyId']);
const CHOICES: Readonly<Record<string, readonly string[]>> = {
  DeduplicationScope: ['queue', 'messageGroup'],
  FifoThroughputLimit: ['perQueue', 'perMessageGroupId'],
};
const BOOLEANS = new Set(['FifoQueue', 'ContentBasedDeduplication', 'SqsManagedSseEnabled']);
/** Attributes that can be read and not set. */
const READ_ONLY = [
  'All',
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesDelayed',
  'ApproximateNumberOfMessagesNotVisible',
  'CreatedTimestamp',
  'LastModifiedTimestamp',
  'QueueArn',
];
/** Receives before a dead-letter move: 1 to 1,000, 10 where not given. @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
const RECEIVES_MAX = 1000;
const RECEIVES_DEFAULT = 10;
const SOURCE_ARNS_MAX = 10;

/** Every name that `GetQueueAttributes` knows. */
export const READABLE: ReadonlySet<string> = new Set([...READ_ONLY, ...FIFO_ONLY, ...TEXTS, ...BOOLEANS, ...Object.keys(NUMBERS)]);

/** Checks attributes that someone sets, and answers them as they are kept; the empty text means: take it away. */
export function checkAttributes(given: Readonly<Record<string, string>>, check: AttributeCheck): Record<string, string> {
  const checked: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    if (!READABLE.has(name) || READ_ONLY.includes(name)) throw unknownAttribute(name);
    if (FIFO_ONLY.has(name) && !check.isFifo) throw name in CHOICES ? onlyForFifo(name) : unknownAttribute(name);
    checked[name] = checkAttribute(name, value, check);
  }
  return checked;
}

function checkAttribute(name: string, value: string, check: AttributeCheck): string {
  const range = Object.hasOwn(NUMBERS, name) ? NUMBERS[name] : undefined;
  if (range) {
    if (!/^\d+$/.test(value) || Number(value) < range[0] || Number(value) > range[1]) throw invalidAttributeValue(name);
    return String(Number(value));
  }
  if (BOOLEANS.has(name)) return checkBoolean(name, value, check);
  if (Object.hasOwn(CHOICES, name)) {
    if (!CHOICES[name]?.includes(value)) throw invalidAttributeValue(name);
    return value;
  }
  if (value === '' || name === 'KmsMasterKeyId') return value;
  if (name === 'RedrivePolicy') return checkRedrivePolicy(value, check);
  if (name === 'RedriveAllowPolicy') return checkRedriveAllowPolicy(value);
  readMap(value, name, () => invalidAttributeValue(name));
  if (name === 'Policy' && !readPolicyDocument(value)) throw invalidAttributeValue(name);
  return value;
}

function checkBoolean(name: string, value: string, check: AttributeCheck): string {
  const text = value.toLowerCase();
  if (text !== 'true' && text !== 'false') throw invalidAttributeValue(name);
  if (name === 'FifoQueue' && text === 'false') throw invalidAttributeValue(name, 'Modifying queue type is not supported.');
  if (name === 'FifoQueue' && !check.isCreation && !check.isFifo) throw unknownAttribute(name);
  return text;
}

function readMap(text: string, name: string, fault = () => invalidValue(text, name, 'Redrive policy is not a valid JSON map.')): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw fault();
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw fault();
  return parsed as Record<string, unknown>;
}

function checkRedrivePolicy(text: string, check: AttributeCheck): string {
  const policy = readMap(text, 'RedrivePolicy');
  const refuse = (reason: string) => invalidValue(text, 'RedrivePolicy', reason);
  const { deadLetterTargetArn: arn, maxReceiveCount: count = RECEIVES_DEFAULT } = policy;
  for (const member of Object.keys(policy)) {
    if (member !== 'deadLetterTargetArn' && member !== 'maxReceiveCount')
      throw refuse('Only following attributes are supported: [deadLetterTargetArn, maxReceiveCount].');
  }
  if (typeof arn !== 'string' || arn === '') throw refuse('Redrive policy does not contain mandatory attribute: deadLetterTargetArn.');
  const receives = Number(count);
  if (!Number.isInteger(receives) || receives < 1 || receives > RECEIVES_MAX) {
    throw refuse(`Invalid value for maxReceiveCount: ${count}, valid values are from 1 to 1000 both inclusive.`);
  }
  const target = check.findTarget(arn);
  if (!target) throw refuse('Dead letter target does not exist.');
  if (target.isFifo !== check.isFifo) throw refuse('Dead-letter queue must be same type of queue as the source.');
  if (!allowsSource(target.redriveAllow, check.queueArn)) {
    throw refuse(`The redrive allow policy of ${arn} does not allow ${check.queueArn} as a source queue.`);
  }
  return JSON.stringify({ deadLetterTargetArn: arn, maxReceiveCount: receives });
}

function checkRedriveAllowPolicy(text: string): string {
  const { redrivePermission, sourceQueueArns: sources } = readMap(text, 'RedriveAllowPolicy');
  const refuse = (reason: string) => invalidValue(text, 'RedriveAllowPolicy', reason);
  if (redrivePermission !== 'allowAll' && redrivePermission !== 'denyAll' && redrivePermission !== 'byQueue') {
    throw refuse("Amazon SQS can't create the redrive allow policy. Value must be one of: allowAll, denyAll, byQueue.");
  }
  if (redrivePermission !== 'byQueue' && sources !== undefined) throw refuse('sourceQueueArns can be specified only when redrivePermission is byQueue.');
  if (redrivePermission === 'byQueue' && (!Array.isArray(sources) || sources.length === 0 || sources.length > SOURCE_ARNS_MAX)) {
    throw refuse('sourceQueueArns must have from 1 to 10 queue ARNs.');
  }
  return text;
}

/** Puts checked attributes over those a queue has; what they imply for others follows. */
export function mergeAttributes(current: Readonly<Record<string, string>>, checked: Readonly<Record<string, string>>): Record<string, string> {
  const merged = { ...current, ...checked };
  if (checked['KmsMasterKeyId'] && checked['SqsManagedSseEnabled'] === undefined) merged['SqsManagedSseEnabled'] = 'false';
  if (checked['SqsManagedSseEnabled'] === 'true' && !checked['KmsMasterKeyId']) delete merged['KmsMasterKeyId'];
  for (const name of TEXTS) if (merged[name] === '') delete merged[name];
  if (merged['FifoThroughputLimit'] === 'perMessageGroupId' && merged['DeduplicationScope'] !== 'messageGroup') {
    throw invalidAttributeValue('FifoThroughputLimit', 'The perMessageGroupId value is allowed only when the value for DeduplicationScope is messageGroup.');
  }
  return merged;
}

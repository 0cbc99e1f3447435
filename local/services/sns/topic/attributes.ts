import { NotEmulated } from '../../../kernel/errors.ts';
import type { PolicyDocument } from '../../../kernel/principal.ts';
import { readPolicyDocument } from '../../../languages/policy/document.ts';
import { invalidParameter } from '../errors.ts';
import { decidingPolicy, defaultPolicy } from './policy.ts';
import type { TopicSettings } from './records.ts';

/** What stands before the reason where attributes came with `CreateTopic` or `Subscribe`; there is nothing where one was set by itself. */
export type ReasonPrefix = '' | 'Attributes Reason: ';

/** Bytes of a message with its attributes: 256 KiB, and up to 1 MiB where a topic says so. @see https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html */
const SIZE_BYTES = { least: 1024, usual: 262_144, greatest: 1_048_576 } as const;

const DISPLAY_NAME_LENGTH_MAX = 100;

/** What an attribute is where nobody set it. */
const DEFAULTS: Readonly<Record<string, string>> = {
  DisplayName: '',
  FifoTopic: 'false',
  ContentBasedDeduplication: 'false',
  FifoThroughputScope: 'Topic',
  SignatureVersion: '1',
  TracingConfig: 'PassThrough',
  MaximumMessageSize: String(SIZE_BYTES.usual),
};

const CHOICES: ReadonlyMap<string, readonly string[]> = new Map([
  ['FifoThroughputScope', ['Topic', 'MessageGroup']],
  ['SignatureVersion', ['1', '2']],
  ['TracingConfig', ['PassThrough', 'Active']],
]);

const BOOLEANS = new Set(['FifoTopic', 'ContentBasedDeduplication']);
const FIFO_ONLY = new Set(['ContentBasedDeduplication', 'FifoThroughputScope', 'ArchivePolicy']);

/** AWS has them, and they would do nothing here or something else. */
const NOT_EMULATED = /^(?:ArchivePolicy|DeliveryPolicy|(?:HTTP|Firehose|Lambda|Application|SQS)(?:Success|Failure)Feedback(?:RoleArn|SampleRate))$/;

/** What checking one attribute has to know. */
interface AttributeCheck {
  readonly isFifo: boolean;
  readonly isCreation: boolean;
  readonly prefix: ReasonPrefix;
}

/** Checks an attribute that someone sets; answers it as it is kept. Differs from AWS: a KMS key is kept and nothing is encrypted. */
export function checkTopicAttribute(name: string, value: string, check: AttributeCheck): string {
  const { isFifo, isCreation, prefix } = check;
  if (NOT_EMULATED.test(name)) throw new NotEmulated(`The topic attribute ${name}`, 'sns');
  if (FIFO_ONLY.has(name) && !isFifo && value !== DEFAULTS[name]) throw invalidParameter(`${prefix}${fifoOnlyReason(name)}`);
  if (BOOLEANS.has(name)) {
    if (name === 'FifoTopic' && !isCreation) throw invalidParameter('AttributeName');
    if (!/^(?:true|false)$/i.test(value)) throw invalidParameter(`${prefix}${name}: Invalid value [${value}]. Must be true or false.`);
    return value.toLowerCase();
  }
  const choices = CHOICES.get(name);
  if (choices) {
    if (!choices.includes(value)) throw invalidParameter(`${prefix}${name}: Invalid value [${value}]. Must be one of: ${choices.join(', ')}.`);
    return value;
  }
  switch (name) {
    case 'DisplayName':
      if (value.length > DISPLAY_NAME_LENGTH_MAX) throw invalidParameter(`${prefix}DisplayName`);
      return value;
    case 'MaximumMessageSize':
      return checkSize(value, prefix);
    case 'Policy':
      parsePolicy(value, prefix);
      return value;
    case 'KmsMasterKeyId':
      return value;
    default:
      throw invalidParameter(prefix === '' ? 'AttributeName' : `${prefix}Unknown attribute ${name}`);
  }
}

function fifoOnlyReason(name: string): string {
  return name === 'ContentBasedDeduplication' ? 'Content-based deduplication can only be set for FIFO topics' : `${name} can only be set for FIFO topics`;
}

function checkSize(value: string, prefix: ReasonPrefix): string {
  const bytes = Number(value);
  if (!/^\d+$/.test(value) || bytes < SIZE_BYTES.least || bytes > SIZE_BYTES.greatest) {
    throw invalidParameter(`${prefix}MaximumMessageSize: Invalid value [${value}]. Must be between ${SIZE_BYTES.least} and ${SIZE_BYTES.greatest}.`);
  }
  return String(bytes);
}

function parsePolicy(text: string, prefix: ReasonPrefix): PolicyDocument {
  const policy = readPolicyDocument(text);
  if (!policy) throw invalidParameter(`${prefix}Policy Error: null`);
  return policy;
}

/** The policy of a topic as it was set or as every topic has it. */
export function policyOf(attributes: Readonly<Record<string, string>>, topic: { readonly arn: string; readonly accountId: string }): PolicyDocument {
  const { Policy: text } = attributes;
  return text === undefined ? defaultPolicy(topic.arn, topic.accountId) : parsePolicy(text, '');
}

/** An attribute's value, or its default. */
export function effectiveAttribute(attributes: Readonly<Record<string, string>>, name: string): string | undefined {
  return attributes[name] ?? DEFAULTS[name];
}

/** What a topic's attributes come to. */
export function readSettings(attributes: Readonly<Record<string, string>>, topic: { readonly arn: string; readonly accountId: string }): TopicSettings {
  const read = (name: string): string => effectiveAttribute(attributes, name) ?? '';
  return {
    isFifo: read('FifoTopic') === 'true',
    isContentBased: read('ContentBasedDeduplication') === 'true',
    scope: read('FifoThroughputScope') === 'MessageGroup' ? 'MessageGroup' : 'Topic',
    sizeBytesMax: Number(read('MaximumMessageSize')),
    signatureVersion: read('SignatureVersion'),
    policy: decidingPolicy(policyOf(attributes, topic)),
  };
}

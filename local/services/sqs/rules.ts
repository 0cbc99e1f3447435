import type { MessageAttributeValue, MessageSystemAttributeValue } from '@aws-sdk/client-sqs';
import type { Fault } from '../../kernel/errors.ts';
import { NotEmulated } from '../../kernel/errors.ts';
import {
  batchEntryIdsNotDistinct,
  batchRequestTooLong,
  emptyBatchRequest,
  invalidBatchEntryId,
  invalidMessageContents,
  invalidParameter,
  invalidValue,
  missingParameter,
  tooManyEntries,
} from './errors.ts';
import { md5OfText } from './queue/digest.ts';
import type { Queue } from './queue/queue.ts';
import type { MessageAttribute } from './queue/records.ts';

/** Limits of one message and one batch. @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const ATTRIBUTES_MAX = 10;
const ATTRIBUTE_NAME_LENGTH_MAX = 256;
const ENTRIES_MAX = 10;
const BATCH_BYTES_MAX = 1_048_576;
const DELAY_SECONDS_MAX = 900;
const VISIBILITY_SECONDS_MAX = 43_200;
const WAIT_SECONDS_MAX = 20;
const RECEIVE_MAX = 10;

const FORBIDDEN_CHARACTER = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
const ATTRIBUTE_NAME = /^(?!\.)(?!.*\.\.)[A-Za-z0-9_.-]+(?<!\.)$/;
const ATTRIBUTE_TYPE = /^(String|Number|Binary)(\..+)?$/;
const BATCH_ID = /^[A-Za-z0-9_-]{1,80}$/;
const FIFO_ID = /^[A-Za-z0-9!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]{1,128}$/;
/** `Root=…` with optional parent and sampling. @see https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader */
const TRACE_HEADER = /^(?:[A-Za-z]+=[^;]*;?)*Root=1-[0-9a-f]{8}-[0-9a-f]{24}(?:;[^;]*)*$/i;

/** A message that has been checked and waits for an id. */
export interface MessageDraft {
  readonly body: string;
  readonly md5: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>> | undefined;
  readonly traceHeader: string | undefined;
  readonly groupId: string | undefined;
  readonly deduplicationId: string | undefined;
  /** Absent: the queue's. */
  readonly delayMs: number | undefined;
  readonly sizeBytes: number;
}

/** What `SendMessage` and an entry of `SendMessageBatch` have in common. */
export interface MessageInput {
  readonly MessageBody?: string | undefined;
  readonly DelaySeconds?: number | undefined;
  readonly MessageAttributes?: Record<string, MessageAttributeValue> | undefined;
  readonly MessageSystemAttributes?: Partial<Record<string, MessageSystemAttributeValue>> | undefined;
  readonly MessageDeduplicationId?: string | undefined;
  readonly MessageGroupId?: string | undefined;
}

/** Body and attributes (name, type, value) count; system attributes do not. */
export function sizeOf(input: MessageInput): number {
  let sizeBytes = Buffer.byteLength(input.MessageBody ?? '');
  for (const [name, { DataType = '', StringValue = '', BinaryValue }] of Object.entries(input.MessageAttributes ?? {})) {
    sizeBytes += Buffer.byteLength(name) + Buffer.byteLength(DataType) + (BinaryValue?.length ?? Buffer.byteLength(StringValue));
  }
  return sizeBytes;
}

/** Checks a message against its queue. `sizeVerb` is the wording of the size fault, which differs in a batch. */
export function checkMessage(input: MessageInput, queue: Queue, sizeVerb: 'are invalid' | 'cannot be validated'): MessageDraft {
  const body = input.MessageBody;
  if (!body) throw missingParameter('MessageBody');
  const sizeBytes = sizeOf(input);
  const { sizeBytesMax, isFifo } = queue.settings;
  if (sizeBytes > sizeBytesMax) throw invalidParameter(`One or more parameters ${sizeVerb}. Reason: Message must be shorter than ${sizeBytesMax} bytes.`);
  if (FORBIDDEN_CHARACTER.test(body)) throw invalidMessageContents();
  return {
    body,
    md5: md5OfText(body),
    attributes: checkAttributes(input.MessageAttributes),
    traceHeader: checkTraceHeader(input.MessageSystemAttributes),
    groupId: checkGroup(input.MessageGroupId, isFifo),
    deduplicationId: checkDeduplication(input.MessageDeduplicationId, queue),
    delayMs: checkDelay(input.DelaySeconds, isFifo),
    sizeBytes,
  };
}

function checkAttributes(given: Record<string, MessageAttributeValue> | undefined): MessageDraft['attributes'] {
  const entries = Object.entries(given ?? {});
  if (entries.length === 0) return undefined;
  if (entries.length > ATTRIBUTES_MAX)
    throw invalidParameter(`Number of message attributes [${entries.length}] exceeds the allowed maximum [${ATTRIBUTES_MAX}].`);
  return Object.fromEntries(entries.map(([name, attribute]) => [name, checkAttribute(name, attribute)]));
}

function checkAttribute(name: string, { DataType: type, StringValue: text, BinaryValue: bytes, ...rest }: MessageAttributeValue): MessageAttribute {
  if (rest.StringListValues?.length || rest.BinaryListValues?.length) throw new NotEmulated('A message attribute with a list value', 'sqs');
  if (name.length > ATTRIBUTE_NAME_LENGTH_MAX || !ATTRIBUTE_NAME.test(name) || /^(aws|amazon)\./i.test(name)) {
    throw invalidParameter(
      `The message attribute name '${name}' is invalid. Attribute names can contain A-Z, a-z, 0-9, underscore (_), hyphen (-), and period (.); they can be up to 256 characters long, must not start with 'AWS.' or 'Amazon.', nor start or end with a period, nor have two in succession.`,
    );
  }
  if (!type) throw invalidParameter(`The message attribute '${name}' must contain non-empty message attribute type.`);
  const kind = ATTRIBUTE_TYPE.exec(type)?.[1];
  if (!kind) {
    throw invalidParameter(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    );
  }
  if (kind === 'Binary') {
    if (!bytes?.length) throw emptyAttribute(name, type);
    return { DataType: type, BinaryValue: bytes };
  }
  if (!text) throw emptyAttribute(name, type);
  if (FORBIDDEN_CHARACTER.test(text)) throw invalidMessageContents();
  if (kind === 'Number' && (text.trim() === '' || !Number.isFinite(Number(text)))) {
    throw invalidParameter(`Can't cast the value of message (user) attribute '${name}' to a number.`);
  }
  return { DataType: type, StringValue: text };
}

const emptyAttribute = (name: string, type: string): Fault =>
  invalidParameter(`Message (user) attribute '${name}' must contain a non-empty value of type '${type}'.`);

function checkTraceHeader(given: MessageInput['MessageSystemAttributes']): string | undefined {
  for (const name of Object.keys(given ?? {})) {
    if (name !== 'AWSTraceHeader') throw invalidParameter(`Message system attribute name '${name}' is invalid.`);
  }
  const header = given?.['AWSTraceHeader'];
  if (!header) return undefined;
  const { DataType: type, StringValue: text } = header;
  if (type !== 'String' || !text || !TRACE_HEADER.test(text)) {
    throw invalidParameter("Message (system) attribute 'AWSTraceHeader' must contain a well-formed X-Ray trace header of type 'String'.");
  }
  return text;
}

function checkGroup(groupId: string | undefined, isFifo: boolean): string | undefined {
  if (groupId === undefined) {
    if (isFifo) throw missingParameter('MessageGroupId');
    return undefined;
  }
  if (!FIFO_ID.test(groupId)) {
    throw invalidValue(groupId, 'MessageGroupId', 'MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in length.');
  }
  return groupId;
}

const NOT_FOR_THIS_QUEUE = 'The request include parameter that is not valid for this queue type.';

function checkDeduplication(id: string | undefined, { settings }: Queue): string | undefined {
  if (id !== undefined && !settings.isFifo) throw invalidValue(id, 'MessageDeduplicationId', NOT_FOR_THIS_QUEUE);
  if (id === undefined && settings.isFifo && !settings.isContentBased) {
    throw invalidParameter('The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly');
  }
  if (id !== undefined && !FIFO_ID.test(id)) {
    throw invalidValue(id, 'MessageDeduplicationId', 'MessageDeduplicationId can only include alphanumeric and punctuation characters. 1 to 128 in length.');
  }
  return id;
}

/** A FIFO queue delays as a whole; there a message may say zero, which changes nothing. */
function checkDelay(seconds: number | undefined, isFifo: boolean): number | undefined {
  if (seconds === undefined) return undefined;
  if (!(seconds >= 0 && seconds <= DELAY_SECONDS_MAX)) throw invalidValue(seconds, 'DelaySeconds', 'DelaySeconds must be >= 0 and <= 900.');
  if (!isFifo) return seconds * 1000;
  if (seconds !== 0) throw invalidValue(seconds, 'DelaySeconds', NOT_FOR_THIS_QUEUE);
  return undefined;
}

/** Checks what makes a batch as a whole invalid. */
export function checkBatch<Entry extends { readonly Id?: string | undefined }>(operation: string, entries: readonly Entry[] | undefined): readonly Entry[] {
  if (!entries || entries.length === 0) throw emptyBatchRequest(operation);
  if (entries.length > ENTRIES_MAX) throw tooManyEntries(entries.length);
  const ids = new Set<string>();
  for (const { Id: id = '' } of entries) {
    if (!BATCH_ID.test(id)) throw invalidBatchEntryId();
    if (ids.has(id)) throw batchEntryIdsNotDistinct(id);
    ids.add(id);
  }
  return entries;
}

/** Checks what makes a batch of messages as a whole invalid: its size, and on a FIFO queue ids that are missing. */
export function checkMessageBatch(entries: readonly MessageInput[], { settings }: Queue): void {
  const sizeBytes = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
  if (sizeBytes > BATCH_BYTES_MAX) throw batchRequestTooLong(sizeBytes);
  if (!settings.isFifo) return;
  for (const entry of entries) {
    if (entry.MessageGroupId === undefined) throw invalidParameter('The request must contain the parameter MessageGroupId.');
    if (entry.MessageDeduplicationId === undefined && !settings.isContentBased) {
      throw invalidParameter('The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly');
    }
  }
}

/** Milliseconds of a visibility timeout. */
export function checkVisibility(seconds: number): number {
  if (!(seconds >= 0 && seconds <= VISIBILITY_SECONDS_MAX)) {
    throw invalidValue(seconds, 'VisibilityTimeout', 'VisibilityTimeout must be an integer between 0 and 43200.');
  }
  return seconds * 1000;
}

export function checkReceiveLimit(limit: number): number {
  if (!(limit >= 1 && limit <= RECEIVE_MAX)) throw invalidValue(limit, 'MaxNumberOfMessages', 'Must be between 1 and 10, if provided.');
  return limit;
}

/** Milliseconds of a long poll. */
export function checkWait(seconds: number): number {
  if (!(seconds >= 0 && seconds <= WAIT_SECONDS_MAX)) throw invalidValue(seconds, 'WaitTimeSeconds', 'Must be >= 0 and <= 20, if provided.');
  return seconds * 1000;
}

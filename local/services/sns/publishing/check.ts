import { createHash } from 'node:crypto';
import type { PublishBatchRequestEntry } from '@aws-sdk/client-sns';
import { batchTooLong, emptyBatchRequest, entryIdsNotDistinct, invalidEntryId, invalidParameter, tooManyEntries } from '../errors.ts';
import type { Topic, TopicSettings } from '../topic/records.ts';
import type { MessageDraft } from './message.ts';
import { checkMessageAttributes, sizeOfAttributes } from './message-attributes.ts';

/** What a message is made of, by itself or as an entry of a batch. */
export type MessageInput = Pick<
  PublishBatchRequestEntry,
  'Message' | 'Subject' | 'MessageStructure' | 'MessageAttributes' | 'MessageDeduplicationId' | 'MessageGroupId'
>;

/** A subject is text without line breaks that begins with no space. @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
const SUBJECT = /^[^\s\p{Cc}][^\p{Cc}]{0,99}$/u;

/** @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
const FIFO_ID = /^[A-Za-z0-9!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]{1,128}$/;

const ENTRIES_MAX = 10;
const ENTRY_ID = /^[A-Za-z0-9_-]{1,80}$/;

/** Checks what fails a whole request, of one message or of a batch: attributes, structure, and the ids of a FIFO topic. Recorded from AWS. */
export function checkRequest(input: MessageInput, { isFifo, isContentBased }: TopicSettings): void {
  checkMessageAttributes(input.MessageAttributes);
  parseStructure(input);
  if (isFifo && input.MessageGroupId === undefined) throw invalidParameter('The MessageGroupId parameter is required for FIFO topics');
  if (isFifo && !isContentBased && input.MessageDeduplicationId === undefined) {
    throw invalidParameter('The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly');
  }
  if (!isFifo && input.MessageDeduplicationId !== undefined) {
    throw invalidParameter('MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type');
  }
}

/** Checks the rest, and answers the message as it goes to subscribers. */
export function checkMessage(input: MessageInput, { settings }: Topic): MessageDraft {
  const { Message: given = '', Subject: subject, MessageGroupId: groupId, MessageDeduplicationId: deduplicationId } = input;
  if (given === '') throw invalidParameter('Empty message');
  if (subject !== undefined && !SUBJECT.test(subject)) throw invalidParameter('Subject');
  if (groupId !== undefined && !FIFO_ID.test(groupId)) throw invalidParameter('MessageGroupId');
  if (deduplicationId !== undefined && !FIFO_ID.test(deduplicationId)) throw invalidParameter('MessageDeduplicationId');
  const byProtocol = parseStructure(input);
  const body = byProtocol?.['default'] ?? given;
  const attributes = input.MessageAttributes && checkMessageAttributes(input.MessageAttributes);
  const sizeBytes = Buffer.byteLength(given) + sizeOfAttributes(attributes);
  if (sizeBytes > settings.sizeBytesMax) throw invalidParameter('Message too long');
  const effectiveId = settings.isFifo ? (deduplicationId ?? createHash('sha256').update(given).digest('hex')) : undefined;
  return { body, byProtocol, subject, attributes, groupId, deduplicationId: effectiveId, sizeBytes };
}

/** The texts of a message whose structure is `json`, by protocol. */
function parseStructure({ Message: text = '', MessageStructure: structure }: MessageInput): Record<string, string> | undefined {
  if (structure === undefined || structure === '') return undefined;
  if (structure !== 'json') throw invalidParameter('MessageStructure');
  const parsed = parseMap(text);
  if (typeof parsed['default'] !== 'string') throw invalidParameter('Message Structure - No default entry in JSON message body');
  return Object.fromEntries(Object.entries(parsed).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

function parseMap(text: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw invalidParameter('Message Structure - JSON message body failed to parse');
  }
  if (typeof parsed !== 'object' || parsed === null) throw invalidParameter('Message Structure - JSON message body failed to parse');
  return parsed as Record<string, unknown>;
}

/** Checks a batch as a whole. @see https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html */
export function checkBatch(entries: readonly PublishBatchRequestEntry[], { settings }: Topic): void {
  if (entries.length === 0) throw emptyBatchRequest();
  if (entries.length > ENTRIES_MAX) throw tooManyEntries();
  if (new Set(entries.map(({ Id }) => Id)).size < entries.length) throw entryIdsNotDistinct();
  if (entries.some(({ Id: id = '' }) => !ENTRY_ID.test(id))) throw invalidEntryId();
  for (const entry of entries) checkRequest(entry, settings);
  const sizeBytes = entries.reduce(
    (sum, { Message: text = '', MessageAttributes }) => sum + Buffer.byteLength(text) + sizeOfAttributes(checkMessageAttributes(MessageAttributes)),
    0,
  );
  if (sizeBytes > settings.sizeBytesMax) throw batchTooLong();
}

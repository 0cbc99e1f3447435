import { countForTopic, measureSize } from '../metrics.ts';
import type { SnsState } from '../state.ts';
import type { Topic } from '../topic/records.ts';
import { fanOut } from './fan-out.ts';
import type { Message, MessageDraft } from './message.ts';

/** What a publisher is told. */
export interface Published {
  readonly messageId: string;
  readonly sequenceNumber: string | undefined;
}

/** Takes a message and sends it on its way to each subscription that wants it; a duplicate on a FIFO topic is answered as its first was, and goes nowhere. */
export function publish(state: SnsState, topic: Topic, draft: MessageDraft, cause: number | undefined): Published {
  const { kernel, deduplication } = state;
  const nowMs = kernel.nowMs();
  const key = draft.deduplicationId === undefined ? undefined : deduplicationKey(topic, draft);
  const first = key === undefined ? undefined : deduplication.first(key, nowMs);
  if (first) return first;
  const messageId = kernel.uuid();
  const sequenceNumber = topic.settings.isFifo ? nextSequenceNumber(state, topic.record.arn) : undefined;
  if (key !== undefined && sequenceNumber !== undefined) deduplication.note(key, { messageId, sequenceNumber }, nowMs);
  const { sizeBytes, ...parts } = draft;
  const message: Message = { ...parts, id: messageId, sequenceNumber, publishedMs: nowMs };
  const detail = { messageId, groupId: draft.groupId, sequenceNumber, subject: draft.subject, body: draft.body };
  const published = kernel.journal.append({ service: 'sns', kind: 'message-published', arn: topic.record.arn, cause, detail });
  countForTopic(kernel, topic.dimensions, 'NumberOfMessagesPublished');
  measureSize(kernel, topic.dimensions, sizeBytes);
  fanOut(state, topic, message, published);
  return { messageId, sequenceNumber };
}

/** A topic that was deleted and made again remembers nothing. */
function deduplicationKey({ record, settings }: Topic, { groupId, deduplicationId }: MessageDraft): string {
  return `${record.arn}\n${record.createdMs}\n${settings.scope === 'MessageGroup' ? groupId : ''}\n${deduplicationId}`;
}

/** Twenty digits, each greater than the one before. @see https://docs.aws.amazon.com/sns/latest/dg/fifo-topic-message-ordering.html */
function nextSequenceNumber({ sequences }: SnsState, topicArn: string): string {
  const count = (sequences.get(topicArn) ?? 0) + 1;
  sequences.put(topicArn, count);
  return `1${String(count * 1000).padStart(19, '0')}`;
}

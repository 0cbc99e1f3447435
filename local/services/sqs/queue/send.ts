import { createHash } from 'node:crypto';
import type { MessageDraft } from '../rules.ts';
import { changed, type World } from './advance.ts';
import { nextSequenceNumber, putMessage, type Queue } from './queue.ts';
import type { Message } from './records.ts';

/** A repeated deduplication id is accepted but not delivered within this window.
 *  @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html */
const DEDUPLICATION_WINDOW_MS = 5 * 60 * 1000;

/** Forgotten keys before the order of keys is copied without them. */
const FORGOTTEN_MAX = 1024;

/** What a sender is told. */
export interface Sent {
  readonly messageId: string;
  readonly sequenceNumber: string | undefined;
}

/** Puts a checked message into a queue; a duplicate on a FIFO queue is answered as its first was, and not put. */
export function send(world: World, queue: Queue, draft: MessageDraft, options: { readonly senderId: string; readonly cause: number | undefined }): Sent {
  const { kernel } = world;
  const nowMs = kernel.nowMs();
  const { isFifo, delayMs } = queue.settings;
  const deduplicationId = isFifo ? (draft.deduplicationId ?? createHash('sha256').update(draft.body).digest('hex')) : undefined;
  const key = deduplicationId === undefined ? undefined : deduplicationKey(queue, draft.groupId, deduplicationId, nowMs);
  const first = key === undefined ? undefined : queue.deduplications.get(key);
  if (first) return first;
  const id = kernel.uuid();
  const sequenceNumber = isFifo ? nextSequenceNumber(queue, nowMs) : undefined;
  const detail = { messageId: id, groupId: draft.groupId, sequenceNumber, body: draft.body, ...(draft.attributes && { attributes: draft.attributes }) };
  const cause = kernel.journal.append({ service: 'sqs', kind: 'message-sent', arn: queue.arn, cause: options.cause, detail });
  const message: Message = {
    id,
    body: draft.body,
    md5: draft.md5,
    attributes: draft.attributes,
    traceHeader: draft.traceHeader,
    senderId: options.senderId,
    sentMs: nowMs,
    arrivedMs: nowMs,
    groupId: draft.groupId,
    deduplicationId,
    sequenceNumber,
    sourceArn: undefined,
    priorReceives: 0,
    availableMs: nowMs + (draft.delayMs ?? delayMs),
    receiveCount: 0,
    firstReceivedMs: 0,
    receivedMs: 0,
    cause,
  };
  putMessage(queue, message, nowMs);
  if (key !== undefined && sequenceNumber !== undefined) {
    queue.deduplications.put(key, { messageId: id, sequenceNumber, untilMs: nowMs + DEDUPLICATION_WINDOW_MS });
    queue.deduplicationOrder.push(key);
  }
  kernel.meter({ namespace: 'AWS/SQS', name: 'NumberOfMessagesSent', dimensions: queue.dimensions, value: 1, unit: 'Count' });
  kernel.meter({ namespace: 'AWS/SQS', name: 'SentMessageSize', dimensions: queue.dimensions, value: draft.sizeBytes, unit: 'Bytes' });
  changed(world, queue);
  return { messageId: id, sequenceNumber };
}

function deduplicationKey(queue: Queue, groupId: string | undefined, deduplicationId: string, nowMs: number): string {
  forgetOld(queue, nowMs);
  const former = queue.record.formerScope;
  const scope = former && nowMs < former.untilMs ? former.scope : queue.settings.scope;
  return scope === 'messageGroup' ? `${groupId}\n${deduplicationId}` : deduplicationId;
}

function forgetOld(queue: Queue, nowMs: number): void {
  const order = queue.deduplicationOrder;
  for (;;) {
    const key = order[queue.deduplicationStart];
    if (key === undefined) break;
    const entry = queue.deduplications.get(key);
    if (entry && entry.untilMs > nowMs) break;
    queue.deduplications.delete(key);
    queue.deduplicationStart += 1;
  }
  if (queue.deduplicationStart > FORGOTTEN_MAX && queue.deduplicationStart * 2 > order.length) {
    queue.deduplicationOrder = order.slice(queue.deduplicationStart);
    queue.deduplicationStart = 0;
  }
}

import type {
  ChangeMessageVisibilityBatchCommandInput,
  ChangeMessageVisibilityBatchCommandOutput,
  ChangeMessageVisibilityCommandInput,
  DeleteMessageBatchCommandInput,
  DeleteMessageBatchCommandOutput,
  DeleteMessageCommandInput,
} from '@aws-sdk/client-sqs';
import type { Context } from '../../../kernel/service.ts';
import { invalidValue, messageNotInflight, missingParameter, receiptHandleIsInvalid } from '../errors.ts';
import { advance, changed } from '../queue/advance.ts';
import { hide, moveTo, type Queue, removeMessage, type Slot } from '../queue/queue.ts';
import { type Receipt, readReceiptHandle } from '../queue/receipt-handle.ts';
import { settle } from '../queue/settle.ts';
import { checkVisibility } from '../rules.ts';
import { findQueue, type SqsState } from '../state.ts';
import { eachEntry } from './batch.ts';

type Sqs = Context<SqsState>;
type Output<T> = Omit<T, '$metadata'>;

/** From the receive on, a message can be hidden for twelve hours in all.
 *  @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html */
const HIDDEN_MS_MAX = 12 * 60 * 60 * 1000;

function readHandle(handle: string | undefined): { readonly handle: string; readonly receipt: Receipt } {
  if (!handle) throw missingParameter('ReceiptHandle');
  const receipt = readReceiptHandle(handle);
  if (!receipt) throw receiptHandleIsInvalid(handle);
  return { handle, receipt };
}

/** Whether the handle is that of the message's newest receive. */
const isNewest = (slot: Slot, receipt: Receipt): boolean => slot.message.receiveCount === receipt.receiveCount;

/**
 * Deletes by receipt handle. On a standard queue an old handle is accepted and deletes nothing while another receive has the message in flight, and so is one
 * whose message is gone. That it deletes a message that is visible again is recorded from AWS;
 * on a FIFO queue a handle counts only while its message is in flight.
 */
function deleteOne(context: Sqs, queue: Queue, givenHandle: string | undefined): void {
  const { handle, receipt } = readHandle(givenHandle);
  const slot = queue.slots.get(receipt.messageId);
  if (!slot) return;
  if (queue.settings.isFifo && (slot.state !== 'inFlight' || !isNewest(slot, receipt))) {
    throw invalidValue(handle, 'ReceiptHandle', 'The receipt handle has expired.');
  }
  if (slot.state === 'inFlight' && !isNewest(slot, receipt)) return;
  removeMessage(queue, slot);
  const { id, priorReceives, receiveCount, cause } = slot.message;
  const detail = { messageId: id, receiveCount: priorReceives + receiveCount };
  context.kernel.journal.append({ service: 'sqs', kind: 'message-deleted', arn: queue.arn, cause: context.cause ?? cause, detail });
  context.kernel.meter({ namespace: 'AWS/SQS', name: 'NumberOfMessagesDeleted', dimensions: queue.dimensions, value: 1, unit: 'Count' });
  changed(context, queue);
}

export function deleteMessage(input: DeleteMessageCommandInput, context: Sqs): Record<string, never> {
  const queue = findQueue(context.state, input.QueueUrl);
  advance(context, queue);
  deleteOne(context, queue, input.ReceiptHandle);
  settle(context);
  return {};
}

export function deleteMessageBatch(input: DeleteMessageBatchCommandInput, context: Sqs): Output<DeleteMessageBatchCommandOutput> {
  const queue = findQueue(context.state, input.QueueUrl);
  advance(context, queue);
  const output = eachEntry('DeleteMessageBatch', input.Entries, (entry) => deleteOne(context, queue, entry.ReceiptHandle));
  settle(context);
  return output;
}

/**
 * Hides a message from now on for another time. On a standard queue the newest handle does so even after its time has run out, as long as nobody else received the message;
 * an older handle is refused.
 */
function changeOne(context: Sqs, queue: Queue, givenHandle: string | undefined, seconds: number | undefined): void {
  const { handle, receipt } = readHandle(givenHandle);
  if (seconds === undefined) throw missingParameter('VisibilityTimeout');
  const visibilityMs = checkVisibility(seconds);
  const slot = queue.slots.get(receipt.messageId);
  const { isFifo } = queue.settings;
  if (!slot || (isFifo && (slot.state !== 'inFlight' || !isNewest(slot, receipt)))) {
    throw invalidValue(handle, 'ReceiptHandle', 'Message does not exist or is not available for visibility timeout change.');
  }
  if (!isNewest(slot, receipt)) throw messageNotInflight();
  const nowMs = context.kernel.nowMs();
  if (visibilityMs > 0 && nowMs + visibilityMs > slot.message.receivedMs + HIDDEN_MS_MAX) {
    throw invalidValue(seconds, 'VisibilityTimeout', 'Total VisibilityTimeout for the message is beyond the limit [43200 seconds].');
  }
  if (visibilityMs === 0 && slot.state === 'visible') return;
  hide(queue, slot, nowMs + visibilityMs);
  if (visibilityMs === 0) moveTo(queue, slot, 'visible');
  changed(context, queue);
}

export function changeMessageVisibility(input: ChangeMessageVisibilityCommandInput, context: Sqs): Record<string, never> {
  const queue = findQueue(context.state, input.QueueUrl);
  advance(context, queue);
  changeOne(context, queue, input.ReceiptHandle, input.VisibilityTimeout);
  settle(context);
  return {};
}

export function changeMessageVisibilityBatch(input: ChangeMessageVisibilityBatchCommandInput, context: Sqs): Output<ChangeMessageVisibilityBatchCommandOutput> {
  const queue = findQueue(context.state, input.QueueUrl);
  advance(context, queue);
  const output = eachEntry('ChangeMessageVisibilityBatch', input.Entries, (entry) => changeOne(context, queue, entry.ReceiptHandle, entry.VisibilityTimeout));
  settle(context);
  return output;
}

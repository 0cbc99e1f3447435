import { advance, changed, type World } from './advance.ts';
import { hide, moveTo, nextSequenceNumber, putMessage, type Queue, removeMessage, type Slot } from './queue.ts';
import type { Message } from './records.ts';
import { allowsSource } from './settings.ts';

/** Messages in flight in one queue. @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
export const IN_FLIGHT_MAX = 120_000;

/**
 * Takes up to `limit` visible messages; they are in flight for `visibilityMs` (the queue's where absent). A message that was received `maxReceiveCount` times moves to the
 * dead-letter queue instead: the move happens at the receive that would be one too many.
 */
export function take(world: World, queue: Queue, options: { readonly limit: number; readonly visibilityMs: number | undefined }): Slot[] {
  advance(world, queue);
  const nowMs = world.kernel.nowMs();
  const visibilityMs = options.visibilityMs ?? queue.settings.visibilityMs;
  const taken: Slot[] = [];
  const { isFifo } = queue.settings;
  while (taken.length < options.limit && queue.counts.inFlight < IN_FLIGHT_MAX) {
    const lane = queue.ready.first;
    if (!lane) break;
    // A FIFO group gives as many as it can, in order; elsewhere the groups take turns.
    let slot = lane.line.first;
    do {
      const following: Slot | undefined = slot?.next;
      if (!slot) break;
      if (!deadLetter(world, queue, slot)) taken.push(receive(world, queue, slot, nowMs + visibilityMs));
      slot = following;
    } while (isFifo && slot?.state === 'visible' && taken.length < options.limit);
    if (!isFifo && lane.isReady && lane.next) {
      queue.ready.remove(lane);
      queue.ready.append(lane);
    }
  }
  if (visibilityMs === 0) for (const slot of taken) moveTo(queue, slot, 'visible');
  if (taken.length > 0) changed(world, queue);
  return taken;
}

function receive({ kernel }: World, queue: Queue, slot: Slot, untilMs: number): Slot {
  const { message } = slot;
  const nowMs = kernel.nowMs();
  message.receiveCount += 1;
  message.receivedMs = nowMs;
  if (message.firstReceivedMs === 0) message.firstReceivedMs = nowMs;
  hide(queue, slot, untilMs);
  const detail = { messageId: message.id, receiveCount: message.priorReceives + message.receiveCount, body: message.body };
  kernel.journal.append({ service: 'sqs', kind: 'message-received', arn: queue.arn, cause: message.cause, detail });
  return slot;
}

/** The queue that takes a message which has been received too often; `undefined` while it may be received, and where no queue takes it: then it stays. */
function deadLetterTarget({ state }: World, queue: Queue, message: Message): Queue | undefined {
  const { redrive, isFifo } = queue.settings;
  if (!redrive || message.receiveCount < redrive.receivesMax) return undefined;
  const target = state.byArn.get(redrive.deadLetterArn);
  if (!target || target === queue || target.settings.isFifo !== isFifo) return undefined;
  return allowsSource(target.settings.redriveAllow, queue.arn) ? target : undefined;
}

function deadLetter(world: World, queue: Queue, slot: Slot): boolean {
  const { message } = slot;
  const target = deadLetterTarget(world, queue, message);
  if (!target) return false;
  const { kernel } = world;
  const nowMs = kernel.nowMs();
  const receiveCount = message.priorReceives + message.receiveCount;
  const detail = { messageId: message.id, receiveCount, deadLetterQueueArn: target.arn, body: message.body };
  const cause = kernel.journal.append({ service: 'sqs', kind: 'message-dead-lettered', arn: queue.arn, cause: message.cause, detail });
  // On a FIFO queue the time of sending starts anew and the message id stands for the deduplication id.
  // @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
  const fifo = { sentMs: nowMs, deduplicationId: message.id, sequenceNumber: nextSequenceNumber(target, nowMs) };
  const moved = { ...message, arrivedMs: nowMs, availableMs: nowMs, receivedMs: 0, receiveCount: 0, priorReceives: receiveCount, sourceArn: queue.arn, cause };
  putMessage(target, queue.settings.isFifo ? { ...moved, ...fifo } : moved, nowMs);
  removeMessage(queue, slot);
  changed(world, target);
  changed(world, queue);
  return true;
}

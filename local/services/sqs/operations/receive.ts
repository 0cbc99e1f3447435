import type { ReceiveMessageCommandInput, ReceiveMessageCommandOutput, Message as WireMessage } from '@aws-sdk/client-sqs';
import type { Context } from '../../../kernel/service.ts';
import { invalidValue, overLimit } from '../errors.ts';
import { advance, changed } from '../queue/advance.ts';
import { md5OfAttributes } from '../queue/digest.ts';
import { hide, type Queue, type ReceiveAttempt, type Slot } from '../queue/queue.ts';
import { receiptHandle } from '../queue/receipt-handle.ts';
import { IN_FLIGHT_MAX, take } from '../queue/receive.ts';
import type { Message, MessageAttribute } from '../queue/records.ts';
import { settle } from '../queue/settle.ts';
import { checkReceiveLimit, checkVisibility, checkWait } from '../rules.ts';
import { findQueue, type SqsState } from '../state.ts';

type Sqs = Context<SqsState>;
type Output<T> = Omit<T, '$metadata'>;

/** How long a receive can be repeated under its attempt id.
 *  @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html */
const ATTEMPT_MS = 5 * 60 * 1000;
const ATTEMPT_ID = /^[!-~]{1,128}$/;

/**
 * Receives messages; where there are none and the call may wait, it is answered as soon as one is visible. A waiting call whose caller has gone takes nothing.
 * Differs from AWS: a short poll sees every message, and fewer than asked are answered only where there are fewer.
 */
export async function receiveMessage(input: ReceiveMessageCommandInput, context: Sqs): Promise<Output<ReceiveMessageCommandOutput>> {
  const queue = findQueue(context.state, input.QueueUrl);
  const limit = checkReceiveLimit(input.MaxNumberOfMessages ?? 1);
  const visibilityMs = input.VisibilityTimeout === undefined ? undefined : checkVisibility(input.VisibilityTimeout);
  const waitMs = input.WaitTimeSeconds === undefined ? queue.settings.waitMs : checkWait(input.WaitTimeSeconds);
  const attemptId = checkAttempt(input.ReceiveRequestAttemptId, queue);
  advance(context, queue);
  const repeated = attemptId === undefined ? undefined : repeat(context, queue, attemptId, visibilityMs);
  if (!repeated && !queue.settings.isFifo && queue.counts.inFlight >= IN_FLIGHT_MAX) throw overLimit();
  let slots: readonly Slot[] = repeated ?? take(context, queue, { limit, visibilityMs });
  let messages = slots.map((slot) => wireMessage(slot.message, input));
  settle(context);
  if (slots.length === 0 && waitMs > 0) {
    // What is answered is written down in the same turn in which the messages were taken.
    slots = await wait(context, queue, { limit, visibilityMs, waitMs }, (taken) => {
      messages = taken.map((slot) => wireMessage(slot.message, input));
    });
  } else if (slots.length === 0) meter(context, queue, 'NumberOfEmptyReceives', 1);
  if (slots.length === 0) return {};
  if (attemptId !== undefined && !repeated) remember(context, queue, attemptId, slots);
  meter(context, queue, 'NumberOfMessagesReceived', slots.length);
  return { Messages: messages };
}

function meter({ kernel }: Sqs, queue: Queue, name: string, value: number): void {
  kernel.meter({ namespace: 'AWS/SQS', name, dimensions: queue.dimensions, value, unit: 'Count' });
}

function wait(
  context: Sqs,
  queue: Queue,
  { limit, visibilityMs, waitMs }: { limit: number; visibilityMs: number | undefined; waitMs: number },
  onTaken: (slots: readonly Slot[]) => void,
): Promise<readonly Slot[]> {
  const { signal, kernel } = context;
  return new Promise((resolve, reject) => {
    const waiter = {
      limit,
      visibilityMs,
      deadlineMs: kernel.nowMs() + waitMs,
      resolve: (slots: readonly Slot[]) => {
        signal?.removeEventListener('abort', leave);
        onTaken(slots);
        resolve(slots);
      },
      reject: (fault: Error) => {
        signal?.removeEventListener('abort', leave);
        reject(fault);
      },
    };
    const leave = (): void => {
      queue.waiters.delete(waiter);
      resolve([]);
    };
    if (signal?.aborted) return resolve([]);
    signal?.addEventListener('abort', leave, { once: true });
    queue.waiters.add(waiter);
    queue.waiterDueMs = Math.min(queue.waiterDueMs, waiter.deadlineMs);
    changed(context, queue);
    settle(context);
  });
}

function checkAttempt(attemptId: string | undefined, { settings }: Queue): string | undefined {
  if (attemptId === undefined) return undefined;
  if (!settings.isFifo) throw invalidValue(attemptId, 'ReceiveRequestAttemptId', 'The request include parameter that is not valid for this queue type.');
  if (!ATTEMPT_ID.test(attemptId)) {
    throw invalidValue(
      attemptId,
      'ReceiveRequestAttemptId',
      'ReceiveRequestAttemptId can only include alphanumeric and punctuation characters. 1 to 128 in length.',
    );
  }
  return attemptId;
}

/** The same messages and handles again, hidden anew, where none of them has changed since. */
function repeat(context: Sqs, queue: Queue, attemptId: string, visibilityMs: number | undefined): readonly Slot[] | undefined {
  const attempt = queue.attempts.get(attemptId);
  const nowMs = context.kernel.nowMs();
  if (!attempt || attempt.untilMs <= nowMs || !isUnchanged(queue, attempt)) return undefined;
  for (const slot of attempt.slots) hide(queue, slot, nowMs + (visibilityMs ?? queue.settings.visibilityMs));
  changed(context, queue);
  return attempt.slots;
}

function isUnchanged(queue: Queue, { slots, receipts }: ReceiveAttempt): boolean {
  return slots.every((slot, index) => queue.slots.get(slot.message.id) === slot && slot.state === 'inFlight' && slot.message.receiveCount === receipts[index]);
}

function remember({ kernel }: Sqs, queue: Queue, attemptId: string, slots: readonly Slot[]): void {
  const nowMs = kernel.nowMs();
  for (const [id, { untilMs }] of queue.attempts) {
    if (untilMs > nowMs) break;
    queue.attempts.delete(id);
  }
  queue.attempts.delete(attemptId);
  queue.attempts.set(attemptId, { slots, receipts: slots.map(({ message }) => message.receiveCount), untilMs: nowMs + ATTEMPT_MS });
}

function wireMessage(message: Message, input: ReceiveMessageCommandInput): WireMessage {
  const wire: WireMessage = { MessageId: message.id, ReceiptHandle: receiptHandle(message), MD5OfBody: message.md5, Body: message.body };
  const names: readonly string[] = [...(input.AttributeNames ?? []), ...(input.MessageSystemAttributeNames ?? [])];
  if (names.length > 0) {
    const attributes = systemAttributes(message, names);
    if (Object.keys(attributes).length > 0) wire.Attributes = attributes;
  }
  if (message.attributes && input.MessageAttributeNames && input.MessageAttributeNames.length > 0) {
    const selected = selectAttributes(message.attributes, input.MessageAttributeNames);
    const digest = md5OfAttributes(selected);
    if (digest !== undefined) {
      wire.MessageAttributes = selected;
      wire.MD5OfMessageAttributes = digest;
    }
  }
  return wire;
}

function systemAttributes(message: Message, names: readonly string[]): Record<string, string> {
  const all: Record<string, string | undefined> = {
    SenderId: message.senderId,
    SentTimestamp: String(message.sentMs),
    ApproximateReceiveCount: String(message.priorReceives + message.receiveCount),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedMs),
    SequenceNumber: message.sequenceNumber,
    MessageDeduplicationId: message.deduplicationId,
    MessageGroupId: message.groupId,
    AWSTraceHeader: message.traceHeader,
    DeadLetterQueueSourceArn: message.sourceArn,
  };
  const isAll = names.includes('All');
  const shown: Record<string, string> = {};
  for (const [name, value] of Object.entries(all)) if (value !== undefined && (isAll || names.includes(name))) shown[name] = value;
  return shown;
}

/** `All` or `.*` selects every attribute, `prefix.*` those that begin so. */
function selectAttributes(attributes: NonNullable<Message['attributes']>, names: readonly string[]): Record<string, MessageAttribute> {
  const isSelected = (name: string): boolean =>
    names.some((wanted) => wanted === name || wanted === 'All' || (wanted.endsWith('.*') && name.startsWith(wanted.slice(0, -2))));
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => isSelected(name)));
}

import type { Collection } from '../../../kernel/collection.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import type { Timer } from '../../../kernel/scheduler.ts';
import { type Due, DueHeap } from './due-heap.ts';
import { Line, type Link } from './line.ts';
import type { Deduplication, Message, QueueRecord } from './records.ts';
import { readSettings, type Settings } from './settings.ts';

/** A message and where it stands in its queue. Derived from the message; not kept. */
export interface Slot extends Due, Link<Slot> {
  readonly message: Message;
  state: 'visible' | 'delayed' | 'inFlight';
}

/**
 * The messages of one message group (`''`: of none). On a FIFO queue its line holds all of them in order, and it is ready while the first
 * of them is visible: a message in flight holds up those behind it; on a standard queue its line holds the visible ones, and ready lanes take turns, so that a busy tenant does not hold up the others.
 */
export interface Lane extends Link<Lane> {
  readonly id: string;
  readonly line: Line<Slot>;
  isReady: boolean;
}

/** A receive that waits for messages. */
export interface Waiter {
  readonly limit: number;
  readonly visibilityMs: number | undefined;
  readonly deadlineMs: number;
  readonly resolve: (slots: readonly Slot[]) => void;
  readonly reject: (fault: Error) => void;
}

/** A queue at work: what is kept, and all that is derived from it. */
export interface Queue {
  readonly record: QueueRecord;
  readonly arn: string;
  readonly messages: Collection<Message>;
  readonly deduplications: Collection<Deduplication>;
  /** Deduplication keys, oldest first, from `deduplicationStart` on. */
  deduplicationOrder: string[];
  deduplicationStart: number;
  settings: Settings;
  readonly slots: Map<string, Slot>;
  readonly lanes: Map<string, Lane>;
  readonly ready: Line<Lane>;
  readonly due: DueHeap<Slot>;
  readonly counts: Record<Slot['state'], number>;
  /** What the depth metrics said last. */
  readonly shown: Record<Slot['state'], number>;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly waiters: Set<Waiter>;
  /** What a FIFO receive with an attempt id was answered. */
  readonly attempts: Map<string, ReceiveAttempt>;
  waiterDueMs: number;
  timer: { readonly dueMs: number; readonly timer: Timer } | undefined;
  isMetered: boolean;
  isDeleted: boolean;
  nextOrder: number;
  lastSequence: number;
}

export interface ReceiveAttempt {
  readonly slots: readonly Slot[];
  readonly receipts: readonly number[];
  readonly untilMs: number;
}

/** Digits of a sequence number, and the prefix that makes them the length of AWS's. */
const SEQUENCE_PREFIX = '18';
const SEQUENCE_DIGITS = 18;

/** Opens a queue on its collections and derives the rest: on a fresh record as after a restart. */
export function openQueue(kernel: Kernel, record: QueueRecord): Queue {
  const queue: Queue = {
    record,
    arn: kernel.arn('sqs', record.name),
    messages: kernel.collection(`sqs.messages/${record.name}`),
    deduplications: kernel.collection(`sqs.deduplications/${record.name}`),
    deduplicationOrder: [],
    deduplicationStart: 0,
    settings: readSettings(record.attributes),
    slots: new Map(),
    lanes: new Map(),
    ready: new Line(),
    due: new DueHeap(),
    counts: { visible: 0, delayed: 0, inFlight: 0 },
    shown: { visible: 0, delayed: 0, inFlight: 0 },
    dimensions: { QueueName: record.name },
    waiters: new Set(),
    attempts: new Map(),
    waiterDueMs: Number.POSITIVE_INFINITY,
    timer: undefined,
    isMetered: false,
    isDeleted: false,
    nextOrder: 0,
    lastSequence: 0,
  };
  restore(kernel, queue);
  return queue;
}

function restore(kernel: Kernel, queue: Queue): void {
  const nowMs = kernel.nowMs();
  const inOrder = queue.settings.isFifo
    ? (a: Message, b: Message) => ((a.sequenceNumber ?? '') < (b.sequenceNumber ?? '') ? -1 : 1)
    : (a: Message, b: Message) => a.arrivedMs - b.arrivedMs;
  for (const message of [...queue.messages.values()].sort(inOrder)) {
    // The entry it names belongs to the journal of the process that ended.
    message.cause = undefined;
    queue.lastSequence = Math.max(queue.lastSequence, Number(message.sequenceNumber?.slice(SEQUENCE_PREFIX.length) ?? 0));
    addSlot(queue, message, nowMs);
  }
  const remembered = [...queue.deduplications.entries()].sort(([, a], [, b]) => a.untilMs - b.untilMs);
  queue.deduplicationOrder = remembered.map(([key]) => key);
  for (const [, { sequenceNumber }] of remembered) {
    queue.lastSequence = Math.max(queue.lastSequence, Number(sequenceNumber.slice(SEQUENCE_PREFIX.length)));
  }
}

/** The next sequence number of a FIFO queue: 20 digits, rising, in the order of text as of numbers. */
export function nextSequenceNumber(queue: Queue, nowMs: number): string {
  queue.lastSequence = Math.max(queue.lastSequence + 1, nowMs * 1000);
  return SEQUENCE_PREFIX + String(queue.lastSequence).padStart(SEQUENCE_DIGITS, '0');
}

/** When a message's retention ends. */
export function expiresMs(queue: Queue, message: Message): number {
  return message.sentMs + queue.settings.retentionMs;
}

function dueMs(queue: Queue, { message, state }: Slot): number {
  const expiryMs = expiresMs(queue, message);
  return state === 'visible' ? expiryMs : Math.min(expiryMs, message.availableMs);
}

function laneOf(queue: Queue, slot: Slot): Lane {
  const id = slot.message.groupId ?? '';
  const existing = queue.lanes.get(id);
  if (existing) return existing;
  const lane: Lane = { id, line: new Line(), isReady: false, previous: undefined, next: undefined };
  queue.lanes.set(id, lane);
  return lane;
}

function refreshLane(queue: Queue, lane: Lane): void {
  const first = lane.line.first;
  const isReady = first?.state === 'visible';
  if (isReady && !lane.isReady) queue.ready.append(lane);
  if (!isReady && lane.isReady) queue.ready.remove(lane);
  lane.isReady = isReady;
  if (!first) queue.lanes.delete(lane.id);
}

function addSlot(queue: Queue, message: Message, nowMs: number): void {
  const hidden = message.receivedMs > 0 ? 'inFlight' : 'delayed';
  const state = message.availableMs <= nowMs ? 'visible' : hidden;
  const slot: Slot = { message, state, dueMs: 0, order: queue.nextOrder, heapIndex: -1, previous: undefined, next: undefined };
  queue.nextOrder += 1;
  slot.dueMs = dueMs(queue, slot);
  queue.slots.set(message.id, slot);
  queue.due.add(slot);
  queue.counts[state] += 1;
  if (!queue.settings.isFifo && state !== 'visible') return;
  const lane = laneOf(queue, slot);
  lane.line.append(slot);
  refreshLane(queue, lane);
}

/** Puts a message into its queue, behind all others. */
export function putMessage(queue: Queue, message: Message, nowMs: number): void {
  queue.messages.put(message.id, message);
  addSlot(queue, message, nowMs);
}

/** Takes a message out of its queue for good. */
export function removeMessage(queue: Queue, slot: Slot): void {
  const { message, state } = slot;
  queue.messages.delete(message.id);
  queue.slots.delete(message.id);
  queue.due.remove(slot);
  queue.counts[state] -= 1;
  if (!queue.settings.isFifo && state !== 'visible') return;
  const lane = laneOf(queue, slot);
  lane.line.remove(slot);
  refreshLane(queue, lane);
}

/** Changes a message's state: the one place where line, lane, heap and counts move together. */
export function moveTo(queue: Queue, slot: Slot, state: Slot['state']): void {
  const from = slot.state;
  if (from !== state) {
    slot.state = state;
    queue.counts[from] -= 1;
    queue.counts[state] += 1;
    const lane = laneOf(queue, slot);
    if (!queue.settings.isFifo && state === 'visible') lane.line.append(slot);
    if (!queue.settings.isFifo && from === 'visible') lane.line.remove(slot);
    refreshLane(queue, lane);
  }
  rescheduled(queue, slot);
}

/** Says that the message's `availableMs` or the queue's retention was changed. */
export function rescheduled(queue: Queue, slot: Slot): void {
  slot.dueMs = dueMs(queue, slot);
  queue.due.moved(slot);
}

/** Hides a message until `untilMs`; it is in flight from now. */
export function hide(queue: Queue, slot: Slot, untilMs: number): void {
  slot.message.availableMs = untilMs;
  queue.messages.touch(slot.message.id);
  moveTo(queue, slot, 'inFlight');
}

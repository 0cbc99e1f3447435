import type { Collection } from '../../../kernel/collection.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import type { PendingDelivery } from './pending-delivery.ts';

/** Deliveries that wait, and those that may start now. */
export interface DeliveryLine {
  readonly kernel: Kernel;
  readonly pending: Collection<PendingDelivery>;
  /** Tries a delivery once, and sees to what follows. */
  readonly attempt: (line: DeliveryLine, delivery: PendingDelivery) => Promise<void>;
  /** Ids of deliveries by lane, first come first: the first is under way. */
  readonly lanes: Map<string, Set<string>>;
  /** Ids of deliveries to start in the next turn: one task starts them all. */
  ready: string[];
}

/** Opens the line with what was pending when the plane went down; each takes up where it was. */
export function openDeliveryLine(kernel: Kernel, attempt: DeliveryLine['attempt']): DeliveryLine {
  const line: DeliveryLine = { kernel, pending: kernel.collection('sns.deliveries'), attempt, lanes: new Map(), ready: [] };
  const left = [...line.pending.values()].sort((a, b) => (a.sequenceNumber ?? '').localeCompare(b.sequenceNumber ?? ''));
  // The journal of the process that noted them is gone, and its numbers with it.
  for (const delivery of left) enqueue(line, { ...delivery, cause: undefined });
  return line;
}

/** Notes a delivery. It starts once the present transition has ended and what is before it in its lane is done. */
export function enqueue(line: DeliveryLine, delivery: PendingDelivery): void {
  const { id, lane } = delivery;
  line.pending.put(id, delivery);
  if (lane !== undefined) {
    const before = line.lanes.get(lane);
    if (before) {
      before.add(id);
      return;
    }
    line.lanes.set(lane, new Set([id]));
  }
  scheduleAttempt(line, delivery);
}

/** Notes that a delivery has to be tried again. */
export function postpone(line: DeliveryLine, delivery: PendingDelivery): void {
  line.pending.put(delivery.id, delivery);
  scheduleAttempt(line, delivery);
}

/** Notes that a delivery is done with, one way or the other; the next of its lane starts. */
export function finish(line: DeliveryLine, { id, lane }: PendingDelivery): void {
  line.pending.delete(id);
  const waiting = lane === undefined ? undefined : line.lanes.get(lane);
  if (lane === undefined || !waiting) return;
  waiting.delete(id);
  const [next] = waiting;
  if (next === undefined) line.lanes.delete(lane);
  else makeReady(line, next);
}

function scheduleAttempt(line: DeliveryLine, { id, dueMs }: PendingDelivery): void {
  if (dueMs <= line.kernel.nowMs()) makeReady(line, id);
  else line.kernel.at(dueMs, 'deliver a notification again', () => makeReady(line, id));
}

function makeReady(line: DeliveryLine, id: string): void {
  line.ready.push(id);
  if (line.ready.length === 1) line.kernel.soon('deliver notifications', () => start(line));
}

function start(line: DeliveryLine): void {
  const ids = line.ready;
  line.ready = [];
  for (const id of ids) {
    const delivery = line.pending.get(id);
    if (delivery) void line.attempt(line, delivery);
  }
}

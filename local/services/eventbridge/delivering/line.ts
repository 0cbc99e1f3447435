import type { Collection } from '../../../kernel/collection.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import type { PendingDelivery } from './pending-delivery.ts';

/** Deliveries that wait, and those that may start now. */
export interface DeliveryLine {
  readonly kernel: Kernel;
  readonly pending: Collection<PendingDelivery>;
  /** Tries a delivery once, and sees to what follows. */
  readonly attempt: (line: DeliveryLine, delivery: PendingDelivery) => Promise<void>;
  /** Ids of deliveries to start in the next turn: one task starts them all. */
  ready: string[];
}

/** Opens the line with what was pending when the plane went down; each takes up where it was. */
export function openDeliveryLine(kernel: Kernel, attempt: DeliveryLine['attempt']): DeliveryLine {
  const line: DeliveryLine = { kernel, pending: kernel.collection('events.deliveries'), attempt, ready: [] };
  for (const [id, delivery] of [...line.pending.entries()]) {
    // The journal of the process that noted it is gone, and its numbers with it.
    line.pending.put(id, { ...delivery, cause: undefined });
    scheduleAttempt(line, delivery);
  }
  return line;
}

/** Notes a delivery. It starts once the present transition has ended. */
export function enqueue(line: DeliveryLine, delivery: PendingDelivery): void {
  line.pending.put(delivery.id, delivery);
  makeReady(line, delivery.id);
}

/** Has a delivery attempted when it is due. */
export function scheduleAttempt(line: DeliveryLine, { id, dueMs }: PendingDelivery): void {
  if (dueMs <= line.kernel.nowMs()) makeReady(line, id);
  else line.kernel.at(dueMs, 'deliver an event again', () => makeReady(line, id));
}

function makeReady(line: DeliveryLine, id: string): void {
  line.ready.push(id);
  if (line.ready.length === 1) line.kernel.soon('deliver events', () => start(line));
}

function start(line: DeliveryLine): void {
  const ids = line.ready;
  line.ready = [];
  for (const id of ids) {
    const delivery = line.pending.get(id);
    if (delivery) void line.attempt(line, delivery);
  }
}

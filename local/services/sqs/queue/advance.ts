import type { Kernel } from '../../../kernel/kernel.ts';
import type { SqsState } from '../state.ts';
import { expiresMs, moveTo, type Queue, removeMessage, type Slot } from './queue.ts';

/** What a transition needs: every operation's context has it, and so do timers. */
export interface World {
  readonly kernel: Kernel;
  readonly state: SqsState;
}

/** Does what has fallen due: hidden messages come back, old ones expire. Called before any look at the queue, so a late timer is never seen. */
export function advance({ kernel }: World, queue: Queue): void {
  const nowMs = kernel.nowMs();
  for (let slot = queue.due.first; slot && slot.dueMs <= nowMs; slot = queue.due.first) {
    if (expiresMs(queue, slot.message) > nowMs) moveTo(queue, slot, 'visible');
    else expire(kernel, queue, slot);
  }
}

function expire(kernel: Kernel, queue: Queue, slot: Slot): void {
  const { id, body, cause, receiveCount } = slot.message;
  removeMessage(queue, slot);
  kernel.journal.append({ service: 'sqs', kind: 'message-expired', arn: queue.arn, cause, detail: { messageId: id, receiveCount, body } });
}

/** Says that a queue was changed: `settle` will see to its waiters, timer and metrics. */
export function changed({ state }: World, queue: Queue): void {
  state.unsettled.add(queue);
}

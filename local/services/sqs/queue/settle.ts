import type { Kernel } from '../../../kernel/kernel.ts';
import { advance, changed, type World } from './advance.ts';
import type { Queue, Slot } from './queue.ts';
import { take } from './receive.ts';

const MINUTE_MS = 60_000;
const DEPTH_METRICS = {
  visible: 'ApproximateNumberOfMessagesVisible',
  inFlight: 'ApproximateNumberOfMessagesNotVisible',
  delayed: 'ApproximateNumberOfMessagesDelayed',
} as const;

/** Ends a transition: hands visible messages to those who wait, sets the timers, publishes depths. */
export function settle(world: World): void {
  const { unsettled } = world.state;
  // A queue that changes meanwhile (a dead-letter queue) is added again, and visited again.
  for (const queue of unsettled) {
    unsettled.delete(queue);
    if (queue.isDeleted) continue;
    serveWaiters(world, queue);
    arm(world, queue);
    showDepth(world, queue);
  }
}

function serveWaiters(world: World, queue: Queue): void {
  for (const waiter of queue.waiters) {
    if (!queue.ready.first) return;
    const slots = take(world, queue, waiter);
    if (slots.length === 0) continue;
    queue.waiters.delete(waiter);
    waiter.resolve(slots);
  }
}

/** One timer a queue, for whatever is due next. It may find nothing to do; it is never late. */
function arm(world: World, queue: Queue): void {
  const dueMs = Math.min(queue.due.first?.dueMs ?? Number.POSITIVE_INFINITY, queue.waiterDueMs);
  if (dueMs === Number.POSITIVE_INFINITY || (queue.timer && queue.timer.dueMs <= dueMs)) return;
  queue.timer?.timer.cancel();
  queue.timer = { dueMs, timer: world.kernel.at(dueMs, `sqs ${queue.record.name}`, () => wake(world, queue)) };
}

function wake(world: World, queue: Queue): void {
  queue.timer = undefined;
  if (queue.isDeleted) return;
  const nowMs = world.kernel.nowMs();
  advance(world, queue);
  changed(world, queue);
  // Messages that came back at this very moment still go to those who wait.
  serveWaiters(world, queue);
  queue.waiterDueMs = Number.POSITIVE_INFINITY;
  for (const waiter of queue.waiters) {
    if (waiter.deadlineMs <= nowMs) {
      queue.waiters.delete(waiter);
      world.kernel.meter({ namespace: 'AWS/SQS', name: 'NumberOfEmptyReceives', dimensions: queue.dimensions, value: 1, unit: 'Count' });
      waiter.resolve([]);
    } else queue.waiterDueMs = Math.min(queue.waiterDueMs, waiter.deadlineMs);
  }
  settle(world);
}

function meterDepth(kernel: Kernel, queue: Queue, state: Slot['state']): void {
  queue.shown[state] = queue.counts[state];
  kernel.meter({ namespace: 'AWS/SQS', name: DEPTH_METRICS[state], dimensions: queue.dimensions, value: queue.counts[state], unit: 'Count' });
}

function showDepth(world: World, queue: Queue): void {
  const { counts, shown } = queue;
  if (counts.visible !== shown.visible) meterDepth(world.kernel, queue, 'visible');
  if (counts.inFlight !== shown.inFlight) meterDepth(world.kernel, queue, 'inFlight');
  if (counts.delayed !== shown.delayed) meterDepth(world.kernel, queue, 'delayed');
  if (!queue.isMetered && queue.slots.size > 0) meterEachMinute(world, queue);
}

/**
 * Publishes the depths at each full minute while the queue holds messages, and once more when it has become empty: an alarm on a queue where nothing
 * moves still sees its depth. Differs from AWS: an empty queue publishes no further zeros (AWS goes on for six hours).
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 */
function meterEachMinute(world: World, queue: Queue): void {
  const { kernel } = world;
  queue.isMetered = true;
  const dueMs = (Math.floor(kernel.nowMs() / MINUTE_MS) + 1) * MINUTE_MS;
  kernel.at(dueMs, `sqs depth of ${queue.record.name}`, () => {
    queue.isMetered = false;
    if (queue.isDeleted) return;
    meterDepth(kernel, queue, 'visible');
    meterDepth(kernel, queue, 'inFlight');
    meterDepth(kernel, queue, 'delayed');
    const oldest = queue.messages.values().next().value;
    const value = oldest ? Math.floor((kernel.nowMs() - oldest.arrivedMs) / 1000) : 0;
    kernel.meter({ namespace: 'AWS/SQS', name: 'ApproximateAgeOfOldestMessage', dimensions: queue.dimensions, value, unit: 'Seconds' });
    if (oldest) meterEachMinute(world, queue);
  });
}

import { advance, changed, type World } from './advance.ts';
import { nextSequenceNumber, putMessage, type Queue, removeMessage, type Slot } from './queue.ts';
import type { MoveTask } from './records.ts';
import { settle } from './settle.ts';

/** Messages one step moves where no rate is given: SQS chooses the rate, and here it does not wait. */
const STEP_MESSAGES = 100;

const QUEUE_GONE = 'AWS.SimpleQueueService.NonExistentQueue';

/** Tasks kept a queue; `ListMessageMoveTasks` answers at most ten. @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListMessageMoveTasks.html */
const TASKS_KEPT_MAX = 10;

/** The tasks of a source, newest first. */
export function tasksOf({ state }: World, sourceArn: string): MoveTask[] {
  return [...state.moveTasks.values()].filter((task) => task.sourceArn === sourceArn).reverse();
}

/** Starts a task and drops the source's oldest. */
export function startMoveTask(world: World, task: MoveTask): void {
  const { state } = world;
  for (const old of tasksOf(world, task.sourceArn).slice(TASKS_KEPT_MAX - 1)) state.moveTasks.delete(old.id);
  state.moveTasks.put(task.id, task);
  schedule(world, task, world.kernel.nowMs());
}

/** Goes on with the tasks that were running when the process ended. */
export function resumeMoveTasks(world: World): void {
  for (const task of world.state.moveTasks.values()) if (task.status === 'RUNNING') schedule(world, task, world.kernel.nowMs());
}

function schedule(world: World, task: MoveTask, dueMs: number): void {
  world.kernel.at(dueMs, `sqs move task ${task.id}`, () => {
    if (task.status === 'RUNNING') step(world, task);
  });
}

function finish({ state }: World, task: MoveTask, status: MoveTask['status'], failureReason?: string): void {
  task.status = status;
  task.failureReason = failureReason;
  state.moveTasks.touch(task.id);
}

/** Ends a running task; what was moved stays moved. */
export function cancelMoveTask(world: World, task: MoveTask): void {
  finish(world, task, 'CANCELLED');
}

function step(world: World, task: MoveTask): void {
  const source = world.state.byArn.get(task.sourceArn);
  if (!source) {
    finish(world, task, 'FAILED', QUEUE_GONE);
    return;
  }
  advance(world, source);
  const limit = task.perSecondMax === undefined ? STEP_MESSAGES : 1;
  for (let count = 0; count < limit && task.status === 'RUNNING'; count += 1) moveNext(world, task, source);
  settle(world);
  const waitMs = task.perSecondMax === undefined ? 0 : Math.ceil(1000 / task.perSecondMax);
  if (task.status === 'RUNNING') schedule(world, task, world.kernel.nowMs() + waitMs);
}

/** Moves the next visible message, or ends the task. A FIFO group with a message in flight waits for it, as its receivers do. */
function moveNext(world: World, task: MoveTask, source: Queue): void {
  const slot = task.moved < task.toMove ? source.ready.first?.line.first : undefined;
  const destinationArn = task.destinationArn ?? slot?.message.sourceArn;
  const destination = destinationArn === undefined ? undefined : world.state.byArn.get(destinationArn);
  if (!slot) finish(world, task, 'COMPLETED');
  else if (destinationArn === undefined) finish(world, task, 'FAILED', 'CouldNotDetermineMessageSource');
  else if (!destination) finish(world, task, 'FAILED', QUEUE_GONE);
  else {
    move(world, source, slot, destination);
    task.moved += 1;
    world.state.moveTasks.touch(task.id);
  }
}

/** A moved message has a new id, a new time of sending, and has never been received. */
function move(world: World, source: Queue, slot: Slot, destination: Queue): void {
  const { kernel } = world;
  const { message } = slot;
  const nowMs = kernel.nowMs();
  const id = kernel.uuid();
  const detail = { messageId: message.id, newMessageId: id, destinationArn: destination.arn, body: message.body };
  const cause = kernel.journal.append({ service: 'sqs', kind: 'message-moved', arn: source.arn, cause: message.cause, detail });
  const moved = {
    ...message,
    id,
    cause,
    sentMs: nowMs,
    arrivedMs: nowMs,
    availableMs: nowMs,
    sourceArn: undefined,
    sequenceNumber: destination.settings.isFifo ? nextSequenceNumber(destination, nowMs) : undefined,
    priorReceives: 0,
    receiveCount: 0,
    firstReceivedMs: 0,
    receivedMs: 0,
  };
  putMessage(destination, moved, nowMs);
  removeMessage(source, slot);
  changed(world, source);
  changed(world, destination);
}

import type { Collection } from '../../kernel/collection.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { invalidValue, onlyForFifo, queueDeletedRecently, queueDoesNotExist, queueNameExists, unknownAttribute } from './errors.ts';
import { changed, type World } from './queue/advance.ts';
import { type AttributeCheck, checkAttributes, mergeAttributes } from './queue/attributes.ts';
import { resumeMoveTasks } from './queue/move-task.ts';
import { openQueue, type Queue, removeMessage, rescheduled } from './queue/queue.ts';
import type { MoveTask, QueueRecord } from './queue/records.ts';
import { effectiveAttributes, readSettings } from './queue/settings.ts';
import { settle } from './queue/settle.ts';

/** Until another queue of that name may be made, and until a changed deduplication scope counts.
 *  @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteQueue.html */
const PROPAGATION_MS = 60_000;

const NAME = /^[A-Za-z0-9_-]{1,80}$/;
const FIFO_NAME = /^[A-Za-z0-9_-]{1,75}\.fifo$/;

export interface SqsState {
  /** Scheme, host and port of queue URLs: a client takes the host from there. Not kept. */
  endpoint: string;
  readonly records: Collection<QueueRecord>;
  /** When queues were deleted, by name. */
  readonly deletedMs: Collection<number>;
  readonly moveTasks: Collection<MoveTask>;
  readonly byName: Map<string, Queue>;
  readonly byArn: Map<string, Queue>;
  /** Queues whose waiters, timers and metrics have still to be seen to in this transition. */
  readonly unsettled: Set<Queue>;
}

export function createState(kernel: Kernel): SqsState {
  const state: SqsState = {
    endpoint: 'http://127.0.0.1:4566',
    records: kernel.collection('sqs.queues'),
    deletedMs: kernel.collection('sqs.deleted'),
    moveTasks: kernel.collection('sqs.move-tasks'),
    byName: new Map(),
    byArn: new Map(),
    unsettled: new Set(),
  };
  const world = { kernel, state };
  for (const record of state.records.values()) open(world, record);
  resumeMoveTasks(world);
  settle(world);
  return state;
}

/** Says where the plane listens, so that queue URLs lead there. */
export function setEndpoint(state: SqsState, url: string): void {
  state.endpoint = url.replace(/\/+$/, '');
}

function open(world: World, record: QueueRecord): Queue {
  const queue = openQueue(world.kernel, record);
  world.state.byName.set(record.name, queue);
  world.state.byArn.set(queue.arn, queue);
  changed(world, queue);
  return queue;
}

export function queueUrl({ kernel, state }: World, queue: Queue): string {
  return `${state.endpoint}/${kernel.accountId}/${queue.record.name}`;
}

/** Finds a queue by its URL, whatever the host, or by its bare name. */
export function findQueue(state: SqsState, urlOrName: string | undefined): Queue {
  const text = urlOrName ?? '';
  const queue = state.byName.get(text.slice(text.lastIndexOf('/') + 1));
  if (!queue) throw queueDoesNotExist();
  return queue;
}

function checkName(name: string, isFifo: boolean): void {
  if (isFifo && !FIFO_NAME.test(name)) {
    const reason =
      'The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.';
    throw invalidValue(name, 'QueueName', reason);
  }
  if (!isFifo && !NAME.test(name))
    throw invalidValue(name, 'QueueName', 'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length');
}

function attributeCheck({ kernel, state }: World, name: string, options: { isFifo: boolean; isCreation: boolean }): AttributeCheck {
  return { ...options, queueArn: kernel.arn('sqs', name), findTarget: (arn) => state.byArn.get(arn)?.settings };
}

/** What creates a queue. `isTemplate`: a stack may take a name again at once. */
export interface Creation {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly isTemplate: boolean;
}

/** Makes a queue, or answers the one of that name where no given attribute differs. */
export function createQueue(world: World, { name, attributes, tags, isTemplate }: Creation): Queue {
  const { kernel, state } = world;
  const isFifo = attributes['FifoQueue']?.toLowerCase() === 'true';
  if (attributes['FifoQueue'] !== undefined && !isFifo) throw unknownAttribute('FifoQueue');
  if (!isFifo && attributes['DeduplicationScope'] !== undefined) throw onlyForFifo('DeduplicationScope');
  checkName(name, isFifo);
  const merged = mergeAttributes({}, checkAttributes(attributes, attributeCheck(world, name, { isFifo, isCreation: true })));
  const existing = state.byName.get(name);
  if (existing) {
    const current = effectiveAttributes(existing.record.attributes);
    const different = Object.keys(merged).find((attribute) => merged[attribute] !== current[attribute]);
    if (different) throw queueNameExists(different);
    return existing;
  }
  const nowMs = kernel.nowMs();
  const deletedMs = state.deletedMs.get(name);
  if (deletedMs !== undefined && nowMs < deletedMs + PROPAGATION_MS && !isTemplate) throw queueDeletedRecently();
  state.deletedMs.delete(name);
  const record: QueueRecord = { name, createdMs: nowMs, modifiedMs: nowMs, attributes: merged, tags, purgedMs: 0, formerScope: undefined };
  state.records.put(name, record);
  return open(world, record);
}

/** Sets attributes of a queue; the empty text takes one away. */
export function setAttributes(world: World, queue: Queue, attributes: Readonly<Record<string, string>>): void {
  const { record, settings } = queue;
  const checked = checkAttributes(attributes, attributeCheck(world, record.name, { isFifo: settings.isFifo, isCreation: false }));
  replaceAttributes(world, queue, mergeAttributes(record.attributes, checked));
}

/** Gives a queue exactly these attributes, as a changed template does. */
export function resetAttributes(world: World, queue: Queue, attributes: Readonly<Record<string, string>>): void {
  const { record, settings } = queue;
  const checked = checkAttributes(attributes, attributeCheck(world, record.name, { isFifo: settings.isFifo, isCreation: true }));
  const policy = record.attributes['Policy'];
  replaceAttributes(world, queue, mergeAttributes(policy === undefined ? {} : { Policy: policy }, checked));
}

function replaceAttributes(world: World, queue: Queue, attributes: Record<string, string>): void {
  const { kernel, state } = world;
  const { record } = queue;
  const nowMs = kernel.nowMs();
  const before = queue.settings;
  record.attributes = attributes;
  record.modifiedMs = nowMs;
  queue.settings = readSettings(attributes);
  const after = queue.settings;
  if (after.scope !== before.scope) record.formerScope = { scope: before.scope, untilMs: nowMs + PROPAGATION_MS };
  state.records.touch(record.name);
  const isDelayChanged = after.isFifo && after.delayMs !== before.delayMs;
  if (!isDelayChanged && after.retentionMs === before.retentionMs) return;
  for (const slot of queue.slots.values()) {
    // A FIFO queue's new delay holds for the messages it has; a standard queue's for those to come.
    if (isDelayChanged && slot.state === 'delayed') {
      slot.message.availableMs = slot.message.arrivedMs + after.delayMs;
      queue.messages.touch(slot.message.id);
    }
    rescheduled(queue, slot);
  }
  changed(world, queue);
}

/** Removes a queue with its messages; those who wait for some are told that it is gone. */
export function deleteQueue(world: World, queue: Queue): void {
  const { kernel, state } = world;
  queue.isDeleted = true;
  queue.timer?.timer.cancel();
  state.byName.delete(queue.record.name);
  state.byArn.delete(queue.arn);
  state.records.delete(queue.record.name);
  state.deletedMs.put(queue.record.name, kernel.nowMs());
  queue.messages.clear();
  queue.deduplications.clear();
  for (const waiter of queue.waiters) waiter.reject(queueDoesNotExist());
}

/** Removes all messages, in flight and delayed ones too; answers how many. */
export function purge(world: World, queue: Queue): number {
  const count = queue.slots.size;
  for (const slot of [...queue.slots.values()]) removeMessage(queue, slot);
  queue.record.purgedMs = world.kernel.nowMs();
  world.state.records.touch(queue.record.name);
  changed(world, queue);
  return count;
}

/** The queues whose redrive policy names this one. */
export function sourcesOf(state: SqsState, deadLetterQueue: Queue): Queue[] {
  return [...state.byArn.values()].filter(({ settings }) => settings.redrive?.deadLetterArn === deadLetterQueue.arn);
}

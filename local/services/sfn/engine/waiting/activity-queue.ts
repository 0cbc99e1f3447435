import type { TaskPlace } from './token.ts';

/** A worker that waits for a task of an activity. */
export interface Worker {
  readonly name: string | undefined;
  take(place: TaskPlace): void;
}

/** Tasks of activities that no worker has, oldest first, and workers that wait. One of the two lists of an activity is always empty. */
export interface ActivityQueue {
  readonly tasks: Map<string, TaskPlace[]>;
  readonly workers: Map<string, Worker[]>;
}

export const createActivityQueue = (): ActivityQueue => ({ tasks: new Map(), workers: new Map() });

/** Hands a task to the worker that has waited longest, or keeps it. */
export function offerTask(queue: ActivityQueue, activityArn: string, place: TaskPlace): void {
  const worker = queue.workers.get(activityArn)?.shift();
  if (worker) worker.take(place);
  else append(queue.tasks, activityArn, place);
}

/** The task that has waited longest. */
export function takeTask(queue: ActivityQueue, activityArn: string): TaskPlace | undefined {
  return queue.tasks.get(activityArn)?.shift();
}

/** Lets a worker wait; the returned function ends it. */
export function awaitTask(queue: ActivityQueue, activityArn: string, worker: Worker): () => void {
  append(queue.workers, activityArn, worker);
  return () => {
    const workers = queue.workers.get(activityArn);
    const place = workers?.indexOf(worker) ?? -1;
    if (place >= 0) workers?.splice(place, 1);
  };
}

function append<Element>(lists: Map<string, Element[]>, key: string, element: Element): void {
  const list = lists.get(key);
  if (list) list.push(element);
  else lists.set(key, [element]);
}

/** A task that falls due. */
export interface Timer {
  /** Withdraws the task; nothing happens where it has run already. */
  cancel(): void;
}

interface Task {
  readonly dueMs: number;
  readonly order: number;
  readonly name: string;
  /** Nothing once the task is withdrawn: it waits for its time like the others and must not hold on to what it would have worked on. */
  run: (() => void) | undefined;
}

/** A task that is taken, to be run now. */
interface DueTask {
  readonly name: string;
  readonly run: () => void;
}

/** Tasks by due time, then by the order in which they were given: a binary heap. */
export class Scheduler {
  readonly #heap: Task[] = [];
  #order = 0;

  /** Adds a task that falls due at `dueMs`. `name` is for people who look at what waits. */
  add(dueMs: number, name: string, run: () => void): Timer {
    const task: Task = { dueMs, order: this.#order, name, run };
    this.#order += 1;
    this.#push(task);
    return {
      cancel: () => {
        task.run = undefined;
      },
    };
  }

  /** When the next task falls due; `undefined` when none waits. */
  nextDueMs(): number | undefined {
    this.#dropCancelled();
    return this.#heap[0]?.dueMs;
  }

  /** Takes the next task that is due at `nowMs`, or `undefined`. */
  take(nowMs: number): DueTask | undefined {
    this.#dropCancelled();
    const next = this.#heap[0];
    return next && next.dueMs <= nowMs ? (this.#pop() as DueTask) : undefined;
  }

  #dropCancelled(): void {
    while (this.#heap[0] && !this.#heap[0].run) this.#pop();
  }

  #isBefore(a: Task, b: Task): boolean {
    return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
  }

  #push(task: Task): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(task);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent] as Task;
      if (!this.#isBefore(task, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = task;
  }

  #pop(): Task | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (!first || !last || heap.length === 0) return first;
    let index = 0;
    for (;;) {
      let child = index * 2 + 1;
      if (child >= heap.length) break;
      const right = heap[child + 1];
      if (right && this.#isBefore(right, heap[child] as Task)) child += 1;
      const below = heap[child] as Task;
      if (!this.#isBefore(below, last)) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = last;
    return first;
  }
}

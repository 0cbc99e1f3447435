import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Scheduler } from '../../../local/kernel/scheduler.ts';

describe('the scheduler', () => {
  it('gives tasks as a stable sort by due time would, less the cancelled ones', () => {
    const tasks = fc.array(fc.record({ dueMs: fc.integer({ min: 0, max: 20 }), isCancelled: fc.boolean() }), { maxLength: 60 });
    fc.assert(
      fc.property(tasks, (given) => {
        const scheduler = new Scheduler();
        const ran: number[] = [];
        given.forEach((task, index) => {
          const timer = scheduler.add(task.dueMs, 'task', () => ran.push(index));
          if (task.isCancelled) timer.cancel();
        });
        for (let next = scheduler.nextDueMs(); next !== undefined; next = scheduler.nextDueMs()) scheduler.take(next)?.run();
        const expected = given
          .map((task, index) => ({ ...task, index }))
          .filter((task) => !task.isCancelled)
          .sort((a, b) => a.dueMs - b.dueMs || a.index - b.index)
          .map((task) => task.index);
        expect(ran).toEqual(expected);
      }),
    );
  });

  it('gives nothing before it is due', () => {
    const scheduler = new Scheduler();
    scheduler.add(10, 'task', () => {});
    expect(scheduler.take(9)).toBeUndefined();
    expect(scheduler.take(10)?.name).toBe('task');
    expect(scheduler.nextDueMs()).toBeUndefined();
  });
});

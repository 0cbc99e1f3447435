import { describe, expect, it } from 'vitest';
import { Collection, type CollectionStore } from '../../../local/kernel/collection.ts';
import { Fault, NotEmulated } from '../../../local/kernel/errors.ts';
import type { Hop, Interposition } from '../../../local/kernel/interposer.ts';
import { Kernel } from '../../../local/kernel/kernel.ts';
import type { Principal } from '../../../local/kernel/principal.ts';
import type { Service } from '../../../local/kernel/service.ts';

const ROOT: Principal = { type: 'root' };

function virtualKernel(options: { seed?: number; store?: CollectionStore } = {}): Kernel {
  return new Kernel({
    accountId: '111111111111',
    region: 'us-east-1',
    clock: { kind: 'virtual', startMs: 1_000 },
    seed: options.seed ?? 1,
    store: options.store,
    journalCapacity: 100,
  });
}

interface BoxState {
  readonly boxes: Collection<string[]>;
}

/** A service with one resource that takes what it is given. */
const box: Service<BoxState> = {
  name: 'box',
  arnService: 'box',
  createState: (kernel) => ({ boxes: kernel.collection('box.boxes') }),
  operations: {
    Put: ({ name, text }: { name: string; text: string }, { state }) => {
      const held = state.boxes.get(name) ?? [];
      state.boxes.put(name, [...held, text]);
      return { Count: held.length + 1 };
    },
    Fail: () => {
      throw new Fault('BoxIsFull', 'The box is full.');
    },
    Throttle: () => {
      throw new Fault('ThrottlingException', 'Slow down.');
    },
  },
  access: (operation, input, { kernel }) => [{ action: `box:${operation}`, resource: kernel.arn('box', input.name) }],
  delivery: (arn, payload) => ({ operation: payload.subject ?? 'Put', input: { name: arn.slice(arn.lastIndexOf(':') + 1), text: payload.body } }),
};

describe('a virtual clock', () => {
  it('runs tasks by due time, then in the order they were given, and lets promises settle in between', async () => {
    const kernel = virtualKernel();
    const seen: string[] = [];
    kernel.at(3_000, 'late', () => seen.push(`late ${kernel.nowMs()}`));
    kernel.at(2_000, 'first', () => {
      void Promise.resolve().then(() => seen.push('settled'));
      kernel.soon('soon', () => seen.push(`soon ${kernel.nowMs()}`));
    });
    kernel.at(2_000, 'second', () => seen.push('second'));
    kernel.at(2_500, 'cancelled', () => seen.push('cancelled')).cancel();
    expect(await kernel.run()).toBe('idle');
    expect(seen).toEqual(['settled', 'second', 'soon 2000', 'late 3000']);
  });

  it('stops where it is told to and stands there', async () => {
    const kernel = virtualKernel();
    kernel.at(9_000, 'never', () => {});
    expect(await kernel.run({ untilMs: 5_000 })).toBe('time');
    expect(kernel.nowMs()).toBe(5_000);
    let isDone = false;
    kernel.at(6_000, 'done', () => {
      isDone = true;
    });
    expect(await kernel.run({ isDone: () => isDone })).toBe('done');
    expect(kernel.nowMs()).toBe(6_000);
  });

  it('waits for work that the machine does', async () => {
    const kernel = virtualKernel();
    const seen: string[] = [];
    kernel.at(2_000, 'task', () => seen.push('task'));
    void kernel.hostOperation(new Promise((resolve) => setImmediate(() => setImmediate(resolve)))).then(() => seen.push('machine'));
    await kernel.run();
    expect(seen).toEqual(['machine', 'task']);
  });
});

describe('chance', () => {
  it('draws the same for one seed and other things for another', () => {
    const draw = (seed: number): string[] => Array.from({ length: 20 }, () => virtualKernel({ seed }).uuid());
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    expect(virtualKernel().uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('gives a fork draws of its own, whatever its origin has drawn', () => {
    const kernel = virtualKernel();
    const before = kernel.chance.fork('a').random();
    kernel.uuid();
    expect(kernel.chance.fork('a').random()).toBe(before);
    expect(kernel.chance.fork('b').random()).not.toBe(before);
  });
});

describe('a request', () => {
  it('answers the output and is journalled with principal, resource and cause', async () => {
    const kernel = virtualKernel();
    kernel.install(box);
    const output = await kernel.request({ service: 'box', operation: 'Put', input: { name: 'b', text: 'x' }, principal: ROOT, cause: 5 });
    expect(output).toEqual({ Count: 1 });
    const entry = kernel.journal.at(kernel.journal.lastSequence);
    expect(entry).toMatchObject({ service: 'box', kind: 'Put', arn: 'arn:aws:box:us-east-1:111111111111:b', cause: 5 });
    expect(entry?.detail['principal']).toBe('arn:aws:iam::111111111111:root');
  });

  it('throws the fault of the operation and journals its code', async () => {
    const kernel = virtualKernel();
    kernel.install(box);
    await expect(kernel.request({ service: 'box', operation: 'Fail', input: { name: 'b' }, principal: ROOT })).rejects.toThrow('The box is full.');
    expect(kernel.journal.at(1)?.detail['error']).toBe('BoxIsFull');
  });

  it('names what is not emulated', async () => {
    const kernel = virtualKernel();
    kernel.install(box);
    await expect(kernel.request({ service: 'box', operation: 'Open', input: {}, principal: ROOT })).rejects.toThrow(NotEmulated);
    await expect(kernel.request({ service: 'crate', operation: 'Open', input: {}, principal: ROOT })).rejects.toThrow('The service crate is not emulated');
  });

  it('is refused by the authorizer before it changes anything', async () => {
    const kernel = virtualKernel();
    const state = kernel.install(box);
    kernel.setAuthorizer((_principal, check) => {
      throw new Fault('AccessDeniedException', `no ${check.action}`);
    });
    await expect(kernel.request({ service: 'box', operation: 'Put', input: { name: 'b', text: 'x' }, principal: ROOT })).rejects.toThrow('no box:Put');
    expect(state.boxes.size).toBe(0);
  });

  it('answers only once the store has settled', async () => {
    const changes: string[] = [];
    let settle = (): void => {};
    const store: CollectionStore = {
      open: () => new Map(),
      changed: (name, key) => changes.push(`${name}/${key}`),
      settled: () =>
        new Promise((resolve) => {
          settle = resolve;
        }),
    };
    const kernel = virtualKernel({ store });
    kernel.install(box);
    let isAnswered = false;
    const answer = kernel.request({ service: 'box', operation: 'Put', input: { name: 'b', text: 'x' }, principal: ROOT }).then(() => {
      isAnswered = true;
    });
    await new Promise(setImmediate);
    expect([changes, isAnswered]).toEqual([['box.boxes/b'], false]);
    settle();
    await answer;
    expect(isAnswered).toBe(true);
  });
});

describe('a delivery', () => {
  const to = 'arn:aws:box:us-east-1:111111111111:b';

  it('takes the way of a request and never throws a fault', async () => {
    const kernel = virtualKernel();
    const state = kernel.install(box);
    expect(await kernel.deliver({ to, payload: { body: 'x' }, principal: ROOT })).toMatchObject({ status: 'accepted' });
    expect(state.boxes.get('b')).toEqual(['x']);
    expect(await kernel.deliver({ to, payload: { body: 'x', subject: 'Fail' }, principal: ROOT })).toMatchObject({
      status: 'refused',
      code: 'BoxIsFull',
      isRetryable: false,
    });
    expect(await kernel.deliver({ to, payload: { body: 'x', subject: 'Throttle' }, principal: ROOT })).toMatchObject({ isRetryable: true });
  });

  it('to a service that is not there is a mistake of the plane', async () => {
    await expect(virtualKernel().deliver({ to, payload: { body: 'x' }, principal: ROOT })).rejects.toThrow(NotEmulated);
  });

  it('can be lost before or after its effect, doubled and delayed', async () => {
    const kernel = virtualKernel();
    const state = kernel.install(box);
    const deliver = (): Promise<{ status: string }> => kernel.deliver({ to, payload: { body: 'x' }, principal: ROOT });
    const counts: (string | number)[] = [];
    for (const kind of ['request-lost', 'response-lost', 'duplicate'] as const) {
      kernel.setInterposer(() => ({ kind }));
      counts.push((await deliver()).status, state.boxes.get('b')?.length ?? 0);
    }
    expect(counts).toEqual(['refused', 0, 'refused', 1, 'accepted', 3]);
    kernel.setInterposer(() => ({ kind: 'delay', delayMs: 500 }));
    const late = deliver();
    await kernel.run();
    await late;
    expect([kernel.nowMs(), state.boxes.get('b')?.length]).toEqual([1_500, 4]);
  });

  it('can be answered in its place, or find its caller gone before or after its effect', async () => {
    const kernel = virtualKernel();
    const state = kernel.install(box);
    const outcomes: string[] = [];
    const deliver = async (interposition: Interposition): Promise<void> => {
      kernel.setInterposer(() => interposition);
      let outcome = 'none';
      void kernel.deliver({ to, payload: { body: 'x' }, principal: ROOT }).then(({ status }) => {
        outcome = status;
      });
      await kernel.run();
      outcomes.push(`${outcome} ${state.boxes.get('b')?.length ?? 0}`);
    };
    await deliver({ kind: 'answer', output: {} });
    await deliver({ kind: 'unanswered', takesPlace: false });
    await deliver({ kind: 'unanswered', takesPlace: true });
    expect(outcomes).toEqual(['accepted 0', 'none 0', 'none 1']);
  });

  it('shows whoever decides on it what is asked, by whom, because of what', async () => {
    const kernel = virtualKernel();
    kernel.install(box);
    const hops: Hop[] = [];
    kernel.setInterposer((hop) => {
      hops.push(hop);
      return { kind: 'none' };
    });
    await kernel.deliver({ to, payload: { body: 'x' }, principal: ROOT, cause: 7 });
    expect(hops).toMatchObject([{ kind: 'delivery', arn: to, principal: ROOT, cause: 7, input: expect.objectContaining({}) }]);
  });
});

describe('the journal', () => {
  it('keeps the last entries, says which are gone, and shows each to its listeners', () => {
    const kernel = virtualKernel();
    const heard: number[] = [];
    const end = kernel.journal.listen((entry) => heard.push(entry.sequence));
    for (let count = 0; count < 150; count += 1) kernel.journal.append({ service: 's', kind: 'k', arn: '', detail: {} });
    end();
    kernel.journal.append({ service: 's', kind: 'k', arn: '', detail: {} });
    expect([kernel.journal.firstSequence, kernel.journal.lastSequence, heard.length]).toEqual([52, 151, 150]);
    expect([...kernel.journal.since(148)].map((entry) => entry.sequence)).toEqual([149, 150, 151]);
    expect(kernel.journal.at(51)).toBeUndefined();
  });
});

describe('a collection', () => {
  it('reports each change of a key, and deletes only what is there', () => {
    const changed: string[] = [];
    const collection = new Collection<{ n: number }>('c', { onChange: (_name, key) => changed.push(key) });
    collection.put('a', { n: 1 });
    collection.touch('a');
    expect(collection.delete('b')).toBe(false);
    collection.clear();
    expect(changed).toEqual(['a', 'a', 'a']);
    expect(collection.size).toBe(0);
  });
});

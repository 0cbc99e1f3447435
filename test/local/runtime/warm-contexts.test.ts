import { describe, expect, it } from 'vitest';
import { WarmContexts } from '../../../local/runtime/warm-contexts.ts';
import { codeOf } from './bundles.ts';

function contexts(limit: number, hasTime?: () => boolean) {
  const log: string[] = [];
  let count = 0;
  const warm = new WarmContexts<string>({
    limit,
    ...(hasTime && { hasTime }),
    start: (code) => {
      count += 1;
      log.push(`start ${code.functionName}${count}`);
      return `${code.functionName}${count}`;
    },
    stop: (context) => log.push(`stop ${context}`),
  });
  return { warm, log };
}

const named = (functionName: string) => codeOf('', { functionName, key: functionName });

describe('warm contexts', () => {
  it('are kept up to a limit; the one idle longest goes first', async () => {
    const { warm, log } = contexts(2);
    const [a, b, c] = ['a', 'b', 'c'].map(named) as [ReturnType<typeof named>, ReturnType<typeof named>, ReturnType<typeof named>];
    warm.release(await warm.acquire(a), true);
    warm.release(await warm.acquire(b), true);
    warm.release(await warm.acquire(a), true);
    warm.release(await warm.acquire(c), true);
    expect(log).toEqual(['start a1', 'start b2', 'stop b2', 'start c3']);
    expect(warm.size).toBe(2);
  });

  it('are waited for in order', async () => {
    const { warm } = contexts(1);
    const slot = await warm.acquire(named('a'));
    const order: string[] = [];
    const waiting = ['b', 'a', 'c'].map(async (name) => {
      const got = await warm.acquire(named(name));
      order.push(got.context);
      warm.release(got, true);
    });
    warm.release(slot, true);
    await Promise.all(waiting);
    expect(order).toEqual(['b2', 'a3', 'c4']);
  });

  it('of a retired key end when they fall idle, and new ones of it are not affected later', async () => {
    const { warm, log } = contexts(3);
    const a = named('a');
    const busy = await warm.acquire(a);
    warm.release(await warm.acquire(a), true);
    warm.retire('a');
    warm.release(busy, true);
    expect(log).toEqual(['start a1', 'start a2', 'stop a2', 'stop a1']);
    warm.release(await warm.acquire(a), true);
    expect(log.at(-1)).toBe('start a3');
    expect(warm.size).toBe(1);
  });

  it('are two of a function while there is no time for more, and more once there is', async () => {
    let hasTime = false;
    const { warm, log } = contexts(10, () => hasTime);
    const a = named('a');
    await warm.acquire(a);
    await warm.acquire(a);
    const third = warm.acquire(a);
    warm.serve();
    expect(log).toEqual(['start a1', 'start a2']);
    await warm.acquire(named('b'));
    expect(log.at(-1)).toBe('start b3');
    hasTime = true;
    warm.serve();
    expect((await third).context).toBe('a4');
  });

  it('of a function that has two go on to the callers that wait', async () => {
    const { warm } = contexts(10, () => false);
    const a = named('a');
    const first = await warm.acquire(a);
    await warm.acquire(a);
    const third = warm.acquire(a);
    warm.release(first, true);
    expect(await third).toBe(first);
  });
});

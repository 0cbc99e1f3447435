import { describe, expect, it } from 'vitest';
import { catcherOf, type Retrier, retrierOf, retryDelaySeconds } from '../../../../local/languages/states/index.ts';

const retrier = (ErrorEquals: readonly string[], rest: Partial<Retrier> = {}): Retrier => ({ ErrorEquals, ...rest });

describe('which entry takes an error', () => {
  it.each([
    ['E', ['E'], true],
    ['E', ['F'], false],
    ['E', ['States.ALL'], true],
    ['E', ['States.TaskFailed'], true],
    ['States.Timeout', ['States.TaskFailed'], false],
    ['States.HeartbeatTimeout', ['States.Timeout'], true],
    ['States.Timeout', ['States.HeartbeatTimeout'], false],
    ['States.Timeout', ['States.ALL'], true],
    ['States.DataLimitExceeded', ['States.ALL'], true],
    ['States.DataLimitExceeded', ['States.TaskFailed'], false],
    ['States.DataLimitExceeded', ['States.DataLimitExceeded'], true],
    ['States.Runtime', ['States.ALL'], false],
    ['States.Runtime', ['States.Runtime'], true],
    ['States.QueryEvaluationError', ['States.ALL'], true],
  ])('%s by %j: %s', (error, names, expected) => {
    expect(retrierOf([retrier(names)], error) !== undefined).toBe(expected);
    expect(catcherOf([{ ErrorEquals: names, Next: 'x' }], error) !== undefined).toBe(expected);
  });

  it('is the first that does', () => {
    const retriers = [retrier(['F']), retrier(['E'], { MaxAttempts: 1 }), retrier(['States.ALL'])];
    expect(retrierOf(retriers, 'E')).toEqual({ index: 1, retrier: retriers[1] });
    expect(retrierOf(retriers, 'G')?.index).toBe(2);
    expect(retrierOf(undefined, 'E')).toBeUndefined();
    expect(catcherOf([], 'E')).toBeUndefined();
  });
});

describe('the delay of an attempt', () => {
  const never = (): number => {
    throw new Error('no chance is asked for');
  };

  it('grows from the interval by the rate up to the greatest delay', () => {
    const delays = (one: Retrier) => [1, 2, 3, 4].map((attempt) => retryDelaySeconds(one, attempt, never));
    expect(delays(retrier([]))).toEqual([1, 2, 4, 8]);
    expect(delays(retrier([], { IntervalSeconds: 3, BackoffRate: 1.5 }))).toEqual([3, 4.5, 6.75, 10.125]);
    expect(delays(retrier([], { IntervalSeconds: 2, MaxDelaySeconds: 5 }))).toEqual([2, 4, 5, 5]);
    expect(delays(retrier([], { JitterStrategy: 'NONE', BackoffRate: 1 }))).toEqual([1, 1, 1, 1]);
  });

  it('lies anywhere below it with full jitter', () => {
    const one = retrier([], { IntervalSeconds: 10, JitterStrategy: 'FULL', MaxDelaySeconds: 15 });
    expect([0, 0.5, 0.999].map((chance) => retryDelaySeconds(one, 2, () => chance))).toEqual([0, 7.5, 14.985]);
  });
});

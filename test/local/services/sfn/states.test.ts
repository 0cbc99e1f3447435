import { describe, expect, it } from 'vitest';
import { world } from './world.ts';

describe('states of one execution', () => {
  it('passes from state to state, and a year’s wait takes no time', async () => {
    const { machine, run, types } = await world();
    await machine({
      First: { Type: 'Pass', Result: { a: 1 }, ResultPath: '$.first', Next: 'Wait' },
      Wait: { Type: 'Wait', Seconds: 31_000_000, Next: 'Which' },
      Which: { Type: 'Choice', Choices: [{ Variable: '$.first.a', NumericEquals: 1, Next: 'Done' }] },
      Done: { Type: 'Succeed' },
    });
    const ended = await run({ b: 2 });
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: '{"b":2,"first":{"a":1}}' });
    expect((ended.stopDate as Date).getTime() - (ended.startDate as Date).getTime()).toBe(31_000_000_000);
    expect(await types(ended.executionArn as string)).toEqual([
      'ExecutionStarted',
      'PassStateEntered',
      'PassStateExited',
      'WaitStateEntered',
      'WaitStateExited',
      'ChoiceStateEntered',
      'ChoiceStateExited',
      'SucceedStateEntered',
      'SucceedStateExited',
      'ExecutionSucceeded',
    ]);
  });

  it('runs branches and iterations', async () => {
    const { machine, run, types } = await world();
    await machine({
      Both: {
        Type: 'Parallel',
        Branches: [
          { StartAt: 'Left', States: { Left: { Type: 'Wait', Seconds: 5, End: true } } },
          { StartAt: 'Right', States: { Right: { Type: 'Pass', Result: 'right', End: true } } },
        ],
        Next: 'Each',
      },
      Each: {
        Type: 'Map',
        MaxConcurrency: 1,
        ItemProcessor: { StartAt: 'One', States: { One: { Type: 'Pass', Parameters: { 'value.$': '$' }, End: true } } },
        End: true,
      },
    });
    const ended = await run({ b: 2 });
    expect(JSON.parse(ended.output ?? '')).toEqual([{ value: { b: 2 } }, { value: 'right' }]);
    expect(await types(ended.executionArn as string)).toEqual([
      'ExecutionStarted',
      'ParallelStateEntered',
      'ParallelStateStarted',
      'WaitStateEntered',
      'PassStateEntered',
      'PassStateExited',
      'WaitStateExited',
      'ParallelStateSucceeded',
      'ParallelStateExited',
      'MapStateEntered',
      'MapStateStarted',
      'MapIterationStarted',
      'PassStateEntered',
      'PassStateExited',
      'MapIterationSucceeded',
      'MapIterationStarted',
      'PassStateEntered',
      'PassStateExited',
      'MapIterationSucceeded',
      'MapStateSucceeded',
      'MapStateExited',
      'ExecutionSucceeded',
    ]);
  });

  it('evaluates JSONata', async () => {
    const { machine, run } = await world();
    await machine(
      {
        First: { Type: 'Pass', Assign: { x: '{% $states.input.b + 1 %}' }, Output: { y: '{% $states.input.b * 2 %}' }, Next: 'Second' },
        Second: { Type: 'Pass', Output: { x: '{% $x %}', y: '{% $states.input.y %}' }, End: true },
      },
      { QueryLanguage: 'JSONata' },
    );
    expect(await run({ b: 2 })).toMatchObject({ status: 'SUCCEEDED', output: '{"x":3,"y":4}' });
  });
});

import { describe, expect, it } from 'vitest';
import { ACCOUNT, faultOf, machineArn, START_MS, world } from './world.ts';

describe('an Express execution', () => {
  it('answers its output where the caller waits', async () => {
    const { machine, sfn, kernel } = await world();
    await machine({ Wait: { Type: 'Wait', Seconds: 2, End: true } }, { type: 'EXPRESS' });
    const answer = sfn('StartSyncExecution', { stateMachineArn: machineArn('machine'), input: '{"a":1}' });
    await kernel.run({ untilMs: START_MS + 10_000 });
    expect(await answer).toMatchObject({ status: 'SUCCEEDED', output: '{"a":1}', billingDetails: { billedDurationInMilliseconds: 2000 } });
  });

  it('times out after five minutes, even where it goes round for ever', async () => {
    const { machine, sfn, kernel } = await world();
    await machine(
      {
        Again: { Type: 'Pass', Next: 'Which' },
        Which: { Type: 'Choice', Choices: [{ Variable: '$.never', IsPresent: true, Next: 'Never' }], Default: 'Again' },
        Never: { Type: 'Succeed' },
      },
      { type: 'EXPRESS' },
    );
    const answer = sfn('StartSyncExecution', { stateMachineArn: machineArn('machine') });
    await kernel.run({ untilMs: START_MS + 301_000 });
    expect(await answer).toMatchObject({ status: 'TIMED_OUT' });
  });

  it('leaves no record but its log', async () => {
    const { machine, sfn, call, kernel } = await world();
    await call('cloudwatch-logs', 'CreateLogGroup', { logGroupName: '/states' });
    const logGroupArn = `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:/states:*`;
    const loggingConfiguration = { level: 'ALL', includeExecutionData: true, destinations: [{ cloudWatchLogsLogGroup: { logGroupArn } }] };
    await machine({ A: { Type: 'Pass', Result: { b: 2 }, End: true } }, { type: 'EXPRESS', loggingConfiguration });
    const { executionArn } = await sfn<{ executionArn: string }>('StartExecution', { stateMachineArn: machineArn('machine'), input: '{}' });
    await kernel.run({ untilMs: START_MS + 10_000 });
    expect((await faultOf(sfn('DescribeExecution', { executionArn }))).code).toBe('InvalidArn');
    const { events } = await call<{ events: { message: string }[] }>('cloudwatch-logs', 'FilterLogEvents', { logGroupName: '/states' });
    const lines = events.map(({ message }) => JSON.parse(message));
    expect(lines.map(({ type }) => type)).toEqual(['ExecutionStarted', 'PassStateEntered', 'PassStateExited', 'ExecutionSucceeded']);
    expect(lines.at(-1)).toMatchObject({ details: { output: '{"b":2}' }, execution_arn: executionArn, previous_event_id: '3' });
    expect(kernel.collection('sfn.executions').size).toBe(0);
  });
});

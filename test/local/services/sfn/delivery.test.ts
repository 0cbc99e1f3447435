import type { ListExecutionsOutput } from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { ACCOUNT, machineArn, START_MS, world } from './world.ts';

const INVOKER = `arn:aws:iam::${ACCOUNT}:role/invoker`;

/** A world with a machine, and a role by which buses and schedules may start it. */
async function startable() {
  const made = await world();
  const statement = { Effect: 'Allow', Principal: { Service: ['events.amazonaws.com', 'scheduler.amazonaws.com'] }, Action: 'sts:AssumeRole' };
  await made.call('iam', 'CreateRole', { RoleName: 'invoker', AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }) });
  const allowed = { Effect: 'Allow', Action: 'states:StartExecution', Resource: machineArn('machine') };
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [allowed] });
  await made.call('iam', 'PutRolePolicy', { RoleName: 'invoker', PolicyName: 'start', PolicyDocument });
  await made.machine({ A: { Type: 'Pass', End: true } });
  const outputs = async (): Promise<unknown[]> => {
    const { executions = [] } = await made.sfn<ListExecutionsOutput>('ListExecutions', { stateMachineArn: machineArn('machine') });
    return Promise.all(executions.map(async ({ executionArn = '' }) => JSON.parse((await made.describe(executionArn)).output ?? 'null')));
  };
  return { ...made, outputs };
}

describe('executions that others start', () => {
  it('a rule does, with its event as the input', async () => {
    const { call, kernel, outputs } = await startable();
    await call('eventbridge', 'PutRule', { Name: 'orders', EventPattern: '{"source":["shop"]}' });
    await call('eventbridge', 'PutTargets', {
      Rule: 'orders',
      Targets: [{ Id: 'machine', Arn: machineArn('machine'), RoleArn: INVOKER, InputPath: '$.detail' }],
    });
    await call('eventbridge', 'PutEvents', { Entries: [{ Source: 'shop', DetailType: 'Ordered', Detail: '{"order":7}' }] });
    await kernel.run({ untilMs: START_MS + 10_000 });
    expect(await outputs()).toEqual([{ order: 7 }]);
  });

  it('a schedule does, with its own input', async () => {
    const { call, kernel, outputs } = await startable();
    const Target = { Arn: machineArn('machine'), RoleArn: INVOKER, Input: '{"nightly":true}' };
    const schedule = { Name: 'nightly', ScheduleExpression: 'at(2026-01-02T00:00:00)', FlexibleTimeWindow: { Mode: 'OFF' }, Target };
    await call('scheduler', 'CreateSchedule', schedule);
    await kernel.run({ untilMs: START_MS + 2 * 86_400_000 });
    expect(await outputs()).toEqual([{ nightly: true }]);
  });
});

import { CreatePipeCommand, DescribePipeCommand, ListPipesCommand, PipesClient, TagResourceCommand } from '@aws-sdk/client-pipes';
import { CreateScheduleCommand, GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { describe, expect, it } from 'vitest';
import type { Properties, ResourcePlace, ResourceType } from '../../../../local/kernel/resource.ts';
import { Plane } from '../../../../local/plane.ts';
import { pipeResource } from '../../../../local/services/pipes/resources.ts';
import { scheduleGroupResource, scheduleResource } from '../../../../local/services/scheduler/resources.ts';

const ACCOUNT = '111111111111';
const START_MS = Date.UTC(2026, 0, 1);
const queueArn = (name: string): string => `arn:aws:sqs:us-east-1:${ACCOUNT}:${name}`;
const roleArn = (service: string): string => `arn:aws:iam::${ACCOUNT}:role/${service}`;

/** A plane with a role for Pipes and one for Scheduler. */
async function planeWithRoles() {
  const plane = new Plane({ accountId: ACCOUNT, clock: { kind: 'virtual', startMs: START_MS }, seed: 'wire' });
  const { kernel } = plane;
  const call = <Output>(service: string, operation: string, input: object): Promise<Output> =>
    kernel.request<Output>({ service, operation, input, principal: { type: 'root' } });
  for (const service of ['pipes', 'scheduler']) {
    const statement = { Effect: 'Allow', Principal: { Service: `${service}.amazonaws.com` }, Action: 'sts:AssumeRole' };
    const trust = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    await call('iam', 'CreateRole', { RoleName: service, AssumeRolePolicyDocument: trust });
    const policy = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sqs:*', Resource: '*' }] });
    await call('iam', 'PutRolePolicy', { RoleName: service, PolicyName: 'p', PolicyDocument: policy });
  }
  for (const QueueName of ['in', 'out']) await call('sqs', 'CreateQueue', { QueueName });
  const bodies = async (queue: string): Promise<string[]> => {
    const { Messages = [] } = await call<{ Messages?: { Body: string }[] }>('sqs', 'ReceiveMessage', { QueueUrl: queue, MaxNumberOfMessages: 10 });
    return Messages.map(({ Body }) => Body);
  };
  const runFor = (ms: number) => kernel.run({ untilMs: kernel.nowMs() + ms });
  return { plane, kernel, call, bodies, runFor };
}

describe('over the wire', () => {
  it('a pipe and a schedule are made and read by SDK clients', async () => {
    const { plane, kernel } = await planeWithRoles();
    const answered = async <T>(promise: Promise<T>): Promise<T> => {
      let isDone = false;
      const settled = kernel.hostOperation(promise).finally(() => {
        isDone = true;
      });
      settled.catch(() => {}); // the caller sees it below
      await kernel.run({ isDone: () => isDone });
      return settled;
    };
    const pipes = new PipesClient(plane.clientSettings());
    const input = { Name: 'p', Source: queueArn('in'), Target: queueArn('out'), RoleArn: roleArn('pipes'), DesiredState: 'STOPPED' } as const;
    const { Arn: arn } = await answered(pipes.send(new CreatePipeCommand({ ...input, SourceParameters: { SqsQueueParameters: { BatchSize: 2 } } })));
    await answered(pipes.send(new TagResourceCommand({ resourceArn: arn, tags: { a: 'b' } })));
    expect(await answered(pipes.send(new DescribePipeCommand({ Name: 'p' })))).toMatchObject({
      Arn: arn,
      CreationTime: new Date(START_MS),
      Tags: { a: 'b' },
      SourceParameters: { SqsQueueParameters: { BatchSize: 2 } },
    });
    expect(await answered(pipes.send(new ListPipesCommand({ NamePrefix: 'p' })))).toMatchObject({ Pipes: [{ Name: 'p', CurrentState: 'STOPPED' }] });
    await expect(answered(pipes.send(new DescribePipeCommand({ Name: 'none' })))).rejects.toMatchObject({ name: 'NotFoundException' });

    const scheduler = new SchedulerClient(plane.clientSettings());
    const target = { Arn: queueArn('out'), RoleArn: roleArn('scheduler'), Input: 'x' };
    const schedule = { Name: 's', ScheduleExpression: 'rate(1 days)', FlexibleTimeWindow: { Mode: 'OFF' }, StartDate: new Date(START_MS + 1000) } as const;
    await answered(scheduler.send(new CreateScheduleCommand({ ...schedule, Target: target })));
    expect(await answered(scheduler.send(new GetScheduleCommand({ Name: 's' })))).toMatchObject({ ...schedule, Target: target, GroupName: 'default' });
  });
});

describe('from a template', () => {
  const place = { stackName: 'S', logicalId: 'L', generatedName: () => 'generated', assetDirectory: () => undefined, metadata: {} } as ResourcePlace;

  it('a pipe is made, changed and deleted', async () => {
    const { kernel, call, bodies, runFor } = await planeWithRoles();
    const context = kernel.contextFor('pipes') as never;
    const resource = pipeResource as ResourceType<never>;
    const properties: Properties = { Source: queueArn('in'), Target: queueArn('out'), RoleArn: roleArn('pipes'), TargetParameters: { InputTemplate: 'one' } };
    const made = await resource.create(properties, place, context);
    expect(made).toMatchObject({ ref: 'generated', attributes: { Arn: `arn:aws:pipes:us-east-1:${ACCOUNT}:pipe/generated` } });
    await call('sqs', 'SendMessage', { QueueUrl: 'in', MessageBody: 'm' });
    await runFor(1000);
    const changed = { ...properties, TargetParameters: { InputTemplate: 'two' }, Tags: { a: '1' } };
    expect(await resource.update(changed, properties, made, place, context)).toMatchObject({ ref: 'generated' });
    await call('sqs', 'SendMessage', { QueueUrl: 'in', MessageBody: 'm' });
    await runFor(1000);
    expect((await bodies('out')).sort()).toEqual(['one', 'two']);
    expect(await resource.update({ ...changed, Source: queueArn('out') }, changed, made, place, context)).toBe('replace');
    await resource.delete(made, changed, context);
    expect(await call('pipes', 'ListPipes', {})).toMatchObject({ Pipes: [] });
  });

  it('a schedule in a group is made with numbers that are text, changed and deleted', async () => {
    const { kernel, call, bodies, runFor } = await planeWithRoles();
    const context = kernel.contextFor('scheduler') as never;
    const [group, schedule] = [scheduleGroupResource as ResourceType<never>, scheduleResource as ResourceType<never>];
    const madeGroup = await group.create({ Name: 'shop' }, place, context);
    const properties: Properties = {
      Name: 's',
      GroupName: 'shop',
      ScheduleExpression: 'rate(1 hours)',
      StartDate: '2026-01-01T00:30:00Z',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Arn: queueArn('out'), RoleArn: roleArn('scheduler'), Input: 'one', RetryPolicy: { MaximumRetryAttempts: '2' } },
    };
    const made = await schedule.create(properties, place, context);
    expect(made).toEqual({ ref: 's', attributes: { Arn: `arn:aws:scheduler:us-east-1:${ACCOUNT}:schedule/shop/s` } });
    await runFor(45 * 60_000);
    expect(await bodies('out')).toEqual(['one']);
    const changed = { ...properties, State: 'DISABLED' };
    await schedule.update(changed, properties, made, place, context);
    await runFor(5 * 3_600_000);
    expect(await call('scheduler', 'GetSchedule', { Name: 's', GroupName: 'shop' })).toMatchObject({
      State: 'DISABLED',
      Target: { RetryPolicy: { MaximumRetryAttempts: 2 } },
    });
    expect(await schedule.update({ ...changed, GroupName: 'other' }, changed, made, place, context)).toBe('replace');
    await schedule.delete(made, changed, context);
    await group.delete(madeGroup, {}, context);
    expect(await call('scheduler', 'ListSchedules', {})).toMatchObject({ Schedules: [] });
  });
});

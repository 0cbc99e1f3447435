import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { faultOf, queueArn, ROLE, START_MS, world } from './world.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const firedAt = (entries: readonly { readonly atMs: number }[]): number[] => entries.map(({ atMs }) => atMs - START_MS);

describe('when a schedule invokes its target', () => {
  it('a rate begins at once and goes on', async () => {
    const { kernel, call, schedule, entries, messages } = await world();
    await call('sqs', 'CreateQueue', { QueueName: 'orders' });
    await schedule({}, { Input: '{"at":"<aws.scheduler.scheduled-time>","attempt":"<aws.scheduler.attempt-number>"}' });
    await kernel.run({ untilMs: START_MS + 2 * HOUR_MS });
    expect(firedAt(entries('schedule-due'))).toEqual([0, HOUR_MS, 2 * HOUR_MS]);
    expect((await messages('orders')).map(({ Body }) => Body)).toContain('{"at":"2026-01-01T01:00:00Z","attempt":"1"}');
  });

  it('a rate counts from its start date and ends with its end date', async () => {
    const { kernel, call, schedule, entries } = await world();
    await call('sqs', 'CreateQueue', { QueueName: 'orders' });
    await schedule({ StartDate: new Date(START_MS + 90 * 60_000), EndDate: new Date(START_MS + 4 * HOUR_MS) });
    await kernel.run({ untilMs: START_MS + DAY_MS });
    expect(firedAt(entries('schedule-due'))).toEqual([1.5 * HOUR_MS, 2.5 * HOUR_MS, 3.5 * HOUR_MS]);
  });

  it('a schedule that happens once is deleted afterwards where it asks for it', async () => {
    const { kernel, call, schedule, entries, messages } = await world();
    await call('sqs', 'CreateQueue', { QueueName: 'orders' });
    const once = { ScheduleExpression: 'at(2026-01-01T09:00:00)', ScheduleExpressionTimezone: 'Asia/Tokyo' };
    await schedule({ ...once, StartDate: new Date(START_MS + DAY_MS), ActionAfterCompletion: 'DELETE' });
    await schedule({ ...once, Name: 'kept', ScheduleExpression: 'at(2026-01-01T10:00:00)' });
    await kernel.run({ untilMs: START_MS + DAY_MS });
    expect(firedAt(entries('schedule-due'))).toEqual([0, HOUR_MS]);
    expect(await messages('orders')).toHaveLength(2);
    expect(await call('scheduler', 'ListSchedules', {})).toMatchObject({ Schedules: [{ Name: 'kept' }] });
  });

  it('a flexible window draws a time within it, and the next time is the schedule’s', async () => {
    const { kernel, call, schedule, entries } = await world();
    await call('sqs', 'CreateQueue', { QueueName: 'orders' });
    await schedule({ FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 30 } });
    await kernel.run({ untilMs: START_MS + 20 * HOUR_MS });
    const offsets = firedAt(entries('schedule-due'));
    expect(offsets.length).toBeGreaterThanOrEqual(20);
    offsets.forEach((offset, index) => {
      expect(offset - index * HOUR_MS).toBeGreaterThanOrEqual(0);
      expect(offset - index * HOUR_MS).toBeLessThan(30 * 60_000);
    });
    expect(new Set(offsets.map((offset) => offset % HOUR_MS)).size).toBeGreaterThan(10);
  });

  it('a window longer than the period does not pile up invocations', async () => {
    const { kernel, call, schedule, entries } = await world();
    await call('sqs', 'CreateQueue', { QueueName: 'orders' });
    await schedule({ ScheduleExpression: 'rate(1 minutes)', FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 60 } });
    await kernel.run({ untilMs: START_MS + 4 * HOUR_MS });
    expect(entries('schedule-due').length).toBeLessThan(60);
  });

  it('does nothing while it is disabled, and counts anew when it is enabled', async () => {
    const { kernel, call, schedule, entries } = await world();
    await call('sqs', 'CreateQueue', { QueueName: 'orders' });
    await schedule({ State: 'DISABLED' });
    await kernel.run({ untilMs: START_MS + 5 * HOUR_MS });
    expect(entries('schedule-due')).toEqual([]);
    const target = { Arn: queueArn('orders'), RoleArn: ROLE };
    await call('scheduler', 'UpdateSchedule', { Name: 'nightly', ScheduleExpression: 'rate(2 hours)', FlexibleTimeWindow: { Mode: 'OFF' }, Target: target });
    await kernel.run({ untilMs: START_MS + 8 * HOUR_MS });
    expect(firedAt(entries('schedule-due'))).toEqual([5 * HOUR_MS, 7 * HOUR_MS]);
  });

  it('survives the plane: what fell due meanwhile happens once, then the schedule goes on', async () => {
    const dataDirectory = mkdtempSync(join(tmpdir(), 'scheduler-'));
    try {
      const first = await world({ dataDirectory });
      await first.call('sqs', 'CreateQueue', { QueueName: 'orders' });
      await first.schedule({ StartDate: new Date(START_MS + HOUR_MS) });
      await first.plane.close();
      const second = await world({ dataDirectory, startMs: START_MS + 5.5 * HOUR_MS, isNew: false });
      await second.kernel.run({ untilMs: START_MS + 7 * HOUR_MS });
      expect(firedAt(second.entries('schedule-due'))).toEqual([5.5 * HOUR_MS, 6 * HOUR_MS, 7 * HOUR_MS]);
      expect(await second.messages('orders')).toHaveLength(3);
      await second.plane.close();
    } finally {
      rmSync(dataDirectory, { recursive: true });
    }
  });
});

describe('what a request may say', () => {
  it.each([
    [{ ScheduleExpression: 'rate(10 seconds)' }, 'Invalid Schedule Expression rate(10 seconds).'],
    [{ ScheduleExpressionTimezone: 'Mars/Olympus' }, 'Invalid timezone.'],
    [{ FlexibleTimeWindow: { Mode: 'FLEXIBLE' } }, 'MaximumWindowInMinutes must be provided with FlexibleTimeWindow Mode FLEXIBLE, and only with it.'],
    [{ EndDate: new Date(START_MS - 1) }, 'The EndDate you specify must be in the future.'],
    [
      { Target: { Arn: queueArn('orders'), RoleArn: 'arn:aws:iam::111111111111:role/none' } },
      'The execution role you provide must allow AWS EventBridge Scheduler to assume the role.',
    ],
    [{ Target: { Arn: queueArn('orders.fifo'), RoleArn: ROLE } }, 'Invalid Target: a FIFO queue needs a MessageGroupId, and no other queue takes one.'],
    [
      { Target: { Arn: 'arn:aws:scheduler:::aws-sdk:sqs:receiveMessage', RoleArn: ROLE } },
      'Invalid Target: arn:aws:scheduler:::aws-sdk:sqs:receiveMessage is not supported: the operation only reads.',
    ],
  ])('%j is refused', async (more, message) => {
    const { schedule } = await world();
    expect(await faultOf(schedule(more))).toEqual({ code: 'ValidationException', message });
  });

  it.each(['arn:aws:ecs:us-east-1:111111111111:cluster/c', 'arn:aws:scheduler:::aws-sdk:ec2:stopInstances'])('%s is no target here, by name', async (arn) => {
    const { schedule } = await world();
    await expect(schedule({}, { Arn: arn })).rejects.toThrow(`A schedule's target ${arn} is not emulated`);
  });

  it('a name is taken once, except by the same client token', async () => {
    const { schedule } = await world();
    const first = await schedule({ ClientToken: 'a' });
    expect(await schedule({ ClientToken: 'a' })).toEqual(first);
    expect(await faultOf(schedule({ ClientToken: 'b' }))).toEqual({ code: 'ConflictException', message: 'Schedule nightly already exists.' });
  });

  it('an update replaces all of it', async () => {
    const { call, schedule } = await world();
    await schedule({ Description: 'gone after the update', ScheduleExpressionTimezone: 'Europe/Berlin' });
    const target = { Arn: queueArn('orders'), RoleArn: ROLE };
    await call('scheduler', 'UpdateSchedule', {
      Name: 'nightly',
      ScheduleExpression: 'cron(0 8 * * ? *)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: target,
    });
    expect(await call('scheduler', 'GetSchedule', { Name: 'nightly' })).toMatchObject({
      Description: undefined,
      ScheduleExpressionTimezone: 'UTC',
      Target: { ...target, RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 } },
    });
  });
});

describe('schedule groups', () => {
  it('hold schedules, and take them with them', async () => {
    const { kernel, call, schedule, entries } = await world();
    await call('scheduler', 'CreateScheduleGroup', { Name: 'shop', Tags: [{ Key: 'team', Value: 'a' }] });
    await schedule({ GroupName: 'shop', StartDate: new Date(START_MS + HOUR_MS) });
    await schedule({ Name: 'other', State: 'DISABLED' });
    expect(await call('scheduler', 'ListSchedules', { GroupName: 'shop' })).toMatchObject({ Schedules: [{ Name: 'nightly', GroupName: 'shop' }] });
    await call('scheduler', 'DeleteScheduleGroup', { Name: 'shop' });
    await kernel.run({ untilMs: START_MS + DAY_MS });
    expect(entries('schedule-due')).toEqual([]);
    expect(await faultOf(call('scheduler', 'GetSchedule', { Name: 'nightly', GroupName: 'shop' }))).toMatchObject({ code: 'ResourceNotFoundException' });
    expect(await call('scheduler', 'ListSchedules', {})).toMatchObject({ Schedules: [{ Name: 'other' }] });
  });

  it('have tags', async () => {
    const { call } = await world();
    const { ScheduleGroupArn: arn } = await call<{ ScheduleGroupArn: string }>('scheduler', 'CreateScheduleGroup', { Name: 'shop' });
    await call('scheduler', 'TagResource', {
      ResourceArn: arn,
      Tags: [
        { Key: 'a', Value: '1' },
        { Key: 'b', Value: '2' },
      ],
    });
    await call('scheduler', 'UntagResource', { ResourceArn: arn, TagKeys: ['a'] });
    expect(await call('scheduler', 'ListTagsForResource', { ResourceArn: arn })).toEqual({ Tags: [{ Key: 'b', Value: '2' }] });
  });

  it('the default one stays', async () => {
    const { call } = await world();
    expect(await faultOf(call('scheduler', 'DeleteScheduleGroup', { Name: 'default' }))).toMatchObject({ code: 'ValidationException' });
  });

  it('are listed page by page', async () => {
    const { call } = await world();
    for (const Name of ['a', 'b', 'c']) await call('scheduler', 'CreateScheduleGroup', { Name });
    const first = await call<{ NextToken: string }>('scheduler', 'ListScheduleGroups', { MaxResults: 2 });
    expect(first).toMatchObject({ ScheduleGroups: [{ Name: 'a' }, { Name: 'b' }] });
    expect(await call('scheduler', 'ListScheduleGroups', { NextToken: first.NextToken })).toMatchObject({
      ScheduleGroups: [{ Name: 'c' }, { Name: 'default' }],
    });
  });
});

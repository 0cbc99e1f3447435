import { describe, expect, it } from 'vitest';
import { entry, queueArn, ruleTo, world } from './world.ts';

const PATTERN = '{"source":["shop"]}';

describe('event buses', () => {
  it('begin with the default one, which cannot be deleted', async () => {
    const { call } = world();
    expect(await call('DescribeEventBus', {})).toMatchObject({ Name: 'default', Arn: 'arn:aws:events:us-east-1:111111111111:event-bus/default' });
    await expect(call('DeleteEventBus', { Name: 'default' })).rejects.toMatchObject({
      code: 'ValidationException',
      message: 'Cannot delete event bus default.',
    });
  });

  it('are made, listed by prefix page by page, and deleted', async () => {
    const { call } = world();
    for (const Name of ['b-1', 'b-0', 'b-2', 'c']) await call('CreateEventBus', { Name, Tags: [{ Key: 'k', Value: Name }] });
    await expect(call('CreateEventBus', { Name: 'c' })).rejects.toMatchObject({
      code: 'ResourceAlreadyExistsException',
      message: 'Event bus c already exists.',
    });
    const first = await call<{ EventBuses: { Name: string }[]; NextToken: string }>('ListEventBuses', { NamePrefix: 'b-', Limit: 2 });
    expect(first.EventBuses.map(({ Name }) => Name)).toEqual(['b-0', 'b-1']);
    const second = await call<{ EventBuses: { Name: string }[] }>('ListEventBuses', { NamePrefix: 'b-', NextToken: first.NextToken });
    expect(second.EventBuses.map(({ Name }) => Name)).toEqual(['b-2']);
    expect(await call('ListTagsForResource', { ResourceARN: 'arn:aws:events:us-east-1:111111111111:event-bus/c' })).toEqual({
      Tags: [{ Key: 'k', Value: 'c' }],
    });
    await call('DeleteEventBus', { Name: 'c' });
    await expect(call('DescribeEventBus', { Name: 'c' })).rejects.toThrow('Event bus c does not exist.');
  });

  it('have a policy, statement by statement or whole', async () => {
    const { call } = world();
    const policy = async (): Promise<unknown> => JSON.parse(String((await call('DescribeEventBus', {}))['Policy'] ?? 'null'));
    await call('PutPermission', { Action: 'events:PutEvents', Principal: '222222222222', StatementId: 'one' });
    await call('PutPermission', { Action: 'events:PutEvents', Principal: '*', StatementId: 'two' });
    await call('PutPermission', { Action: 'events:PutEvents', Principal: '*', StatementId: 'two' });
    const Resource = 'arn:aws:events:us-east-1:111111111111:event-bus/default';
    const one = { Sid: 'one', Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::222222222222:root' }, Action: 'events:PutEvents', Resource };
    const two = { Sid: 'two', Effect: 'Allow', Principal: '*', Action: 'events:PutEvents', Resource };
    expect(await policy()).toEqual({ Version: '2012-10-17', Statement: [one, two] });
    await expect(call('RemovePermission', { StatementId: 'three' })).rejects.toThrow('Statement with the provided id does not exist.');
    await call('RemovePermission', { StatementId: 'one' });
    expect(await policy()).toEqual({ Version: '2012-10-17', Statement: [two] });
    await call('RemovePermission', { RemoveAllPermissions: true });
    expect(await policy()).toBeNull();
    await call('PutPermission', { Policy: JSON.stringify({ Version: '2012-10-17', Statement: [one] }) });
    expect(await policy()).toEqual({ Version: '2012-10-17', Statement: [one] });
  });
});

describe('rules', () => {
  it('are replaced by PutRule, targets and tags excepted', async () => {
    const { call } = world();
    await call('PutRule', { Name: 'r', EventPattern: PATTERN, Description: 'first', Tags: [{ Key: 'k', Value: 'v' }] });
    await call('PutTargets', { Rule: 'r', Targets: [{ Id: 't', Arn: queueArn('q') }] });
    await call('PutRule', { Name: 'r', EventPattern: '{"source":["bank"]}' });
    expect(await call('DescribeRule', { Name: 'r' })).toEqual({
      Name: 'r',
      Arn: 'arn:aws:events:us-east-1:111111111111:rule/r',
      EventPattern: '{"source":["bank"]}',
      State: 'ENABLED',
      Description: undefined,
      ScheduleExpression: undefined,
      RoleArn: undefined,
      EventBusName: 'default',
      CreatedBy: '111111111111',
    });
    expect(await call('ListTargetsByRule', { Rule: 'r' })).toMatchObject({ Targets: [{ Id: 't', Arn: queueArn('q') }] });
    expect(await call('ListTagsForResource', { ResourceARN: 'arn:aws:events:us-east-1:111111111111:rule/r' })).toEqual({ Tags: [{ Key: 'k', Value: 'v' }] });
  });

  it('on a bus of their own bear its name in their ARN', async () => {
    const { call } = world();
    await call('CreateEventBus', { Name: 'bus' });
    expect(await call('PutRule', { Name: 'r', EventBusName: 'bus', EventPattern: PATTERN })).toEqual({
      RuleArn: 'arn:aws:events:us-east-1:111111111111:rule/bus/r',
    });
    await expect(call('DescribeRule', { Name: 'r' })).rejects.toThrow('Rule r does not exist on EventBus default.');
    await expect(call('DeleteEventBus', { Name: 'bus' })).rejects.toThrow("Event bus bus can't be deleted since it has rules.");
  });

  it('do not act while they are disabled', async () => {
    const plane = world();
    await ruleTo(plane);
    await plane.call('DisableRule', { Name: 'rule' });
    await plane.call('PutEvents', { Entries: [entry()] });
    await plane.call('EnableRule', { Name: 'rule' });
    await plane.call('PutEvents', { Entries: [entry()] });
    await plane.kernel.run();
    expect(plane.received).toHaveLength(1);
  });

  it('act by their newest pattern only', async () => {
    const plane = world();
    await ruleTo(plane);
    await plane.call('PutRule', { Name: 'rule', EventPattern: '{"source":["bank"]}' });
    await plane.call('PutEvents', { Entries: [entry(), entry({ n: 2 }, { Source: 'bank' })] });
    await plane.kernel.run();
    expect(plane.received.map(({ payload }) => JSON.parse(payload.body).source)).toEqual(['bank']);
  });

  it('are deleted once they have no targets', async () => {
    const plane = world();
    await ruleTo(plane);
    await expect(plane.call('DeleteRule', { Name: 'rule' })).rejects.toThrow("Rule can't be deleted since it has targets.");
    await plane.call('RemoveTargets', { Rule: 'rule', Ids: ['target'] });
    await plane.call('DeleteRule', { Name: 'rule' });
    expect(await plane.call('ListRules', {})).toMatchObject({ Rules: [] });
    await plane.call('PutEvents', { Entries: [entry()] });
    expect(plane.entries('event-unmatched')).toHaveLength(1);
  });

  it.each([
    ['neither pattern nor schedule', {}, 'Parameter(s) EventPattern or ScheduleExpression must be specified.'],
    [
      'a broken pattern',
      { EventPattern: '{"source":[]}' },
      'Event pattern is not valid. Reason: Empty arrays are not allowed\n at [Source: (String)"{"source":[]}"; line: 1, column: 13]',
    ],
    ['a broken schedule', { ScheduleExpression: 'rate(1 minutes)' }, 'Parameter ScheduleExpression is not valid.'],
    [
      'a schedule on another bus',
      { ScheduleExpression: 'rate(1 minute)', EventBusName: 'bus' },
      'ScheduleExpression is supported only on the default event bus.',
    ],
    ['a bus that does not exist', { EventPattern: PATTERN, EventBusName: 'none' }, 'Event bus none does not exist.'],
    ['a managed state', { EventPattern: PATTERN, State: 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS' }, 'is not emulated'],
  ])('are refused with %s', async (_name, input, message) => {
    const { call } = world();
    await call('CreateEventBus', { Name: 'bus' });
    await expect(call('PutRule', { Name: 'r', ...input })).rejects.toThrow(message);
  });

  it('fire by their schedule, to their targets only', async () => {
    const plane = world();
    await ruleTo(plane, { name: 'watcher', pattern: { source: ['aws.events'] } });
    await plane.call('PutRule', { Name: 'tick', ScheduleExpression: 'rate(5 minutes)' });
    await plane.call('PutTargets', { Rule: 'tick', Targets: [{ Id: 't', Arn: queueArn('ticks') }] });
    const startMs = Date.UTC(2026, 0, 1);
    await plane.kernel.run({ untilMs: startMs + 11 * 60_000 });
    expect(plane.received.map(({ queue, atMs }) => [queue, atMs - startMs])).toEqual([
      ['ticks', 300_000],
      ['ticks', 600_000],
    ]);
    expect(JSON.parse(plane.received[0]?.payload.body ?? '')).toEqual({
      version: '0',
      id: expect.any(String),
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account: '111111111111',
      time: '2026-01-01T00:05:00Z',
      region: 'us-east-1',
      resources: ['arn:aws:events:us-east-1:111111111111:rule/tick'],
      detail: {},
    });
    await plane.call('DisableRule', { Name: 'tick' });
    expect(await plane.kernel.run()).toBe('idle');
    expect(plane.received).toHaveLength(2);
  });
});

describe('targets', () => {
  it.each([
    [
      'more than five',
      Array.from({ length: 6 }, (_, index) => ({ Id: `${index}`, Arn: queueArn('q') })),
      'The requested resource exceeds the maximum number allowed.',
    ],
    [
      'two kinds of input',
      [{ Id: 't', Arn: queueArn('q'), Input: '{}', InputPath: '$' }],
      'Only one of Input, InputPath, or InputTransformer must be provided for target t.',
    ],
    ['an input that is no JSON', [{ Id: 't', Arn: queueArn('q'), Input: '{' }], 'JSON syntax error in input for target t.'],
    ['an input path that is none', [{ Id: 't', Arn: queueArn('q'), InputPath: 'detail' }], 'Invalid InputPath for target t.'],
    ['an unknown placeholder', [{ Id: 't', Arn: queueArn('q'), InputTransformer: { InputTemplate: '{"a": <b>}' } }], 'invalid placeholder <b>'],
    ['a FIFO queue without its group', [{ Id: 't', Arn: queueArn('q.fifo') }], 'Parameter(s) SqsParameters must be specified for target: t'],
    ['another kind of target', [{ Id: 't', Arn: 'arn:aws:firehose:us-east-1:111111111111:deliverystream/x' }], 'deliverystream/x is not emulated'],
    ['an API destination', [{ Id: 't', Arn: 'arn:aws:events:us-east-1:111111111111:api-destination/x/y' }], 'api-destination/x/y is not emulated'],
    ['other parameters', [{ Id: 't', Arn: queueArn('q'), HttpParameters: {} }], 'PutTargets with HttpParameters is not emulated'],
  ])('are refused: %s', async (_name, targets, message) => {
    const { call } = world();
    await call('PutRule', { Name: 'r', EventPattern: PATTERN });
    await expect(call('PutTargets', { Rule: 'r', Targets: targets })).rejects.toThrow(message);
    expect(await call('ListTargetsByRule', { Rule: 'r' })).toMatchObject({ Targets: [] });
  });

  it('are listed by rule, and rules by target', async () => {
    const { call } = world();
    for (const Name of ['b', 'a', 'c']) {
      await call('PutRule', { Name, EventPattern: PATTERN });
      await call('PutTargets', {
        Rule: Name,
        Targets: [
          { Id: '2', Arn: queueArn(Name === 'c' ? 'other' : 'q') },
          { Id: '1', Arn: queueArn('other') },
        ],
      });
    }
    expect(await call('ListRuleNamesByTarget', { TargetArn: queueArn('q') })).toMatchObject({ RuleNames: ['a', 'b'] });
    const first = await call('ListTargetsByRule', { Rule: 'a', Limit: 1 });
    expect(first['Targets']).toMatchObject([{ Id: '2' }]);
    expect(await call('ListTargetsByRule', { Rule: 'a', NextToken: first['NextToken'] })).toMatchObject({ Targets: [{ Id: '1' }] });
  });
});

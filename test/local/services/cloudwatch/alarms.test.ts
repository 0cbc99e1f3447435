import { describe, expect, it } from 'vitest';
import { NotEmulated } from '../../../../local/kernel/errors.ts';
import type { ResourcePlace, ResourceType } from '../../../../local/kernel/resource.ts';
import type { Context, Service } from '../../../../local/kernel/service.ts';
import { cloudwatch } from '../../../../local/services/cloudwatch/service.ts';
import type { CloudWatchState } from '../../../../local/services/cloudwatch/state.ts';
import { RememberedStore } from '../sqs/sqs-world.ts';
import { ALARM, type CloudWatchWorld, cloudWatchWorld, START_MS } from './cloudwatch-world.ts';

const states = (world: CloudWatchWorld) => world.journal('alarm-state-changed').map(({ detail }) => detail['state']);

describe('a metric alarm', () => {
  it('begins without data, and says what it is', async () => {
    const world = cloudWatchWorld();
    await world.call('PutMetricAlarm', ALARM);
    expect(await world.alarm('errors')).toEqual({
      ...ALARM,
      AlarmArn: 'arn:aws:cloudwatch:us-east-1:111111111111:alarm:errors',
      AlarmConfigurationUpdatedTimestamp: new Date(START_MS),
      ActionsEnabled: true,
      OKActions: [],
      AlarmActions: [],
      InsufficientDataActions: [],
      Dimensions: [],
      StateValue: 'INSUFFICIENT_DATA',
      StateReason: 'Unchecked: Initial alarm creation',
      StateUpdatedTimestamp: new Date(START_MS),
      StateTransitionedTimestamp: new Date(START_MS),
    });
  });

  it('goes to ALARM at once, and to OK when a full period is below', async () => {
    const world = cloudWatchWorld();
    await world.call('PutMetricAlarm', { ...ALARM, TreatMissingData: 'notBreaching' });
    await world.wait(90_000);
    expect((await world.alarm('errors')).StateValue).toBe('OK');
    await world.put(2);
    await world.wait(0);
    const alarm = await world.alarm('errors');
    expect(alarm).toMatchObject({
      StateValue: 'ALARM',
      StateReason: 'Threshold Crossed: 1 datapoint [2.0 (20/11/26 00:01:00)] was greater than or equal to the threshold (1.0).',
    });
    expect(JSON.parse(alarm.StateReasonData ?? '')).toMatchObject({
      version: '1.0',
      statistic: 'Sum',
      period: 60,
      recentDatapoints: [2],
      threshold: 1,
      evaluatedDatapoints: [{ timestamp: '2026-11-20T00:01:00.000+0000', sampleCount: 1, value: 2 }],
    });
    await world.wait(40_000);
    await world.put(0);
    await world.wait(60_000);
    expect(await world.alarm('errors')).toMatchObject({
      StateValue: 'OK',
      StateReason: 'Threshold Crossed: 1 datapoint [0.0 (20/11/26 00:02:00)] was not greater than or equal to the threshold (1.0).',
    });
  });

  it('treats missing periods as told, and then waits for data without a timer', async () => {
    const world = cloudWatchWorld();
    await world.call('PutMetricAlarm', { ...ALARM, EvaluationPeriods: 2, TreatMissingData: 'breaching' });
    await world.wait(60_000);
    expect(await world.alarm('errors')).toMatchObject({
      StateValue: 'ALARM',
      StateReason: 'Threshold Crossed: no datapoints were received for 2 periods and 2 missing datapoints were treated as [Breaching].',
    });
    expect(await world.kernel.run({ untilMs: START_MS + 1_000_000 })).toBe('idle');
    await world.put(0);
    await world.wait(60_000);
    expect((await world.alarm('errors')).StateValue).toBe('OK');
    await world.wait(300_000);
    expect((await world.alarm('errors')).StateValue).toBe('ALARM');
  });

  it('counts datapoints to alarm', async () => {
    const world = cloudWatchWorld();
    await world.call('PutMetricAlarm', { ...ALARM, EvaluationPeriods: 3, DatapointsToAlarm: 2, TreatMissingData: 'notBreaching' });
    await world.put(1);
    await world.wait(60_000);
    expect((await world.alarm('errors')).StateValue).toBe('OK');
    await world.put(0);
    await world.wait(60_000);
    await world.put(3);
    await world.wait(0);
    expect(await world.alarm('errors')).toMatchObject({
      StateValue: 'ALARM',
      StateReason:
        'Threshold Crossed: 2 out of the last 3 datapoints [3.0 (20/11/26 00:02:00), 0.0 (20/11/26 00:01:00), 1.0 (20/11/26 00:00:00)] were greater than or equal to the threshold (1.0) (minimum 2 datapoints for OK -> ALARM transition).',
    });
  });

  it('watches an expression', async () => {
    const world = cloudWatchWorld();
    const stat = (name: string) => ({ Metric: { Namespace: 'app', MetricName: name }, Period: 60, Stat: 'Sum' });
    const { Namespace, MetricName, Statistic, Period, ...rest } = ALARM;
    const metrics = [
      { Id: 'errors', MetricStat: stat('errors'), ReturnData: false },
      { Id: 'calls', MetricStat: stat('calls'), ReturnData: false },
      { Id: 'rate', Expression: '100 * errors / calls' },
    ];
    await world.call('PutMetricAlarm', { ...rest, Threshold: 50, Metrics: metrics });
    await world.put(10, { MetricName: 'calls' });
    await world.put(4);
    await world.wait(0);
    expect((await world.alarm('errors')).StateValue).toBe('INSUFFICIENT_DATA');
    await world.put(1);
    await world.wait(0);
    expect(await world.alarm('errors')).toMatchObject({ StateValue: 'ALARM', Metrics: metrics });
  });

  it('acts on a change, tells the default bus, and keeps a history', async () => {
    const world = cloudWatchWorld();
    const events: { Source: string; DetailType: string; Resources: string[]; Detail: string }[] = [];
    const bus: Service<undefined> = {
      name: 'eventbridge',
      arnService: 'events',
      createState: () => undefined,
      operations: {
        PutEvents: (input, { principal }) => {
          events.push(...input.Entries);
          expect(principal).toEqual({
            type: 'service',
            service: 'cloudwatch.amazonaws.com',
            sourceArn: 'arn:aws:cloudwatch:us-east-1:111111111111:alarm:errors',
          });
          return {};
        },
      },
      access: () => [],
    };
    world.kernel.install(bus);
    await world.sqs('CreateQueue', { QueueName: 'alarms' });
    const action = 'arn:aws:sqs:us-east-1:111111111111:alarms';
    await world.call('PutMetricAlarm', { ...ALARM, AlarmDescription: 'Too many', AlarmActions: [action, 'arn:aws:automate:us-east-1:ec2:stop'] });
    await world.put(1);
    await world.wait(0);
    const { Messages: messages } = await world.sqs<{ Messages: { Body: string }[] }>('ReceiveMessage', { QueueUrl: 'alarms', MaxNumberOfMessages: 10 });
    expect(messages).toHaveLength(1);
    expect(JSON.parse(messages[0]?.Body ?? '')).toMatchObject({
      AlarmName: 'errors',
      AlarmDescription: 'Too many',
      AWSAccountId: '111111111111',
      NewStateValue: 'ALARM',
      OldStateValue: 'INSUFFICIENT_DATA',
      Region: 'US East (N. Virginia)',
      StateChangeTime: '2026-11-20T00:00:00.000+0000',
      Trigger: { MetricName: 'errors', Namespace: 'app', StatisticType: 'Statistic', Statistic: 'SUM', Unit: null, Dimensions: [], Period: 60, Threshold: 1 },
    });
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ Source: 'aws.cloudwatch', DetailType: 'CloudWatch Alarm State Change' });
    expect(JSON.parse(events[0]?.Detail ?? '')).toMatchObject({
      alarmName: 'errors',
      state: { value: 'ALARM', timestamp: '2026-11-20T00:00:00.000+0000' },
      previousState: { value: 'INSUFFICIENT_DATA' },
      configuration: {
        description: 'Too many',
        metrics: [{ metricStat: { metric: { namespace: 'app', name: 'errors', dimensions: {} }, period: 60, stat: 'Sum' }, returnData: true }],
      },
    });
    const history = await world.call<{ AlarmHistoryItems: { HistorySummary: string }[] }>('DescribeAlarmHistory', {
      AlarmName: 'errors',
      ScanBy: 'TimestampAscending',
    });
    expect(history.AlarmHistoryItems.map(({ HistorySummary: summary }) => summary)).toEqual([
      'Alarm "errors" created',
      'Alarm updated from INSUFFICIENT_DATA to ALARM',
      `Successfully executed action ${action}`,
      expect.stringContaining('Failed to execute action arn:aws:automate'),
    ]);
    await world.call('DisableAlarmActions', { AlarmNames: ['errors'] });
    await world.call('SetAlarmState', { AlarmName: 'errors', StateValue: 'OK', StateReason: 'by hand' });
    await world.call('SetAlarmState', { AlarmName: 'errors', StateValue: 'ALARM', StateReason: 'by hand' });
    await world.wait(0);
    expect(await world.sqs('ReceiveMessage', { QueueUrl: 'alarms' })).toEqual({});
  });

  it('is refused where it makes no sense', async () => {
    const world = cloudWatchWorld();
    const put = (more: object) => world.call('PutMetricAlarm', { ...ALARM, ...more });
    await expect(put({ DatapointsToAlarm: 2 })).rejects.toMatchObject({ code: 'ValidationException' });
    await expect(put({ Statistic: undefined })).rejects.toMatchObject({ code: 'ValidationException' });
    await expect(put({ Period: 61 })).rejects.toMatchObject({ code: 'InvalidParameterValueException' });
    await expect(put({ ThresholdMetricId: 'ad1' })).rejects.toBeInstanceOf(NotEmulated);
    await expect(world.call('SetAlarmState', { AlarmName: 'no', StateValue: 'OK', StateReason: '' })).rejects.toMatchObject({
      code: 'ResourceNotFound',
      message: '',
    });
  });

  it('keeps its state over a restart, and does not fall out of ALARM before its metric is back', async () => {
    const store = new RememberedStore();
    const world = cloudWatchWorld({ store });
    await world.sqs('CreateQueue', { QueueName: 'dead' });
    await world.call('PutMetricAlarm', DEPTH_ALARM);
    await world.sqs('SendMessage', { QueueUrl: 'dead', MessageBody: 'a' });
    await world.wait(90_000);
    const again = cloudWatchWorld({ store, startMs: world.kernel.nowMs(), seed: 'again' });
    await again.wait(600_000);
    expect((await again.alarm('depth')).StateValue).toBe('ALARM');
    expect(states(again)).toEqual([]);
  });
});

const DEPTH_ALARM = {
  AlarmName: 'depth',
  Namespace: 'AWS/SQS',
  MetricName: 'ApproximateNumberOfMessagesVisible',
  Dimensions: [{ Name: 'QueueName', Value: 'dead' }],
  Statistic: 'Maximum',
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 1,
  ComparisonOperator: 'GreaterThanOrEqualToThreshold',
  TreatMissingData: 'notBreaching',
};

describe('an alarm on the depth of a dead-letter queue', () => {
  it('is in ALARM while a message sits there, and OK when it is gone', async () => {
    const world = cloudWatchWorld();
    await world.sqs('CreateQueue', { QueueName: 'dead' });
    const RedrivePolicy = '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:111111111111:dead","maxReceiveCount":1}';
    await world.sqs('CreateQueue', { QueueName: 'q', Attributes: { RedrivePolicy } });
    await world.call('PutMetricAlarm', DEPTH_ALARM);
    await world.wait(60_000);
    await world.sqs('SendMessage', { QueueUrl: 'q', MessageBody: 'a' });
    await world.sqs('ReceiveMessage', { QueueUrl: 'q', VisibilityTimeout: 0 });
    await world.wait(10_000);
    expect(states(world)).toEqual(['OK']);
    await world.sqs('ReceiveMessage', { QueueUrl: 'q' });
    await world.wait(0);
    expect(states(world)).toEqual(['OK', 'ALARM']);
    await world.wait(3_600_000);
    expect(states(world)).toEqual(['OK', 'ALARM']);
    await world.sqs('StartMessageMoveTask', { SourceArn: 'arn:aws:sqs:us-east-1:111111111111:dead' });
    await world.wait(180_000);
    expect(states(world)).toEqual(['OK', 'ALARM', 'OK']);
  });
});

describe('a composite alarm', () => {
  it('follows its alarms', async () => {
    const world = cloudWatchWorld();
    for (const name of ['a', 'b']) await world.call('PutMetricAlarm', { ...ALARM, AlarmName: name, TreatMissingData: 'ignore' });
    const AlarmRule = 'ALARM("arn:aws:cloudwatch:us-east-1:111111111111:alarm:a") AND NOT ALARM(b)';
    await world.call('PutCompositeAlarm', { AlarmName: 'both', AlarmRule });
    const both = async () =>
      (await world.call<{ CompositeAlarms: object[] }>('DescribeAlarms', { AlarmNames: ['both'], AlarmTypes: ['CompositeAlarm'] })).CompositeAlarms[0];
    const set = (name: string, value: string) => world.call('SetAlarmState', { AlarmName: name, StateValue: value, StateReason: 'by hand' });
    expect(await both()).toMatchObject({ StateValue: 'OK', AlarmRule });
    await set('a', 'ALARM');
    expect(await both()).toMatchObject({
      StateValue: 'ALARM',
      StateReasonData: JSON.stringify({
        triggeringAlarms: [{ arn: 'arn:aws:cloudwatch:us-east-1:111111111111:alarm:a', state: { value: 'ALARM', timestamp: '2026-11-20T00:00:00.000+0000' } }],
      }),
    });
    await set('b', 'ALARM');
    expect(await both()).toMatchObject({ StateValue: 'OK' });
    await expect(world.call('PutCompositeAlarm', { AlarmName: 'x', AlarmRule: 'ALARM(a' })).rejects.toMatchObject({ code: 'ValidationException' });
    expect(await world.call('DescribeAlarms', { ChildrenOfAlarmName: 'both' })).toMatchObject({ MetricAlarms: [{ AlarmName: 'a' }, { AlarmName: 'b' }] });
  });
});

describe('AWS::CloudWatch::Alarm', () => {
  it('is made, changed in place with its state, and removed', async () => {
    const world = cloudWatchWorld();
    const type = cloudwatch.resourceTypes?.['AWS::CloudWatch::Alarm'] as ResourceType<CloudWatchState>;
    const context = world.kernel.contextFor('cloudwatch') as Context<CloudWatchState>;
    const place: ResourcePlace = { stackName: 'S', logicalId: 'L', generatedName: () => 'S-L-1', assetDirectory: () => undefined, metadata: {} };
    const { AlarmName, ...properties } = ALARM;
    const made = await type.create(properties, place, context);
    expect(made).toEqual({ ref: 'S-L-1', attributes: { Arn: 'arn:aws:cloudwatch:us-east-1:111111111111:alarm:S-L-1' } });
    await world.put(1);
    await world.wait(0);
    await type.update({ ...properties, Threshold: '5' }, properties, made, place, context);
    expect(await world.alarm('S-L-1')).toMatchObject({ Threshold: 5, StateValue: 'ALARM' });
    await type.delete(made, properties, context);
    expect(await world.alarm('S-L-1')).toBeUndefined();
    expect(await world.kernel.run({ untilMs: START_MS + 1_000_000 })).toBe('idle');
  });
});

import { describe, expect, it } from 'vitest';
import { type CloudWatchWorld, cloudWatchWorld, START_MS } from './cloudwatch-world.ts';

const RANGE = { StartTime: new Date(START_MS - 60_000), EndTime: new Date(START_MS + 600_000) };

async function values(world: CloudWatchWorld, queries: object[], more: object = {}): Promise<Record<string, number[]>> {
  const { MetricDataResults: results } = await world.call<{ MetricDataResults: { Id: string; Values: number[] }[] }>('GetMetricData', {
    MetricDataQueries: queries,
    ScanBy: 'TimestampAscending',
    ...RANGE,
    ...more,
  });
  return Object.fromEntries(results.map(({ Id, Values }) => [Id, Values]));
}

const metric = (id: string, stat: string, more: object = {}) => ({
  Id: id,
  MetricStat: { Metric: { Namespace: 'app', MetricName: 'errors' }, Period: 60, Stat: stat, ...more },
});

describe('metric data', () => {
  it('fold values, counted values and statistic sets', async () => {
    const world = cloudWatchWorld();
    await world.call('PutMetricData', {
      Namespace: 'app',
      MetricData: [
        { MetricName: 'errors', Value: 11 },
        { MetricName: 'errors', Values: [1, 10], Counts: [2, 4] },
        { MetricName: 'errors', StatisticValues: { SampleCount: 10, Sum: 55, Minimum: 0.5, Maximum: 12 } },
      ],
    });
    const names = ['Sum', 'SampleCount', 'Minimum', 'Maximum', 'Average', 'p50'];
    expect(
      await values(
        world,
        names.map((stat) => metric(stat.toLowerCase(), stat)),
      ),
    ).toEqual({
      sum: [108],
      samplecount: [17],
      minimum: [0.5],
      maximum: [12],
      average: [108 / 17],
      p50: [10],
    });
  });

  it('stay apart by unit and by dimensions', async () => {
    const world = cloudWatchWorld();
    await world.put(1, { Unit: 'Seconds' });
    await world.put(5, { Unit: 'Count' });
    await world.put(7, { Dimensions: [{ Name: 'a', Value: '1' }] });
    expect(await values(world, [metric('seconds', 'Sum', { Unit: 'Seconds' }), metric('all', 'Sum')])).toEqual({ seconds: [1], all: [6] });
    const statistics = await world.call<{ Datapoints: object[] }>('GetMetricStatistics', {
      Namespace: 'app',
      MetricName: 'errors',
      Period: 60,
      Statistics: ['Average'],
      ...RANGE,
    });
    expect(statistics).toEqual({
      Label: 'errors',
      Datapoints: [
        { Average: 5, Timestamp: new Date(START_MS), Unit: 'Count' },
        { Average: 1, Timestamp: new Date(START_MS), Unit: 'Seconds' },
      ],
    });
    expect(await world.call('ListMetrics', { Namespace: 'app', Dimensions: [{ Name: 'a' }] })).toEqual({
      Metrics: [{ Namespace: 'app', MetricName: 'errors', Dimensions: [{ Name: 'a', Value: '1' }] }],
    });
  });

  it('are what services measure', async () => {
    const world = cloudWatchWorld();
    await world.sqs('CreateQueue', { QueueName: 'q' });
    await world.sqs('SendMessage', { QueueUrl: 'q', MessageBody: 'Hello' });
    const stat = (MetricName: string) => ({
      Metric: { Namespace: 'AWS/SQS', MetricName, Dimensions: [{ Name: 'QueueName', Value: 'q' }] },
      Period: 60,
      Stat: 'Sum',
    });
    const queries = [
      { Id: 'sent', MetricStat: stat('NumberOfMessagesSent') },
      { Id: 'size', MetricStat: stat('SentMessageSize') },
    ];
    expect(await values(world, queries)).toEqual({ sent: [1], size: [5] });
  });

  it('answer expressions', async () => {
    const world = cloudWatchWorld();
    for (const value of [1, 3]) {
      await world.put(value);
      await world.put(value * 10, { MetricName: 'calls' });
      await world.wait(120_000);
    }
    const calls = { Id: 'calls', MetricStat: { Metric: { Namespace: 'app', MetricName: 'calls' }, Period: 60, Stat: 'Sum' }, ReturnData: false };
    const expression = (Id: string, Expression: string) => ({ Id, Expression });
    const range = { EndTime: new Date(START_MS + 180_000) };
    const queries = [
      { ...metric('errors', 'Sum'), ReturnData: false },
      calls,
      expression('rate', 'errors / calls * 100'),
      expression('filled', 'FILL(errors, 0)'),
      expression('repeated', 'FILL(errors, REPEAT)'),
      expression('high', 'IF(errors > 2, 1, 0)'),
      expression('both', 'SUM([errors, calls])'),
      expression('all', 'SUM(METRICS())'),
      expression('average', 'AVG(errors)'),
      expression('second', 'PERIOD(errors) + -rate'),
    ];
    expect(await values(world, queries, range)).toEqual({
      rate: [10, 10],
      filled: [0, 1, 0, 3],
      repeated: [1, 1, 3],
      high: [0, 1],
      both: [11, 33],
      all: [11, 33],
      average: [2, 2, 2, 2],
      second: [50, 50],
    });
    await expect(values(world, [metric('errors', 'Sum'), expression('x', 'errors +')])).rejects.toMatchObject({ code: 'ValidationException' });
    await expect(values(world, [metric('errors', 'Sum'), expression('x', 'y + 1')])).rejects.toMatchObject({ code: 'ValidationException' });
    await expect(values(world, [expression('x', "SEARCH('{AWS}', 'Sum')")])).rejects.toMatchObject({ name: 'NotEmulated' });
  });

  it.each([
    [
      { Value: 1.5, Values: [1] },
      'InvalidParameterCombinationException',
      'The parameters MetricData.member.1.Value and MetricData.member.1.Values are mutually exclusive and you have specified both.',
    ],
    [
      { Value: 1.5, StatisticValues: { SampleCount: 1, Sum: 1, Minimum: 1, Maximum: 1 } },
      'InvalidParameterCombinationException',
      'The parameters MetricData.member.1.Value and MetricData.member.1.StatisticValues are mutually exclusive and you have specified both.',
    ],
    [
      { Values: [1, 10], Counts: [2, 4, 5] },
      'InvalidParameterValueException',
      'The parameters MetricData.member.1.Values and MetricData.member.1.Counts must be of the same size.',
    ],
  ])('are refused: %o', async (datum, code, message) => {
    const world = cloudWatchWorld();
    await expect(world.call('PutMetricData', { Namespace: 'app', MetricData: [{ MetricName: 'errors', ...datum }] })).rejects.toMatchObject({ code, message });
  });

  it('are bounded', async () => {
    const world = cloudWatchWorld();
    for (let minute = 0; minute < 1500; minute += 1) {
      await world.put(1);
      await world.wait(60_000);
    }
    const range = { StartTime: new Date(START_MS), EndTime: new Date(START_MS + 1500 * 60_000) };
    expect((await values(world, [metric('all', 'Sum', { Period: 86_400 })], range))['all']).toEqual([1440 - 60, 60]);
    await expect(
      world.call('GetMetricStatistics', {
        Namespace: 'a',
        MetricName: 'b',
        Period: 1,
        Statistics: ['Sum'],
        StartTime: new Date(0),
        EndTime: new Date(86_400_000),
      }),
    ).rejects.toMatchObject({
      code: 'InvalidParameterCombinationException',
      message:
        'You have requested up to 86400 datapoints, which exceeds the limit of 1440. You may reduce the datapoints requested by increasing Period, or decreasing the time range.',
    });
  });
});

describe('a dashboard', () => {
  it('is kept as it is written, where its body is one', async () => {
    const world = cloudWatchWorld();
    const body = '{"widgets": [{"type": "text", "properties": {"markdown": "x"}}]}';
    await world.call('PutDashboard', { DashboardName: 'main', DashboardBody: body });
    expect(await world.call('GetDashboard', { DashboardName: 'main' })).toEqual({
      DashboardArn: 'arn:aws:cloudwatch::111111111111:dashboard/main',
      DashboardBody: body,
      DashboardName: 'main',
    });
    expect(await world.call('ListDashboards', { DashboardNamePrefix: 'm' })).toMatchObject({
      DashboardEntries: [{ DashboardName: 'main', Size: body.length }],
    });
    await expect(world.call('PutDashboard', { DashboardName: 'a:b', DashboardBody: body })).rejects.toMatchObject({
      message: 'The value for field DashboardName contains invalid characters. It can only contain alphanumerics, dash (-) and underscore (_).\n',
    });
    await expect(world.call('PutDashboard', { DashboardName: 'b', DashboardBody: '{"widgets": [{"properties": {}}]}' })).rejects.toMatchObject({
      code: 'DashboardInvalidInputError',
      members: { dashboardValidationMessages: [{ DataPath: '/widgets/0' }] },
    });
    await world.call('DeleteDashboards', { DashboardNames: ['main'] });
    await expect(world.call('GetDashboard', { DashboardName: 'main' })).rejects.toMatchObject({ code: 'DashboardNotFoundError' });
  });
  it.each([
    ['{', [['/', 'The field DashboardBody must be a valid JSON object']]],
    ['[]', [['/', 'Should be object']]],
    ['{}', [['/', "Should have required property 'widgets'"]]],
    [
      '{"widgets":[{"type":"pie","properties":{}}]}',
      [['/widgets/0/type', 'Should be equal to one of the allowed values: metric, text, log, alarm, custom, explorer']],
    ],
    ['{"widgets":[{"type":"text"}]}', [['/widgets/0', "Should have required property 'properties'"]]],
    [
      '{"widgets":[{"type":"text","x":24,"width":0,"properties":{}}]}',
      [
        ['/widgets/0/x', 'Should be <= 23'],
        ['/widgets/0/width', 'Should be >= 1'],
        ['/widgets/0/properties', "Should have required property 'markdown'"],
      ],
    ],
    ['{"widgets":[{"type":"metric","properties":{"region":"us-east-1"}}]}', [['/widgets/0/properties', "Should have required property 'metrics'"]]],
    [
      '{"widgets":[{"type":"metric","properties":{"metrics":[["A","B",{"color":"red"}]]}}]}',
      [
        ['/widgets/0/properties', "Should have required property 'region'"],
        ['/widgets/0/properties/metrics/0/2/color', 'Should match pattern "^#(?:[0-9a-f]{3}|[0-9a-f]{6})$"'],
      ],
    ],
    [
      '{"widgets":[{"type":"alarm","properties":{"alarms":[]}}],"periodOverride":"never"}',
      [
        ['/periodOverride', 'Should be equal to one of the allowed values: auto, inherit'],
        ['/widgets/0/properties/alarms', 'Should NOT have less than 1 items'],
      ],
    ],
  ])('says what is wrong with %s', async (body, faults) => {
    const world = cloudWatchWorld();
    await expect(world.call('PutDashboard', { DashboardName: 'main', DashboardBody: body })).rejects.toMatchObject({
      code: 'DashboardInvalidInputError',
      message: expect.stringContaining(`there are ${faults.length} validation errors`),
      members: { dashboardValidationMessages: faults.map(([DataPath, Message]) => ({ DataPath, Message })) },
    });
  });
});

import { describe, expect, it } from 'vitest';
import { Kernel } from '../../../../local/kernel/kernel.ts';
import type { MetricDatum } from '../../../../local/kernel/metric.ts';
import type { ResourcePlace, ResourceType } from '../../../../local/kernel/resource.ts';
import type { Context } from '../../../../local/kernel/service.ts';
import { cloudwatchLogs } from '../../../../local/services/cloudwatch-logs/service.ts';
import type { LogsState } from '../../../../local/services/cloudwatch-logs/state.ts';

const START_MS = 1_795_132_800_000;
const DAY_MS = 86_400_000;

function logsWorld() {
  const kernel = new Kernel({
    accountId: '111111111111',
    region: 'us-east-1',
    clock: { kind: 'virtual', startMs: START_MS },
    seed: 'logs',
    journalCapacity: 1000,
  });
  const state = kernel.install(cloudwatchLogs);
  const metrics: MetricDatum[] = [];
  kernel.onMetric((datum) => metrics.push(datum));
  const call = <Output>(operation: string, input: object = {}): Promise<Output> =>
    kernel.request({ service: 'cloudwatch-logs', operation, input, principal: { type: 'root' } });
  const put = (stream: string, messages: readonly string[], timestamp = kernel.nowMs()) =>
    call('PutLogEvents', { logGroupName: 'g', logStreamName: stream, logEvents: messages.map((message) => ({ timestamp, message })) });
  const open = async (...streams: string[]) => {
    await call('CreateLogGroup', { logGroupName: 'g' });
    for (const logStreamName of streams) await call('CreateLogStream', { logGroupName: 'g', logStreamName });
  };
  const filter = async (more: object = {}) =>
    (await call<{ events: { message: string }[]; nextToken?: string }>('FilterLogEvents', { logGroupName: 'g', ...more })).events.map(({ message }) => message);
  return { kernel, state, metrics, call, put, open, filter };
}

describe('log groups and streams', () => {
  it('are made once, described, and go with all they hold', async () => {
    const world = logsWorld();
    await world.open('a', 'b');
    await expect(world.open()).rejects.toMatchObject({ code: 'ResourceAlreadyExistsException', message: 'The specified log group already exists' });
    await world.put('b', ['x']);
    await world.call('PutRetentionPolicy', { logGroupName: 'g', retentionInDays: 7 });
    await expect(world.call('PutRetentionPolicy', { logGroupName: 'g', retentionInDays: 2 })).rejects.toMatchObject({ code: 'InvalidParameterException' });
    expect(await world.call('DescribeLogGroups', { logGroupNamePrefix: 'g' })).toEqual({
      logGroups: [
        {
          logGroupName: 'g',
          creationTime: START_MS,
          retentionInDays: 7,
          metricFilterCount: 0,
          arn: 'arn:aws:logs:us-east-1:111111111111:log-group:g:*',
          logGroupArn: 'arn:aws:logs:us-east-1:111111111111:log-group:g',
          storedBytes: 1,
          logGroupClass: 'STANDARD',
        },
      ],
    });
    expect(await world.call('DescribeLogStreams', { logGroupName: 'g', orderBy: 'LastEventTime', descending: true })).toMatchObject({
      logStreams: [{ logStreamName: 'b', lastEventTimestamp: START_MS }, { logStreamName: 'a' }],
    });
    await world.call('DeleteLogGroup', { logGroupName: 'g' });
    await world.open('a');
    expect(await world.filter()).toEqual([]);
    await expect(world.put('b', ['x'])).rejects.toMatchObject({ message: 'The specified log stream does not exist.' });
  });

  it('carry tags', async () => {
    const world = logsWorld();
    await world.open();
    const resourceArn = 'arn:aws:logs:us-east-1:111111111111:log-group:g:*';
    await world.call('TagResource', { resourceArn, tags: { a: '1', b: '2' } });
    await world.call('UntagResource', { resourceArn, tagKeys: ['a'] });
    expect(await world.call('ListTagsForResource', { resourceArn })).toEqual({ tags: { b: '2' } });
  });
});

describe('log events', () => {
  it('come back filtered, by time, in pages', async () => {
    const world = logsWorld();
    await world.open('a', 'b');
    await world.put('a', ['ERROR one', 'INFO two']);
    await world.put('b', ['ERROR three'], START_MS - 1000);
    expect(await world.filter({ filterPattern: 'ERROR' })).toEqual(['ERROR three', 'ERROR one']);
    expect(await world.filter({ logStreamNames: ['a'], startTime: START_MS })).toEqual(['ERROR one', 'INFO two']);
    const first = await world.call<{ nextToken: string }>('FilterLogEvents', { logGroupName: 'g', limit: 2 });
    expect(await world.filter({ limit: 2, nextToken: first.nextToken })).toEqual(['INFO two']);
    await expect(world.filter({ filterPattern: '{ $.a' })).rejects.toMatchObject({ code: 'InvalidParameterException' });
  });

  it('are read from a stream, forwards and backwards, until the token comes back', async () => {
    const world = logsWorld();
    await world.open('a', 'b');
    for (const text of ['1', '2', '3', '4', '5']) {
      await world.put('a', [text]);
      await world.put('b', ['other']);
    }
    type Page = { events: { message: string }[]; nextForwardToken: string; nextBackwardToken: string };
    const get = (more: object) => world.call<Page>('GetLogEvents', { logGroupName: 'g', logStreamName: 'a', limit: 2, ...more });
    const texts = ({ events }: Page) => events.map(({ message }) => message);
    const last = await get({});
    expect(texts(last)).toEqual(['4', '5']);
    expect(texts(await get({ nextToken: last.nextBackwardToken }))).toEqual(['2', '3']);
    const first = await get({ startFromHead: true });
    expect(texts(first)).toEqual(['1', '2']);
    const end = await get({ nextToken: last.nextForwardToken });
    expect(texts(end)).toEqual([]);
    expect(end.nextForwardToken).toBe(last.nextForwardToken);
  });

  it('are refused out of order, and left out where they are too old or too new', async () => {
    const world = logsWorld();
    await world.open('a');
    const put = (timestamps: number[]) =>
      world.call('PutLogEvents', { logGroupName: 'g', logStreamName: 'a', logEvents: timestamps.map((timestamp) => ({ timestamp, message: 'x' })) });
    await expect(put([START_MS, START_MS - 1])).rejects.toMatchObject({
      message: 'Log events in a single PutLogEvents request must be in chronological order.',
    });
    expect(await put([START_MS - 15 * DAY_MS])).toEqual({ rejectedLogEventsInfo: { tooOldLogEventEndIndex: 1 } });
    expect(await put([START_MS, START_MS + DAY_MS / 2])).toEqual({ rejectedLogEventsInfo: { tooNewLogEventStartIndex: 1 } });
    expect(await world.filter()).toEqual(['x']);
  });

  it('go when their retention ends, and the oldest when there are too many', async () => {
    const world = logsWorld();
    await world.open('a');
    await world.call('PutRetentionPolicy', { logGroupName: 'g', retentionInDays: 1 });
    await world.put('a', ['old']);
    await world.kernel.run({ untilMs: START_MS + DAY_MS + 1 });
    expect(await world.filter()).toEqual([]);
    for (let batch = 0; batch < 5; batch += 1)
      await world.put(
        'a',
        Array.from({ length: 1500 }, (_, index) => `${batch}/${index}`),
      );
    const kept = await world.filter();
    expect(kept).toHaveLength(5_000);
    expect(kept[0]).toBe('1/1000');
    await world.put('a', ['x'.repeat(250_000)]);
    for (let batch = 0; batch < 4; batch += 1) await world.put('a', ['y'.repeat(250_000)]);
    expect((await world.filter()).map((message) => message[0])).toEqual(['x', 'y', 'y', 'y', 'y'].slice(-4));
  });
});

describe('metrics from log lines', () => {
  it('are published once for each dimension set of an embedded metric', async () => {
    const world = logsWorld();
    await world.open('a');
    const line = JSON.stringify({
      _aws: {
        Timestamp: START_MS,
        CloudWatchMetrics: [
          {
            Namespace: 'Tickertape',
            Dimensions: [['service'], ['service', 'type'], ['absent']],
            Metrics: [{ Name: 'handled', Unit: 'Count' }, { Name: 'took' }],
          },
        ],
      },
      service: 'payments',
      type: 'OrderPlaced',
      handled: 1,
      took: [3, 4],
    });
    await world.put('a', [line, '{"_aws": nonsense', '{"_aws": {"CloudWatchMetrics": 7}}']);
    const one = { service: 'payments' };
    const two = { service: 'payments', type: 'OrderPlaced' };
    const datum = (name: string, dimensions: object, value: number, unit: string) => ({ namespace: 'Tickertape', name, dimensions, value, unit });
    expect(world.metrics).toEqual([
      datum('handled', one, 1, 'Count'),
      datum('handled', two, 1, 'Count'),
      datum('took', one, 3, 'None'),
      datum('took', one, 4, 'None'),
      datum('took', two, 3, 'None'),
      datum('took', two, 4, 'None'),
    ]);
  });

  it('are published by metric filters', async () => {
    const world = logsWorld();
    await world.open('a');
    const type = cloudwatchLogs.resourceTypes?.['AWS::Logs::MetricFilter'] as ResourceType<LogsState>;
    const context = world.kernel.contextFor('cloudwatch-logs') as Context<LogsState>;
    const place: ResourcePlace = { stackName: 'S', logicalId: 'F', generatedName: () => 'S-F', assetDirectory: () => undefined, metadata: {} };
    const transformation = {
      MetricName: 'took',
      MetricNamespace: 'app',
      MetricValue: '$.took',
      Unit: 'Milliseconds',
      Dimensions: [{ Key: 'type', Value: '$.type' }],
    };
    const properties = { LogGroupName: 'g', FilterPattern: '{ $.level = "ERROR" }', MetricTransformations: [transformation] };
    const made = await type.create(properties, place, context);
    const counting = {
      ...properties,
      FilterName: 'count',
      MetricTransformations: [{ MetricName: 'errors', MetricNamespace: 'app', MetricValue: 1, DefaultValue: 0 }],
    };
    await type.create(counting, place, context);
    await world.put('a', ['{"level":"ERROR","took":12,"type":"a"}', '{"level":"ERROR","took":"long"}', 'INFO']);
    await type.delete(made, properties, context);
    await world.put('a', ['INFO']);
    expect(world.metrics.map(({ name, value, dimensions }) => ({ name, value, dimensions }))).toEqual([
      { name: 'took', value: 12, dimensions: { type: 'a' } },
      { name: 'errors', value: 1, dimensions: {} },
      { name: 'errors', value: 1, dimensions: {} },
      { name: 'errors', value: 0, dimensions: {} },
    ]);
    expect(await world.call('DescribeMetricFilters', { logGroupName: 'g' })).toMatchObject({
      metricFilters: [{ filterName: 'count', filterPattern: '{ $.level = "ERROR" }' }],
    });
  });
});

describe('a metric filter on space-delimited events', () => {
  it('publishes what a field says, and shows what it extracts', async () => {
    const world = logsWorld();
    await world.open('a');
    const filterPattern = '[ip, status = 5*, bytes]';
    const metricTransformations = [{ metricName: 'bytes', metricNamespace: 'app', metricValue: '$bytes', dimensions: { ip: '$ip' } }];
    await world.call('PutMetricFilter', { logGroupName: 'g', filterName: 'bytes', filterPattern, metricTransformations });
    await world.put('a', ['10.0.0.1 503 70', '10.0.0.2 200 80']);
    expect(world.metrics.map(({ name, value, dimensions }) => ({ name, value, dimensions }))).toEqual([
      { name: 'bytes', value: 70, dimensions: { ip: '10.0.0.1' } },
    ]);
    expect(await world.call('TestMetricFilter', { filterPattern, logEventMessages: ['10.0.0.1 503 70', '10.0.0.2 200 80'] })).toMatchObject({
      matches: [{ eventNumber: 1, extractedValues: { $ip: '10.0.0.1', $status: '503', $bytes: '70' } }],
    });
  });
});

describe('AWS::Logs::ResourcePolicy', () => {
  it('is made, changed and deleted', async () => {
    const world = logsWorld();
    const type = cloudwatchLogs.resourceTypes?.['AWS::Logs::ResourcePolicy'] as ResourceType<LogsState>;
    const context = world.kernel.contextFor('cloudwatch-logs') as Context<LogsState>;
    const place: ResourcePlace = { stackName: 'S', logicalId: 'P', generatedName: () => 'S-P', assetDirectory: () => undefined, metadata: {} };
    const document = (Action: string) => ({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action, Resource: '*' }],
    });
    const properties = { PolicyName: 'events', PolicyDocument: document('logs:PutLogEvents') };
    const listed = async () => (await world.call<{ resourcePolicies: { policyDocument: string }[] }>('DescribeResourcePolicies', {})).resourcePolicies;
    const made = await type.create(properties, place, context);
    expect(made.ref).toBe('events');
    await type.update({ ...properties, PolicyDocument: JSON.stringify(document('logs:*')) }, properties, made, place, context);
    expect((await listed()).map(({ policyDocument }) => JSON.parse(policyDocument))).toEqual([document('logs:*')]);
    expect(await type.update({ ...properties, PolicyName: 'other' }, properties, made, place, context)).toBe('replace');
    await type.delete(made, properties, context);
    expect(await listed()).toEqual([]);
  });
});

describe('AWS::Logs::LogGroup', () => {
  it('takes over a group that is there, and keeps its events over an update', async () => {
    const world = logsWorld();
    await world.open('a');
    await world.put('a', ['x']);
    const type = cloudwatchLogs.resourceTypes?.['AWS::Logs::LogGroup'] as ResourceType<LogsState>;
    const context = world.kernel.contextFor('cloudwatch-logs') as Context<LogsState>;
    const place: ResourcePlace = { stackName: 'S', logicalId: 'G', generatedName: () => 'S-G', assetDirectory: () => undefined, metadata: {} };
    const before = { LogGroupName: 'g', RetentionInDays: 30 };
    const made = await type.create(before, place, context);
    expect(made).toEqual({ ref: 'g', attributes: { Arn: 'arn:aws:logs:us-east-1:111111111111:log-group:g:*' } });
    await type.update({ LogGroupName: 'g', RetentionInDays: 14 }, before, made, place, context);
    expect(await world.call('DescribeLogGroups', {})).toMatchObject({ logGroups: [{ retentionInDays: 14 }] });
    expect(await world.filter()).toEqual(['x']);
    await type.delete(made, before, context);
    expect(await world.call('DescribeLogGroups', {})).toEqual({ logGroups: [] });
  });
});

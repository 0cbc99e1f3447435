import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import { EventBridge } from '@aws-sdk/client-eventbridge';
import { SQS } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { Plane } from '../../../../local/index.ts';

const BUS = 'arn:aws:events:us-east-1:111111111111:event-bus/default';
const QUEUE = 'arn:aws:sqs:us-east-1:111111111111:orders';
const START_MS = Date.UTC(2026, 0, 1);

function planeOf(options: { readonly startMs?: number; readonly dataDirectory?: string } = {}) {
  const { startMs = START_MS, dataDirectory } = options;
  const plane = new Plane({
    accountId: '111111111111',
    clock: { kind: 'virtual', startMs },
    seed: 1,
    ...(dataDirectory === undefined ? {} : { dataDirectory }),
  });
  const settings = plane.clientSettings();
  return { plane, events: new EventBridge(settings), queues: new SQS(settings), metrics: new CloudWatch(settings) };
}

type World = ReturnType<typeof planeOf>;

async function ruleToQueue({ events, queues }: World, pattern: object): Promise<string> {
  const statement = { Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sqs:SendMessage', Resource: QUEUE };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  const { QueueUrl = '' } = await queues.createQueue({ QueueName: 'orders', Attributes: { Policy } });
  await events.putRule({ Name: 'rule', EventPattern: JSON.stringify(pattern) });
  await events.putTargets({ Rule: 'rule', Targets: [{ Id: 't', Arn: QUEUE }] });
  return QueueUrl;
}

async function bodies({ plane, queues }: World, QueueUrl: string): Promise<Record<string, unknown>[]> {
  await plane.kernel.run({ untilMs: plane.kernel.nowMs() + 1000 });
  const { Messages = [] } = await queues.receiveMessage({ QueueUrl, MaxNumberOfMessages: 10 });
  return Messages.map(({ Body = '' }) => JSON.parse(Body) as Record<string, unknown>);
}

describe('EventBridge on a plane', () => {
  it('has the events of AWS services on the default bus, which nobody had to grant', async () => {
    const world = planeOf();
    const url = await ruleToQueue(world, { source: ['aws.cloudwatch'] });
    const alarm = { Namespace: 'n', MetricName: 'm', Statistic: 'Sum', Period: 60, EvaluationPeriods: 1, Threshold: 1 } as const;
    await world.metrics.putMetricAlarm({ AlarmName: 'depth', ComparisonOperator: 'GreaterThanThreshold', ...alarm });
    await world.metrics.setAlarmState({ AlarmName: 'depth', StateValue: 'ALARM', StateReason: 'test' });
    const [first] = await bodies(world, url);
    expect(first).toMatchObject({ source: 'aws.cloudwatch', 'detail-type': 'CloudWatch Alarm State Change', detail: { state: { value: 'ALARM' } } });
    const { Entries } = await world.events.putEvents({ Entries: [{ Source: 'aws.cloudwatch', DetailType: 't', Detail: '{}' }] });
    expect(Entries).toMatchObject([{ ErrorCode: 'NotAuthorizedForSourceException' }]);
    await world.plane.close();
  });

  it('writes into a log group as far as a policy of the account lets it', async () => {
    const { plane, events } = planeOf();
    const logs = new CloudWatchLogs({ ...plane.clientSettings(), maxAttempts: 1 });
    const logGroupName = '/aws/events/orders';
    const Arn = `arn:aws:logs:us-east-1:111111111111:log-group:${logGroupName}`;
    await logs.createLogGroup({ logGroupName });
    await events.putRule({ Name: 'rule', EventPattern: JSON.stringify({ source: ['shop'] }) });
    await events.putTargets({ Rule: 'rule', Targets: [{ Id: 't', Arn }] });
    const lines = async (n: number) => {
      await events.putEvents({ Entries: [{ Source: 'shop', DetailType: 't', Detail: JSON.stringify({ n }) }] });
      await plane.kernel.run({ untilMs: plane.kernel.nowMs() + 1000 });
      return (await logs.filterLogEvents({ logGroupName })).events?.map(({ message = '' }) => JSON.parse(message).detail.n);
    };
    const policyOf = (Service: string, Resource: string) =>
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service }, Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource }],
      });
    expect(await lines(1)).toEqual([]);
    await logs.putResourcePolicy({ policyName: 'other', policyDocument: policyOf('delivery.logs.amazonaws.com', `${Arn}:*`) });
    expect(await lines(2)).toEqual([]);
    await logs.putResourcePolicy({ policyName: 'events', policyDocument: policyOf('events.amazonaws.com', `${Arn}:*`) });
    expect(await lines(3)).toEqual([3]);
    expect((await logs.describeResourcePolicies({})).resourcePolicies?.map(({ policyName }) => policyName)).toEqual(['events', 'other']);
    await logs.deleteResourcePolicy({ policyName: 'events' });
    expect(await lines(4)).toEqual([3]);
    await expect(logs.deleteResourcePolicy({ policyName: 'events' })).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(logs.putResourcePolicy({ policyName: 'bad', policyDocument: '{}' })).rejects.toMatchObject({ name: 'InvalidParameterException' });
    await plane.close();
  });

  it('keeps archives and goes on with replays over a restart', async () => {
    const dataDirectory = mkdtempSync(join(tmpdir(), 'events-'));
    const first = planeOf({ dataDirectory });
    const url = await ruleToQueue(first, { source: ['shop'], 'replay-name': [{ exists: true }] });
    await first.events.createArchive({ ArchiveName: 'all', EventSourceArn: BUS });
    await first.events.putEvents({ Entries: [1, 2, 3].map((n) => ({ Source: 'shop', DetailType: 't', Detail: `{"n":${n}}` })) });
    const EventSourceArn = 'arn:aws:events:us-east-1:111111111111:archive/all';
    const range = { EventStartTime: new Date(START_MS), EventEndTime: new Date(START_MS + 60_000) };
    await first.events.startReplay({ ReplayName: 'again', EventSourceArn, ...range, Destination: { Arn: BUS } });
    await first.plane.close();

    const second = planeOf({ dataDirectory, startMs: START_MS + 1000 });
    expect(await second.events.describeArchive({ ArchiveName: 'all' })).toMatchObject({ EventCount: 3 });
    const got = await bodies(second, url);
    expect(got.map((event) => (event['detail'] as { n: number }).n).sort()).toEqual([1, 2, 3]);
    expect(new Set(got.map((event) => event['replay-name']))).toEqual(new Set(['again']));
    expect(await second.events.describeReplay({ ReplayName: 'again' })).toMatchObject({ State: 'COMPLETED' });
    await second.plane.close();
    rmSync(dataDirectory, { recursive: true });
  });
});

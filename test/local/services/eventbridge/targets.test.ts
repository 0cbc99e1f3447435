import { describe, expect, it } from 'vitest';
import type { Kernel } from '../../../../local/kernel/kernel.ts';
import type { Service } from '../../../../local/kernel/service.ts';
import { cloudwatchLogs } from '../../../../local/services/cloudwatch-logs/service.ts';
import { entry, queueArn, ruleTo, world } from './world.ts';

const GROUP_ARN = 'arn:aws:logs:us-east-1:111111111111:log-group:/aws/events/orders';
const STATE_MACHINE = 'arn:aws:states:us-east-1:111111111111:stateMachine:flow';
const STREAM = 'arn:aws:kinesis:us-east-1:111111111111:stream/clicks';
const ROLE = 'arn:aws:iam::111111111111:role/target';

describe('log groups as targets', () => {
  const withLogs = async (target: object = {}) => {
    const made = world();
    made.kernel.install(cloudwatchLogs);
    await ruleTo(made, { target: { Arn: GROUP_ARN, ...target } });
    const logs = <Output>(operation: string, input: object): Promise<Output> =>
      made.kernel.request<Output>({ service: 'cloudwatch-logs', operation, input, principal: { type: 'root' } });
    const lines = async () => {
      const { events } = await logs<{ events: { message: string; timestamp: number; logStreamName: string }[] }>('FilterLogEvents', {
        logGroupName: '/aws/events/orders',
      });
      return events;
    };
    return { ...made, logs, lines };
  };

  it('receive events as lines of one stream', async () => {
    const { call, kernel, logs, lines } = await withLogs();
    await logs('CreateLogGroup', { logGroupName: '/aws/events/orders' });
    await call('PutEvents', { Entries: [entry({ n: 1 }), entry({ n: 2 })] });
    await kernel.run();
    const written = await lines();
    expect(written.map(({ message }) => JSON.parse(message)['detail'])).toEqual([{ n: 1 }, { n: 2 }]);
    expect(new Set(written.map(({ logStreamName }) => logStreamName))).toEqual(new Set(['default/rule/target']));
    expect(written[0]?.timestamp).toBe(Date.UTC(2026, 0, 1));
  });

  it('take timestamp and message of an input that is made for them, and nothing else', async () => {
    const template = (InputTemplate: string) => ({ InputTransformer: { InputPathsMap: { n: '$.detail.n', time: '$.time' }, InputTemplate } });
    const { call, kernel, logs, lines, entries } = await withLogs(template('{"timestamp":<time>,"message":"number <n>"}'));
    await logs('CreateLogGroup', { logGroupName: '/aws/events/orders' });
    await call('PutEvents', { Entries: [entry({ n: 1 })] });
    await kernel.run();
    expect(await lines()).toMatchObject([{ message: 'number 1', timestamp: Date.UTC(2026, 0, 1) }]);
    await call('PutTargets', { Rule: 'rule', Targets: [{ Id: 'target', Arn: GROUP_ARN, ...template('{"line":"number <n>"}') }] });
    await call('PutEvents', { Entries: [entry({ n: 2 })] });
    await kernel.run();
    expect(await lines()).toHaveLength(1);
    expect(entries('delivery-dropped')).toMatchObject([{ detail: { error: 'INVALID_PARAMETER' } }]);
  });

  it('are given up at once where they do not exist', async () => {
    const { call, kernel, received } = await withLogs({ DeadLetterConfig: { Arn: queueArn('dead') } });
    await call('PutEvents', { Entries: [entry()] });
    await kernel.run();
    expect(received).toMatchObject([{ queue: 'dead', payload: { attributes: { ERROR_CODE: { StringValue: 'NO_RESOURCE' } } } }]);
  });
});

/** Stand-ins for Kinesis and Step Functions, which take everything. */
function installStandIns(kernel: Kernel, onCall: (call: object) => void): void {
  const standIn = (name: string, arnService: string): Service<object> => ({
    name,
    arnService,
    createState: () => ({}),
    operations: { Take: (input: object, { principal }) => onCall({ ...input, principal }) },
    access: () => [],
    delivery: (to, { body, partitionKey }) => ({ operation: 'Take', input: { to, partitionKey, detail: JSON.parse(body)['detail'] } }),
  });
  kernel.install(standIn('kinesis', 'kinesis'));
  kernel.install(standIn('sfn', 'states'));
}

describe('other targets', () => {
  it('are reached through the operation that their service names, as the target’s role', async () => {
    const made = world();
    const calls: unknown[] = [];
    installStandIns(made.kernel, (call) => calls.push(call));
    await ruleTo(made, { target: { Arn: STATE_MACHINE, RoleArn: ROLE } });
    await made.call('PutTargets', {
      Rule: 'rule',
      Targets: [{ Id: 'stream', Arn: STREAM, RoleArn: ROLE, KinesisParameters: { PartitionKeyPath: '$.detail.customer' } }],
    });
    await made.call('PutEvents', { Entries: [entry({ customer: 'c-1' })] });
    await made.kernel.run();
    const principal = { type: 'role', roleArn: ROLE, sessionName: 'AWSEvents_rule' };
    expect(calls).toEqual([
      { to: STATE_MACHINE, partitionKey: made.entries('event-put')[0]?.detail['id'], detail: { customer: 'c-1' }, principal },
      { to: STREAM, partitionKey: 'c-1', detail: { customer: 'c-1' }, principal },
    ]);
  });

  it.each([STATE_MACHINE, STREAM])('need a role: %s', async (Arn) => {
    const made = world();
    installStandIns(made.kernel, () => undefined);
    await expect(ruleTo(made, { target: { Arn } })).rejects.toMatchObject({
      code: 'ValidationException',
      message: `RoleArn is required for target ${Arn}.`,
    });
  });

  it.each([
    'arn:aws:ecs:us-east-1:111111111111:cluster/c',
    'arn:aws:batch:us-east-1:111111111111:job-queue/q',
    'arn:aws:events:us-east-1:111111111111:api-destination/d/id',
    'arn:aws:redshift:us-east-1:111111111111:cluster:c',
    'arn:aws:firehose:us-east-1:111111111111:deliverystream/d',
  ])('are refused by name: %s', async (Arn) => {
    await expect(ruleTo(world(), { target: { Arn, RoleArn: ROLE } })).rejects.toThrow(`PutTargets with the target ${Arn} is not emulated`);
  });

  it.each([STATE_MACHINE, STREAM])('whose service is not on the plane are refused by name: %s', async (Arn) => {
    const made = world();
    await expect(ruleTo(made, { target: { Arn, RoleArn: ROLE } })).rejects.toThrow(`PutTargets with the target ${Arn} is not emulated`);
    expect(await made.call('ListTargetsByRule', { Rule: 'rule' })).toMatchObject({ Targets: [] });
  });
});

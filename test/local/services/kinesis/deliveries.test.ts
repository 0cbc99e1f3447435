import { EventBridge } from '@aws-sdk/client-eventbridge';
import { IAM } from '@aws-sdk/client-iam';
import { Kinesis } from '@aws-sdk/client-kinesis';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Plane } from '../../../../local/plane.ts';
import { textOf } from './world.ts';

const ARN = 'arn:aws:kinesis:us-east-1:111111111111:stream/s';

let plane: Plane;
let kinesis: Kinesis;

beforeEach(async () => {
  plane = new Plane({ accountId: '111111111111' });
  kinesis = new Kinesis(plane.clientSettings());
  await kinesis.createStream({ StreamName: 's', ShardCount: 1 });
});

afterEach(() => plane.close());

async function records(): Promise<[string, unknown][]> {
  const { ShardIterator } = await kinesis.getShardIterator({ StreamName: 's', ShardId: '0', ShardIteratorType: 'TRIM_HORIZON' });
  const { Records = [] } = await kinesis.getRecords({ ShardIterator });
  return Records.map(({ PartitionKey = '', Data }) => [PartitionKey, JSON.parse(textOf(Data)) as unknown]);
}

async function createRole(resource: string): Promise<string> {
  const iam = new IAM(plane.clientSettings());
  const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sts:AssumeRole' }] };
  const { Role } = await iam.createRole({ RoleName: 'to-stream', AssumeRolePolicyDocument: JSON.stringify(trust) });
  const grant = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'kinesis:PutRecord', Resource: resource }] };
  await iam.putRolePolicy({ RoleName: 'to-stream', PolicyName: 'put', PolicyDocument: JSON.stringify(grant) });
  return Role?.Arn ?? '';
}

async function sendThroughRule(RoleArn: string): Promise<void> {
  const bus = new EventBridge(plane.clientSettings());
  await bus.putRule({ Name: 'r', EventPattern: '{"source":["shop"]}' });
  const KinesisParameters = { PartitionKeyPath: '$.detail.order' };
  await bus.putTargets({ Rule: 'r', Targets: [{ Id: '1', Arn: ARN, RoleArn, KinesisParameters, InputPath: '$.detail' }] });
  await bus.putEvents({ Entries: [{ Source: 'shop', DetailType: 'placed', Detail: '{"order":"o-1"}' }] });
}

it('brings events of a rule to a stream, under the key that the path leads to', async () => {
  await sendThroughRule(await createRole(ARN));
  await expect.poll(records, { interval: 300, timeout: 5000 }).toEqual([['o-1', { order: 'o-1' }]]);
});

it('brings nothing where the role of the rule may not put records', async () => {
  await sendThroughRule(await createRole(`${ARN}-other`));
  const isDenied = (): boolean => [...plane.kernel.journal.since(0)].some(({ kind, detail }) => kind === 'PutRecord' && detail['error'] !== undefined);
  await expect.poll(isDenied, { timeout: 5000 }).toBe(true);
  expect(await records()).toEqual([]);
});

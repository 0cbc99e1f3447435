import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GetRecordsCommandOutput, Kinesis, type ListShardsCommandOutput } from '@aws-sdk/client-kinesis';
import { beforeEach, describe, expect, it } from 'vitest';
import type { MetricDatum } from '../../../../local/kernel/metric.ts';
import { Plane } from '../../../../local/plane.ts';
import { bytes, createWorld, START_MS, textOf, type World } from './world.ts';

const ARN = 'arn:aws:kinesis:us-east-1:111111111111:stream/s';

let world: World;

beforeEach(() => {
  world = createWorld();
});

const statusOf = async (): Promise<string> =>
  (await world.call<{ StreamDescription: { StreamStatus: string } }>('DescribeStream', { StreamName: 's' })).StreamDescription.StreamStatus;

const idsOf = async (ShardFilter?: object): Promise<number[]> => {
  const { Shards = [] } = await world.call<ListShardsCommandOutput>('ListShards', { StreamName: 's', ShardFilter });
  return Shards.map(({ ShardId }) => Number(ShardId?.slice(8)));
};

describe('a stream', () => {
  it('takes its time where it is told to, and takes records while it changes', async () => {
    world.state.transitionMs = 500;
    await world.call('CreateStream', { StreamName: 's', ShardCount: 1 });
    expect(await statusOf()).toBe('CREATING');
    await expect(world.call('PutRecord', { StreamName: 's', PartitionKey: 'k', Data: bytes('x') })).rejects.toThrow(
      'Stream s under account 111111111111 not found.',
    );
    await world.wait(500);
    expect(await statusOf()).toBe('ACTIVE');
    await world.call('SplitShard', { StreamName: 's', ShardToSplit: 'shardId-0', NewStartingHashKey: '10' });
    expect(await statusOf()).toBe('UPDATING');
    expect(await world.call('PutRecord', { StreamName: 's', PartitionKey: 'k', Data: bytes('x') })).toMatchObject({ ShardId: 'shardId-000000000000' });
    await expect(world.call('UpdateShardCount', { StreamName: 's', TargetShardCount: 2 })).rejects.toMatchObject({ code: 'ResourceInUseException' });
    await world.wait(500);
    expect(await world.call('PutRecord', { StreamName: 's', PartitionKey: 'k', Data: bytes('x') })).toMatchObject({ ShardId: 'shardId-000000000002' });
    await world.call('DeleteStream', { StreamName: 's' });
    expect(await statusOf()).toBe('DELETING');
    await world.wait(500);
    await expect(statusOf()).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  });

  it('lists shards as the filter says, and closed ones until their records are past retention', async () => {
    await world.call('CreateStream', { StreamName: 's', ShardCount: 2 });
    await world.wait(10_000);
    await world.call('MergeShards', { StreamName: 's', ShardToMerge: 'shardId-0', AdjacentShardToMerge: 'shardId-1' });
    await world.wait(10_000);
    await world.call('SplitShard', { StreamName: 's', ShardToSplit: 'shardId-2', NewStartingHashKey: '10' });
    expect(await idsOf()).toEqual([0, 1, 2, 3, 4]);
    expect(await idsOf({ Type: 'AT_LATEST' })).toEqual([3, 4]);
    expect(await idsOf({ Type: 'AT_TRIM_HORIZON' })).toEqual([0, 1]);
    expect(await idsOf({ Type: 'FROM_TRIM_HORIZON' })).toEqual([0, 1, 2, 3, 4]);
    expect(await idsOf({ Type: 'AFTER_SHARD_ID', ShardId: 'shardId-000000000002' })).toEqual([3, 4]);
    expect(await idsOf({ Type: 'AT_TIMESTAMP', Timestamp: new Date(START_MS + 15_000) })).toEqual([2]);
    expect(await idsOf({ Type: 'FROM_TIMESTAMP', Timestamp: new Date(START_MS + 15_000) })).toEqual([2, 3, 4]);
    await world.wait(24 * 3_600_000 - 5000);
    expect(await idsOf()).toEqual([2, 3, 4]);
    await world.wait(6000);
    expect(await idsOf()).toEqual([3, 4]);
  });

  it('is listed in pages that go on by a token', async () => {
    await world.call('CreateStream', { StreamName: 's', ShardCount: 5 });
    const first = await world.call<ListShardsCommandOutput>('ListShards', { StreamName: 's', MaxResults: 3 });
    const second = await world.call<ListShardsCommandOutput>('ListShards', { NextToken: first.NextToken });
    expect([first.Shards?.length, second.Shards?.length, second.NextToken]).toEqual([3, 2, undefined]);
    await world.wait(301_000);
    await expect(world.call('ListShards', { NextToken: first.NextToken })).rejects.toMatchObject({ code: 'ExpiredNextTokenException' });
  });

  it('refuses reshards that cannot be', async () => {
    await world.call('CreateStream', { StreamName: 's', ShardCount: 3 });
    const split = (shard: string, NewStartingHashKey: string) => world.call('SplitShard', { StreamName: 's', ShardToSplit: shard, NewStartingHashKey });
    const merge = (ShardToMerge: string, AdjacentShardToMerge: string) => world.call('MergeShards', { StreamName: 's', ShardToMerge, AdjacentShardToMerge });
    await expect(split('shardId-0', '1')).rejects.toThrow("is not both greater than one plus the shard's StartingHashKey 0");
    await expect(split('shardId-9', '5')).rejects.toThrow('Could not find shard shardId-000000000009 in stream s');
    await expect(merge('shardId-0', 'shardId-2')).rejects.toThrow('are not an adjacent pair of shards eligible for merging');
    await merge('shardId-0', 'shardId-1');
    await expect(split('shardId-0', '5')).rejects.toMatchObject({ code: 'ResourceInUseException' });
    const scale = (TargetShardCount: number) => world.call('UpdateShardCount', { StreamName: 's', TargetShardCount, ScalingType: 'UNIFORM_SCALING' });
    await expect(scale(5)).rejects.toThrow('cannot scale up over double');
    for (let count = 0; count < 5; count += 1) for (const target of [4, 2]) await scale(target);
    await expect(scale(4)).rejects.toMatchObject({ code: 'LimitExceededException' });
    await world.call('UpdateStreamMode', { StreamARN: ARN, StreamModeDetails: { StreamMode: 'ON_DEMAND' } });
    await expect(scale(2)).rejects.toThrow('is in On-Demand mode');
    await expect(world.call('CreateStream', { StreamName: 't', RecordDistributionStrategy: 'AUTO' })).rejects.toThrow('AUTO, which ignores partition keys');
  });

  it('tells readers of a shard, and nobody else, that there is something new', async () => {
    await world.call('CreateStream', { StreamName: 's', ShardCount: 2 });
    const told: string[] = [];
    for (const topic of [ARN, `${ARN}/shardId-000000000000`, `${ARN}/shardId-000000000001`])
      world.kernel.onNotify(topic, () => told.push(topic.slice(ARN.length)));
    await world.call('PutRecord', { StreamName: 's', PartitionKey: 'a', Data: bytes('x') });
    expect(told.splice(0)).toEqual(['/shardId-000000000000']);
    await world.call('SplitShard', { StreamName: 's', ShardToSplit: 'shardId-1', NewStartingHashKey: String(2n ** 127n + 9n) });
    expect(told.splice(0)).toEqual(['/shardId-000000000001', '']);
    await world.call('DeleteStream', { StreamName: 's' });
    expect(told).toContain('/shardId-000000000000');
  });

  it('takes messages of other services, and measures what goes in', async () => {
    const data: MetricDatum[] = [];
    world.kernel.onMetric((datum) => data.push(datum));
    await world.call('CreateStream', { StreamName: 's', ShardCount: 1 });
    await world.call('EnableEnhancedMonitoring', { StreamName: 's', ShardLevelMetrics: ['ALL'] });
    const payload = { body: '{"a":1}', partitionKey: 'key' };
    const outcome = await world.kernel.deliver({ to: ARN, payload, principal: { type: 'root' } });
    expect(outcome.status).toBe('accepted');
    const ids = data.filter(({ name }) => name === 'IncomingBytes').map(({ value, dimensions }) => [value, dimensions]);
    expect(ids).toEqual([
      [10, { StreamName: 's' }],
      [10, { StreamName: 's', ShardId: 'shardId-000000000000' }],
    ]);
    const { ShardIterator } = await world.call<{ ShardIterator: string }>('GetShardIterator', {
      StreamName: 's',
      ShardId: '0',
      ShardIteratorType: 'TRIM_HORIZON',
    });
    await world.wait(2000);
    const { Records = [] } = await world.call<GetRecordsCommandOutput>('GetRecords', { ShardIterator });
    expect(Records.map(({ Data, PartitionKey }) => [textOf(Data), PartitionKey])).toEqual([['{"a":1}', 'key']]);
    expect(data.find(({ name }) => name === 'GetRecords.IteratorAgeMilliseconds')?.value).toBe(2000);
  });

  it('says which permission a call needs', async () => {
    await world.call('CreateStream', { StreamName: 's', ShardCount: 1 });
    const { Consumer } = await world.call<{ Consumer: { ConsumerARN: string } }>('RegisterStreamConsumer', { StreamARN: ARN, ConsumerName: 'c' });
    const { ShardIterator } = await world.call<{ ShardIterator: string }>('GetShardIterator', { StreamName: 's', ShardId: '0', ShardIteratorType: 'LATEST' });
    const asked: [string, string][] = [];
    world.kernel.setAuthorizer((_principal, { action, resource }) => asked.push([action, resource]));
    await world.call('GetRecords', { ShardIterator });
    await world.call('DescribeStreamConsumer', { StreamARN: ARN, ConsumerName: 'c' });
    await world.call('ListStreams', {});
    expect(asked).toEqual([
      ['kinesis:GetRecords', ARN],
      ['kinesis:DescribeStreamConsumer', Consumer.ConsumerARN],
      ['kinesis:ListStreams', '*'],
    ]);
  });
});

describe('a restart', () => {
  it('brings streams, shards, consumers and records back', async () => {
    const dataDirectory = mkdtempSync(join(tmpdir(), 'kinesis-'));
    try {
      const before = new Plane({ dataDirectory });
      const writer = new Kinesis(before.clientSettings());
      await writer.createStream({ StreamName: 's', ShardCount: 1 });
      await writer.registerStreamConsumer({ StreamARN: 'arn:aws:kinesis:us-east-1:000000000000:stream/s', ConsumerName: 'c' });
      for (let count = 0; count < 40; count += 1) await writer.putRecord({ StreamName: 's', PartitionKey: 'k', Data: bytes(String(count)) });
      await writer.splitShard({ StreamName: 's', ShardToSplit: 'shardId-0', NewStartingHashKey: '10' });
      await writer.putRecord({ StreamName: 's', PartitionKey: 'k', Data: bytes('after') });
      await before.close();
      const after = new Plane({ dataDirectory });
      const reader = new Kinesis(after.clientSettings());
      const read = async (ShardId: string): Promise<string[]> => {
        const { ShardIterator } = await reader.getShardIterator({ StreamName: 's', ShardId, ShardIteratorType: 'TRIM_HORIZON' });
        return ((await reader.getRecords({ ShardIterator })).Records ?? []).map(({ Data }) => textOf(Data));
      };
      expect(await read('shardId-0')).toEqual(Array.from({ length: 40 }, (_, count) => String(count)));
      const put = await reader.putRecord({ StreamName: 's', PartitionKey: 'k', Data: bytes('later') });
      expect(await read(put.ShardId ?? '')).toEqual(['after', 'later']);
      expect((await reader.describeStreamSummary({ StreamName: 's' })).StreamDescriptionSummary).toMatchObject({ ConsumerCount: 1, OpenShardCount: 2 });
      await after.close();
    } finally {
      rmSync(dataDirectory, { recursive: true });
    }
  });
});

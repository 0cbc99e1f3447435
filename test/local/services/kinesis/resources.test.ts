import { beforeEach, describe, expect, it } from 'vitest';
import type { PhysicalResource, ResourcePlace } from '../../../../local/kernel/resource.ts';
import type { Context } from '../../../../local/kernel/service.ts';
import { consumerResource, policyResource, streamResource } from '../../../../local/services/kinesis/resources.ts';
import type { KinesisState } from '../../../../local/services/kinesis/state.ts';
import { createWorld, type World } from './world.ts';

let world: World;
let context: Context<KinesisState>;

const place: ResourcePlace = {
  stackName: 'Stack',
  logicalId: 'Events',
  generatedName: () => 'Stack-Events-1',
  assetDirectory: () => undefined,
  metadata: {},
};

beforeEach(() => {
  world = createWorld();
  context = world.kernel.contextFor('kinesis') as Context<KinesisState>;
  world.state.transitionMs = 1000;
});

const describeStream = async (StreamName: string) =>
  (await world.call<{ StreamDescriptionSummary: Record<string, unknown> }>('DescribeStreamSummary', { StreamName })).StreamDescriptionSummary;

describe('resources of a template', () => {
  it('make a stream that is there at once, and change it in place', async () => {
    const encryption = { EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' };
    const properties = { ShardCount: 2, RetentionPeriodHours: 48, StreamEncryption: encryption, Tags: [{ Key: 'a', Value: 'b' }] };
    const physical = (await streamResource.create(properties, place, context)) as PhysicalResource;
    expect(physical).toEqual({ ref: 'Stack-Events-1', attributes: { Arn: 'arn:aws:kinesis:us-east-1:111111111111:stream/Stack-Events-1' } });
    expect(await describeStream(physical.ref)).toMatchObject({
      StreamStatus: 'ACTIVE',
      OpenShardCount: 2,
      RetentionPeriodHours: 48,
      KeyId: 'alias/aws/kinesis',
    });
    await streamResource.update({ ShardCount: 3 }, properties, physical, place, context);
    expect(await describeStream(physical.ref)).toMatchObject({ StreamStatus: 'ACTIVE', OpenShardCount: 3, RetentionPeriodHours: 24, EncryptionType: 'NONE' });
    expect(await streamResource.update({ Name: 'other' }, properties, physical, place, context)).toBe('replace');
    await streamResource.delete(physical, {}, context);
    await expect(describeStream(physical.ref)).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  });

  it('make a stream on demand where no shard count is given', async () => {
    await streamResource.create({ Name: 'd' }, place, context);
    expect(await describeStream('d')).toMatchObject({ StreamModeDetails: { StreamMode: 'ON_DEMAND' }, OpenShardCount: 4 });
    await expect(async () =>
      streamResource.create({ Name: 'e', StreamEncryption: { EncryptionType: 'KMS', KeyId: 'my-key' } }, place, context),
    ).rejects.toThrow('Encryption with the key my-key is not emulated');
  });

  it('make consumers and policies', async () => {
    const stream = (await streamResource.create({ Name: 's' }, place, context)) as PhysicalResource;
    const properties = { ConsumerName: 'c', StreamARN: stream.attributes['Arn'] };
    const consumer = (await consumerResource.create(properties, place, context)) as PhysicalResource;
    expect(consumer.ref).toBe(consumer.attributes['ConsumerARN']);
    expect(await world.call('DescribeStreamConsumer', { ConsumerARN: consumer.ref })).toMatchObject({ ConsumerDescription: { ConsumerStatus: 'ACTIVE' } });
    const policy = { Version: '2012-10-17', Statement: [] };
    const attached = (await policyResource.create({ ResourceArn: consumer.ref, ResourcePolicy: policy }, place, context)) as PhysicalResource;
    expect(await world.call('GetResourcePolicy', { ResourceARN: consumer.ref })).toEqual({ Policy: JSON.stringify(policy) });
    await consumerResource.delete(consumer, properties, context);
    await policyResource.delete(attached, {}, context);
    expect(await describeStream('s')).toMatchObject({ ConsumerCount: 0 });
  });
});

import { describe, expect, it } from 'vitest';
import type { KeptItem } from '../../../../local/languages/dynamodb-item/packed-item.ts';
import { itemOf } from '../../../../local/languages/dynamodb-item/packed-item.ts';
import { dynamodbWorld, plainTable, RememberedStore } from './dynamodb-world.ts';

/** What a store of the first format holds in the place of a value: items and images that are not packed, and keys in every record. */
function firstFormat(collection: string, value: unknown): unknown {
  if (collection.startsWith('dynamodb.items/')) return itemOf(value as KeptItem);
  if (!collection.startsWith('dynamodb.stream/')) return value;
  const { newImage, oldImage, ...record } = value as { newImage?: KeptItem; oldImage?: KeptItem };
  const images = { newImage: newImage && itemOf(newImage), oldImage: oldImage && itemOf(oldImage) };
  return { ...record, ...images, keys: { id: (images.newImage ?? images.oldImage)?.['id'] } };
}

class FirstFormatStore extends RememberedStore {
  override open(name: string): Map<string, unknown> {
    const values = super.open(name);
    for (const [key, value] of values) values.set(key, firstFormat(name, value));
    return values;
  }
}

describe('a data folder of the first format', () => {
  it('gives its items and stream records, and keeps items packed from then on', async () => {
    const store = new FirstFormatStore();
    const before = dynamodbWorld({ store });
    const StreamSpecification = { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' };
    await before.call('CreateTable', plainTable('plain', { StreamSpecification }));
    for (const n of ['1', '2']) await before.call('PutItem', { TableName: 'plain', Item: { id: { S: 'a' }, n: { N: n } } });
    const world = dynamodbWorld({ store });
    expect((await world.call('GetItem', { TableName: 'plain', Key: { id: { S: 'a' } } })).Item).toEqual({ id: { S: 'a' }, n: { N: '2' } });
    const { Streams } = await world.streams('ListStreams', {});
    const StreamArn = Streams[0].StreamArn;
    const { StreamDescription } = await world.streams('DescribeStream', { StreamArn });
    const shard = { StreamArn, ShardId: StreamDescription.Shards[0].ShardId, ShardIteratorType: 'TRIM_HORIZON' };
    const { ShardIterator } = await world.streams('GetShardIterator', shard);
    const { Records } = await world.streams('GetRecords', { ShardIterator });
    expect(Records.map(({ dynamodb: { Keys, NewImage, OldImage } }: { dynamodb: Record<string, unknown> }) => ({ Keys, NewImage, OldImage }))).toEqual([
      { Keys: { id: { S: 'a' } }, NewImage: { id: { S: 'a' }, n: { N: '1' } }, OldImage: undefined },
      { Keys: { id: { S: 'a' } }, NewImage: { id: { S: 'a' }, n: { N: '2' } }, OldImage: { id: { S: 'a' }, n: { N: '1' } } },
    ]);
    const record = world.state.records.get('plain');
    expect(world.kernel.collection(`dynamodb.items/${record?.id}`).get('a')).toEqual({ packed: expect.any(String) });
  });
});

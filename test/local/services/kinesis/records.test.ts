import type { GetRecordsCommandOutput, PutRecordCommandOutput, PutRecordsCommandOutput } from '@aws-sdk/client-kinesis';
import { beforeEach, describe, expect, it } from 'vitest';
import { bytes, createWorld, START_MS, textOf, type World } from './world.ts';

let world: World;

beforeEach(async () => {
  world = createWorld();
  await world.call('CreateStream', { StreamName: 's', ShardCount: 2 });
});

const put = (key: string, data: string, more: object = {}): Promise<PutRecordCommandOutput> =>
  world.call('PutRecord', { StreamName: 's', PartitionKey: key, Data: bytes(data), ...more });

async function iterator(shard: number, position: object): Promise<string> {
  const { ShardIterator } = await world.call<{ ShardIterator: string }>('GetShardIterator', { StreamName: 's', ShardId: `shardId-${shard}`, ...position });
  return ShardIterator;
}

const get = (ShardIterator: string | undefined, more: object = {}): Promise<GetRecordsCommandOutput> => world.call('GetRecords', { ShardIterator, ...more });

const texts = ({ Records = [] }: GetRecordsCommandOutput): string[] => Records.map(({ Data }) => textOf(Data));

const LOW = { ExplicitHashKey: '0' };

describe('putting records', () => {
  it('sends a key to the shard whose range holds its MD5', async () => {
    // MD5 of `a` begins with 0c, that of `c` with 4a, that of `b` with 92.
    expect((await put('a', '1')).ShardId).toBe('shardId-000000000000');
    expect((await put('c', '1')).ShardId).toBe('shardId-000000000000');
    expect((await put('b', '1')).ShardId).toBe('shardId-000000000001');
    expect((await put('a', '1', { ExplicitHashKey: String(2n ** 128n - 1n) })).ShardId).toBe('shardId-000000000001');
    await expect(put('a', '1', { ExplicitHashKey: String(2n ** 128n) })).rejects.toMatchObject({ code: 'InvalidArgumentException' });
  });

  it('numbers the records of a shard upwards, whatever the time', async () => {
    const numbers: bigint[] = [];
    for (let count = 0; count < 50; count += 1) {
      numbers.push(BigInt((await put('a', String(count), { SequenceNumberForOrdering: numbers.at(-1)?.toString() })).SequenceNumber ?? ''));
      if (count % 10 === 0) await world.wait(700);
    }
    expect(numbers).toEqual([...numbers].sort((a, b) => (a < b ? -1 : 1)));
    expect(new Set(numbers).size).toBe(50);
    expect(String(numbers[0])).toMatch(/^49\d{54}$/);
  });

  it('keeps keys and data to the byte, one by one and in batches', async () => {
    const data = Buffer.from([0, 255, 128, 10, 13, 0]);
    await world.call('PutRecord', { StreamName: 's', PartitionKey: 'ключ 🔑', Data: data, ...LOW });
    await world.call('PutRecords', { StreamName: 's', Records: [{ PartitionKey: 'x', Data: Buffer.alloc(0), ...LOW }] });
    const { Records = [] } = await get(await iterator(0, { ShardIteratorType: 'TRIM_HORIZON' }));
    expect(Records.map(({ PartitionKey, Data }) => [PartitionKey, Buffer.from(Data ?? []).toString('hex')])).toEqual([
      ['ключ 🔑', data.toString('hex')],
      ['x', ''],
    ]);
    expect(Records[0]?.ApproximateArrivalTimestamp).toEqual(new Date(START_MS));
  });

  it('refuses by the record what is over a thousand records a second in a shard', async () => {
    const batch = { StreamName: 's', Records: Array.from({ length: 500 }, () => ({ PartitionKey: 'a', Data: bytes('x') })) };
    for (let count = 0; count < 2; count += 1) expect((await world.call<PutRecordsCommandOutput>('PutRecords', batch)).FailedRecordCount).toBe(0);
    const Records = [...batch.Records.slice(0, 2), { PartitionKey: 'b', Data: bytes('y') }];
    const over = await world.call<PutRecordsCommandOutput>('PutRecords', { StreamName: 's', Records });
    expect(over.FailedRecordCount).toBe(2);
    expect(over.Records?.[0]).toEqual({
      ErrorCode: 'ProvisionedThroughputExceededException',
      ErrorMessage: 'Rate exceeded for shard shardId-000000000000 in stream s under account 111111111111.',
    });
    expect(over.Records?.[2]).toMatchObject({ ShardId: 'shardId-000000000001' });
    await expect(put('a', 'x')).rejects.toMatchObject({ code: 'ProvisionedThroughputExceededException' });
    await world.wait(1000);
    expect((await world.call<PutRecordsCommandOutput>('PutRecords', batch)).FailedRecordCount).toBe(0);
  });

  it('refuses what is over a megabyte a second, but takes one record as large as a record may be', async () => {
    await world.call('UpdateMaxRecordSize', { StreamARN: 'arn:aws:kinesis:us-east-1:111111111111:stream/s', MaxRecordSizeInKiB: 4096 });
    await put('a', 'x'.repeat(4_000_000));
    await expect(put('a', 'x')).rejects.toMatchObject({ code: 'ProvisionedThroughputExceededException' });
    await world.wait(4000);
    await put('a', 'x');
    await expect(put('a', 'x'.repeat(4_194_304))).rejects.toMatchObject({ code: 'InvalidArgumentException' });
  });
});

describe('reading records', () => {
  it('begins where the iterator type says', async () => {
    const numbers: (string | undefined)[] = [];
    for (const text of ['1', '2', '3']) {
      numbers.push((await put('a', text)).SequenceNumber);
      await world.wait(1000);
    }
    const at = async (position: object): Promise<string[]> => {
      await world.wait(1000);
      return texts(await get(await iterator(0, position)));
    };
    expect(await at({ ShardIteratorType: 'TRIM_HORIZON' })).toEqual(['1', '2', '3']);
    expect(await at({ ShardIteratorType: 'LATEST' })).toEqual([]);
    expect(await at({ ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: numbers[1] })).toEqual(['2', '3']);
    expect(await at({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: numbers[1] })).toEqual(['3']);
    expect(await at({ ShardIteratorType: 'AT_TIMESTAMP', Timestamp: new Date(START_MS + 1) })).toEqual(['2', '3']);
    expect(await at({ ShardIteratorType: 'AT_TIMESTAMP', Timestamp: new Date(START_MS + 1000) })).toEqual(['2', '3']);
    await expect(iterator(1, { ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: numbers[1] })).rejects.toThrow(
      'It encodes shardId-000000000000',
    );
    await expect(iterator(0, { ShardIteratorType: 'AT_TIMESTAMP', Timestamp: new Date(START_MS + 1e9) })).rejects.toThrow('cannot be greater');
  });

  it('goes on from page to page and says how far behind it is', async () => {
    await put('a', '1');
    await world.wait(2000);
    await put('a', '2');
    await world.wait(3000);
    const first = await get(await iterator(0, { ShardIteratorType: 'TRIM_HORIZON' }), { Limit: 1 });
    expect([texts(first), first.MillisBehindLatest]).toEqual([['1'], 5000]);
    const second = await get(first.NextShardIterator);
    expect([texts(second), second.MillisBehindLatest]).toEqual([['2'], 0]);
    await put('a', '3');
    expect(texts(await get(second.NextShardIterator))).toEqual(['3']);
  });

  it('lets an iterator be used for five minutes', async () => {
    const text = await iterator(0, { ShardIteratorType: 'LATEST' });
    await world.wait(300_000);
    await get(text);
    await world.wait(1);
    await expect(get(text)).rejects.toMatchObject({ code: 'ExpiredIteratorException' });
    await expect(get('nonsense')).rejects.toThrow('Invalid ShardIterator.');
  });

  it('allows five reads a second, and ten megabytes in five', async () => {
    const text = await iterator(0, { ShardIteratorType: 'TRIM_HORIZON' });
    for (let count = 0; count < 5; count += 1) await get(text);
    await expect(get(text)).rejects.toMatchObject({ code: 'ProvisionedThroughputExceededException' });
    await get(text, { isUnmetered: true });
    for (let second = 0; second < 12; second += 1) {
      await put('a', 'x'.repeat(1_000_000));
      await world.wait(1000);
    }
    const large = await get(text);
    expect(large.Records).toHaveLength(10);
    await world.wait(4700);
    await expect(get(large.NextShardIterator)).rejects.toMatchObject({ code: 'ProvisionedThroughputExceededException' });
    await world.wait(1000);
    expect((await get(large.NextShardIterator)).Records).toHaveLength(2);
  });

  it('forgets what is past retention, and a longer retention does not bring it back', async () => {
    await put('a', 'old');
    await world.wait(23 * 3_600_000);
    await put('a', 'new');
    await world.wait(2 * 3_600_000);
    expect(texts(await get(await iterator(0, { ShardIteratorType: 'TRIM_HORIZON' })))).toEqual(['new']);
    await world.call('IncreaseStreamRetentionPeriod', { StreamName: 's', RetentionPeriodHours: 48 });
    expect(texts(await get(await iterator(0, { ShardIteratorType: 'TRIM_HORIZON' })))).toEqual(['new']);
    await world.wait(47 * 3_600_000);
    expect(texts(await get(await iterator(0, { ShardIteratorType: 'TRIM_HORIZON' })))).toEqual([]);
  });

  it('keeps a shard whole when small slabs are laid together', async () => {
    for (let count = 0; count < 100; count += 1) await put('a', String(count));
    const numbers = Array.from({ length: 100 }, (_, count) => String(count));
    expect(texts(await get(await iterator(0, { ShardIteratorType: 'TRIM_HORIZON' })))).toEqual(numbers);
    expect(world.state.streams.get('s')?.kept.size).toBeLessThan(10);
  });
});

import { describe, expect, it } from 'vitest';
import { type DynamoDbWorld, dynamodbWorld, plainTable, RememberedStore, START_MS } from '../dynamodb/dynamodb-world.ts';

const HOUR_MS = 3_600_000;

async function streaming(StreamViewType = 'NEW_AND_OLD_IMAGES', store = new RememberedStore()) {
  const world = dynamodbWorld({ store });
  const { TableDescription } = await world.call('CreateTable', plainTable('plain', { StreamSpecification: { StreamEnabled: true, StreamViewType } }));
  return { world, arn: TableDescription.LatestStreamArn as string, store };
}

const put = (world: DynamoDbWorld, id: string, n = 1) => world.call('PutItem', { TableName: 'plain', Item: { id: { S: id }, n: { N: String(n) } } });

async function iterator(world: DynamoDbWorld, arn: string, more: object = { ShardIteratorType: 'TRIM_HORIZON' }): Promise<string> {
  const { StreamDescription } = await world.streams('DescribeStream', { StreamArn: arn });
  return (await world.streams('GetShardIterator', { StreamArn: arn, ShardId: StreamDescription.Shards[0].ShardId, ...more })).ShardIterator;
}

const read = async (world: DynamoDbWorld, arn: string, more?: object) =>
  (await world.streams('GetRecords', { ShardIterator: await iterator(world, arn, more) })).Records;

describe('a stream', () => {
  it('has a record of each change, and none of a write that changes nothing', async () => {
    const { world, arn } = await streaming();
    await put(world, 'a');
    await put(world, 'a');
    await put(world, 'a', 2);
    await world.call('DeleteItem', { TableName: 'plain', Key: { id: { S: 'a' } } });
    await world.call('DeleteItem', { TableName: 'plain', Key: { id: { S: 'a' } } });
    const records = await read(world, arn);
    expect(records.map(({ eventName }: { eventName: string }) => eventName)).toEqual(['INSERT', 'MODIFY', 'REMOVE']);
    expect(records[1]).toEqual({
      eventID: expect.stringMatching(/^[0-9a-f]{32}$/),
      eventName: 'MODIFY',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: 'us-east-1',
      dynamodb: {
        ApproximateCreationDateTime: new Date(START_MS),
        Keys: { id: { S: 'a' } },
        NewImage: { id: { S: 'a' }, n: { N: '2' } },
        OldImage: { id: { S: 'a' }, n: { N: '1' } },
        SequenceNumber: expect.stringMatching(/^\d{21}$/),
        SizeBytes: 3 + 6 + 6,
        StreamViewType: 'NEW_AND_OLD_IMAGES',
      },
    });
    expect(new Set(records.map(({ eventID }: { eventID: string }) => eventID)).size).toBe(3);
  });

  it.each([
    ['KEYS_ONLY', []],
    ['NEW_IMAGE', ['NewImage']],
    ['OLD_IMAGE', ['OldImage']],
  ])('of %s has no other images', async (view, images) => {
    const { world, arn } = await streaming(view);
    await put(world, 'a');
    await put(world, 'a', 2);
    const { dynamodb } = (await read(world, arn))[1];
    expect(Object.keys(dynamodb).filter((name) => name.endsWith('Image'))).toEqual(images);
  });

  it('has the records of a transaction, and none of one that was cancelled', async () => {
    const { world, arn } = await streaming();
    const action = (id: string) => ({ Put: { TableName: 'plain', Item: { id: { S: id } }, ConditionExpression: 'attribute_not_exists(id)' } });
    await world.call('TransactWriteItems', { TransactItems: [action('a'), action('b')] });
    await world.fault('TransactWriteItems', { TransactItems: [action('c'), action('a')] });
    expect((await read(world, arn)).map(({ dynamodb }: { dynamodb: { Keys: object } }) => dynamodb.Keys)).toEqual([{ id: { S: 'a' } }, { id: { S: 'b' } }]);
  });

  it('names the service as the one who deleted what expired', async () => {
    const { world, arn } = await streaming();
    await world.call('UpdateTimeToLive', { TableName: 'plain', TimeToLiveSpecification: { Enabled: true, AttributeName: 'n' } });
    await put(world, 'a', START_MS / 1000 + 1);
    await world.kernel.run();
    expect((await read(world, arn))[1]).toMatchObject({ eventName: 'REMOVE', userIdentity: { Type: 'Service', PrincipalId: 'dynamodb.amazonaws.com' } });
  });

  it('is read from each kind of place', async () => {
    const { world, arn } = await streaming();
    for (const id of ['a', 'b', 'c']) await put(world, id);
    const ids = async (more: object) => (await read(world, arn, more)).map(({ dynamodb }: { dynamodb: { Keys: { id: { S: string } } } }) => dynamodb.Keys.id.S);
    const SequenceNumber = (await read(world, arn))[1].dynamodb.SequenceNumber;
    expect(await ids({ ShardIteratorType: 'TRIM_HORIZON' })).toEqual(['a', 'b', 'c']);
    expect(await ids({ ShardIteratorType: 'AT_SEQUENCE_NUMBER', SequenceNumber })).toEqual(['b', 'c']);
    expect(await ids({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber })).toEqual(['c']);
    expect(await ids({ ShardIteratorType: 'LATEST' })).toEqual([]);
  });

  it('is read page by page, and answers empty at its tip', async () => {
    const { world, arn } = await streaming();
    for (const id of ['a', 'b', 'c']) await put(world, id);
    const first = await world.streams('GetRecords', { ShardIterator: await iterator(world, arn), Limit: 2 });
    const second = await world.streams('GetRecords', { ShardIterator: first.NextShardIterator });
    const third = await world.streams('GetRecords', { ShardIterator: second.NextShardIterator });
    expect([first, second, third].map(({ Records }) => Records.length)).toEqual([2, 1, 0]);
    await put(world, 'd');
    expect((await world.streams('GetRecords', { ShardIterator: third.NextShardIterator })).Records).toHaveLength(1);
  });

  it('wakes those who wait for it', async () => {
    const { world, arn } = await streaming();
    let count = 0;
    const end = world.kernel.onNotify(arn, () => {
      count += 1;
    });
    await put(world, 'a');
    await put(world, 'a');
    expect(count).toBe(1);
    end();
    await put(world, 'b');
    expect(count).toBe(1);
  });

  it('keeps records for 24 hours and iterators for 15 minutes', async () => {
    const { world, arn } = await streaming();
    await put(world, 'a');
    const old = await iterator(world, arn);
    const [{ dynamodb }] = await read(world, arn);
    await world.kernel.run({ untilMs: START_MS + 16 * 60_000 });
    await expect(world.streams('GetRecords', { ShardIterator: old })).rejects.toMatchObject({ code: 'ExpiredIteratorException' });
    await world.kernel.run({ untilMs: START_MS + 12 * HOUR_MS });
    await put(world, 'b');
    await world.kernel.run({ untilMs: START_MS + 24 * HOUR_MS + 1 });
    expect(await read(world, arn)).toMatchObject([{ dynamodb: { Keys: { id: { S: 'b' } } } }]);
    await expect(iterator(world, arn, { ShardIteratorType: 'AT_SEQUENCE_NUMBER', SequenceNumber: dynamodb.SequenceNumber })).rejects.toMatchObject({
      code: 'TrimmedDataAccessException',
    });
    await put(world, 'c');
    expect(world.kernel.collection(`dynamodb.stream/plain/${arn.split('/stream/')[1]}`).size).toBe(2);
  });

  it('ends with its table and can be read to its end', async () => {
    const { world, arn } = await streaming();
    await put(world, 'a');
    await world.call('DeleteTable', { TableName: 'plain' });
    const { StreamDescription } = await world.streams('DescribeStream', { StreamArn: arn });
    expect(StreamDescription).toMatchObject({ StreamStatus: 'DISABLED', Shards: [{ SequenceNumberRange: { EndingSequenceNumber: expect.any(String) } }] });
    const answer = await world.streams('GetRecords', { ShardIterator: await iterator(world, arn) });
    expect([answer.Records.length, answer.NextShardIterator]).toEqual([1, undefined]);
    await world.kernel.run({ untilMs: START_MS + 24 * HOUR_MS });
    await expect(world.streams('DescribeStream', { StreamArn: arn })).rejects.toThrow(`Requested resource not found: Stream: ${arn} not found`);
  });

  it('counts on after a restart, also where every record was trimmed', async () => {
    const { world, arn, store } = await streaming();
    await put(world, 'a');
    await put(world, 'b');
    const before = await read(world, arn);
    const second = dynamodbWorld({ store, startMs: START_MS + HOUR_MS });
    expect(await read(second, arn)).toEqual(before);
    await put(second, 'c');
    const numbers = (await read(second, arn)).map(({ dynamodb }: { dynamodb: { SequenceNumber: string } }) => BigInt(dynamodb.SequenceNumber));
    expect(numbers).toEqual([numbers[0], numbers[0] + 1n, numbers[0] + 2n]);
    const third = dynamodbWorld({ store, startMs: START_MS + 48 * HOUR_MS });
    await put(third, 'd');
    const fourth = dynamodbWorld({ store, startMs: START_MS + 96 * HOUR_MS });
    await put(fourth, 'e');
    expect((await read(fourth, arn)).map(({ dynamodb }: { dynamodb: { SequenceNumber: string } }) => BigInt(dynamodb.SequenceNumber))).toEqual([
      numbers[0] + 4n,
    ]);
  });

  it('is listed by table', async () => {
    const { world, arn } = await streaming();
    await world.call('CreateTable', plainTable('other', { StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' } }));
    expect((await world.streams('ListStreams', {})).Streams).toHaveLength(2);
    expect(await world.streams('ListStreams', { TableName: 'plain' })).toEqual({
      Streams: [{ StreamArn: arn, StreamLabel: arn.split('/stream/')[1], TableName: 'plain' }],
    });
  });
});

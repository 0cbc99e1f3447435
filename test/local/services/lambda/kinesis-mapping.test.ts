import { describe, expect, it } from 'vitest';
import type { Service } from '../../../../local/kernel/service.ts';
import { createS3 } from '../../../../local/services/s3/service.ts';
import { ARN, type KinesisEvent, mapped, texts } from './kinesis-world.ts';
import { memoryStore, queueArn, START_MS } from './world.ts';

const HOUR_MS = 3_600_000;

function buckets() {
  const contents = new Map<string, Uint8Array>();
  const put = (content: Uint8Array): string => {
    contents.set(String(contents.size), content);
    return String(contents.size - 1);
  };
  const read = (name: string, start: number, length: number) => (contents.get(name) ?? new Uint8Array()).subarray(start, start + length);
  return createS3({ blobs: { put, read, delete: (name) => void contents.delete(name), keepOnly: () => {} } });
}

describe('a mapping on a Kinesis stream', () => {
  it('brings records as soon as there are any, in the shape that functions know', async () => {
    const world = await mapped(() => 'ok');
    await world.put('hello', 'order-1');
    const atMs = world.kernel.nowMs();
    await world.advance(1);
    const [first] = world.invocations;
    expect(first?.atMs).toBe(atMs);
    const record = (first?.event as KinesisEvent | undefined)?.Records[0];
    expect(record).toMatchObject({
      eventSource: 'aws:kinesis',
      eventName: 'aws:kinesis:record',
      eventVersion: '1.0',
      eventSourceARN: ARN,
      awsRegion: 'eu-west-1',
      invokeIdentityArn: 'arn:aws:iam::111122223333:role/work-role',
      kinesis: { kinesisSchemaVersion: '1.0', partitionKey: 'order-1', data: 'aGVsbG8=', approximateArrivalTimestamp: atMs / 1000 },
    });
    expect(record?.eventID).toBe(`shardId-000000000000:${record?.kinesis.sequenceNumber}`);
    expect(world.metric('IteratorAge')).toEqual([0]);
  });

  it('begins at the trim horizon, with what comes next, or at a time', async () => {
    for (const [position, expected] of [
      [{ StartingPosition: 'TRIM_HORIZON' }, ['old', 'new']],
      [{ StartingPosition: 'LATEST' }, ['new']],
      [{ StartingPosition: 'AT_TIMESTAMP', StartingPositionTimestamp: new Date(START_MS) }, ['old', 'new']],
      [{ StartingPosition: 'AT_TIMESTAMP', StartingPositionTimestamp: new Date(START_MS + 3_600_000) }, []],
    ] as const) {
      const world = await mapped(() => 'ok', position, { before: ['old'] });
      await world.put('new');
      await world.advance(1000);
      expect(world.seen().flat()).toEqual(expected);
    }
  });

  it('does not bring, by way of a split, what lay there before it began with the latest record', async () => {
    const world = await mapped(() => 'ok', { StartingPosition: 'LATEST' }, { before: ['old'] });
    const half = (2n ** 127n).toString();
    await world.call('kinesis', 'SplitShard', { StreamName: 'events', ShardToSplit: 'shardId-000000000000', NewStartingHashKey: half });
    await world.advance(60_000);
    await world.put('new');
    await world.advance(1000);
    expect(world.seen().flat()).toEqual(['new']);
  });

  it('filters on the decoded data and on the partition key', async () => {
    const Filters = [{ Pattern: JSON.stringify({ data: { type: ['a'] } }) }, { Pattern: JSON.stringify({ partitionKey: ['all'] }) }];
    const world = await mapped(() => 'ok', { FilterCriteria: { Filters } });
    for (const [data, key] of [['{"type":"a"}'], ['{"type":"b"}'], ['no JSON'], ['kept', 'all']] as const) await world.put(data, key);
    await world.advance(1000);
    expect(world.seen().flat()).toEqual(['{"type":"a"}', 'kept']);
  });

  it('tells the destination where the records lay that it gave up, and nothing of what is in them', async () => {
    const world = await mapped(
      () => {
        throw new Error('no');
      },
      { MaximumRetryAttempts: 1, DestinationConfig: { OnFailure: { Destination: queueArn('failures') } } },
    );
    await world.put('secret');
    await world.advance(60_000);
    const [text = ''] = await world.drain('failures');
    expect(JSON.parse(text)).toMatchObject({ KinesisBatchInfo: { shardId: 'shardId-000000000000', batchSize: 1, streamArn: ARN } });
    expect(text).not.toContain(Buffer.from('secret').toString('base64'));
  });

  it('puts the records themselves into a bucket, beside where they lay', async () => {
    const world = await mapped(
      () => {
        throw new Error('no');
      },
      { MaximumRetryAttempts: 0, DestinationConfig: { OnFailure: { Destination: 'arn:aws:s3:::failures' } } },
      { services: [buckets() as Service] },
    );
    await world.call('s3', 'CreateBucket', { Bucket: 'failures', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } });
    await world.put('kept');
    await world.advance(60_000);
    const { Contents } = await world.call('s3', 'ListObjectsV2', { Bucket: 'failures' });
    expect(Contents).toHaveLength(1);
    expect(Contents[0].Key).toMatch(new RegExp(`^aws/lambda/${world.uuid}/shardId-000000000000/2026/11/24/2026-11-24T\\d\\d\\.\\d\\d\\.\\d\\d-[0-9a-f-]{36}$`));
    const { Body } = await world.call('s3', 'GetObject', { Bucket: 'failures', Key: Contents[0].Key });
    const letter = JSON.parse(Buffer.from(Body).toString());
    expect(letter).toMatchObject({ requestContext: { condition: 'RetryAttemptsExhausted' }, KinesisBatchInfo: { batchSize: 1 } });
    expect(texts(JSON.parse(letter.payload))).toEqual(['kept']);
  });

  it('gives up what the stream itself no longer keeps, and not before', async () => {
    let isBroken = true;
    const world = await mapped(
      () => {
        if (isBroken) throw new Error('no');
      },
      { DestinationConfig: { OnFailure: { Destination: queueArn('failures') } } },
    );
    await world.call('kinesis', 'IncreaseStreamRetentionPeriod', { StreamName: 'events', RetentionPeriodHours: 48 });
    await world.put('old');
    await world.advance(47 * HOUR_MS);
    expect(await world.drain('failures')).toEqual([]);
    await world.put('young');
    await world.advance(2 * HOUR_MS);
    const [text = ''] = await world.drain('failures');
    expect(JSON.parse(text)).toMatchObject({ requestContext: { condition: 'RecordAgeExceeded' }, KinesisBatchInfo: { batchSize: 1 } });
    isBroken = false;
    await world.advance(HOUR_MS);
    expect(world.seen().at(-1)).toEqual(['young']);
  });

  it('is not made on a stream, or a consumer, that is not there, nor with a destination that it cannot have', async () => {
    const world = await mapped(() => 'ok');
    for (const EventSourceArn of [`${ARN}-other`, `${ARN}/consumer/nobody:1`]) {
      await expect(world.create({ EventSourceArn })).rejects.toMatchObject({
        code: 'InvalidParameterValueException',
        message: `Stream not found: ${EventSourceArn}`,
      });
    }
    for (const [Destination, message] of [
      ['kafka://topic', 'kafka://topic'],
      ['arn:aws:lambda:eu-west-1:111122223333:function:work', 'no queue, topic or bucket'],
    ]) {
      await expect(world.create({ DestinationConfig: { OnFailure: { Destination } } })).rejects.toThrow(message);
    }
  });

  it('stops when disabled and goes on at its checkpoint when enabled; after a crash too', async () => {
    const store = memoryStore();
    const world = await mapped(() => 'ok', {}, { store });
    await world.put('1');
    await world.advance(10);
    await world.lambda('UpdateEventSourceMapping', { UUID: world.uuid, Enabled: false });
    await world.put('2');
    await world.advance(1000);
    expect(world.seen()).toEqual([['1']]);
    await world.lambda('UpdateEventSourceMapping', { UUID: world.uuid, Enabled: true });
    await world.advance(1000);
    expect(world.seen()).toEqual([['1'], ['2']]);
    const after = await mapped(() => 'ok', {}, { store: store.crash() });
    await after.put('3');
    await after.advance(1000);
    expect(after.seen()).toEqual([['3']]);
  });

  it('reads by a consumer with enhanced fan-out', async () => {
    const world = await mapped(() => 'ok');
    const { Consumer } = await world.call('kinesis', 'RegisterStreamConsumer', { StreamARN: ARN, ConsumerName: 'fan' });
    await world.advance(60_000);
    await world.lambda('DeleteEventSourceMapping', { UUID: world.uuid });
    await world.create({ EventSourceArn: Consumer.ConsumerARN });
    await world.put('fanned');
    await world.advance(100);
    expect(world.seen()).toEqual([['fanned']]);
    expect(world.invocations[0]?.event).toMatchObject({ Records: [{ eventSourceARN: Consumer.ConsumerARN }] });
  });

  it('refuses a time without the position, and the position without a time', async () => {
    await expect(mapped(() => 'ok', { StartingPosition: 'AT_TIMESTAMP' })).rejects.toThrow('StartingPositionTimestamp');
    await expect(mapped(() => 'ok', { StartingPositionTimestamp: new Date(START_MS) })).rejects.toThrow('AT_TIMESTAMP');
  });
});

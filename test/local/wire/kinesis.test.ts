import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HttpResponse } from '../../../local/kernel/http.ts';
import { Plane } from '../../../local/plane.ts';
import { withoutStream } from '../../../local/wire/codecs/event-stream.ts';

let plane: Plane;

beforeEach(() => {
  plane = new Plane({ accountId: '111111111111' });
});

afterEach(() => plane.close());

const send = (operation: string, input: object): Promise<HttpResponse> =>
  plane.dispatch({
    method: 'POST',
    target: '/',
    headers: { host: 'kinesis', 'x-amz-target': `Kinesis_20131202.${operation}` },
    body: Buffer.from(JSON.stringify(input)),
  });

async function message(operation: string, input: object): Promise<string> {
  const { body } = await send(operation, input);
  const { message: text, Message } = JSON.parse(Buffer.from(body).toString()) as { message?: string; Message?: string };
  return text ?? Message ?? '';
}

describe('Kinesis on the wire', () => {
  it.each([
    ['PutRecord', { PartitionKey: 23 }, 'class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to an String'],
    ['PutRecord', { Data: '23456' }, "'23456' can not be converted to a Blob: Base64 encoded length is expected a multiple of 4 bytes but found: 5"],
    ['PutRecord', { Data: '=+/=' }, "'=+/=' can not be converted to a Blob: Invalid Base64 character: '='"],
    ['PutRecord', { Data: '+/+=' }, "'+/+=' can not be converted to a Blob: Invalid last non-pad Base64 character dectected"],
    ['PutRecords', { Records: 'x' }, 'Expected list or null'],
    ['PutRecords', { Records: ['x'] }, 'Expected null'],
    ['AddTagsToStream', { Tags: [] }, 'Start of list found where not expected'],
    ['DeleteStream', { EnforceConsumerDeletion: 'x' }, "'x' can not be converted to an Boolean"],
    ['GetRecords', { Limit: {} }, 'Start of structure or map found where not expected.'],
  ])('words what cannot be read as an older reader: %s %j', async (operation, input, expected) => {
    expect(await message(operation, input)).toBe(expected);
  });

  it('misses the name of a stream that neither name nor ARN gives', async () => {
    const missing = "Value null at 'streamName' failed to satisfy constraint: Member must not be null";
    expect(await message('DescribeStream', {})).toBe(`1 validation error detected: ${missing}`);
    expect(await message('DescribeStream', { StreamARN: 'arn:aws:kinesis:us-east-1:111111111111:stream/x' })).toBe(
      'Stream x under account 111111111111 not found.',
    );
    expect(await message('ListShards', {})).toBe('Either NextToken or StreamName should be provided.');
  });

  it('ends a stream of events for those that take bytes only', async () => {
    await send('CreateStream', { StreamName: 's', ShardCount: 1 });
    const registered = await send('RegisterStreamConsumer', { StreamARN: 'arn:aws:kinesis:us-east-1:111111111111:stream/s', ConsumerName: 'c' });
    const { Consumer } = JSON.parse(Buffer.from(registered.body).toString()) as { Consumer: { ConsumerARN: string } };
    const input = { ConsumerARN: Consumer.ConsumerARN, ShardId: '0', StartingPosition: { Type: 'LATEST' } };
    const { subscriptions } = plane.kernel.contextFor('kinesis').state as { subscriptions: Map<string, unknown> };
    const streaming = await send('SubscribeToShard', input);
    expect(subscriptions.size).toBe(1);
    expect((await withoutStream(streaming)).status).toBe(501);
    expect(subscriptions.size).toBe(0);
  });
});

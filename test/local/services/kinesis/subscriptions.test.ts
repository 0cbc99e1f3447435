import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect, constants } from 'node:http2';
import { Kinesis, type SubscribeToShardEventStream } from '@aws-sdk/client-kinesis';
import { EventStreamCodec } from '@smithy/core/event-streams';
import { fromUtf8, toUtf8 } from '@smithy/core/serde';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Plane } from '../../../../local/plane.ts';
import { bytes, createWorld, START_MS, textOf, type World } from './world.ts';

const STREAM_ARN = 'arn:aws:kinesis:us-east-1:111111111111:stream/s';

const textsOf = (event: SubscribeToShardEventStream | undefined): string[] => (event?.SubscribeToShardEvent?.Records ?? []).map(({ Data }) => textOf(Data));

describe('a subscription to a shard', () => {
  let world: World;
  let arn: string;

  beforeEach(async () => {
    world = createWorld();
    await world.call('CreateStream', { StreamName: 's', ShardCount: 1 });
    const { Consumer } = await world.call<{ Consumer: { ConsumerARN: string } }>('RegisterStreamConsumer', { StreamARN: STREAM_ARN, ConsumerName: 'c' });
    arn = Consumer.ConsumerARN;
  });

  const subscribe = async (position: object = { Type: 'LATEST' }): Promise<AsyncIterator<SubscribeToShardEventStream>> => {
    const input = { ConsumerARN: arn, ShardId: 'shardId-000000000000', StartingPosition: position };
    const { EventStream } = await world.call<{ EventStream: AsyncIterable<SubscribeToShardEventStream> }>('SubscribeToShard', input);
    return EventStream[Symbol.asyncIterator]();
  };
  const put = (data: string): Promise<unknown> => world.call('PutRecord', { StreamName: 's', PartitionKey: 'k', Data: bytes(data) });

  it('says at once where it stands, and brings what comes without being asked', async () => {
    await put('before');
    const events = await subscribe();
    const first = (await events.next()).value as SubscribeToShardEventStream;
    expect([textsOf(first), first.SubscribeToShardEvent?.MillisBehindLatest]).toEqual([[], 0]);
    const waiting = events.next();
    await put('1');
    expect(textsOf((await waiting).value as SubscribeToShardEventStream)).toEqual(['1']);
    await put('2');
    await put('3');
    expect(textsOf((await events.next()).value as SubscribeToShardEventStream)).toEqual(['2', '3']);
  });

  it('can be taken up where it ended, after five minutes', async () => {
    const events = await subscribe();
    const first = (await events.next()).value as SubscribeToShardEventStream;
    const rest = events.next();
    await world.wait(300_000);
    expect(await rest).toEqual({ done: true, value: undefined });
    await put('1');
    const again = await subscribe({ Type: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: first.SubscribeToShardEvent?.ContinuationSequenceNumber });
    expect(textsOf((await again.next()).value as SubscribeToShardEventStream)).toEqual(['1']);
  });

  it('is refused within five seconds of another, and takes it over later', async () => {
    const events = await subscribe();
    await events.next();
    await expect(subscribe()).rejects.toMatchObject({ code: 'ResourceInUseException' });
    const rest = events.next();
    await world.wait(5000);
    await subscribe();
    expect((await rest).done).toBe(true);
  });

  it('ends with the names of the children where the shard was split', async () => {
    await put('1');
    await world.call('SplitShard', { StreamName: 's', ShardToSplit: 'shardId-0', NewStartingHashKey: '1000' });
    const events = await subscribe({ Type: 'TRIM_HORIZON' });
    const event = ((await events.next()).value as SubscribeToShardEventStream).SubscribeToShardEvent;
    expect(event?.ChildShards?.map(({ ShardId, ParentShards }) => [ShardId, ParentShards])).toEqual([
      ['shardId-000000000001', ['shardId-000000000000']],
      ['shardId-000000000002', ['shardId-000000000000']],
    ]);
    expect(event?.ContinuationSequenceNumber).toBeUndefined();
    expect((await events.next()).done).toBe(true);
  });

  it('fails when its consumer goes', async () => {
    const events = await subscribe();
    await events.next();
    const rest = events.next();
    await world.call('DeregisterStreamConsumer', { ConsumerARN: arn });
    await expect(rest).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
    expect(world.state.subscriptions.size).toBe(0);
  });

  it('gives no more than two megabytes a second', async () => {
    await world.call('DeleteStream', { StreamName: 's', EnforceConsumerDeletion: true });
    await world.call('CreateStream', { StreamName: 's', ShardCount: 1 });
    const { Consumer } = await world.call<{ Consumer: { ConsumerARN: string } }>('RegisterStreamConsumer', { StreamARN: STREAM_ARN, ConsumerName: 'c' });
    arn = Consumer.ConsumerARN;
    for (let count = 0; count < 5; count += 1) {
      await put('x'.repeat(1_000_000));
      await world.wait(1000);
    }
    const events = await subscribe({ Type: 'TRIM_HORIZON' });
    const startMs = world.kernel.nowMs();
    let count = 0;
    for (; count < 5; count += 1) {
      const next = events.next();
      await world.kernel.run({ isDone: () => false, untilMs: world.kernel.nowMs() + 400 });
      expect(textsOf((await next).value as SubscribeToShardEventStream)).toHaveLength(1);
    }
    expect(world.kernel.nowMs() - startMs).toBeGreaterThan(1000);
  });
});

describe.each([
  ['HTTP/2', 'http2'],
  ['no socket', 'none'],
])('a subscription over %s', (_name, transport) => {
  let plane: Plane;
  let client: Kinesis;

  beforeEach(async () => {
    plane = new Plane({ accountId: '111111111111' });
    const endpoint = await plane.listen(0);
    const settings = { region: 'us-east-1', endpoint, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };
    client = transport === 'none' ? new Kinesis(plane.clientSettings()) : new Kinesis(settings);
  });

  afterEach(async () => {
    client.destroy();
    await plane.close();
  });

  it('carries records to an SDK client as they come, and ends with its consumer', async () => {
    await client.createStream({ StreamName: 's', ShardCount: 1 });
    const { Consumer } = await client.registerStreamConsumer({ StreamARN: STREAM_ARN, ConsumerName: 'c' });
    const ConsumerARN = Consumer?.ConsumerARN;
    const { EventStream } = await client.subscribeToShard({ ConsumerARN, ShardId: 'shardId-000000000000', StartingPosition: { Type: 'LATEST' } });
    const events = (EventStream as AsyncIterable<SubscribeToShardEventStream>)[Symbol.asyncIterator]();
    const first = (await events.next()).value as SubscribeToShardEventStream;
    expect(first.SubscribeToShardEvent?.ContinuationSequenceNumber).toMatch(/^49\d{54}$/);
    await client.putRecord({ StreamName: 's', PartitionKey: 'k', Data: bytes('hello') });
    const second = (await events.next()).value as SubscribeToShardEventStream;
    expect(textsOf(second)).toEqual(['hello']);
    expect(second.SubscribeToShardEvent?.Records?.[0]?.ApproximateArrivalTimestamp?.getTime()).toBeGreaterThan(START_MS - 1e12);
    await client.deregisterStreamConsumer({ ConsumerARN });
    await expect(events.next()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  // A client over HTTP/2 ends its session gracefully, which is after the last stream: there the stream itself is reset.
  it('ends when the client goes', async () => {
    await client.createStream({ StreamName: 's', ShardCount: 1 });
    const { Consumer } = await client.registerStreamConsumer({ StreamARN: STREAM_ARN, ConsumerName: 'c' });
    const { subscriptions } = plane.kernel.contextFor('kinesis').state as World['state'];
    const stop = new AbortController();
    const input = { ConsumerARN: Consumer?.ConsumerARN, ShardId: 'shardId-000000000000', StartingPosition: { Type: 'LATEST' } } as const;
    if (transport === 'http2') {
      const posted = connect(plane.endpoint).request({ ':method': 'POST', 'x-amz-target': 'Kinesis_20131202.SubscribeToShard' });
      posted.end(JSON.stringify(input));
      await expect.poll(() => subscriptions.size).toBe(1);
      posted.close(constants.NGHTTP2_CANCEL);
      await expect.poll(() => subscriptions.size).toBe(0);
      return;
    }
    const { EventStream } = await client.subscribeToShard(input, { abortSignal: stop.signal });
    const events = (EventStream as AsyncIterable<SubscribeToShardEventStream>)[Symbol.asyncIterator]();
    await events.next();
    expect(subscriptions.size).toBe(1);
    stop.abort();
    await expect.poll(() => subscriptions.size).toBe(0);
  });
});

/** Reads messages of an event stream off a response, and what they say. */
async function* messagesOf(response: AsyncIterable<Buffer>): AsyncGenerator<{ readonly type: unknown; readonly text: string }> {
  const codec = new EventStreamCodec(toUtf8, fromUtf8);
  let rest = Buffer.alloc(0);
  for await (const piece of response) {
    rest = Buffer.concat([rest, piece]);
    while (rest.byteLength >= 4 && rest.byteLength >= rest.readUInt32BE(0)) {
      const { headers, body } = codec.decode(rest.subarray(0, rest.readUInt32BE(0)));
      rest = rest.subarray(rest.readUInt32BE(0));
      yield { type: (headers[':event-type'] ?? headers[':exception-type'])?.value, text: Buffer.from(body).toString() };
    }
  }
}

it('carries a subscription over HTTP/1.1, which ends when the client hangs up', async () => {
  const plane = new Plane({ accountId: '111111111111' });
  const endpoint = await plane.listen(0);
  const client = new Kinesis(plane.clientSettings());
  await client.createStream({ StreamName: 's', ShardCount: 1 });
  const { Consumer } = await client.registerStreamConsumer({ StreamARN: STREAM_ARN, ConsumerName: 'c' });
  const sent = request(endpoint, { method: 'POST', headers: { 'x-amz-target': 'Kinesis_20131202.SubscribeToShard' } });
  sent.end(JSON.stringify({ ConsumerARN: Consumer?.ConsumerARN, ShardId: 'shardId-0', StartingPosition: { Type: 'LATEST' } }));
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  expect(response.headers['content-type']).toBe('application/vnd.amazon.eventstream');
  const messages = messagesOf(response);
  expect((await messages.next()).value).toEqual({ type: 'initial-response', text: '{}' });
  expect((await messages.next()).value).toMatchObject({ type: 'SubscribeToShardEvent' });
  await client.putRecord({ StreamName: 's', PartitionKey: 'k', Data: bytes('hello') });
  const event = JSON.parse((await messages.next()).value?.text ?? '') as { Records: { Data: string }[] };
  expect(event.Records.map(({ Data }) => Buffer.from(Data, 'base64').toString())).toEqual(['hello']);
  const { subscriptions } = plane.kernel.contextFor('kinesis').state as World['state'];
  expect(subscriptions.size).toBe(1);
  sent.destroy();
  await expect.poll(() => subscriptions.size).toBe(0);
  await plane.close();
});

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { memoryStore, queueArn, queueDoesNotExist, subscribed, topicArn, unavailable, type World, world } from './sns-world.ts';

const MINUTE_MS = 60_000;
const RAW = { RawMessageDelivery: 'true' };

async function fifo(
  w: World,
  { queue = 'queue.fifo', attributes = {}, topic = {} }: { queue?: string; attributes?: object; topic?: object } = {},
): Promise<void> {
  await w.call('CreateTopic', { Name: 'orders.fifo', Attributes: { FifoTopic: 'true', ContentBasedDeduplication: 'true', ...topic } });
  await w.call('Subscribe', { TopicArn: topicArn('orders.fifo'), Protocol: 'sqs', Endpoint: queueArn(queue), Attributes: attributes });
}

const publish = ({ call }: World, Message: string, more: object = {}): Promise<Record<string, string>> =>
  call('Publish', { TopicArn: topicArn('orders.fifo'), Message, MessageGroupId: 'group', ...more });

describe('a FIFO topic', () => {
  it('numbers its messages upwards and hands on group and deduplication id', async () => {
    const w = world();
    await fifo(w);
    const first = await publish(w, 'one');
    const second = await publish(w, 'two', { MessageDeduplicationId: 'own' });
    await w.kernel.run();
    expect(first['SequenceNumber']).toMatch(/^\d{20}$/);
    expect((second['SequenceNumber'] ?? '') > (first['SequenceNumber'] ?? '')).toBe(true);
    expect(w.received.map(({ payload }) => [payload.messageGroupId, payload.messageDeduplicationId])).toEqual([
      ['group', createHash('sha256').update('one').digest('hex')],
      ['group', 'own'],
    ]);
    const envelope = JSON.parse(w.received[0]?.payload.body ?? '');
    expect(Object.keys(envelope)).toEqual(['Type', 'MessageId', 'SequenceNumber', 'TopicArn', 'Message', 'Timestamp', 'UnsubscribeURL']);
    expect(envelope).toMatchObject(first);
  });

  it('tells a standard queue nothing of groups', async () => {
    const w = world();
    await fifo(w, { queue: 'queue', attributes: RAW });
    await publish(w, 'one');
    await w.kernel.run();
    expect(w.received[0]?.payload).toEqual({ body: 'one' });
  });

  it('answers a repetition as its first, and delivers it once within five minutes', async () => {
    const w = world();
    await fifo(w, { attributes: RAW });
    const first = await publish(w, 'same');
    expect(await publish(w, 'same', { MessageGroupId: 'other' })).toEqual(first);
    await w.kernel.run({ untilMs: w.kernel.nowMs() + 5 * MINUTE_MS - 1 });
    expect(await publish(w, 'same')).toEqual(first);
    await w.kernel.run({ untilMs: w.kernel.nowMs() + 1 });
    expect((await publish(w, 'same'))['MessageId']).not.toBe(first['MessageId']);
    await w.kernel.run();
    expect(w.received).toHaveLength(2);
    expect(w.measured()).toMatchObject({ NumberOfMessagesPublished: 2 });
  });

  it('tells repetitions of different groups apart where its scope is the group', async () => {
    const w = world();
    await fifo(w, { attributes: RAW, topic: { FifoThroughputScope: 'MessageGroup' } });
    await publish(w, 'same');
    await publish(w, 'same', { MessageGroupId: 'other' });
    await publish(w, 'same');
    await w.kernel.run();
    expect(w.received.map(({ payload }) => payload.messageGroupId)).toEqual(['group', 'other']);
  });

  it('remembers a deduplication id after a restart', async () => {
    const store = memoryStore();
    const before = world({ store });
    await fifo(before);
    const first = await publish(before, 'same');
    await before.kernel.run();
    expect(await publish(world({ store }), 'same')).toEqual(first);
  });

  it('keeps the order of a group while one delivery is tried again, and other groups go on', async () => {
    const w = world({ refuse: (_, attempt) => (attempt <= 8 && attempt !== 2 ? unavailable() : undefined) });
    await fifo(w, { attributes: RAW });
    await publish(w, 'a1', { MessageGroupId: 'a' });
    await publish(w, 'a2', { MessageGroupId: 'a' });
    await publish(w, 'b1', { MessageGroupId: 'b' });
    await publish(w, 'a3', { MessageGroupId: 'a' });
    await w.kernel.run();
    const bodies = w.received.map(({ payload }) => payload.body);
    expect(bodies.filter((body) => body.startsWith('a'))).toEqual(['a1', 'a2', 'a3']);
    expect(bodies).toHaveLength(4);
    expect(bodies[0]).toBe('b1');
  });

  it('goes on with a group whose first message was given up, and keeps its ids in the dead-letter queue', async () => {
    const w = world({ refuse: (to, attempt) => (to === 'queue.fifo' && attempt === 1 ? queueDoesNotExist() : undefined) });
    await fifo(w, { attributes: { ...RAW, RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn('dlq.fifo') }) } });
    await publish(w, 'one', { MessageDeduplicationId: '1' });
    await publish(w, 'two', { MessageDeduplicationId: '2' });
    await w.kernel.run();
    expect(w.received.map(({ to, payload }) => [to, payload])).toEqual([
      ['dlq.fifo', { body: 'one', messageGroupId: 'group', messageDeduplicationId: '1' }],
      ['queue.fifo', { body: 'two', messageGroupId: 'group', messageDeduplicationId: '2' }],
    ]);
  });

  it('resumes a group in order after a restart', async () => {
    const store = memoryStore();
    const before = world({ store, refuse: unavailable });
    await fifo(before, { attributes: RAW });
    for (const body of ['1', '2', '3']) await publish(before, body);
    await before.kernel.run({ untilMs: before.kernel.nowMs() + 5000 });
    const after = world({ store });
    await after.kernel.run();
    expect(after.received.map(({ payload }) => payload.body)).toEqual(['1', '2', '3']);
  });

  it.each([
    ['a group id', { MessageGroupId: undefined }, 'The MessageGroupId parameter is required for FIFO topics'],
    ['a group id in its form', { MessageGroupId: 'a b' }, 'Invalid parameter: MessageGroupId'],
    ['a deduplication id in its form', { MessageDeduplicationId: 'ü' }, 'Invalid parameter: MessageDeduplicationId'],
  ])('asks for %s', async (_, more, message) => {
    const w = world();
    await fifo(w);
    await expect(publish(w, 'x', more)).rejects.toThrow(message);
  });

  it('takes queues only', async () => {
    const w = world();
    await subscribed(w, { topic: 'orders.fifo', queue: 'queue.fifo' });
    const input = { TopicArn: topicArn('orders.fifo'), Protocol: 'lambda', Endpoint: 'arn:aws:lambda:us-east-1:111111111111:function:f' };
    await expect(w.call('Subscribe', input)).rejects.toThrow('only SQS endpoints can be subscribed to FIFO topics');
  });
});

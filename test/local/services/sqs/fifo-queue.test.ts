import { describe, expect, it } from 'vitest';
import { type SqsWorld, sqsWorld } from './sqs-world.ts';

const bodies = (messages: { Body?: string | undefined }[]) => messages.map(({ Body }) => Body);

async function fifoWorld(attributes: Record<string, string> = {}): Promise<SqsWorld> {
  const world = sqsWorld();
  await world.create('q.fifo', { FifoQueue: 'true', ContentBasedDeduplication: 'true', ...attributes });
  return world;
}

const send = (world: SqsWorld, body: string, group: string, more: object = {}) => world.send('q.fifo', body, { MessageGroupId: group, ...more });

describe('a FIFO queue', () => {
  it('holds back a group while one of its messages is in flight, and lets other groups flow', async () => {
    const world = await fifoWorld();
    for (const body of ['a1', 'a2', 'a3']) await send(world, body, 'a');
    await send(world, 'b1', 'b');
    const first = await world.receive('q.fifo', { MaxNumberOfMessages: 2 });
    expect(bodies(first)).toEqual(['a1', 'a2']);
    expect(bodies(await world.receive('q.fifo', { MaxNumberOfMessages: 10 }))).toEqual(['b1']);
    await world.call('DeleteMessage', { QueueUrl: 'q.fifo', ReceiptHandle: first[0]?.ReceiptHandle });
    expect(await world.receive('q.fifo')).toEqual([]);
    await world.call('ChangeMessageVisibility', { QueueUrl: 'q.fifo', ReceiptHandle: first[1]?.ReceiptHandle, VisibilityTimeout: 0 });
    expect(bodies(await world.receive('q.fifo', { MaxNumberOfMessages: 10 }))).toEqual(['a2', 'a3']);
  });

  it('drops a repeated id for five minutes, also after the first was received and deleted', async () => {
    const world = await fifoWorld();
    const first = await send(world, 'x', 'a');
    const [message] = await world.receive('q.fifo');
    await world.call('DeleteMessage', { QueueUrl: 'q.fifo', ReceiptHandle: message?.ReceiptHandle });
    await world.wait(299_999);
    expect(await send(world, 'x', 'b')).toMatchObject({ MessageId: first.MessageId, SequenceNumber: first.SequenceNumber });
    expect(await world.receive('q.fifo')).toEqual([]);
    await world.wait(1);
    expect((await send(world, 'x', 'b')).MessageId).not.toBe(first.MessageId);
    expect(bodies(await world.receive('q.fifo'))).toEqual(['x']);
  });

  it('lets an explicit id win over the body, and the scope of a group separate equal ids', async () => {
    const world = await fifoWorld({ DeduplicationScope: 'messageGroup', FifoThroughputLimit: 'perMessageGroupId' });
    await send(world, 'x', 'a', { MessageDeduplicationId: '1' });
    await send(world, 'x', 'a', { MessageDeduplicationId: '2' });
    await send(world, 'y', 'b', { MessageDeduplicationId: '1' });
    await send(world, 'z', 'b', { MessageDeduplicationId: '1' });
    expect(bodies(await world.receive('q.fifo', { MaxNumberOfMessages: 10 }))).toEqual(['x', 'x', 'y']);
  });

  it('goes on for a minute with the scope it had', async () => {
    const world = await fifoWorld();
    await send(world, 'x', 'a');
    await world.call('SetQueueAttributes', { QueueUrl: 'q.fifo', Attributes: { DeduplicationScope: 'messageGroup' } });
    await send(world, 'x', 'b');
    expect(bodies(await world.receive('q.fifo', { MaxNumberOfMessages: 10 }))).toEqual(['x']);
    await world.wait(60_000);
    await send(world, 'x', 'b');
    expect(bodies(await world.receive('q.fifo', { MaxNumberOfMessages: 10 }))).toEqual(['x', 'x']);
  });

  it.each([
    {
      input: { MessageGroupId: 'a' },
      code: 'InvalidParameterValue',
      message: 'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    },
    { input: { MessageDeduplicationId: 'a' }, code: 'MissingParameter', message: 'The request must contain the parameter MessageGroupId.' },
    {
      input: { MessageGroupId: 'a', MessageDeduplicationId: 'a', DelaySeconds: 1 },
      code: 'InvalidParameterValue',
      message: 'Value 1 for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type.',
    },
  ])('refuses $input', async ({ input, code, message }) => {
    const world = await fifoWorld({ ContentBasedDeduplication: 'false' });
    await expect(world.send('q.fifo', 'x', input)).rejects.toMatchObject({ code, message });
  });

  it('refuses a batch as a whole where one entry has no group', async () => {
    const world = await fifoWorld();
    const batch = {
      QueueUrl: 'q.fifo',
      Entries: [
        { Id: 'a', MessageBody: 'x', MessageGroupId: 'a' },
        { Id: 'b', MessageBody: 'y' },
      ],
    };
    await expect(world.call('SendMessageBatch', batch)).rejects.toMatchObject({
      code: 'InvalidParameterValue',
      message: 'The request must contain the parameter MessageGroupId.',
    });
    expect(await world.receive('q.fifo')).toEqual([]);
  });

  it('refuses a delete after the visibility timeout has ended', async () => {
    const world = await fifoWorld({ VisibilityTimeout: '1' });
    await send(world, 'x', 'a');
    const [message] = await world.receive('q.fifo');
    await world.wait(1_000);
    await expect(world.call('DeleteMessage', { QueueUrl: 'q.fifo', ReceiptHandle: message?.ReceiptHandle })).rejects.toMatchObject({
      code: 'InvalidParameterValue',
      message: `Value ${message?.ReceiptHandle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.`,
    });
    expect(bodies(await world.receive('q.fifo'))).toEqual(['x']);
  });

  it('answers a repeated receive attempt with the same handles while nothing changed, hidden anew', async () => {
    const world = await fifoWorld({ VisibilityTimeout: '30' });
    await send(world, 'x', 'a');
    const attempt = { ReceiveRequestAttemptId: 'attempt-1' };
    const first = await world.receive('q.fifo', attempt);
    await world.wait(20_000);
    expect(await world.receive('q.fifo', attempt)).toEqual(first);
    await world.wait(20_000);
    expect(await world.receive('q.fifo')).toEqual([]);
    await world.wait(10_000);
    const [second] = await world.receive('q.fifo', attempt);
    expect(second?.ReceiptHandle).not.toBe(first[0]?.ReceiptHandle);
  });

  it('delays as a queue, for messages it already holds too', async () => {
    const world = await fifoWorld({ DelaySeconds: '10' });
    await send(world, 'x', 'a', { DelaySeconds: 0 });
    await world.wait(5_000);
    expect(await world.receive('q.fifo')).toEqual([]);
    await world.call('SetQueueAttributes', { QueueUrl: 'q.fifo', Attributes: { DelaySeconds: '5' } });
    await world.wait(0);
    expect(bodies(await world.receive('q.fifo'))).toEqual(['x']);
  });

  it('gives sequence numbers of twenty rising digits', async () => {
    const world = await fifoWorld();
    const numbers: string[] = [];
    for (let index = 0; index < 20; index += 1) numbers.push((await send(world, `m${index}`, 'a')).SequenceNumber ?? '');
    expect([...numbers].sort()).toEqual(numbers);
    expect(new Set(numbers).size).toBe(20);
    expect(numbers.every((number) => /^\d{20}$/.test(number))).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import { type SqsWorld, sqsWorld } from './sqs-world.ts';

const arn = (name: string) => `arn:aws:sqs:us-east-1:111111111111:${name}`;
const redrive = (target: string, maxReceiveCount = 1) => ({ RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn(target), maxReceiveCount }) });
const bodies = (messages: { Body?: string | undefined }[]) => messages.map(({ Body }) => Body);

async function redriveWorld(maxReceiveCount = 2): Promise<SqsWorld> {
  const world = sqsWorld();
  await world.create('dead');
  await world.create('q', { VisibilityTimeout: '10', ...redrive('dead', maxReceiveCount) });
  return world;
}

/** Sends messages and receives them until they are dead letters. */
async function deadLetters(world: SqsWorld, queue: string, texts: readonly string[]): Promise<void> {
  for (const text of texts) await world.send(queue, text);
  for (let round = 0; round < texts.length * 3; round += 1) await world.receive(queue, { VisibilityTimeout: 0 });
}

describe('a dead-letter queue', () => {
  it('takes a message at the receive that would be one too many', async () => {
    const world = await redriveWorld();
    await world.send('q', 'a');
    for (let receive = 1; receive <= 2; receive += 1) {
      expect(bodies(await world.receive('q'))).toEqual(['a']);
      await world.wait(10_000);
    }
    expect(await world.counts('dead')).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    expect(await world.receive('q')).toEqual([]);
    const [dead] = await world.receive('dead', { AttributeNames: ['All'] });
    expect(dead).toMatchObject({ Body: 'a', Attributes: { ApproximateReceiveCount: '3', DeadLetterQueueSourceArn: arn('q') } });
    const [moved] = world.journal('message-dead-lettered');
    expect(moved).toMatchObject({ arn: arn('q'), detail: { receiveCount: 2, deadLetterQueueArn: arn('dead') } });
    expect(world.journal('message-received').at(-1)?.cause).toBe(moved?.sequence);
  });

  it('hands what it takes to one who waits there', async () => {
    const world = await redriveWorld(1);
    const waiting = world.receive('dead', { WaitTimeSeconds: 20 });
    await deadLetters(world, 'q', ['a']);
    expect(bodies(await waiting)).toEqual(['a']);
  });

  it('keeps the time of sending of a standard message, whose retention goes on', async () => {
    const world = sqsWorld();
    await world.create('dead', { MessageRetentionPeriod: '100' });
    await world.create('q', redrive('dead'));
    await world.send('q', 'a');
    await world.wait(60_000);
    await deadLetters(world, 'q', []);
    await world.receive('q', { VisibilityTimeout: 0 });
    await world.receive('q');
    expect(await world.counts('dead')).toMatchObject({ visible: 1 });
    await world.wait(40_000);
    expect(await world.counts('dead')).toMatchObject({ visible: 0 });
    expect(world.journal('message-expired').map((entry) => entry.arn)).toEqual([arn('dead')]);
  });

  it('starts a FIFO message anew, with its id as deduplication id', async () => {
    const world = sqsWorld();
    await world.create('dead.fifo', { FifoQueue: 'true', MessageRetentionPeriod: '100' });
    await world.create('q.fifo', { FifoQueue: 'true', ...redrive('dead.fifo') });
    const { MessageId: id } = await world.send('q.fifo', 'a', { MessageGroupId: 'g', MessageDeduplicationId: 'd' });
    await world.wait(90_000);
    await world.receive('q.fifo', { VisibilityTimeout: 0 });
    await world.receive('q.fifo');
    await world.wait(90_000);
    const [dead] = await world.receive('dead.fifo', { AttributeNames: ['All'] });
    expect(dead?.Attributes).toMatchObject({ MessageDeduplicationId: id, MessageGroupId: 'g', SentTimestamp: String(1_800_000_090_000) });
  });

  it('loses nothing where the queue is gone or no longer takes the source', async () => {
    const world = await redriveWorld(1);
    await world.send('q', 'a');
    await world.receive('q', { VisibilityTimeout: 0 });
    await world.call('SetQueueAttributes', { QueueUrl: 'dead', Attributes: { RedriveAllowPolicy: '{"redrivePermission":"denyAll"}' } });
    expect(bodies(await world.receive('q', { VisibilityTimeout: 0 }))).toEqual(['a']);
    await world.call('DeleteQueue', { QueueUrl: 'dead' });
    expect(bodies(await world.receive('q', { VisibilityTimeout: 0 }))).toEqual(['a']);
    await world.wait(60_000);
    await world.create('dead');
    expect(await world.receive('q')).toEqual([]);
    expect(bodies(await world.receive('dead'))).toEqual(['a']);
  });

  it.each([
    ['not JSON', 'nonsense', 'Redrive policy is not a valid JSON map.'],
    ['no target', '{"maxReceiveCount":1}', 'Redrive policy does not contain mandatory attribute: deadLetterTargetArn.'],
    ['a target that is not there', JSON.stringify({ deadLetterTargetArn: arn('no'), maxReceiveCount: 1 }), 'Dead letter target does not exist.'],
    [
      'a count of zero',
      JSON.stringify({ deadLetterTargetArn: arn('dead'), maxReceiveCount: 0 }),
      'Invalid value for maxReceiveCount: 0, valid values are from 1 to 1000 both inclusive.',
    ],
    [
      'a FIFO target',
      JSON.stringify({ deadLetterTargetArn: arn('dead.fifo'), maxReceiveCount: 1 }),
      'Dead-letter queue must be same type of queue as the source.',
    ],
  ])('is refused with %s', async (_name, policy, reason) => {
    const world = sqsWorld();
    await world.create('dead');
    await world.create('dead.fifo', { FifoQueue: 'true' });
    await expect(world.create('q', { RedrivePolicy: policy })).rejects.toMatchObject({
      code: 'InvalidParameterValue',
      message: `Value ${policy} for parameter RedrivePolicy is invalid. Reason: ${reason}`,
    });
  });

  it('takes from the sources it names', async () => {
    const world = sqsWorld();
    await world.create('dead', { RedriveAllowPolicy: JSON.stringify({ redrivePermission: 'byQueue', sourceQueueArns: [arn('friend')] }) });
    await world.create('friend', redrive('dead'));
    await expect(world.create('stranger', redrive('dead'))).rejects.toMatchObject({ code: 'InvalidParameterValue' });
    expect(await world.call('ListDeadLetterSourceQueues', { QueueUrl: 'dead' })).toEqual({ queueUrls: ['http://127.0.0.1:4566/111111111111/friend'] });
  });
});

describe('a move task', () => {
  const start = (world: SqsWorld, more: object = {}) => world.call<{ TaskHandle: string }>('StartMessageMoveTask', { SourceArn: arn('dead'), ...more });
  const list = (world: SqsWorld) => world.call<{ Results: object[] }>('ListMessageMoveTasks', { SourceArn: arn('dead'), MaxResults: 10 });

  it('brings each message back to its own source, with a new id and no receives', async () => {
    const world = await redriveWorld(1);
    await world.create('q2', redrive('dead'));
    await deadLetters(world, 'q', ['a', 'b']);
    await deadLetters(world, 'q2', ['c', 'd']);
    const before = new Set(world.journal('message-dead-lettered').map(({ detail }) => detail['messageId']));
    await start(world);
    await world.wait(0);
    const back = await world.receive('q', { MaxNumberOfMessages: 10, AttributeNames: ['All'] });
    expect(bodies(back)).toEqual(['a', 'b']);
    expect(back[0]?.Attributes).toMatchObject({ ApproximateReceiveCount: '1' });
    expect(before.has(back[0]?.MessageId)).toBe(false);
    expect(bodies(await world.receive('q2', { MaxNumberOfMessages: 10 }))).toEqual(['c', 'd']);
    expect((await list(world)).Results).toEqual([
      {
        Status: 'COMPLETED',
        SourceArn: arn('dead'),
        ApproximateNumberOfMessagesMoved: 4,
        ApproximateNumberOfMessagesToMove: 4,
        StartedTimestamp: 1_800_000_000_000,
      },
    ]);
    expect(world.journal('message-moved')).toHaveLength(4);
  });

  it('moves no faster than told, one at a time, until it is cancelled', async () => {
    const world = await redriveWorld(1);
    await world.create('other');
    await deadLetters(world, 'q', ['a', 'b', 'c', 'd']);
    const { TaskHandle: handle } = await start(world, { DestinationArn: arn('other'), MaxNumberOfMessagesPerSecond: 1 });
    await world.wait(1_000);
    await expect(start(world)).rejects.toMatchObject({
      message: 'There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
    });
    expect((await list(world)).Results).toMatchObject([
      { Status: 'RUNNING', TaskHandle: handle, ApproximateNumberOfMessagesMoved: 2, MaxNumberOfMessagesPerSecond: 1 },
    ]);
    expect(await world.call('CancelMessageMoveTask', { TaskHandle: handle })).toEqual({ ApproximateNumberOfMessagesMoved: 2 });
    await world.wait(60_000);
    expect(await world.counts('other')).toMatchObject({ visible: 2 });
    const { Results: results } = await list(world);
    expect(results).toMatchObject([{ Status: 'CANCELLED' }]);
    expect(results[0]).not.toHaveProperty('TaskHandle');
  });

  it('fails where a message has no source to go back to', async () => {
    const world = await redriveWorld(1);
    await world.send('dead', 'direct');
    await start(world);
    await world.wait(0);
    expect((await list(world)).Results).toMatchObject([{ Status: 'FAILED', FailureReason: 'CouldNotDetermineMessageSource' }]);
    expect(await world.counts('dead')).toMatchObject({ visible: 1 });
  });

  it('needs a source that is a dead-letter queue, and a destination that exists', async () => {
    const world = await redriveWorld(1);
    await expect(start(world, { SourceArn: arn('no') })).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
      message: "The resource that you specified for the SourceArn parameter doesn't exist.",
    });
    await expect(start(world, { SourceArn: arn('q') })).rejects.toMatchObject({ message: 'Source queue must be configured as a Dead Letter Queue.' });
    await expect(start(world, { DestinationArn: arn('no') })).rejects.toMatchObject({
      message: "The resource that you specified for the DestinationArn parameter doesn't exist.",
    });
    const handle = Buffer.from(JSON.stringify({ taskId: 'no', sourceArn: arn('dead') })).toString('base64');
    await expect(world.call('CancelMessageMoveTask', { TaskHandle: handle })).rejects.toMatchObject({ message: 'Task does not exist.' });
  });
});

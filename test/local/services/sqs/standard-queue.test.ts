import { describe, expect, it } from 'vitest';
import { setEndpoint } from '../../../../local/services/sqs/state.ts';
import { sqsWorld } from './sqs-world.ts';

const bodies = (messages: { Body?: string | undefined }[]) => messages.map(({ Body }) => Body);

describe('a standard queue', () => {
  it('is found by a URL of any host, and by its bare name', async () => {
    const world = sqsWorld();
    setEndpoint(world.state, 'http://127.0.0.1:1234/');
    expect(await world.create('orders')).toBe('http://127.0.0.1:1234/111111111111/orders');
    await world.send('https://sqs.us-east-1.amazonaws.com/111111111111/orders', 'a');
    expect(bodies(await world.receive('orders'))).toEqual(['a']);
    await expect(world.send('other', 'a')).rejects.toMatchObject({ code: 'QueueDoesNotExist', message: 'The specified queue does not exist.' });
  });

  it('hides what it hands out until the timeout ends, then hands it out with a new handle and a higher count', async () => {
    const world = sqsWorld();
    await world.create('q', { VisibilityTimeout: '10' });
    await world.send('q', 'a');
    const [first] = await world.receive('q', { AttributeNames: ['All'] });
    expect(first?.Attributes).toMatchObject({ ApproximateReceiveCount: '1', SenderId: '111111111111' });
    expect(await world.counts('q')).toEqual({ visible: 0, inFlight: 1, delayed: 0 });
    await world.wait(9_999);
    expect(await world.receive('q')).toEqual([]);
    await world.wait(1);
    const [second] = await world.receive('q', { AttributeNames: ['ApproximateReceiveCount'] });
    expect(second?.Attributes).toEqual({ ApproximateReceiveCount: '2' });
    expect(second?.ReceiptHandle).not.toBe(first?.ReceiptHandle);
    await world.call('DeleteMessage', { QueueUrl: 'q', ReceiptHandle: first?.ReceiptHandle });
    expect(await world.counts('q')).toEqual({ visible: 0, inFlight: 1, delayed: 0 });
    await world.call('DeleteMessage', { QueueUrl: 'q', ReceiptHandle: second?.ReceiptHandle });
    expect(await world.counts('q')).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });

  it('deletes a message that is visible again by the handle of an earlier receive', async () => {
    const world = sqsWorld();
    await world.create('q');
    await world.send('q', 'a');
    const [first] = await world.receive('q', { VisibilityTimeout: 0 });
    await world.receive('q', { VisibilityTimeout: 0 });
    await world.call('DeleteMessage', { QueueUrl: 'q', ReceiptHandle: first?.ReceiptHandle });
    expect(await world.counts('q')).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });

  it('delays by the queue and by the message', async () => {
    const world = sqsWorld();
    await world.create('q', { DelaySeconds: '5' });
    await world.send('q', 'queue');
    await world.send('q', 'message', { DelaySeconds: 2 });
    await world.send('q', 'now', { DelaySeconds: 0 });
    expect(await world.counts('q')).toEqual({ visible: 1, inFlight: 0, delayed: 2 });
    await world.wait(2_000);
    expect(bodies(await world.receive('q', { MaxNumberOfMessages: 10 }))).toEqual(['now', 'message']);
    await world.wait(3_000);
    expect(bodies(await world.receive('q', { MaxNumberOfMessages: 10 }))).toEqual(['queue']);
  });

  it('answers a long poll at the moment a message comes, and none when its time has run out', async () => {
    const world = sqsWorld();
    await world.create('q', { ReceiveMessageWaitTimeSeconds: '20' });
    const waiting = world.receive('q');
    await world.wait(7_000);
    const sentMs = world.kernel.nowMs();
    await world.send('q', 'a', { DelaySeconds: 3 });
    await world.kernel.run({ untilMs: sentMs + 3_000 });
    expect(bodies(await waiting)).toEqual(['a']);
    const inVain = world.receive('q', { WaitTimeSeconds: 4 });
    const startMs = world.kernel.nowMs();
    let endMs = 0;
    void inVain.then(() => {
      endMs = world.kernel.nowMs();
    });
    await world.kernel.run({ untilMs: startMs + 20_000, isDone: () => endMs > 0 });
    expect(endMs - startMs).toBe(4_000);
    expect(await inVain).toEqual([]);
  });

  it('serves those who wait in the order in which they came, and none whose caller has gone', async () => {
    const world = sqsWorld();
    await world.create('q');
    const gone = new AbortController();
    const first = world.call<{ Messages?: unknown }>('ReceiveMessage', { QueueUrl: 'q', WaitTimeSeconds: 20 }, { signal: gone.signal });
    const second = world.receive('q', { WaitTimeSeconds: 20 });
    const third = world.receive('q', { WaitTimeSeconds: 20 });
    gone.abort();
    expect(await first).toEqual({});
    await world.send('q', 'a');
    await world.send('q', 'b');
    expect([bodies(await second), bodies(await third)]).toEqual([['a'], ['b']]);
  });

  it('changes visibility from the moment of the call, to twelve hours in all', async () => {
    const world = sqsWorld();
    await world.create('q', { VisibilityTimeout: '10' });
    await world.send('q', 'a');
    const [message] = await world.receive('q');
    const change = (seconds: number) =>
      world.call('ChangeMessageVisibility', { QueueUrl: 'q', ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout: seconds });
    await world.wait(9_000);
    await change(10);
    await world.wait(9_000);
    expect(await world.receive('q')).toEqual([]);
    await expect(change(43_200)).rejects.toMatchObject({ message: expect.stringContaining('beyond the limit [43200 seconds]') });
    await change(0);
    expect(await world.counts('q')).toEqual({ visible: 1, inFlight: 0, delayed: 0 });
    const [again] = await world.receive('q');
    await expect(change(5)).rejects.toMatchObject({ code: 'MessageNotInflight' });
    await world.call('DeleteMessage', { QueueUrl: 'q', ReceiptHandle: again?.ReceiptHandle });
    await expect(change(5)).rejects.toMatchObject({ code: 'InvalidParameterValue' });
  });

  it('hides a message whose time has run out again for its last holder', async () => {
    const world = sqsWorld();
    await world.create('q', { VisibilityTimeout: '1' });
    await world.send('q', 'a');
    const [message] = await world.receive('q');
    await world.wait(2_000);
    await world.call('ChangeMessageVisibility', { QueueUrl: 'q', ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout: 2 });
    expect(await world.receive('q')).toEqual([]);
    await world.wait(2_000);
    expect(bodies(await world.receive('q'))).toEqual(['a']);
  });

  it('hands out no message twice in one receive, even with a timeout of zero', async () => {
    const world = sqsWorld();
    await world.create('q');
    await world.send('q', 'a');
    await world.send('q', 'b');
    expect(bodies(await world.receive('q', { MaxNumberOfMessages: 10, VisibilityTimeout: 0 }))).toEqual(['a', 'b']);
    expect(await world.counts('q')).toEqual({ visible: 2, inFlight: 0, delayed: 0 });
  });

  it('lets messages expire by their retention, in flight or not', async () => {
    const world = sqsWorld();
    await world.create('q', { MessageRetentionPeriod: '60' });
    await world.send('q', 'held');
    await world.receive('q', { VisibilityTimeout: 1000 });
    await world.wait(30_000);
    await world.send('q', 'later');
    await world.wait(30_000);
    expect(world.journal('message-expired').map(({ detail }) => detail['body'])).toEqual(['held']);
    expect(await world.counts('q')).toEqual({ visible: 1, inFlight: 0, delayed: 0 });
  });

  it('lets groups take turns', async () => {
    const world = sqsWorld();
    await world.create('q');
    for (const body of ['a1', 'a2', 'a3']) await world.send('q', body, { MessageGroupId: 'a' });
    await world.send('q', 'b1', { MessageGroupId: 'b' });
    expect(bodies(await world.receive('q', { MaxNumberOfMessages: 3 }))).toEqual(['a1', 'b1', 'a2']);
  });

  it('says OverLimit at 120,000 messages in flight', async () => {
    const world = sqsWorld();
    await world.create('q', { VisibilityTimeout: '43200' });
    const queue = world.state.byName.get('q');
    for (let count = 0; count < 12_000; count += 1) {
      const entries = Array.from({ length: 10 }, (_, index) => ({ Id: String(index), MessageBody: 'x' }));
      await world.call('SendMessageBatch', { QueueUrl: 'q', Entries: entries });
      await world.receive('q', { MaxNumberOfMessages: 10 });
    }
    expect(queue?.counts.inFlight).toBe(120_000);
    await world.send('q', 'one too many');
    await expect(world.receive('q')).rejects.toMatchObject({ code: 'OverLimit' });
  });

  it('purges once a minute, and waits a minute before a name is used again', async () => {
    const world = sqsWorld();
    await world.create('q');
    await world.send('q', 'a');
    await world.receive('q');
    await world.send('q', 'b', { DelaySeconds: 5 });
    await world.call('PurgeQueue', { QueueUrl: 'q' });
    expect(await world.counts('q')).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    await expect(world.call('PurgeQueue', { QueueUrl: 'q' })).rejects.toMatchObject({
      code: 'PurgeQueueInProgress',
      message: 'Only one PurgeQueue operation on q is allowed every 60 seconds.',
    });
    const waiting = world.receive('q', { WaitTimeSeconds: 20 });
    await world.call('DeleteQueue', { QueueUrl: 'q' });
    await expect(waiting).rejects.toMatchObject({ code: 'QueueDoesNotExist' });
    await expect(world.create('q')).rejects.toMatchObject({ code: 'QueueDeletedRecently' });
    await world.wait(60_000);
    await world.create('q');
  });

  it('carries causes: what is received was caused by what was sent, and that by what sent it', async () => {
    const world = sqsWorld();
    await world.create('q');
    await world.call('SendMessage', { QueueUrl: 'q', MessageBody: 'a' }, { cause: 1 });
    await world.receive('q');
    const [sent] = world.journal('message-sent');
    const [received] = world.journal('message-received');
    expect(sent?.cause).toBe(1);
    expect(received?.cause).toBe(sent?.sequence);
    expect(received?.detail).toMatchObject({ messageId: sent?.detail['messageId'], receiveCount: 1 });
  });

  it('publishes its depth when it changes, each full minute while it holds messages, and once when it is empty', async () => {
    const world = sqsWorld();
    await world.create('q');
    await world.send('q', 'a');
    await world.wait(150_000);
    const depth = () => world.metrics.filter(({ name }) => name === 'ApproximateNumberOfMessagesVisible').map(({ value }) => value);
    expect(depth()).toEqual([1, 1, 1]);
    const [message] = await world.receive('q');
    await world.call('DeleteMessage', { QueueUrl: 'q', ReceiptHandle: message?.ReceiptHandle });
    await world.wait(600_000);
    expect(depth()).toEqual([1, 1, 1, 0, 0]);
    expect(await world.kernel.run({ untilMs: world.kernel.nowMs() + 1_000_000 })).toBe('idle');
  });

  it('takes deliveries as the SendMessage a client would call', async () => {
    const world = sqsWorld();
    await world.create('q');
    const payload = { body: 'a', attributes: { kind: { DataType: 'String', StringValue: 'x' } }, messageDeduplicationId: 'ignored' };
    const outcome = await world.kernel.deliver({ to: 'arn:aws:sqs:us-east-1:111111111111:q', payload, principal: { type: 'root' } });
    expect(outcome.status).toBe('accepted');
    const [message] = await world.receive('q', { MessageAttributeNames: ['k.*', 'kind'] });
    expect(message).toMatchObject({ Body: 'a', MessageAttributes: { kind: { StringValue: 'x' } } });
    expect(await world.kernel.deliver({ to: 'arn:aws:sqs:us-east-1:111111111111:no', payload, principal: { type: 'root' } })).toMatchObject({
      status: 'refused',
      code: 'QueueDoesNotExist',
      isRetryable: false,
    });
  });
});

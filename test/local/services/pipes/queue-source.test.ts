import { describe, expect, it } from 'vitest';
import { ACCOUNT, functionArn, queueArn, world } from './world.ts';

const MINUTE_MS = 60_000;

/** A world with the queues `in` and `out`. */
async function queues(...given: Parameters<typeof world>) {
  const made = await world(...given);
  for (const QueueName of ['in', 'out']) await made.call('sqs', 'CreateQueue', { QueueName });
  return made;
}

describe('a pipe from a queue', () => {
  it('brings each message to the target as an event, and deletes it', async () => {
    const { pipe, send, bodies, waiting, runFor } = await queues();
    await pipe();
    await send({ orderId: 1 });
    await runFor(MINUTE_MS);
    const [event] = (await bodies('out')).map((body) => JSON.parse(body));
    expect(event).toMatchObject({ body: '{"orderId":1}', eventSource: 'aws:sqs', eventSourceARN: queueArn('in') });
    expect(await waiting('in')).toBe(0);
  });

  it('drops what no filter lets through', async () => {
    const { pipe, send, bodies, waiting, runFor, entries } = await queues();
    const Filters = [{ Pattern: '{"body":{"total":[{"numeric":[">",10]}]}}' }];
    await pipe({ SourceParameters: { FilterCriteria: { Filters } }, TargetParameters: { InputTemplate: '<$.body.total>' } });
    for (const total of [5, 15, 25]) await send({ total });
    await send('no JSON');
    await runFor(MINUTE_MS);
    expect((await bodies('out')).sort()).toEqual(['15', '25']);
    expect(await waiting('in')).toBe(0);
    expect(entries('records-filtered').flatMap(({ detail }) => detail['records'])).toHaveLength(2);
  });

  it('makes of the event what its template says', async () => {
    const { pipe, send, bodies, runFor } = await queues();
    const InputTemplate =
      '{"id":<$.body.orderId>,"text":"order <$.body.orderId> of <$.body.who>","lines":<$.body.lines>,"pipe":<aws.pipes.pipe-name>,"none":<$.body.none>}';
    await pipe({ TargetParameters: { InputTemplate } });
    await send({ orderId: 7, who: 'A "B"', lines: [{ sku: 'x' }] });
    await runFor(MINUTE_MS);
    expect(JSON.parse((await bodies('out'))[0] ?? '')).toEqual({ id: 7, text: 'order 7 of A "B"', lines: [{ sku: 'x' }], pipe: 'orders', none: '' });
  });

  it('gives a function the batch as a list, and reads its batch item failures', async () => {
    let attempts = 0;
    const functions = {
      consume: (records: { messageId: string; body: string }[]) => {
        attempts += 1;
        return attempts > 1
          ? undefined
          : { batchItemFailures: records.filter(({ body }) => body === 'b').map(({ messageId }) => ({ itemIdentifier: messageId })) };
      },
    };
    const { pipe, send, waiting, invoked, runFor } = await queues(functions);
    for (const body of ['a', 'b', 'c']) await send(body);
    await pipe({ Target: functionArn('consume') });
    await runFor(10_000);
    expect(await waiting('in')).toBe(1);
    await runFor(MINUTE_MS);
    expect(await waiting('in')).toBe(0);
    expect(invoked.map(({ event }) => (event as { body: string }[]).map(({ body }) => body).sort())).toEqual([['a', 'b', 'c'], ['b']]);
  });

  it('enriches a batch: what the function answers goes on, an empty answer ends it', async () => {
    const functions = {
      enrich: (events: { orderId: number }[]) => events.filter(({ orderId }) => orderId > 1).map(({ orderId }) => ({ orderId, isRich: true })),
    };
    const { pipe, send, bodies, waiting, runFor, invoked } = await queues(functions);
    await send({ orderId: 1 });
    await pipe({ Enrichment: functionArn('enrich'), EnrichmentParameters: { InputTemplate: '{"orderId":<$.body.orderId>}' } });
    await runFor(MINUTE_MS);
    expect(invoked.at(-1)?.event).toEqual([{ orderId: 1 }]);
    expect(await bodies('out')).toEqual([]);
    await send({ orderId: 2 });
    await runFor(MINUTE_MS);
    expect(await bodies('out')).toEqual(['{"orderId":2,"isRich":true}']);
    expect(await waiting('in')).toBe(0);
  });

  it('a failing enrichment has the messages come again until the queue dead-letters them', async () => {
    const functions = {
      enrich: () => {
        throw new Error('no');
      },
    };
    const { call, pipe, send, bodies, runFor, invoked } = await queues(functions);
    await call('sqs', 'CreateQueue', { QueueName: 'dead' });
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: queueArn('dead'), maxReceiveCount: 3 });
    await call('sqs', 'SetQueueAttributes', { QueueUrl: 'in', Attributes: { RedrivePolicy, VisibilityTimeout: '5' } });
    await pipe({ Enrichment: functionArn('enrich') });
    await send('lost');
    await runFor(5 * MINUTE_MS);
    expect(invoked).toHaveLength(3);
    expect(await bodies('dead')).toEqual(['lost']);
  });

  it('keeps the order of a FIFO queue, group by group', async () => {
    const { call, pipe, runFor, bodies } = await world();
    for (const QueueName of ['in.fifo', 'out.fifo']) {
      await call('sqs', 'CreateQueue', { QueueName, Attributes: { FifoQueue: 'true', ContentBasedDeduplication: 'true' } });
    }
    const SqsQueueParameters = { MessageGroupId: '$.attributes.MessageGroupId', MessageDeduplicationId: '$.messageId' };
    await pipe({ Source: queueArn('in.fifo'), Target: queueArn('out.fifo'), TargetParameters: { InputTemplate: '<$.body>', SqsQueueParameters } });
    for (let index = 0; index < 8; index += 1) await call('sqs', 'SendMessage', { QueueUrl: 'in.fifo', MessageBody: `m${index}`, MessageGroupId: 'g' });
    await runFor(MINUTE_MS);
    expect(await bodies('out.fifo')).toEqual(Array.from({ length: 8 }, (_, index) => `m${index}`));
  });

  it('puts events on a bus, with what paths find in the event', async () => {
    const { pipe, send, entries, runFor } = await queues();
    const bus = `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/default`;
    const EventBridgeEventBusParameters = { Source: 'shop', DetailType: '$.body.type' };
    await pipe({ Target: bus, TargetParameters: { InputTemplate: '{"id":<$.body.id>}', EventBridgeEventBusParameters } });
    await send({ type: 'OrderPlaced', id: 3 });
    await runFor(MINUTE_MS);
    expect(entries('event-put')[0]?.detail).toMatchObject({ source: 'shop', detailType: 'OrderPlaced', detail: '{"id":3}' });
  });

  it('leaves in the queue only what the target does not take', async () => {
    const { pipe, send, entries, waiting, runFor } = await queues();
    for (const body of ['{"n":1}', 'no JSON', '{"n":2}']) await send(body);
    await pipe({ Target: `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/default`, TargetParameters: { InputTemplate: '<$.body>' } });
    await runFor(10_000);
    expect(
      entries('event-put')
        .map(({ detail }) => detail['detail'])
        .sort(),
    ).toEqual(['{"n":1}', '{"n":2}']);
    expect(entries('batch-failed-items')[0]?.detail).toMatchObject({ records: 3, reason: 'MalformedDetail: Detail is malformed.' });
    expect(await waiting('in')).toBe(1);
  });

  it('holds back what comes after a message of a FIFO queue that the target does not take', async () => {
    const { call, pipe, entries, waiting, runFor } = await world();
    await call('sqs', 'CreateQueue', { QueueName: 'in.fifo', Attributes: { FifoQueue: 'true', ContentBasedDeduplication: 'true' } });
    for (const MessageBody of ['{"n":1}', 'no JSON', '{"n":2}']) await call('sqs', 'SendMessage', { QueueUrl: 'in.fifo', MessageBody, MessageGroupId: 'g' });
    await pipe({
      Source: queueArn('in.fifo'),
      Target: `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/default`,
      TargetParameters: { InputTemplate: '<$.body>' },
    });
    await runFor(10 * MINUTE_MS);
    expect(entries('event-put').map(({ detail }) => detail['detail'])).toEqual(['{"n":1}']);
    expect(await waiting('in.fifo')).toBe(2);
  });

  it('writes to a log group', async () => {
    const { call, pipe, send, runFor } = await queues();
    await call('cloudwatch-logs', 'CreateLogGroup', { logGroupName: '/shop/orders' });
    await pipe({ Target: `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:/shop/orders:*`, TargetParameters: { InputTemplate: '<$.body>' } });
    await send('a line');
    await runFor(MINUTE_MS);
    expect(await call('cloudwatch-logs', 'FilterLogEvents', { logGroupName: '/shop/orders' })).toMatchObject({
      events: [{ message: 'a line', logStreamName: 'orders' }],
    });
  });

  it('works as its role: without a grant it says what is missing, and goes on when it is given', async () => {
    const { call, pipe, send, bodies, runFor } = await queues({}, ['sqs:ReceiveMessage', 'sqs:GetQueueAttributes']);
    await call('sqs', 'SetQueueAttributes', { QueueUrl: 'in', Attributes: { VisibilityTimeout: '5' } });
    await pipe();
    await send('x');
    await runFor(MINUTE_MS);
    expect(await bodies('out')).toEqual([]);
    const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sqs:*', Resource: '*' }] };
    await call('iam', 'PutRolePolicy', { RoleName: 'pipe', PolicyName: 'work', PolicyDocument: JSON.stringify(policy) });
    await runFor(5 * MINUTE_MS);
    expect(await bodies('out')).toHaveLength(1);
  });

  it('tells what keeps it from its source', async () => {
    const { call, pipe, runFor, entries } = await queues({}, ['lambda:*']);
    await pipe();
    await runFor(5 * MINUTE_MS);
    expect(entries('pipe-problem')).toHaveLength(1);
    const { StateReason: reason } = await call<{ StateReason: string }>('pipes', 'DescribePipe', { Name: 'orders' });
    expect(reason).toContain('sqs:ReceiveMessage');
  });

  it('gathers a batch over its window', async () => {
    const { pipe, send, invoked, runFor } = await queues({ consume: () => undefined });
    const SqsQueueParameters = { BatchSize: 100, MaximumBatchingWindowInSeconds: 28 };
    await pipe({ Target: functionArn('consume'), SourceParameters: { SqsQueueParameters } });
    for (let index = 0; index < 25; index += 1) {
      await send(`m${index}`);
      await runFor(1000);
    }
    await runFor(MINUTE_MS);
    expect(invoked.map(({ event }) => (event as unknown[]).length)).toEqual([25]);
  });
});

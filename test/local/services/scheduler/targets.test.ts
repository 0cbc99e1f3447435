import { describe, expect, it } from 'vitest';
import { queueArn, START_MS, world } from './world.ts';

const DAY_MS = 86_400_000;
const ONCE = { ScheduleExpression: 'at(2026-01-01T00:10:00)' };

describe('the target of a schedule', () => {
  it('receives the default event where there is no input', async () => {
    const { kernel, call, schedule, messages } = await world();
    await call('sqs', 'CreateQueue', { QueueName: 'orders' });
    await schedule(ONCE);
    await kernel.run({ untilMs: START_MS + DAY_MS });
    const [message] = await messages('orders');
    expect(JSON.parse(message?.Body ?? '')).toMatchObject({
      source: 'aws.scheduler',
      'detail-type': 'Scheduled Event',
      time: '2026-01-01T00:10:00Z',
      resources: [`arn:aws:scheduler:us-east-1:111111111111:schedule/default/nightly`],
    });
  });

  it('is a FIFO queue with a group', async () => {
    const { kernel, call, schedule, messages } = await world();
    await call('sqs', 'CreateQueue', { QueueName: 'orders.fifo', Attributes: { FifoQueue: 'true', ContentBasedDeduplication: 'true' } });
    await schedule(ONCE, { Arn: queueArn('orders.fifo'), SqsParameters: { MessageGroupId: 'g' } });
    await kernel.run({ untilMs: START_MS + DAY_MS });
    expect((await messages('orders.fifo'))[0]?.Attributes).toMatchObject({ MessageGroupId: 'g' });
  });

  it('is an event bus: the input is the detail', async () => {
    const { kernel, schedule, entries } = await world();
    const bus = 'arn:aws:events:us-east-1:111111111111:event-bus/default';
    await schedule(ONCE, { Arn: bus, Input: '{"total":1}', EventBridgeParameters: { Source: 'shop', DetailType: 'DayEnded' } });
    await kernel.run({ untilMs: START_MS + DAY_MS });
    expect(entries('event-put')[0]?.detail).toMatchObject({ source: 'shop', detailType: 'DayEnded', detail: '{"total":1}' });
  });

  it('is any operation of an emulated service', async () => {
    const { kernel, call, schedule, messages } = await world();
    await call('sqs', 'CreateQueue', { QueueName: 'orders' });
    const input = { QueueUrl: 'https://sqs.us-east-1.amazonaws.com/111111111111/orders', MessageBody: 'from <aws.scheduler.schedule-arn>' };
    await schedule(ONCE, { Arn: 'arn:aws:scheduler:::aws-sdk:sqs:sendMessage', Input: JSON.stringify(input) });
    await kernel.run({ untilMs: START_MS + DAY_MS });
    expect((await messages('orders'))[0]?.Body).toBe('from arn:aws:scheduler:us-east-1:111111111111:schedule/default/nightly');
  });

  it('whose operation cannot read the input fails as the schedule’s mistake', async () => {
    const { kernel, schedule, entries } = await world();
    await schedule(ONCE, { Arn: 'arn:aws:scheduler:::aws-sdk:eventbridge:putEvents', Input: '{"Entries":7}' });
    await kernel.run({ untilMs: START_MS + DAY_MS });
    expect(entries('invocation-dropped')[0]?.detail).toMatchObject({ attempts: 1, error: 'ValidationException' });
  });

  it('is called as its role: without the grant the invocation is dropped, and the journal says so', async () => {
    const { kernel, call, schedule, entries, messages } = await world();
    await call('sqs', 'CreateQueue', { QueueName: 'orders' });
    await call('iam', 'DeleteRolePolicy', { RoleName: 'scheduler', PolicyName: 'send' });
    await schedule(ONCE);
    await kernel.run({ untilMs: START_MS + DAY_MS });
    expect(await messages('orders')).toEqual([]);
    expect(entries('invocation-dropped')[0]?.detail).toMatchObject({ attempts: 1, refusal: 'The target has no dead-letter queue.' });
    expect(entries('invocation-dropped')[0]?.detail['message']).toContain('sqs:SendMessage');
  });

  it('that is gone sends the input to the dead-letter queue with the reason', async () => {
    const { kernel, call, schedule, messages } = await world();
    await call('sqs', 'CreateQueue', { QueueName: 'dead' });
    await schedule(ONCE, { Input: 'lost', DeadLetterConfig: { Arn: queueArn('dead') } });
    await kernel.run({ untilMs: START_MS + DAY_MS });
    const [letter] = await messages('dead');
    expect(letter?.Body).toBe('lost');
    const attributes = Object.fromEntries(Object.entries(letter?.MessageAttributes ?? {}).map(([name, { StringValue }]) => [name, StringValue]));
    expect(attributes).toMatchObject({
      ERROR_CODE: 'QueueDoesNotExist',
      RETRY_ATTEMPTS: '0',
      SCHEDULED_TIME: '2026-01-01T00:10:00Z',
      TARGET_ARN: queueArn('orders'),
      SCHEDULE_ARN: 'arn:aws:scheduler:us-east-1:111111111111:schedule/default/nightly',
    });
  });

  it.each([
    [{ MaximumRetryAttempts: 3 }, 'MaximumRetryAttempts', 4],
    [{ MaximumEventAgeInSeconds: 60 }, 'MaximumEventAgeInSeconds', undefined],
  ])('is tried again, up to %j', async (RetryPolicy, exhausted, attempts) => {
    const { kernel, call, schedule, messages, entries } = await world();
    await call('sqs', 'CreateQueue', { QueueName: 'orders' });
    await call('sqs', 'CreateQueue', { QueueName: 'dead' });
    kernel.setInterposer(({ kind, service }) => ({ kind: kind === 'delivery' && service === 'sqs' ? 'request-lost' : 'none' }));
    await schedule(ONCE, { RetryPolicy, DeadLetterConfig: { Arn: queueArn('dead') } });
    await kernel.run({ untilMs: START_MS + 15 * 60_000 });
    kernel.setInterposer(undefined);
    await kernel.run({ untilMs: START_MS + DAY_MS });
    const [letter] = await messages('dead');
    expect(letter?.MessageAttributes['EXHAUSTED_RETRY_CONDITION']?.StringValue).toBe(exhausted);
    if (attempts !== undefined) expect(entries('invocation-failed')).toHaveLength(attempts);
    expect(await messages('orders')).toEqual([]);
  });
});

import type { Target } from '@aws-sdk/client-eventbridge';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../../../local/kernel/errors.ts';
import { Kernel } from '../../../../local/kernel/kernel.ts';
import { eventbridge } from '../../../../local/services/eventbridge/service.ts';
import { putRule, type Rule, ruleKey } from '../../../../local/services/eventbridge/state.ts';
import { entry, queueArn, queueDoesNotExist, ruleTo, world } from './world.ts';

const throttled = (): Fault => new Fault('ThrottlingException', 'Slow down.');
const DAY_MS = 86_400_000;

describe('delivery to a target', () => {
  it('is tried again with growing waits until the target takes it', async () => {
    let refusals = 6;
    const plane = world({ refuse: () => (refusals-- > 0 ? throttled() : undefined) });
    await ruleTo(plane);
    await plane.call('PutEvents', { Entries: [entry()] });
    await plane.kernel.run();
    expect(plane.received).toHaveLength(1);
    const waits = plane.entries('delivery-failed').map(({ detail, atMs }) => (detail['nextMs'] as number) - atMs);
    expect(waits).toHaveLength(6);
    waits.forEach((wait, index) => {
      expect(wait).toBeGreaterThanOrEqual(500 * 2 ** index);
      expect(wait).toBeLessThanOrEqual(1000 * 2 ** index);
    });
    expect(plane.metrics.filter(({ name }) => name === 'RetryInvocationAttempts')).toHaveLength(6);
  });

  it('goes to the dead-letter queue at once where the target is gone', async () => {
    const plane = world({ refuse: (queue) => (queue === 'orders' ? queueDoesNotExist() : undefined) });
    await ruleTo(plane, { target: { InputPath: '$.detail', DeadLetterConfig: { Arn: queueArn('dead') } } });
    await plane.call('PutEvents', { Entries: [entry({ orderId: 7 })] });
    await plane.kernel.run();
    expect(plane.received).toHaveLength(1);
    const { queue, payload, atMs } = plane.received[0] ?? {};
    expect({ queue, atMs }).toEqual({ queue: 'dead', atMs: Date.UTC(2026, 0, 1) });
    expect(JSON.parse(payload?.body ?? '')).toMatchObject({ source: 'shop', detail: { orderId: 7 } });
    expect(payload?.attributes).toEqual({
      RULE_ARN: { DataType: 'String', StringValue: 'arn:aws:events:us-east-1:111111111111:rule/rule' },
      TARGET_ARN: { DataType: 'String', StringValue: queueArn('orders') },
      ERROR_CODE: { DataType: 'String', StringValue: 'NO_RESOURCE' },
      ERROR_MESSAGE: { DataType: 'String', StringValue: 'The specified queue does not exist.' },
      RETRY_ATTEMPTS: { DataType: 'Number', StringValue: '0' },
    });
    expect(plane.entries('delivery-dead-lettered')).toMatchObject([{ arn: queueArn('dead'), cause: plane.entries('rule-matched')[0]?.sequence }]);
    expect(plane.state.line.pending.size).toBe(0);
  });

  it('is given up after the retries of its policy', async () => {
    const plane = world({ refuse: (queue) => (queue === 'orders' ? throttled() : undefined) });
    await ruleTo(plane, { target: { RetryPolicy: { MaximumRetryAttempts: 2 }, DeadLetterConfig: { Arn: queueArn('dead') } } });
    await plane.call('PutEvents', { Entries: [entry()] });
    await plane.kernel.run();
    expect(plane.entries('delivery-failed')).toHaveLength(3);
    expect(plane.received[0]?.payload.attributes).toMatchObject({
      ERROR_CODE: { StringValue: 'THROTTLING' },
      EXHAUSTED_RETRY_CONDITION: { StringValue: 'MaximumRetryAttempts' },
      RETRY_ATTEMPTS: { StringValue: '2' },
    });
  });

  it('is given up at the age of its policy', async () => {
    const plane = world({ refuse: (queue) => (queue === 'orders' ? throttled() : undefined) });
    await ruleTo(plane, { target: { RetryPolicy: { MaximumEventAgeInSeconds: 60 }, DeadLetterConfig: { Arn: queueArn('dead') } } });
    await plane.call('PutEvents', { Entries: [entry()] });
    await plane.kernel.run();
    expect(plane.received[0]?.payload.attributes).toMatchObject({ EXHAUSTED_RETRY_CONDITION: { StringValue: 'MaximumEventAgeInSeconds' } });
    expect(plane.received[0]?.atMs).toBeLessThanOrEqual(Date.UTC(2026, 0, 1) + 60_000);
  });

  it('lasts about a day by default', async () => {
    const plane = world({ refuse: () => throttled() });
    await ruleTo(plane);
    await plane.call('PutEvents', { Entries: [entry()] });
    await plane.kernel.run({ untilMs: Date.UTC(2026, 0, 1) + 2 * DAY_MS });
    const [dropped] = plane.entries('delivery-dropped');
    expect(dropped?.detail['attempts']).toBeGreaterThan(150);
    expect(dropped?.atMs).toBeGreaterThan(Date.UTC(2026, 0, 1) + 0.8 * DAY_MS);
    expect(plane.state.line.pending.size).toBe(0);
  });

  it('waits for a dead-letter queue that is not to be had for the moment', async () => {
    let refusals = 3;
    const plane = world({ refuse: (queue) => (queue === 'orders' ? queueDoesNotExist() : refusals-- > 0 ? throttled() : undefined) });
    await ruleTo(plane, { target: { DeadLetterConfig: { Arn: queueArn('dead') } } });
    await plane.call('PutEvents', { Entries: [entry()] });
    await plane.kernel.run();
    expect(plane.received.map(({ queue }) => queue)).toEqual(['dead']);
    expect(plane.metrics.filter(({ name }) => name === 'FailedInvocations')).toHaveLength(1);
  });

  it('to a service that the plane lacks is refused by name', async () => {
    const plane = world();
    await ruleTo(plane, { target: { DeadLetterConfig: { Arn: queueArn('dead') } } });
    // As an earlier version may have left it in a data folder: PutTargets refuses it.
    const rule = plane.state.rules.get(ruleKey('default', 'rule')) as Rule;
    const target = { ...rule.targets[0], Arn: 'arn:aws:sns:us-east-1:111111111111:topic' } as Target;
    putRule(plane.state, { ...rule, targets: [target] });
    await plane.call('PutEvents', { Entries: [entry()] });
    await plane.kernel.run();
    expect(plane.received[0]?.payload.attributes).toMatchObject({
      ERROR_CODE: { StringValue: 'SDK_CLIENT_ERROR' },
      ERROR_MESSAGE: { StringValue: expect.stringContaining('arn:aws:sns:us-east-1:111111111111:topic is not emulated') },
    });
    expect(plane.entries('delivery-failed')).toMatchObject([{ arn: target.Arn, detail: { error: 'NotEmulated' } }]);
  });

  it('goes on after a restart', async () => {
    const plane = world();
    await ruleTo(plane);
    await plane.call('PutEvents', { Entries: [entry({ orderId: 8 })] });
    const saved = new Map(['events.buses', 'events.rules', 'events.deliveries'].map((name) => [name, new Map([...plane.kernel.collection(name).entries()])]));
    const store = { open: (name: string) => structuredClone(saved.get(name) ?? new Map()), changed: () => {}, settled: async () => {} };
    const clock = { kind: 'virtual', startMs: plane.kernel.nowMs() } as const;
    const kernel = new Kernel({ accountId: '111111111111', region: 'us-east-1', clock, seed: 2, store, journalCapacity: 100 });
    const state = kernel.install(eventbridge);
    const bodies: string[] = [];
    kernel.install({
      name: 'sqs',
      arnService: 'sqs',
      createState: () => ({}),
      operations: { SendMessage: ({ body }: { body: string }) => bodies.push(body) },
      access: () => [],
      delivery: (_arn, { body }) => ({ operation: 'SendMessage', input: { body } }),
    });
    await kernel.run();
    expect(bodies.map((body) => JSON.parse(body).detail)).toEqual([{ orderId: 8 }]);
    expect(state.line.pending.size).toBe(0);
  });
});

describe('input of a target', () => {
  it.each([
    ['Input', { Input: '{"fixed":1}' }, '{"fixed":1}'],
    ['InputPath', { InputPath: '$.detail.order' }, '{"id":"o-1","lines":[1,2]}'],
    ['InputPath that leads nowhere', { InputPath: '$.detail.none' }, 'null'],
    [
      'InputTransformer',
      { InputTransformer: { InputPathsMap: { id: '$.detail.order.id' }, InputTemplate: '{"order": <id>, "rule": <aws.events.rule-name>, "text": "of <id>"}' } },
      '{"order": "o-1", "rule": "rule", "text": "of o-1"}',
    ],
  ])('%s', async (_name, target, body) => {
    const plane = world();
    await ruleTo(plane, { target });
    await plane.call('PutEvents', { Entries: [entry({ order: { id: 'o-1', lines: [1, 2] } })] });
    await plane.kernel.run();
    expect(plane.received.map(({ payload }) => payload.body)).toEqual([body]);
  });

  it('gives a FIFO queue its message group', async () => {
    const plane = world();
    await ruleTo(plane, { target: { Arn: queueArn('orders.fifo'), SqsParameters: { MessageGroupId: 'group' } } });
    await plane.call('PutEvents', { Entries: [entry()] });
    await plane.kernel.run();
    expect(plane.received[0]).toMatchObject({ queue: 'orders.fifo', payload: { messageGroupId: 'group' } });
  });
});

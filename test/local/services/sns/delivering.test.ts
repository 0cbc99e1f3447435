import { describe, expect, it } from 'vitest';
import { functionArn, memoryStore, queueArn, queueDoesNotExist, subscribed, topicArn, unavailable, type World, world } from './sns-world.ts';

const publish = ({ call }: World, more: object = {}): Promise<Record<string, string>> =>
  call('Publish', { TopicArn: topicArn('orders'), Message: 'x', ...more });
const REDRIVE = { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn('dlq') }) };

describe('a delivery', () => {
  it('is tried again at once, after a second, and then ever later', async () => {
    const w = world({ refuse: (_, attempt) => (attempt <= 20 ? unavailable() : undefined) });
    await subscribed(w);
    await publish(w);
    await w.kernel.run();
    const startMs = w.attempts[0]?.atMs ?? 0;
    const waits = w.attempts.map(({ atMs }, index) => atMs - (w.attempts[index - 1]?.atMs ?? startMs));
    expect(waits.slice(0, 4)).toEqual([0, 0, 0, 0]);
    const roughly = [1000, 1000, 1000, 1395, 1946, 2714, 3786, 5282, 7368, 10_278, 14_337, 20_000, 20_000, 20_000, 20_000, 20_000, 20_000];
    for (const [index, wait] of waits.slice(4).entries()) {
      expect(wait).toBeGreaterThanOrEqual(Math.floor((roughly[index] ?? 0) * 0.9) - 1);
      expect(wait).toBeLessThanOrEqual(Math.ceil((roughly[index] ?? 0) * 1.1) + 1);
    }
    expect(w.received).toHaveLength(1);
    expect(w.measured()).toMatchObject({ NumberOfNotificationsDelivered: 1 });
    expect(w.state.line.pending.size).toBe(0);
  });

  it('that cannot succeed goes to the dead-letter queue at once', async () => {
    const w = world({ refuse: (to) => (to === 'queue' ? queueDoesNotExist() : undefined) });
    await subscribed(w, { attributes: { ...REDRIVE, RawMessageDelivery: 'true' } });
    await publish(w, { MessageAttributes: { a: { DataType: 'String', StringValue: 'b' } } });
    await w.kernel.run();
    expect(w.attempts.map(({ to }) => to)).toEqual(['queue', 'dlq']);
    expect(w.received[0]?.payload).toEqual({ body: 'x', attributes: { a: { DataType: 'String', StringValue: 'b' } } });
    expect(w.measured()).toMatchObject({ NumberOfNotificationsFailed: 1, NumberOfNotificationsRedrivenToDlq: 1 });
    expect(w.entries('delivery-dead-lettered')[0]?.detail).toMatchObject({ error: 'QueueDoesNotExist', endpoint: queueArn('queue') });
  });

  it('of a function is dead-lettered as a queue would have it', async () => {
    const w = world({ refuse: (to) => (to === 'f' ? queueDoesNotExist() : undefined) });
    await w.call('CreateTopic', { Name: 'orders' });
    await w.call('Subscribe', { TopicArn: topicArn('orders'), Protocol: 'lambda', Endpoint: functionArn('f'), Attributes: REDRIVE });
    const { MessageId } = await publish(w);
    await w.kernel.run();
    expect(JSON.parse(w.received[0]?.payload.body ?? '')).toMatchObject({ Type: 'Notification', MessageId, Message: 'x' });
  });

  it('is dropped, and the journal says so, without a dead-letter queue', async () => {
    const w = world({ refuse: queueDoesNotExist });
    await subscribed(w);
    await publish(w);
    await w.kernel.run();
    expect(w.entries('delivery-dropped').map(({ detail }) => detail)).toMatchObject([{ refusal: 'The subscription has no dead-letter queue.' }]);
    expect(w.state.line.pending.size).toBe(0);
  });

  it('is dropped where the dead-letter queue does not take it either, and waits where it does not yet', async () => {
    const never = world({ refuse: queueDoesNotExist });
    await subscribed(never, { attributes: REDRIVE });
    await publish(never);
    await never.kernel.run();
    expect(never.measured()).toMatchObject({ NumberOfNotificationsFailedToRedriveToDlq: 1 });

    const later = world({ refuse: (to, attempt) => (to === 'queue' ? queueDoesNotExist() : attempt < 6 ? unavailable() : undefined) });
    await subscribed(later, { attributes: REDRIVE });
    await publish(later);
    await later.kernel.run();
    expect(later.received.map(({ to }) => to)).toEqual(['dlq']);
    expect(later.measured()).toMatchObject({ NumberOfNotificationsFailed: 1, NumberOfNotificationsRedrivenToDlq: 1 });
  });

  it('that is raw with more attributes than a queue takes is never tried', async () => {
    const w = world();
    await subscribed(w, { attributes: { ...REDRIVE, RawMessageDelivery: 'true' } });
    const attributes = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`a${index}`, { DataType: 'String', StringValue: 'x' }]));
    await publish(w, { MessageAttributes: attributes });
    await w.kernel.run();
    expect(w.received.map(({ to }) => to)).toEqual(['dlq']);
    expect(Object.keys(JSON.parse(w.received[0]?.payload.body ?? '').MessageAttributes)).toHaveLength(11);
  });

  it('goes on after a restart', async () => {
    const store = memoryStore();
    const before = world({ store, refuse: unavailable });
    await subscribed(before);
    const { MessageId } = await publish(before);
    await before.kernel.run({ untilMs: before.kernel.nowMs() + 10_000 });
    const after = world({ store });
    await after.kernel.run();
    expect(after.received.map(({ payload }) => JSON.parse(payload.body).MessageId)).toEqual([MessageId]);
    expect(await after.call('ListTopics')).toEqual({ Topics: [{ TopicArn: topicArn('orders') }] });
  });
});

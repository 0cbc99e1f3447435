import { describe, expect, it } from 'vitest';
import type { PhysicalResource, ResourcePlace } from '../../../../local/kernel/resource.ts';
import type { Context } from '../../../../local/kernel/service.ts';
import { archiveResource } from '../../../../local/services/eventbridge/resources.ts';
import type { EventsState } from '../../../../local/services/eventbridge/state.ts';
import { entry, memoryStore, ruleTo, world } from './world.ts';

const BUS = 'arn:aws:events:us-east-1:111111111111:event-bus/default';
const DAY_MS = 86_400_000;

const archived = async ({ call }: Pick<ReturnType<typeof world>, 'call'>, name = 'all') => {
  const { EventCount: count, SizeBytes: sizeBytes } = await call('DescribeArchive', { ArchiveName: name });
  return { count, sizeBytes };
};

describe('archives', () => {
  it('are made, described, changed and deleted', async () => {
    const { call } = world();
    const made = await call('CreateArchive', { ArchiveName: 'all', EventSourceArn: BUS, Description: 'd', EventPattern: '{"source":["shop"]}' });
    const ArchiveArn = 'arn:aws:events:us-east-1:111111111111:archive/all';
    expect(made).toEqual({ ArchiveArn, State: 'ENABLED', CreationTime: new Date(Date.UTC(2026, 0, 1)) });
    await call('UpdateArchive', { ArchiveName: 'all', RetentionDays: 2 });
    expect(await call('DescribeArchive', { ArchiveName: 'all' })).toEqual({
      ArchiveArn,
      ArchiveName: 'all',
      EventSourceArn: BUS,
      State: 'ENABLED',
      Description: 'd',
      EventPattern: '{"source":["shop"]}',
      RetentionDays: 2,
      SizeBytes: 0,
      EventCount: 0,
      CreationTime: new Date(Date.UTC(2026, 0, 1)),
    });
    await call('DeleteArchive', { ArchiveName: 'all' });
    for (const operation of ['DescribeArchive', 'UpdateArchive', 'DeleteArchive']) {
      await expect(call(operation, { ArchiveName: 'all' })).rejects.toMatchObject({
        code: 'ResourceNotFoundException',
        message: 'Archive all does not exist.',
      });
    }
    expect(await call('ListRules', {})).toMatchObject({ Rules: [] });
  });

  it('are listed by one filter, page by page', async () => {
    const { call } = world();
    await call('CreateEventBus', { Name: 'bus' });
    for (const ArchiveName of ['b', 'a', 'c']) await call('CreateArchive', { ArchiveName, EventSourceArn: BUS });
    await call('CreateArchive', { ArchiveName: 'other', EventSourceArn: BUS.replace('default', 'bus') });
    const names = async (input: object): Promise<string[]> => {
      const { Archives } = await call<{ Archives: { ArchiveName: string }[] }>('ListArchives', input);
      return Archives.map(({ ArchiveName }) => ArchiveName);
    };
    expect(await names({ EventSourceArn: BUS })).toEqual(['a', 'b', 'c']);
    expect(await names({ NamePrefix: 'o' })).toEqual(['other']);
    expect(await names({ State: 'DISABLED' })).toEqual([]);
    const { NextToken } = await call('ListArchives', { Limit: 3 });
    expect(await names({ NextToken })).toEqual(['other']);
    await expect(call('ListArchives', { State: 'ENABLED', NamePrefix: 'a' })).rejects.toThrow('At most one filter is allowed for ListArchives.');
  });

  it.each([
    [{ ArchiveName: 'all', EventSourceArn: BUS }, 'ResourceAlreadyExistsException', 'Archive all already exists.'],
    [{ ArchiveName: 'b', EventSourceArn: `${BUS}s` }, 'ResourceNotFoundException', 'Event bus defaults does not exist.'],
    [{ ArchiveName: 'b', EventSourceArn: BUS, EventPattern: '{"source":"x"}' }, 'InvalidEventPatternException', /^Event pattern is not valid/],
  ])('refuse %o', async (input, code, message) => {
    const { call } = world();
    await call('CreateArchive', { ArchiveName: 'all', EventSourceArn: BUS });
    await expect(call('CreateArchive', input)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('keep what matches, and count as AWS counts', async () => {
    const { call, entries } = world();
    await call('CreateArchive', { ArchiveName: 'shop', EventSourceArn: BUS, EventPattern: '{"source":["shop"]}' });
    await call('CreateArchive', { ArchiveName: 'all', EventSourceArn: BUS });
    await call('PutEvents', { Entries: [entry(), entry({}, { Source: 'bank', Resources: ['res'] }), { Source: 's', DetailType: 't', Detail: '{ "a": 1 }' }] });
    // 20 for the time, source, detail type, detail as it was written, resources.
    const [first, second, third] = [20 + 4 + 11 + 13, 20 + 4 + 11 + 2 + 3, 20 + 1 + 1 + 10] as const;
    expect(await archived({ call }, 'shop')).toEqual({ count: 1, sizeBytes: first });
    expect(await archived({ call })).toEqual({ count: 3, sizeBytes: first + second + third });
    expect(entries('event-archived')).toHaveLength(4);
    // Nobody but the archives saw them.
    expect(entries('event-unmatched')).toHaveLength(3);
    expect(entries('rule-matched')).toHaveLength(0);
  });

  it('take events by a rule that AWS manages', async () => {
    const { call } = world();
    await call('CreateArchive', { ArchiveName: 'all', EventSourceArn: BUS, EventPattern: '{"source":["shop"]}' });
    expect(await call('ListRules', {})).toMatchObject({
      Rules: [{ Name: 'Events-Archive-all', ManagedBy: 'prod.vhs.events.aws.internal', EventPattern: '{"source":["shop"],"replay-name":[{"exists":false}]}' }],
    });
    for (const [operation, input] of [
      ['PutRule', { Name: 'Events-Archive-all', EventPattern: '{"source":["x"]}' }],
      ['DisableRule', { Name: 'Events-Archive-all' }],
      ['DeleteRule', { Name: 'Events-Archive-all' }],
      ['RemoveTargets', { Rule: 'Events-Archive-all', Ids: ['Events-Archive-all'] }],
    ] as const) {
      await expect(call(operation, input)).rejects.toMatchObject({ code: 'ManagedRuleException' });
    }
    await call('RemoveTargets', { Rule: 'Events-Archive-all', Ids: ['Events-Archive-all'], Force: true });
    await call('DeleteRule', { Name: 'Events-Archive-all', Force: true });
    await call('PutEvents', { Entries: [entry()] });
    expect(await archived({ call })).toEqual({ count: 0, sizeBytes: 0 });
  });

  it('forget events after their retention, and sooner where it is shortened', async () => {
    const { call, kernel } = world();
    await call('CreateArchive', { ArchiveName: 'all', EventSourceArn: BUS, RetentionDays: 3 });
    const startMs = kernel.nowMs();
    for (const day of [0, 1, 2]) {
      await kernel.run({ untilMs: startMs + day * DAY_MS });
      await call('PutEvents', { Entries: [entry()] });
    }
    await kernel.run({ untilMs: startMs + 3 * DAY_MS - 1 });
    expect(await archived({ call })).toMatchObject({ count: 3 });
    await kernel.run({ untilMs: startMs + 3 * DAY_MS });
    expect(await archived({ call })).toMatchObject({ count: 2 });
    await call('UpdateArchive', { ArchiveName: 'all', RetentionDays: 1 });
    expect(await archived({ call })).toEqual({ count: 0, sizeBytes: 0 });
    expect(kernel.collection('events.archived').size).toBe(0);
  });

  it('survive a restart, and go on counting', async () => {
    const store = memoryStore();
    const before = world({ store });
    await before.call('CreateArchive', { ArchiveName: 'all', EventSourceArn: BUS });
    await before.call('PutEvents', { Entries: [entry(), entry({ orderId: 2 })] });
    const kept = await archived(before);
    // The first world goes on changing its own copy only.
    const after = world({ store: { ...store, open: (name) => structuredClone(store.open(name)) }, seed: 'again' });
    expect(await archived(after)).toEqual(kept);
    await after.call('PutEvents', { Entries: [entry()] });
    expect(await archived(after)).toMatchObject({ count: 3 });
    expect(after.kernel.collection('events.archived').size).toBe(3);
  });

  it('come from templates', async () => {
    const { state, kernel, call } = world();
    const context = kernel.contextFor('eventbridge') as Context<EventsState>;
    const place = { generatedName: () => 'Stack-Archive-ABC' } as unknown as ResourcePlace;
    const properties = { SourceArn: BUS, EventPattern: { source: ['shop'] }, RetentionDays: 7 };
    const made = (await archiveResource.create(properties, place, context)) as PhysicalResource;
    expect(made).toEqual({
      ref: 'Stack-Archive-ABC',
      attributes: { Arn: 'arn:aws:events:us-east-1:111111111111:archive/Stack-Archive-ABC', ArchiveName: 'Stack-Archive-ABC' },
    });
    const changed = { SourceArn: BUS };
    expect(await archiveResource.update(changed, properties, made, place, context)).toBe(made);
    expect(await call('DescribeArchive', { ArchiveName: made.ref })).toMatchObject({ RetentionDays: 0, EventPattern: undefined });
    expect(await archiveResource.update({ ...changed, SourceArn: `${BUS}2` }, changed, made, place, context)).toBe('replace');
    await archiveResource.delete(made, changed, context);
    expect(state.archives.archives.size).toBe(0);
    await ruleTo({ call });
    expect(state.rules.size).toBe(1);
  });
});

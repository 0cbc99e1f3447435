import { readFileSync, writeFileSync } from 'node:fs';
import { GetEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { describeSystem } from '../../operations/system.ts';
import { type AssemblyCopy, copyAssembly } from '../world/assembly-copy.ts';
import { bundleEdited } from '../world/source-copy.ts';
import { type PlainItem, readTables } from '../world/tables.ts';
import { createWorld, type World } from '../world/world.ts';

const GROUP = 'audit';
const HOUR_MS = 3_600_000;

let world: World;
let assembly: AssemblyCopy;
beforeEach(async () => {
  assembly = copyAssembly(inject('assemblyDirectory'));
  world = await createWorld({ assembly: assembly.directory });
});
afterEach(async () => {
  expect(world.bugs).toEqual([]);
  await world.close();
});

/** Lets the group declare what a rewind means to it. */
async function declare(onReplay: 'reprocess' | 'rebuild', edit: (text: string) => string = (text) => text): Promise<void> {
  const path = 'functions/audit/record-payment.handler.ts';
  writeFileSync(
    assembly.bundle('audit/record-payment'),
    bundleEdited('audit/record-payment', path, (text) => edit(text.replace("onReplay: 'skip'", `onReplay: '${onReplay}'`))),
  );
  await world.complete(world.plane.reloadAssets());
}

const items = async (): Promise<readonly PlainItem[]> => (await readTables(world))[world.consumer(GROUP).tableName] ?? [];
const account = async (orderId: string): Promise<unknown[]> =>
  (await items())
    .filter(({ pk, entity }) => pk === `ORDER#${orderId}` && entity === 'AUDIT_ENTRY')
    .sort((a, b) => Number(a['number']) - Number(b['number']))
    .map(({ event }) => event);
async function mapping(consumer: string) {
  const { $metadata: _, ...settings } = await world.complete(
    world.clients.lambda.send(new GetEventSourceMappingCommand({ UUID: groupOf(consumer).mappingId })),
  );
  return settings;
}

function groupOf(consumer: string) {
  const { group } = world.consumer(consumer);
  if (!group) throw new Error(`${consumer} is no group`);
  return group;
}

/** Paid and refunded, for nothing is in stock. */
async function refundedOrder(): Promise<string> {
  const orderId = await world.placed();
  await world.settle();
  return orderId;
}

describe('a rewind', () => {
  it('plans per shard from and to, records, time and cost, and is refused while the group runs', async () => {
    await refundedOrder();
    const request = { consumer: GROUP, to: 'trim-horizon', mode: 'reprocess' } as const;
    const plan = await world.complete(world.operations.planRewind(request));
    expect(plan).toMatchObject({ consumer: GROUP, mapping: 'Enabled', position: { type: 'TRIM_HORIZON' }, isWhole: true, lost: undefined });
    expect(plan.events).toBe(2);
    expect(plan.shards).toHaveLength(2);
    const counts = plan.shards.map(({ records }) => records);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(plan.records);
    expect(plan.records).toBeGreaterThan(plan.events);
    for (const { from, to, records } of plan.shards.filter((shard) => shard.records > 0)) {
      expect((to?.sequenceNumber ?? '') <= (from?.sequenceNumber ?? '')).toBe(true);
      expect(records).toBeGreaterThan(0);
    }
    expect(plan.seconds).toBeGreaterThanOrEqual(0);
    expect(plan.usd).toMatch(/^\d+\.\d{2,}$/);
    await expect(world.complete(world.operations.rewind(request))).rejects.toThrow(/audit is active \(Enabled\)\. `--pause` stops it/);
    await expect(world.complete(world.operations.planRewind({ ...request, consumer: 'payments' }))).rejects.toThrow(/takes its events from a queue/);
    await expect(world.complete(world.operations.planRewind({ ...request, to: 'soon' }))).rejects.toThrow(/"soon" is no place in a stream/);
    await expect(world.complete(world.operations.planRewind({ ...request, to: '9'.repeat(56) }))).rejects.toThrow(/No shard has the record/);
  });

  it('has each effect once more at a group that declares it, in the order of each key, and moves no other group', async () => {
    await declare('reprocess');
    const orderId = await refundedOrder();
    const others = world.system.consumers.filter(({ group, consumer }) => group && consumer !== GROUP).map(({ consumer }) => consumer);
    const before = await Promise.all(others.map(mapping));
    const tables = await readTables(world);
    const [ownTable] = [world.consumer(GROUP).tableName];
    const old = groupOf(GROUP).mappingId;
    const rewound = await world.complete(world.operations.rewind({ consumer: GROUP, to: 'trim-horizon', mode: 'reprocess', pause: true }));
    expect(rewound).toMatchObject({ mapping: 'Enabled', isResumed: false });
    expect(rewound.mappingId).not.toBe(old);
    const described = await world.complete(describeSystem(world.clients.ssm));
    expect(described.consumers.find(({ consumer }) => consumer === GROUP)?.group?.mappingId).toBe(rewound.mappingId);
    await world.settle();
    expect(await account(orderId)).toEqual(['PaymentProcessed', 'PaymentRefunded', 'PaymentProcessed', 'PaymentRefunded']);
    expect(await Promise.all(others.map(mapping))).toEqual(before);
    const after = await readTables(world);
    for (const [name, found] of Object.entries(tables)) if (name !== ownTable) expect(after[name]).toEqual(found);
    // What comes after the rewind is handled once.
    const later = await refundedOrder();
    expect(await account(later)).toEqual(['PaymentProcessed', 'PaymentRefunded']);
  });

  it('does only what was never done at a group that declares skip', async () => {
    const orderId = await refundedOrder();
    await world.complete(world.operations.setConsumer({ consumer: GROUP, isEnabled: false }));
    const waiting = await refundedOrder();
    expect(await account(waiting)).toEqual([]);
    const rewound = await world.complete(world.operations.rewind({ consumer: GROUP, to: '1h', mode: 'reprocess' }));
    expect(rewound.mapping).toBe('Disabled');
    await world.complete(world.operations.setConsumer({ consumer: GROUP, isEnabled: true }));
    await world.settle();
    expect(await account(orderId)).toEqual(['PaymentProcessed', 'PaymentRefunded']);
    expect(await account(waiting)).toEqual(['PaymentProcessed', 'PaymentRefunded']);
  });

  it('begins at the record of a sequence number', async () => {
    await declare('reprocess');
    const first = await refundedOrder();
    await world.pass(HOUR_MS);
    const second = await refundedOrder();
    const plan = await world.complete(world.operations.planRewind({ consumer: GROUP, to: '30m', mode: 'reprocess' }));
    const to =
      plan.shards
        .map((shard) => shard.to?.sequenceNumber ?? '')
        .filter((text) => text !== '')
        .sort()[0] ?? '';
    await world.complete(world.operations.rewind({ consumer: GROUP, to, mode: 'reprocess', pause: true }));
    await world.settle();
    expect(await account(first)).toHaveLength(2);
    expect(await account(second)).toEqual(['PaymentProcessed', 'PaymentRefunded', 'PaymentProcessed', 'PaymentRefunded']);
  });

  it('compares in a shadow what was done, and does what was not', async () => {
    const orderId = await refundedOrder();
    const tables = await items();
    const { id } = await world.complete(world.operations.rewind({ consumer: GROUP, to: 'trim-horizon', mode: 'shadow', pause: true }));
    await world.settle();
    const [report] = await world.complete(world.operations.replayReports({ name: id }));
    // The account has lines by now, so that another number would be next: it says that it read state.
    expect(report).toMatchObject({ consumer: GROUP, skipped: 0, unhandled: 0, same: 0, differs: 2 });
    expect(report?.differences.map(({ hasReadItems }) => hasReadItems)).toEqual([true, true]);
    expect((await items()).filter(({ entity }) => entity !== 'REPLAY_NOTE' && entity !== 'REWINDS')).toEqual(tables);
    expect(await account(orderId)).toHaveLength(2);
    const later = await refundedOrder();
    expect(await account(later)).toEqual(['PaymentProcessed', 'PaymentRefunded']);
  });

  it('says what the stream has forgotten, and does not go over it in silence', async () => {
    await refundedOrder();
    await world.pass(9 * 24 * HOUR_MS);
    const request = { consumer: GROUP, to: '200h', mode: 'reprocess', pause: true } as const;
    const plan = await world.complete(world.operations.planRewind(request));
    expect(plan.lost).toEqual({ from: expect.any(String), until: expect.any(String) });
    expect(Date.parse(plan.lost?.until ?? '') - Date.parse(plan.lost?.from ?? '')).toBe(32 * HOUR_MS);
    expect(plan.warnings.join('\n')).toMatch(/LOST: what came from .* is not in the stream any more, which keeps 168 hours/);
    await expect(world.complete(world.operations.rewind(request))).rejects.toThrow(/is lost to audit: the stream does not keep it so long/);
    expect((await mapping(GROUP)).State).toBe('Enabled');
    expect(await world.complete(world.operations.rewind({ ...request, acceptLoss: true }))).toMatchObject({ mapping: 'Enabled', plan: { lost: plan.lost } });
  });

  it('is refused while keys are parked, and finishes what a dead process has begun', async () => {
    const path = assembly.bundle('audit/record-payment');
    const good = readFileSync(path, 'utf8');
    const edited = bundleEdited('audit/record-payment', 'functions/audit/record-payment.ts', (text) =>
      text.replace('const { orderId, amountCents } = event.data;', "const { orderId, amountCents } = event.data;\n  throw new TypeError('Broken');"),
    );
    writeFileSync(path, edited);
    await world.complete(world.plane.reloadAssets());
    await refundedOrder();
    const request = { consumer: GROUP, to: 'trim-horizon', mode: 'reprocess', pause: true } as const;
    await expect(world.complete(world.operations.rewind(request))).rejects.toThrow(/audit has 1 parked key, .* `tickertape dlq redrive audit` first/);
    writeFileSync(path, good);
    await world.complete(world.plane.reloadAssets());
    const { id: planId } = await world.complete(world.operations.planRedrive({ consumer: GROUP }));
    const { id: jobId } = await world.complete(world.operations.startRedrive({ planId }));
    await world.complete(world.operations.job({ jobId, untilEnded: true }));
    await world.settle();

    // The process dies after the old mapping was deleted: the new one cannot be made.
    world.plane.kernel.setInterposer(({ operation }) => (operation === 'CreateEventSourceMapping' ? { kind: 'request-lost' } : { kind: 'none' }));
    await expect(world.complete(world.operations.rewind(request))).rejects.toThrow();
    world.plane.kernel.setInterposer(() => ({ kind: 'none' }));
    expect((await world.complete(world.operations.consumerLags({}))).find(({ consumer }) => consumer === GROUP)?.mapping).toBe('missing');
    expect(await world.complete(world.operations.rewind(request))).toMatchObject({ isResumed: true, mapping: 'Enabled' });
    const later = await refundedOrder();
    expect(await account(later)).toEqual(['PaymentProcessed', 'PaymentRefunded']);
  });
});

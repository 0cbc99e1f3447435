import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, expect, inject, it } from 'vitest';
import { copyAssembly } from '../world/assembly-copy.ts';
import { bundleEdited } from '../world/source-copy.ts';
import { type PlainItem, readTables } from '../world/tables.ts';
import { createWorld, type World } from '../world/world.ts';

/** The first consumer group of the stream: an account of each order's money. An order without stock is paid and then refunded: two events of one key. */
const HANDLER = 'audit/record-payment';
const SOURCE = 'functions/audit/record-payment.ts';

/** Longer than the alarm's period, so that it has looked. */
const ALARM_MS = 150_000;

let world: World;
afterEach(async () => {
  expect(world.bugs).toEqual([]);
  await world.close();
});

/** A world whose audit is broken, and how it is mended. */
async function brokenWorld(bundle: string): Promise<{ readonly mend: () => Promise<void> }> {
  const assembly = copyAssembly(inject('assemblyDirectory'));
  const path = assembly.bundle(HANDLER);
  const good = readFileSync(path, 'utf8');
  writeFileSync(path, bundle);
  world = await createWorld({ assembly: assembly.directory });
  return {
    mend: async () => {
      writeFileSync(path, good);
      await world.complete(world.plane.reloadAssets());
    },
  };
}

const auditItems = async (): Promise<readonly PlainItem[]> => (await readTables(world))[world.consumer('audit').tableName] ?? [];

/** The lines of an order's account. */
async function account(orderId: string): Promise<PlainItem[]> {
  const entries = (await auditItems()).filter(({ pk, entity }) => pk === `ORDER#${orderId}` && entity === 'AUDIT_ENTRY');
  return entries.sort((a, b) => Number(a['number']) - Number(b['number']));
}

const lag = async () => (await world.complete(world.operations.consumerLags({}))).find(({ consumer }) => consumer === 'audit');
const letters = () => world.complete(world.operations.showDeadLetters({ where: 'consumer=audit' }));

async function redrive(): Promise<void> {
  const plan = await world.complete(world.operations.planRedrive({ consumer: 'audit' }));
  const { id: jobId } = await world.complete(world.operations.startRedrive({ planId: plan.id }));
  expect(await world.complete(world.operations.job({ jobId, untilEnded: true }))).toMatchObject({
    status: 'done',
    outcomes: { moved: plan.messages.length, passed: plan.messages.length, failedAgain: 0 },
  });
  await world.settle();
  await world.pass(ALARM_MS);
}

it('writes the money of each order in order, through the stream', async () => {
  world = await createWorld();
  await world.receiveStock('CD-1', 1);
  const orderIds = [await world.placed(), await world.placed()];
  await world.settle();
  const accounts = await Promise.all(orderIds.map(account));
  const told = accounts.map((lines) => lines.map(({ event, balanceCents }) => [event, balanceCents]));
  expect(told).toContainEqual([['PaymentProcessed', 1499]]);
  expect(told).toContainEqual([
    ['PaymentProcessed', 1499],
    ['PaymentRefunded', 0],
  ]);
  expect(await lag()).toMatchObject({ source: 'stream', mapping: 'Enabled', group: { openShards: 2, isLate: false, parkedKeys: 0 } });
});

it('parks a poisoned key, visibly, lets all others go on, and keeps the order of the key in a redrive', async () => {
  const broken = bundleEdited(HANDLER, SOURCE, (source) =>
    source.replace(
      'const { orderId, amountCents } = event.data;',
      "const { orderId, amountCents } = event.data;\n  if (amountCents === 666) throw new TypeError('Not that sum');",
    ),
  );
  const { mend } = await brokenWorld(broken);
  const poisoned = await world.placed({ totalCents: 666 });
  const others = [await world.placed(), await world.placed(), await world.placed()];
  await world.settle();
  await world.pass(ALARM_MS);
  for (const orderId of others) expect((await account(orderId)).map(({ event }) => event)).toEqual(['PaymentProcessed', 'PaymentRefunded']);
  expect(await account(poisoned)).toEqual([]);
  expect(await world.alarm('audit')).toBe('ALARM');
  expect((await letters()).map(({ type, reason, partitionKey }) => [type, reason, partitionKey]).sort()).toEqual([
    ['PaymentProcessed', 'defect', poisoned],
    ['PaymentRefunded', 'parked', poisoned],
  ]);
  expect(await lag()).toMatchObject({ group: { parkedKeys: 1, parkedRecords: 2 } });
  const waiting = (await letters()).find(({ reason }) => reason === 'parked');
  expect(await world.complete(world.operations.why({ eventId: waiting?.eventId ?? '', consumer: 'audit' }))).toMatchObject({ verdict: 'parked' });

  await mend();
  await redrive();
  expect((await account(poisoned)).map(({ event, balanceCents }) => [event, balanceCents])).toEqual([
    ['PaymentProcessed', 666],
    ['PaymentRefunded', 0],
  ]);
  expect(await letters()).toEqual([]);
  expect(await world.alarm('audit')).toBe('OK');
  expect((await auditItems()).filter(({ entity }) => String(entity).startsWith('PARKED'))).toEqual([]);
  expect(await lag()).toMatchObject({ group: { parkedKeys: 0 } });
});

it('has the records themselves in the dead-letter queue, where the function only ever crashed', async () => {
  const { mend } = await brokenWorld('exports.handler = async () => { throw new Error("A broken build"); };');
  const orderId = await world.placed();
  await world.settle();
  await world.pass(6 * 3_600_000);
  const found = await letters();
  expect(found.map(({ type, reason }) => [type, reason]).sort()).toEqual([
    ['PaymentProcessed', 'retries-exhausted'],
    ['PaymentRefunded', 'retries-exhausted'],
  ]);
  for (const { error, subject } of found) expect([error, subject]).toEqual([expect.stringMatching(/^GivenUpByLambda: /), expect.any(String)]);
  await mend();
  await redrive();
  expect(new Set((await account(orderId)).map(({ event }) => event))).toEqual(new Set(['PaymentProcessed', 'PaymentRefunded']));
});

it('waits in the stream while it is paused, and says what it has lost where that was too long', async () => {
  world = await createWorld();
  const set = (isEnabled: boolean) => world.complete(world.operations.setConsumer({ consumer: 'audit', isEnabled }));
  expect(await set(false)).toMatchObject({ state: 'Disabled' });
  const orderId = await world.placed();
  await world.settle();
  await world.pass(3_600_000);
  expect(await account(orderId)).toEqual([]);
  const resumed = await set(true);
  expect(resumed).toMatchObject({ state: 'Enabled' });
  expect(resumed.lost).toBeUndefined();
  await world.settle();
  expect(await account(orderId)).toHaveLength(2);

  await set(false);
  const pausedAtMs = world.plane.kernel.nowMs();
  const missed = await world.placed();
  await world.settle();
  await world.pass(8 * 86_400_000);
  const { lost } = await set(true);
  expect(Math.abs(Date.parse(lost?.from ?? '') - pausedAtMs)).toBeLessThan(120_000);
  expect(Date.parse(lost?.until ?? '')).toBeGreaterThan(Date.parse(lost?.from ?? ''));
  await world.settle();
  expect(await account(missed)).toEqual([]);
}, 60_000);

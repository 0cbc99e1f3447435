import { readFileSync, writeFileSync } from 'node:fs';
import { expect, inject, it } from 'vitest';
import { copyAssembly } from '../../world/assembly-copy.ts';
import { bundleEdited } from '../../world/source-copy.ts';
import { type PlainItem, readTables } from '../../world/tables.ts';
import { createWorld, type World } from '../../world/world.ts';

/** The index of dead letters holds whatever failed at this consumer. */
async function lettersOf(world: World, consumer: string): Promise<PlainItem[]> {
  const tables = await readTables(world);
  return (tables[world.system.deadLetterIndexTableName] ?? []).filter(({ pk }) => pk === `CONSUMER#${consumer}`);
}

/** Longer than the alarm's period, so that it has looked. */
const ALARM_MS = 150_000;

/** How `inventory` is broken, and what its dead letters say then. */
const DEFECTS = [
  {
    name: 'its handler throws',
    bundle: () =>
      bundleEdited('inventory/reserve-stock', 'functions/inventory/reserve-stock.ts', (source) =>
        source.replace('const wanted = wantedOf(lines);', "throw new TypeError('No shelf for order '.concat(orderId));"),
      ),
    reason: 'defect',
    error: /^TypeError: No shelf for order /,
  },
  {
    name: 'its function fails before a handler can answer, and the queue itself moves the message',
    bundle: () => 'exports.handler = async () => { throw new Error("A broken build"); };',
    reason: 'retries-exhausted',
    error: /^MovedByQueue: /,
  },
];

it.each(DEFECTS)('brings orders back from the dead-letter queue once a consumer is mended: $name', async (defect) => {
  const assembly = copyAssembly(inject('assemblyDirectory'));
  const path = assembly.bundle('inventory/reserve-stock');
  const good = readFileSync(path, 'utf8');
  writeFileSync(path, defect.bundle());
  const world = await createWorld({ assembly: assembly.directory });
  await world.receiveStock('CD-1', 100);
  const orderIds = [await world.placed(), await world.placed(), await world.placed()];
  await world.settle();
  await world.pass(ALARM_MS);

  const letters = await lettersOf(world, 'inventory');
  expect(letters).toHaveLength(3);
  for (const letter of letters) {
    expect(letter).toMatchObject({ status: 'dead', reason: defect.reason, type: 'PaymentProcessed' });
    expect(letter['fingerprint']).toBe(letters[0]?.['fingerprint']);
    expect(letter['error']).toMatch(defect.error);
    expect(orderIds).toContain(JSON.parse(letter['payload']).detail.data.orderId);
  }
  expect(await world.alarm('inventory')).toBe('ALARM');
  for (const orderId of orderIds) expect((await world.order(orderId)).status).toBe('PLACED');

  writeFileSync(path, good);
  const report = await world.complete(world.plane.reloadAssets());
  expect(report.changes.map(({ action, type }) => `${action} ${type}`)).toEqual(['update AWS::Lambda::Function']);
  const plan = await world.complete(world.operations.planRedrive({ consumer: 'inventory' }));
  expect(plan.messages).toHaveLength(3);
  const { id: jobId } = await world.complete(world.operations.startRedrive({ planId: plan.id }));
  const job = await world.complete(world.operations.job({ jobId, untilEnded: true }));
  expect(job).toMatchObject({ status: 'done', outcomes: { moved: 3, gone: 0 } });
  await world.settle();
  await world.pass(ALARM_MS);

  for (const orderId of orderIds) expect((await world.order(orderId)).status).toBe('CONFIRMED');
  expect(await world.alarm('inventory')).toBe('OK');
  expect((await lettersOf(world, 'inventory')).map(({ status }) => status)).toEqual(['resolved', 'resolved', 'resolved']);
  expect(world.bugs).toEqual([]);
});

import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, expect, inject, it } from 'vitest';
import type { ReplayRequest } from '../../operations/replays/plan.ts';
import type { ReplayStatus } from '../../operations/replays/replay.ts';
import { copyAssembly } from '../world/assembly-copy.ts';
import { bundleEdited } from '../world/source-copy.ts';
import { type PlainItem, readTables } from '../world/tables.ts';
import { createWorld, type World } from '../world/world.ts';

/** An archive has an event after some minutes. */
const ARCHIVED_MS = 15 * 60_000;
const CUSTOMER = 'ada@example.com';

let world: World;
afterEach(async () => {
  expect(world.bugs).toEqual([]);
  await world.close();
});

/** A world in which the bundle of a handler can be replaced while it runs. */
async function editableWorld(): Promise<{ readonly replace: (handler: string, source: string, edit: (text: string) => string) => Promise<void> }> {
  const assembly = copyAssembly(inject('assemblyDirectory'));
  world = await createWorld({ assembly: assembly.directory });
  return {
    replace: async (handler, source, edit) => {
      const path = assembly.bundle(handler);
      const before = readFileSync(path, 'utf8');
      const after = bundleEdited(handler, source, edit);
      expect(after).not.toBe(before);
      writeFileSync(path, after);
      await world.complete(world.plane.reloadAssets());
    },
  };
}

/** An order that is paid, delivered, and told of twice. */
async function deliveredOrder(): Promise<string> {
  await world.receiveStock('CD-1', 10);
  const orderId = await world.placed();
  await world.settle();
  await world.pass(ARCHIVED_MS);
  expect(await world.order(orderId)).toMatchObject({ status: 'CONFIRMED' });
  return orderId;
}

async function replayed(request: Omit<ReplayRequest, 'from' | 'to'>): Promise<ReplayStatus> {
  const { name } = await world.complete(world.operations.startReplay({ from: '2h', to: 'now', ...request }));
  let [replay] = await world.complete(world.operations.replays({ name }));
  for (let look = 0; replay?.state !== 'COMPLETED' && look < 100; look += 1) {
    await world.pass(10_000);
    [replay] = await world.complete(world.operations.replays({ name }));
  }
  await world.settle();
  expect(replay).toMatchObject({ state: 'COMPLETED', mode: request.mode ?? 'reprocess' });
  return replay as ReplayStatus;
}

const itemsOf = async (consumer: string): Promise<readonly PlainItem[]> => (await readTables(world))[world.consumer(consumer).tableName] ?? [];
const withoutNotes = (items: readonly PlainItem[]): readonly PlainItem[] => items.filter(({ entity }) => entity !== 'REPLAY_NOTE');
const letters = (): Promise<readonly unknown[]> => world.complete(world.operations.showDeadLetters({}));

it('has no effect at a consumer that declares skip, counts what it skipped, and says so', async () => {
  world = await createWorld();
  await deliveredOrder();
  const mail = world.mail(CUSTOMER);
  const before = await itemsOf('notifications');
  const { name, epoch } = await replayed({ consumers: ['notifications'] });
  expect(mail).toHaveLength(2);
  expect(world.mail(CUSTOMER)).toEqual(mail);
  const after = await itemsOf('notifications');
  expect(withoutNotes(after)).toEqual(before);
  expect(await world.complete(world.operations.replayReports({ name }))).toMatchObject([{ consumer: 'notifications', skipped: 2, same: 0, differs: 0 }]);
  const eventId = String(after.find(({ entity }) => entity === 'REPLAY_NOTE')?.sk).split('#')[1] ?? '';
  const explained = await world.complete(world.operations.why({ eventId, consumer: 'notifications' }));
  expect(explained).toMatchObject({ verdict: 'processed' });
  expect(explained.steps.filter(({ stage }) => stage === 'replay').map(({ text }) => text)).toEqual([
    expect.stringMatching(new RegExp(`^${epoch} brought it again, and the consumer takes no part`)),
  ]);
});

it('has each effect once more, and no more, at a consumer that declares reprocess; others are not touched', async () => {
  const { replace } = await editableWorld();
  await deliveredOrder();
  await replace('notifications/notify-customer', 'functions/notifications/notify-customer.handler.ts', (text) =>
    text.replace("onReplay: 'skip'", "onReplay: 'reprocess'"),
  );
  const [mail, payments] = [world.mail(CUSTOMER), await itemsOf('payments')];
  await replayed({ consumers: ['notifications'] });
  expect(mail).toHaveLength(2);
  expect(world.mail(CUSTOMER).sort()).toEqual([...mail, ...mail].sort());
  expect(await itemsOf('payments')).toEqual(payments);
  // It keeps no read model.
  await replayed({ consumers: ['notifications'], mode: 'rebuild' });
  expect(world.mail(CUSTOMER)).toHaveLength(4);
  expect(await letters()).toEqual([]);
});

it('rebuilds read models, and nothing else', async () => {
  world = await createWorld();
  const { status } = await world.http('POST', '/users', {
    body: { email: CUSTOMER, name: 'Ada Lovelace' },
    headers: { 'idempotency-key': 'u1' },
  });
  expect(status).toBeLessThan(300);
  await world.settle();
  await world.pass(ARCHIVED_MS);
  const mail = world.mail(CUSTOMER);
  const { epoch, name } = await replayed({ mode: 'rebuild' });
  expect(world.mail(CUSTOMER)).toEqual(mail);
  const again = (await itemsOf('users-profile')).filter(({ pk }) => String(pk).startsWith(`COMMIT#users-profile#${epoch}#`));
  expect(again).toHaveLength(1);
  const reports = await world.complete(world.operations.replayReports({ name }));
  expect(reports.map(({ consumer, skipped }) => [consumer, skipped])).toEqual([
    ['analytics', 1],
    ['notifications-welcome', 1],
  ]);
});

it('sends and writes nothing in a shadow, finds what is unchanged the same, and lists the planted difference', async () => {
  const { replace } = await editableWorld();
  const orderId = await deliveredOrder();
  const tables = await readTables(world);
  const mail = world.mail(CUSTOMER);
  const published = world.journal(({ kind }) => kind === 'event-put').length;
  const consumers = ['notifications', 'payments', 'inventory', 'shipping', 'orders'];
  const same = await replayed({ consumers, mode: 'shadow' });
  const reports = await world.complete(world.operations.replayReports({ name: same.name }));
  expect(reports.map(({ consumer, same: count, differs }) => [consumer, count, differs])).toEqual([
    ['inventory', 1, 0],
    ['notifications', 2, 0],
    ['orders', 1, 0],
    ['payments', 1, 0],
    ['shipping', 1, 0],
  ]);

  await replace('notifications/notify-customer', 'functions/notifications/letters.ts', (text) =>
    text.replace('We have your order ', 'We have got your order '),
  );
  await replace('payments/charge-order', 'functions/payments/charge-order.ts', (text) =>
    text.replace('PaymentProcessed.v1({ paymentId, ...facts,', 'PaymentProcessed.v1({ paymentId, ...facts, amountCents: amountCents - 1,'),
  );
  const { name } = await replayed({ consumers, mode: 'shadow' });
  const planted = await world.complete(world.operations.replayReports({ name }));
  expect(planted.map(({ consumer, same: count, differs }) => [consumer, count, differs])).toEqual([
    ['inventory', 1, 0],
    ['notifications', 1, 1],
    ['orders', 1, 0],
    ['payments', 0, 1],
    ['shipping', 1, 0],
  ]);
  const [ofMail, ofMoney] = ['notifications', 'payments'].map((name) => planted.find(({ consumer }) => consumer === name)?.differences[0]);
  expect(ofMail).toMatchObject({ eventType: 'OrderPlaced', hasReadItems: false, differences: [{ kind: 'changed', what: 'outside mail' }] });
  expect(ofMail?.differences[0]?.after).toContain(`We have got your order ${orderId}`);
  expect(ofMoney?.differences).toMatchObject([{ kind: 'changed', what: 'emit PaymentProcessed' }]);
  expect([ofMoney?.differences[0]?.before, ofMoney?.differences[0]?.after].map((text) => JSON.parse(text ?? '{}').data.amountCents)).toEqual([1499, 1498]);

  expect(world.mail(CUSTOMER)).toEqual(mail);
  expect(world.journal(({ kind }) => kind === 'event-put')).toHaveLength(published);
  const after = await readTables(world);
  expect(Object.fromEntries(Object.entries(after).map(([table, items]) => [table, withoutNotes(items)]))).toEqual(tables);
  expect(await letters()).toEqual([]);
});

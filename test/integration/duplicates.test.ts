import { expect, it } from 'vitest';
import type { Interposer } from '../../local/index.ts';
import { ledger, type PlainItem, readTables } from '../world/tables.ts';
import { createWorld, type World } from '../world/world.ts';

/** What every delivery to a queue may do: take place twice. */
const deliverTwice: Interposer = ({ kind, service }) => (kind === 'delivery' && service === 'sqs' ? { kind: 'duplicate' } : { kind: 'none' });

const ORDERS = Array.from({ length: 24 }, (_, index) => ({
  customerId: `customer-${index % 5}`,
  email: `customer-${index % 5}@example.com`,
  cardToken: ['tok_visa', 'tok_visa', 'tok_declined', 'tok_lost_answer'][index % 4] as string,
  lines: [{ sku: index % 6 === 0 ? 'CD-SOLD-OUT' : 'CD-1', quantity: 1 + (index % 3) }],
  totalCents: 1000 + index,
}));

async function runOrders(interposer?: Interposer): Promise<World> {
  const world = await createWorld(interposer ? { interposer } : {});
  await world.receiveStock('CD-1', 100);
  for (const order of ORDERS) await world.placed(order);
  await world.settle();
  return world;
}

/** What differs from run to run: times and what is made of them (a hash over a payload that holds one), the trace, whose spans are drawn, and in how many batches events came to a read model, with the position that each left. */
const DRAWN = new Set(['expiresAt', 'payloadHash', 'traceparent', 'revision']);
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** A value without what may differ. Events in a commit record are JSON texts, and are read. */
function settled(value: unknown): unknown {
  if (typeof value === 'string') {
    if (TIME.test(value)) return '<time>';
    return value.startsWith('{') ? settled(JSON.parse(value)) : value;
  }
  if (Array.isArray(value)) return value.map(settled);
  if (typeof value !== 'object' || value === null) return value;
  if ((value as PlainItem)['entity'] === 'POSITION') return 'POSITION';
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !DRAWN.has(name))
      .map(([name, member]) => [name, settled(member)]),
  );
}

it('has the same tables and the same ledger in the end where every event was delivered twice', async () => {
  const [once, twice] = [await runOrders(), await runOrders(deliverTwice)];
  const sent = (world: World): number => world.journal(({ kind, arn }) => kind === 'message-sent' && !arn.endsWith('-dead-letters')).length;
  expect(sent(twice)).toBe(2 * sent(once));
  const [tablesOnce, tablesTwice] = [await readTables(once), await readTables(twice)];
  const count = (tables: Record<string, PlainItem[]>): number => Object.values(tables).flat().length;
  expect(count(tablesOnce)).toBeGreaterThan(ORDERS.length * 8);
  expect(settled(tablesTwice)).toEqual(settled(tablesOnce));
  const [ledgerOnce, ledgerTwice] = [await ledger(once), await ledger(twice)];
  expect([ledgerTwice.charged, ledgerTwice.refunded]).toEqual([ledgerOnce.charged, ledgerOnce.refunded]);
  expect(ledgerOnce.charged - ledgerOnce.refunded).toBeGreaterThan(0);
  expect([...once.bugs, ...twice.bugs]).toEqual([]);
});

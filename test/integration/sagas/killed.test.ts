import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, inject, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../../world/assembly-copy.ts';
import { instance, trailOf } from '../../world/sagas.ts';
import { itemsOf, ledger } from '../../world/tables.ts';
import { createWorld, orderBody } from '../../world/world.ts';

interface Hosted {
  readonly child: ChildProcess;
  readonly api: string;
}

async function host(dataDirectory: string): Promise<Hosted> {
  const script = ['--import', 'tsx', 'test/world/hosted.process.ts', inject('assemblyDirectory'), dataDirectory];
  const child = spawn(process.execPath, script, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = (await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`The hosted system ended with ${code}`))),
  ])) as [Buffer];
  return { child, ...(JSON.parse(line.toString()) as Omit<Hosted, 'child'>) };
}

async function post(url: string, key: string, body: object): Promise<string> {
  const headers = { 'content-type': 'application/json', 'idempotency-key': key };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  expect(response.status).toBe(202);
  return ((await response.json()) as { orderId: string }).orderId;
}

const ORDERS = 20;
/** More than the carrier takes: every order is reserved and paid, then refused, and undone. */
const PIECES = 1_001;
const HOUR_MS = 60 * 60_000;
const TEST_MS_MAX = 120_000;

it(
  'a saga goes on after kill -9 in the middle of its compensation, and undoes nothing twice',
  async () => {
    const dataDirectory = join(temporaryFolder(), 'data');
    const { child, api } = await host(dataDirectory);
    await post(`${api}/stock`, 'stock', { sku: 'CD-1', quantity: ORDERS * PIECES });
    const body = { ...orderBody({ lines: [{ sku: 'CD-1', quantity: PIECES }] }), flow: 'orchestration' };
    const placed = await Promise.all(Array.from({ length: ORDERS }, (_, index) => post(`${api}/orders`, `order-${index}`, body)));
    const isAnyRefunded = async (): Promise<boolean> => {
      const orders = await Promise.all(placed.map(async (orderId) => (await (await fetch(`${api}/orders/${orderId}`)).json()) as { status: string }));
      return orders.some(({ status }) => status === 'CANCELLED');
    };
    while (!(await isAnyRefunded()));
    child.kill('SIGKILL');
    await once(child, 'exit');

    // The second life has a virtual clock: messages that were in flight come back only minutes later.
    const world = await createWorld({ dataDirectory, startMs: Date.now() });
    const unfinished = await world.complete(world.operations.sagas({ limit: ORDERS }));
    expect(unfinished.filter(({ state }) => state !== 'CANCELLED').length).toBeGreaterThan(0);
    await world.settle();
    await world.pass(HOUR_MS);
    for (const orderId of placed) {
      const saga = await instance(world, orderId);
      expect(saga).toMatchObject({ state: 'CANCELLED', failure: { step: 'PrepareShipment', error: 'TooManyPieces' } });
      expect(trailOf(saga).filter((entry) => entry.startsWith('undone'))).toEqual(['undone ProcessPayment', 'undone ReserveInventory']);
      expect((await world.order(orderId)).status).toBe('CANCELLED');
    }
    const { charged, refunded, entries } = await ledger(world);
    expect({ charged, refunded, entries: entries.length }).toEqual({ charged: ORDERS * 1499, refunded: ORDERS * 1499, entries: 2 * ORDERS });
    expect(await itemsOf(world, 'STOCK')).toMatchObject([{ available: ORDERS * PIECES }]);
    expect(world.bugs).toEqual([]);
  },
  TEST_MS_MAX,
);

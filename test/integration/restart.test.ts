import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { expect, inject, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../world/assembly-copy.ts';
import { itemsOf, ledger } from '../world/tables.ts';
import { createWorld, orderBody } from '../world/world.ts';

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

async function post(url: string, key: string, body: object): Promise<{ readonly status: number; readonly orderId: string }> {
  const headers = { 'content-type': 'application/json', 'idempotency-key': key };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, orderId: ((await response.json()) as { orderId: string }).orderId };
}

const ORDERS = 20;
const TEST_MS_MAX = 60_000;

it(
  'goes on after kill -9 where it was: every order that was accepted comes to its end, once',
  async () => {
    const dataDirectory = join(temporaryFolder(), 'data');
    const first = await host(dataDirectory);
    expect((await post(`${first.api}/stock`, 'stock', { sku: 'CD-1', quantity: ORDERS })).status).toBe(202);
    const orders = Array.from({ length: ORDERS }, (_, index) =>
      orderBody({ totalCents: 1000 + index, cardToken: index % 5 === 0 ? 'tok_declined' : 'tok_visa' }),
    );
    const placed = await Promise.all(orders.map((order, index) => post(`${first.api}/orders`, `order-${index}`, order)));
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');

    // The second life has a virtual clock: messages that were in flight come back only minutes later.
    const world = await createWorld({ dataDirectory, startMs: Date.now() });
    for (const [index, { orderId }] of placed.entries()) {
      const again = await world.placeOrder(orders[index], { key: `order-${index}` });
      expect(again).toMatchObject({ status: 202, body: { orderId } });
    }
    await world.settle();
    const kept = orders.filter(({ cardToken }) => cardToken === 'tok_visa');
    for (const [index, { orderId }] of placed.entries()) {
      expect((await world.order(orderId)).status).toBe(orders[index]?.cardToken === 'tok_visa' ? 'CONFIRMED' : 'CANCELLED');
    }
    const { charged, refunded, entries } = await ledger(world);
    expect({ charged, refunded, entries: entries.length }).toEqual({
      charged: kept.reduce((sum, { totalCents }) => sum + totalCents, 0),
      refunded: 0,
      entries: kept.length,
    });
    expect(await itemsOf(world, 'STOCK')).toMatchObject([{ available: ORDERS - kept.length }]);
    const { consumers } = await world.complete(world.operations.status({}));
    expect(consumers.map(({ deadLetters }) => deadLetters)).toEqual(consumers.map(() => 0));
    expect(world.bugs).toEqual([]);
  },
  TEST_MS_MAX,
);

it('knows at the start which messages are in flight, and until when', async () => {
  const dataDirectory = join(temporaryFolder(), 'data');
  const first = await createWorld({ dataDirectory });
  const QueueUrl = first.consumer('payments').deadLetterQueueUrl;
  for (const MessageBody of ['1', '2', '3']) await first.complete(first.clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody })));
  for (const VisibilityTimeout of [30, 90]) await first.complete(first.clients.sqs.send(new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout })));
  expect(first.plane.inFlightAtStart.messages).toBe(0);
  const endMs = first.plane.kernel.nowMs();
  await first.close();
  const soon = await createWorld({ dataDirectory, startMs: endMs + 1000 });
  expect(soon.plane.inFlightAtStart).toEqual({ messages: 2, untilMs: endMs + 90_000 });
  await soon.close();
  const later = await createWorld({ dataDirectory, startMs: endMs + 60_000 });
  expect(later.plane.inFlightAtStart).toEqual({ messages: 1, untilMs: endMs + 90_000 });
});

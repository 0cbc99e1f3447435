import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, it, onTestFinished } from 'vitest';
import { Host } from '../../operations/embedded/host.ts';
import { copyAssembly, temporaryFolder } from '../world/assembly-copy.ts';
import { bundleEdited } from '../world/source-copy.ts';
import { orderBody } from '../world/world.ts';

const TEST_MS_MAX = 60_000;

/** How long the payment takes: long enough to be met under way, and less than a stop waits. */
const SLOW_MS = 1500;

async function hosted(assembly: string, dataDirectory: string): Promise<Host> {
  const bugs: unknown[] = [];
  const options = { directory: process.cwd(), assembly, dataDirectory, port: 0, consolePort: 0, clockFactor: 1, deliversTwice: false };
  const host = new Host({ ...options, onBug: (error) => bugs.push(error) });
  onTestFinished(async () => {
    await host.close();
    expect(bugs).toEqual([]);
  });
  await host.start();
  return host;
}

/** Resolves with the journal's first entry of a kind for that function. */
function seen(host: Host, kind: string, functionName: string): Promise<Readonly<Record<string, unknown>>> {
  return new Promise((resolve) => {
    const end = host.plane.kernel.journal.listen((entry) => {
      if (entry.kind !== kind || !entry.arn.endsWith(`:${functionName}`)) return;
      end();
      resolve(entry.detail);
    });
  });
}

async function call(host: Host, method: string, path: string, body?: object): Promise<{ status: number; body: { orderId: string; status: string } }> {
  const headers = { 'content-type': 'application/json', 'idempotency-key': path };
  const response = await fetch(`${host.apiUrl}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  return { status: response.status, body: (await response.json()) as { orderId: string; status: string } };
}

it(
  'lets what is under way end and begins nothing more; after the next start the order goes on at once',
  async () => {
    const assembly = copyAssembly(inject('assemblyDirectory'));
    const slow = bundleEdited('payments/charge-order', 'functions/payments/charge-order.handler.ts', (source) =>
      source.replace(
        'chargeOrder(ledgerGateway())',
        `async (event, work) => {
        await new Promise((done) => setTimeout(done, ${SLOW_MS}));
        return chargeOrder(ledgerGateway())(event, work);
      }`,
      ),
    );
    writeFileSync(assembly.bundle('payments/charge-order'), slow);
    const dataDirectory = join(temporaryFolder(), 'data');
    const first = await hosted(assembly.directory, dataDirectory);
    await call(first, 'POST', '/stock', { sku: 'CD-1', quantity: 1 });
    const started = seen(first, 'invocation-started', 'tickertape-payments');
    const ended = seen(first, 'invocation-ended', 'tickertape-payments');
    const placed = await call(first, 'POST', '/orders', orderBody());
    await started;
    expect(await first.drain(5000)).toBe(0);
    expect(await ended).toMatchObject({ outcome: 'succeeded' });
    expect(await fetch(`${first.apiUrl}/orders/${placed.body.orderId}`)).toMatchObject({ status: 503 });
    await first.close();

    const second = await hosted(assembly.directory, dataDirectory);
    expect(second.plane.inFlightAtStart.messages).toBe(0);
    const status = async (): Promise<string> => (await call(second, 'GET', `/orders/${placed.body.orderId}`)).body.status;
    // Far less than a visibility timeout: no message was left in flight.
    await expect.poll(status, { timeout: 15_000 }).toBe('CONFIRMED');
  },
  TEST_MS_MAX,
);

import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, inject, it } from 'vitest';
import { Plane } from '../../local/index.ts';
import { copyAssembly, temporaryFolder } from '../world/assembly-copy.ts';
import { itemsOf, readTables } from '../world/tables.ts';
import { createWorld, orderBody, type World } from '../world/world.ts';

/** More than one event may carry. */
const TOO_MANY_BYTES = 300 * 1024;

const REFUSED_ORDERS = [
  { name: 'malformed JSON', body: '{"customerId":', status: 400, detail: /^The body is not JSON: / },
  { name: 'no body', body: undefined, status: 400, detail: /^The request has no body$/ },
  { name: 'an unknown field', body: { ...orderBody(), coupon: 'C-1' }, status: 400, detail: /coupon/ },
  { name: 'an unknown field in a line', body: orderBody({ lines: [{ sku: 'CD-1', quantity: 1, size: 'XL' } as never] }), status: 400, detail: /size/ },
  { name: 'a negative quantity', body: orderBody({ lines: [{ sku: 'CD-1', quantity: -1 }] }), status: 400, detail: /\/lines\/0\/quantity must be >= 1/ },
  { name: 'a negative total', body: orderBody({ totalCents: -1 }), status: 400, detail: /\/totalCents must be >= 0/ },
  { name: 'no lines', body: orderBody({ lines: [] }), status: 400, detail: /\/lines/ },
  { name: 'a body larger than an event', body: { ...orderBody(), email: 'x'.repeat(TOO_MANY_BYTES) }, status: 413, detail: /at most \d+ are taken/ },
];

describe('a bad order', () => {
  it('is refused with the reason and leaves nothing behind', async () => {
    const world = await createWorld();
    for (const [index, { name, body, status, detail }] of REFUSED_ORDERS.entries()) {
      const answer = await world.http('POST', '/orders', { body, headers: { 'idempotency-key': `bad-${index}` } });
      expect({ name, status: answer.status, type: answer.headers['content-type'] }).toEqual({ name, status, type: 'application/problem+json' });
      expect(answer.body.detail, name).toMatch(detail);
    }
    const keyless = await world.http('POST', '/orders', { body: orderBody() });
    expect(keyless).toMatchObject({ status: 400, body: { title: 'Idempotency-Key missing' } });
    await world.settle();
    expect(Object.values(await readTables(world)).flat()).toEqual([]);
    expect(world.journal(({ kind }) => kind === 'message-sent')).toEqual([]);
  });

  it('does not use up its key: the mended order is taken under it', async () => {
    const world = await createWorld();
    await world.receiveStock('CD-1', 1);
    const refused = await world.placeOrder({ totalCents: -1 }, { key: 'key-1' });
    const taken = await world.placeOrder({}, { key: 'key-1' });
    expect([refused.status, taken.status]).toEqual([400, 202]);
    await world.settle();
    expect(await world.order(taken.body.orderId)).toMatchObject({ status: 'CONFIRMED' });
  });
});

describe('a message that is no event of ours', () => {
  const BODIES = [
    { name: 'text', body: 'not json at all' },
    { name: 'JSON without an envelope', body: '{"orderId":"1"}' },
    {
      name: 'an envelope without its fields',
      body: JSON.stringify({ 'detail-type': 'OrderPlaced', source: 'tickertape.orders', detail: { specversion: '1.0' } }),
    },
  ];

  async function letters(world: World): Promise<unknown[]> {
    const found = await world.complete(world.operations.showDeadLetters({ key: 'payments' }));
    return found.map(({ reason, payload, attempts }) => ({ reason, payload, attempts }));
  }

  it.each(BODIES)('is dead-lettered at once with its payload: $name', async ({ body }) => {
    const world = await createWorld();
    await world.complete(world.clients.sqs.send(new SendMessageCommand({ QueueUrl: world.consumer('payments').queueUrl, MessageBody: body })));
    await world.settle();
    await world.pass(150_000);
    expect(await letters(world)).toEqual([{ reason: 'malformed', payload: body, attempts: 1 }]);
    const index = (await readTables(world))[world.system.deadLetterIndexTableName];
    expect(index).toMatchObject([{ pk: 'CONSUMER#payments', status: 'dead', reason: 'malformed', payload: body }]);
    expect(await world.alarm('payments')).toBe('ALARM');
  });

  it('is refused by the operator before it is sent: data that no producer could have written', async () => {
    const world = await createWorld();
    const sent = world.complete(world.operations.sendEvent({ type: 'OrderPlaced', data: { orderId: '1', extra: true } }));
    await expect(sent).rejects.toThrow('Not tickertape:orders/order-placed/v1.1: /extra is not a known member; /customerId is missing');
    expect(world.journal(({ kind }) => kind === 'event-put')).toEqual([]);
    expect(await itemsOf(world, 'PAYMENT')).toEqual([]);
  });
});

describe('what a plane is started with', () => {
  const START = { kind: 'virtual', startMs: 0 } as const;

  it.each([
    { name: 'a template of an unsupported type', spoil: () => {}, message: /AWS::RDS::DBInstance[\s\S]*Pictures|Pictures[\s\S]*AWS::RDS::DBInstance/ },
    {
      name: 'a manifest that is no JSON',
      spoil: (directory: string) => writeFileSync(join(directory, 'manifest.json'), '{"version": "55.0.0",'),
      message: /manifest\.json.*(line|position)/,
    },
    { name: 'no folder', spoil: (directory: string) => rmSync(directory, { recursive: true }), message: /^There is no folder .*cdk\.out/ },
    { name: 'no manifest', spoil: (directory: string) => rmSync(join(directory, 'manifest.json')), message: /is no cloud assembly: it has no manifest\.json/ },
    {
      name: 'a missing template',
      spoil: (directory: string) => rmSync(join(directory, 'TickertapeOrders.template.json')),
      message: /TickertapeOrders\.template\.json/,
    },
  ])('is refused with the place of the mistake, and nothing is deployed: $name', async ({ name, spoil, message }) => {
    const assembly = copyAssembly(inject('assemblyDirectory'));
    if (name.includes('unsupported')) {
      assembly.editTemplate('TickertapeOrders', (template) => {
        template.Resources['Pictures'] = { Type: 'AWS::RDS::DBInstance', Properties: {} };
      });
    }
    spoil(assembly.directory);
    const plane = new Plane({ clock: START, seed: 1 });
    await expect(deployed(plane, assembly.directory)).rejects.toThrow(message);
    expect(plane.deployment.resources()).toEqual([]);
    await plane.close();
  });

  it('is refused where one byte of the data folder was changed, and the folder stays as it is', async () => {
    const dataDirectory = join(temporaryFolder(), 'data');
    const first = new Plane({ clock: START, seed: 1, dataDirectory });
    for (let index = 0; index < 50; index += 1) first.kernel.collection<string>('ssm.parameters').put(`/p${index}`, 'x'.repeat(100));
    await first.kernel.settled();
    await first.close();
    const file = readdirSync(dataDirectory).find((name) => /^(snapshot|log)-/.test(name) && statSync(join(dataDirectory, name)).size > 2000) ?? '';
    const bytes = readFileSync(join(dataDirectory, file));
    bytes[1000] = (bytes[1000] ?? 0) ^ 0xff;
    writeFileSync(join(dataDirectory, file), bytes);
    expect(() => new Plane({ clock: START, seed: 1, dataDirectory })).toThrow(new RegExp(`data file .*${file}`));
    expect(readFileSync(join(dataDirectory, file)).equals(bytes)).toBe(true);
  });

  it('is refused where the port is taken, with its number', async () => {
    const [first, second] = [new Plane(), new Plane()];
    const port = Number(new URL(await first.listen(0)).port);
    await expect(second.listen(port)).rejects.toThrow(new RegExp(`${port}`));
    await Promise.all([first.close(), second.close()]);
  });

  async function deployed(plane: Plane, directory: string): Promise<void> {
    let isSettled = false;
    const settled = (async () => plane.deploy(directory))().finally(() => {
      isSettled = true;
    });
    settled.catch(() => {});
    await plane.kernel.run({ isDone: () => isSettled });
    await settled;
  }
});

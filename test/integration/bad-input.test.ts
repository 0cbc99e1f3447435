import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, inject, it } from 'vitest';
import { Plane } from '../../local/index.ts';
import { copyAssembly, temporaryFolder } from '../world/assembly-copy.ts';
import { createWorld, orderBody } from '../world/world.ts';

describe('an order that is none', () => {
  const order = orderBody();
  const cases = [
    { name: 'malformed JSON', body: '{"customerId":', status: 400, says: /JSON/ },
    { name: 'an unknown field', body: { ...order, coupon: 'x' }, status: 400, says: /coupon/ },
    { name: 'a negative quantity', body: { ...order, lines: [{ sku: 'CD-1', quantity: -1 }] }, status: 400, says: /lines\/0\/quantity/ },
    {
      name: 'an oversized payload',
      body: { ...order, lines: Array.from({ length: 500 }, () => ({ sku: 'x'.repeat(900), quantity: 1 })) },
      status: 413,
      says: /bytes|large/i,
    },
  ];

  it('is refused with what is wrong and where, and nothing is written', async () => {
    const world = await createWorld();
    for (const { name, body, status, says } of cases) {
      const answer = await world.http('POST', '/orders', { body, headers: { 'idempotency-key': name.replaceAll(' ', '-') } });
      expect([name, answer.status]).toEqual([name, status]);
      expect(JSON.stringify(answer.body)).toMatch(says);
    }
    const keyless = await world.http('POST', '/orders', { body: order });
    expect([keyless.status, JSON.stringify(keyless.body)]).toEqual([400, expect.stringContaining('Idempotency-Key')]);
    await world.settle();
    expect(world.journal(({ kind }) => kind === 'event-put')).toEqual([]);
  });

  it('under a key that was used for another is refused, and the first stands', async () => {
    const world = await createWorld();
    const first = await world.placeOrder({ totalCents: 1000 }, { key: 'k' });
    const second = await world.placeOrder({ totalCents: 2000 }, { key: 'k' });
    expect([first.status, second.status]).toEqual([202, 422]);
    expect((await world.order(first.body.orderId)).totalCents).toBe(1000);
  });
});

describe('a message that is no event', () => {
  it('is dead-lettered at once as malformed, with its payload', async () => {
    const world = await createWorld();
    const { queueUrl } = world.consumer('payments');
    await world.complete(world.clients.sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: 'hello' })));
    const detail = { dataschema: 'tickertape:orders/order-placed/v1.0', flow: 'choreography', orderId: 'o-1' };
    const entry = { EventBusName: world.system.busName, Source: 'tickertape.orders', DetailType: 'OrderPlaced', Detail: JSON.stringify(detail) };
    await world.complete(world.clients.eventbridge.send(new PutEventsCommand({ Entries: [entry] })));
    await world.settle();
    const letters = await world.complete(world.operations.showDeadLetters({ key: 'payments' }));
    expect(letters.map(({ reason }) => reason)).toEqual(['malformed', 'malformed']);
    expect(letters.map(({ payload }) => payload)).toContain('hello');
    expect(letters.map(({ payload }) => payload).join()).toContain('"orderId":"o-1"');
    expect(letters.every(({ attempts }) => attempts === 1)).toBe(true);
  });
});

describe('an assembly', () => {
  const plane = (): Plane => new Plane({ clock: { kind: 'virtual', startMs: 0 }, seed: 1 });

  it('with a resource that is not emulated is refused by type and place, before anything is made', async () => {
    const assembly = copyAssembly(inject('assemblyDirectory'));
    assembly.editTemplate('TickertapeOrders', ({ Resources }) => {
      Resources['Cluster'] = { Type: 'AWS::ECS::Cluster', Properties: {} };
    });
    const target = plane();
    await expect(target.deploy(assembly.directory)).rejects.toThrow(/AWS::ECS::Cluster.*Cluster.*TickertapeOrders/s);
    expect(target.deployment.resources()).toEqual([]);
  });

  it('that is broken or absent is refused with file and reason', async () => {
    const assembly = copyAssembly(inject('assemblyDirectory'));
    writeFileSync(join(assembly.directory, 'TickertapeOrders.template.json'), '{"Resources": {');
    await expect(async () => plane().deploy(assembly.directory)).rejects.toThrow(/TickertapeOrders\.template\.json/);
    const empty = temporaryFolder();
    await expect(async () => plane().deploy(empty)).rejects.toThrow(/manifest\.json/);
    await expect(async () => plane().deploy(join(empty, 'absent'))).rejects.toThrow(/absent/);
  });
});

describe('the surroundings', () => {
  it('a port in use is named, with what to do', async () => {
    const taken = createServer();
    const port = await new Promise<number>((resolve) => taken.listen(0, '127.0.0.1', () => resolve((taken.address() as { port: number }).port)));
    const plane = new Plane();
    await expect(plane.listen(port)).rejects.toThrow(new RegExp(`${port}.*in use|in use.*${port}`, 's'));
    await plane.close();
    taken.close();
  });

  it('a corrupt data folder is refused and left as it is', async () => {
    const directory = temporaryFolder();
    mkdirSync(directory, { recursive: true });
    const first = new Plane({ dataDirectory: directory });
    for (let index = 0; index < 50; index += 1) first.kernel.collection<string>('ssm.parameters').put(`/p${index}`, 'x'.repeat(100));
    await first.kernel.settled();
    await first.close();
    const file = readdirSync(directory).find((name) => /^(snapshot|log)/.test(name) && readFileSync(join(directory, name)).length > 2000) ?? '';
    const bytes = readFileSync(join(directory, file));
    bytes[1000] = (bytes[1000] ?? 0) ^ 0xff;
    writeFileSync(join(directory, file), bytes);
    expect(() => new Plane({ dataDirectory: directory })).toThrow(new RegExp(file.replace('.', '\\.')));
    expect(readFileSync(join(directory, file)).equals(bytes)).toBe(true);
  });
});

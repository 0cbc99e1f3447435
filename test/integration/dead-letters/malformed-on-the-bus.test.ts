import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PurgeQueueCommand, StartMessageMoveTaskCommand } from '@aws-sdk/client-sqs';
import { expect, it } from 'vitest';
import type { FlowChange } from '../../../operations/flow/flow-event.ts';
import { type PlainItem, readTables } from '../../world/tables.ts';
import { createWorld, type World } from '../../world/world.ts';

/** Longer than the alarm's period, so that it has looked and the indexer has run. */
const ALARM_MS = 150_000;

const ENVELOPE = {
  specversion: '1.0',
  id: 'e1',
  source: 'tickertape.orders',
  type: 'OrderPlaced',
  time: '2026-01-05T08:00:00.000Z',
  subject: 'o1',
  datacontenttype: 'application/json',
  dataschema: 'tickertape:orders/order-placed/v1.0',
  correlationid: 'c1',
  causationid: 'e1',
  traceparent: '00-00000000000000000000000000000001-0000000000000001-01',
  partitionkey: 'o1',
  flow: 'choreography',
  data: { orderId: 'o1' },
};

/** Puts an event on the bus as a person does by hand. */
async function put(world: World, detail: object, { source = 'tickertape.orders', type = 'OrderPlaced' } = {}): Promise<void> {
  const entry = { EventBusName: world.system.busName, Source: source, DetailType: type, Detail: JSON.stringify(detail) };
  await world.complete(world.clients.eventbridge.send(new PutEventsCommand({ Entries: [entry] })));
}

async function index(world: World, owner: string): Promise<PlainItem[]> {
  return ((await readTables(world))[world.system.deadLetterIndexTableName] ?? []).filter(({ pk }) => pk === `CONSUMER#${owner}`);
}

async function queues(world: World): Promise<Record<string, number>> {
  const all = await world.complete(world.operations.listDeadLetters({}));
  return Object.fromEntries(all.filter(({ messages }) => messages > 0).map(({ consumer, messages }) => [consumer, messages]));
}

it.each([
  { name: 'no envelope', detail: { orderId: '1' }, error: /No envelope/ },
  { name: 'a schema and a flow, but no envelope', detail: { dataschema: ENVELOPE.dataschema, flow: 'choreography', data: {} }, error: /No envelope/ },
  { name: 'a foreign schema', detail: { ...ENVELOPE, dataschema: 'https://example.com/order.json' }, error: /`dataschema`/ },
  { name: 'no flow', detail: { ...ENVELOPE, flow: undefined }, error: /`flow`/ },
  { name: 'a foreign source', detail: ENVELOPE, source: 'by.hand', error: /`Source`/ },
])('an event that no subscription can match is dead-lettered once, by the bus, with its payload and the reason: $name', async ({ detail, source, error }) => {
  const world = await createWorld();
  await put(world, detail, source === undefined ? {} : { source });
  await world.pass(ALARM_MS);

  expect(await queues(world)).toEqual({ bus: 1 });
  const [letter] = await index(world, 'bus');
  expect(letter).toMatchObject({ status: 'dead', reason: 'malformed', attempts: 0, error: expect.stringMatching(error) });
  expect(JSON.parse(letter?.['payload']).detail).toEqual(JSON.parse(JSON.stringify(detail)));
  const shown = await world.complete(world.operations.showDeadLetters({ key: 'bus' }));
  expect(shown).toMatchObject([
    { consumer: 'bus', reason: 'malformed', error: letter?.['error'], payload: letter?.['payload'], fingerprint: letter?.['fingerprint'] },
  ]);
  expect(await world.complete(world.operations.status({}))).toMatchObject({ bus: { deadLetters: 1, alarm: 'ALARM' } });
  expect(world.bugs).toEqual([]);
});

it('an event with an envelope that nobody subscribes to is no dead letter', async () => {
  const world = await createWorld();
  await put(
    world,
    { ...ENVELOPE, source: 'tickertape.tomorrow', type: 'DayBegun', dataschema: 'tickertape:tomorrow/day-begun/v1.0' },
    { source: 'tickertape.tomorrow', type: 'DayBegun' },
  );
  await world.pass(ALARM_MS);
  expect(await queues(world)).toEqual({});
  expect(await world.complete(world.operations.status({}))).toMatchObject({ bus: { deadLetters: 0, alarm: 'OK' } });
});

it('it does not hold up what follows, is told as it happens, is not redriven, and goes from the index with its queue', async () => {
  const world = await createWorld();
  const changes: FlowChange[] = [];
  world.flow.listen((change) => changes.push(change));
  await world.receiveStock('CD-1', 1);
  await put(world, { orderId: '1' });
  const orderId = await world.placed();
  await world.settle();
  await world.pass(ALARM_MS);
  expect(await world.order(orderId)).toMatchObject({ status: 'CONFIRMED' });
  const [letter] = await world.complete(world.operations.showDeadLetters({ key: 'bus' }));
  const strays = changes.filter(({ kind }) => kind === 'dead-lettered');
  expect(strays).toMatchObject([{ consumer: 'bus', queue: 'tickertape-bus-dead-letters', messageId: letter?.messageId, reason: 'malformed' }]);

  for (const name of ['bus', 'tickertape-bus-dead-letters']) {
    await expect(world.complete(world.operations.planRedrive({ consumer: name }))).rejects.toThrow(
      /^What tickertape-bus-dead-letters holds cannot be redriven: /,
    );
  }
  await world.complete(world.clients.sqs.send(new PurgeQueueCommand({ QueueUrl: world.system.bus.deadLetterQueueUrl })));
  await world.pass(2 * ALARM_MS);
  expect(await index(world, 'bus')).toMatchObject([{ status: 'gone', goneAt: expect.any(String) }]);
  expect(await world.complete(world.operations.status({}))).toMatchObject({ bus: { deadLetters: 0, alarm: 'OK' } });
  expect(world.bugs).toEqual([]);
});

it('what SQS itself moved away is not called dead any more, and is where it fails again', async () => {
  const world = await createWorld();
  const { deadLetterQueueArn } = world.consumer('payments');
  const detail = { ...ENVELOPE, data: { orderId: 1 } };
  await put(world, detail);
  await world.settle();
  await world.pass(ALARM_MS);
  expect(await index(world, 'payments')).toMatchObject([{ status: 'dead' }]);
  // A move task leaves no trace in a message; another consumer's queue stands for any place but the one it came from.
  await world.complete(
    world.clients.sqs.send(new StartMessageMoveTaskCommand({ SourceArn: deadLetterQueueArn, DestinationArn: world.consumer('shipping').queueArn })),
  );
  await world.settle();
  await world.pass(2 * ALARM_MS);
  expect(await index(world, 'payments')).toMatchObject([{ status: 'gone' }]);
  expect(await index(world, 'shipping')).toMatchObject([{ status: 'dead' }]);
});

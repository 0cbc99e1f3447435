import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defineAggregate } from '../../../functions/backbone/event-store/aggregate.ts';
import { tableKeys } from '../../../functions/backbone/event-store/keys.ts';
import { history, type Loaded, load, stateAt } from '../../../functions/backbone/event-store/load.ts';
import { seal, unseal } from '../../../functions/backbone/event-store/personal.ts';
import type { RelayPorts } from '../../../functions/backbone/outbox/announce.ts';
import { relay } from '../../../functions/backbone/outbox/relay.ts';
import { tableReader } from '../../../functions/backbone/table.ts';
import { InvocationCounts } from '../../../functions/backbone/telemetry/telemetry.ts';
import { UnitOfWork } from '../../../functions/backbone/unit-of-work.ts';
import { OrderCancelled, OrderConfirmed, OrderPlaced } from '../../../schemas/index.ts';
import { FakeClient, newWorld, orderData, type World } from './world.ts';

const FORGOTTEN = 'forgotten@example.invalid';

/** What was written to whom, in order. */
const Letters = defineAggregate({
  type: 'Letters',
  events: [OrderPlaced.v1, OrderConfirmed.v1, OrderCancelled.v1],
  initial: [] as readonly string[],
  evolve: (texts, { type, data }) => [...texts, `${type} ${'email' in data ? data.email : '–'}`],
  snapshotEvery: 3,
  personal: { subjectOf: ({ customerId }) => customerId, members: { email: FORGOTTEN } },
});

const emailOf = (index: number): string => `ada.${index}@example.org`;

const payloadOf = (kind: number, index: number, customerId = 'c1') => {
  const at = '2026-03-15T14:32:00Z';
  if (kind === 0) return OrderPlaced.v1({ ...orderData('o1'), customerId, email: emailOf(index) });
  if (kind === 1) return OrderConfirmed.v1({ orderId: 'o1', customerId, confirmedAt: at });
  return OrderCancelled.v1({ orderId: 'o1', customerId, email: emailOf(index), reason: 'late', cancelledAt: at });
};

let count = 0;
/** One commit of events, as a handler makes it: loaded, appended, committed. */
async function commit(world: World, payloads: readonly ReturnType<typeof payloadOf>[], id = 'o1'): Promise<Loaded<readonly string[]>> {
  count += 1;
  const number = count;
  const cause = { id: `cause-${number}`, correlationid: 'c', traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', flow: 'choreography' };
  const work = new UnitOfWork({ ports: world.ports, cause, identity: ['test', String(number)] });
  const after = work.append(Letters, await work.load(Letters, id), payloads);
  const record = { pk: `COMMIT#${number}`, sk: 'COMMIT', payloadHash: '' };
  expect(await work.commit({ kind: 'put', record, condition: { expression: 'attribute_not_exists(pk)' } })).toEqual({ outcome: 'committed' });
  return after;
}

const lettersOf = (kinds: readonly number[], email: (index: number) => string): string[] =>
  kinds.map((kind, index) => `${['OrderPlaced', 'OrderConfirmed', 'OrderCancelled'][kind]} ${kind === 1 ? '–' : email(index)}`);

/** Publishes the tip as it is, as a record of the table's stream. */
async function publish(world: World, id = 'o1'): Promise<Record<string, unknown>[]> {
  const bus = new FakeClient();
  bus.answer = ({ input }) => ({ Entries: (input['Entries'] as object[]).map((_, index) => ({ EventId: String(index) })) });
  const ports = Object.assign(Object.create(world.ports) as RelayPorts, { eventBridge: bus, environment: { EVENT_BUS_NAME: 'bus' } });
  const record: DynamoDBRecord = {
    eventName: 'MODIFY',
    eventSourceARN: 'arn:aws:dynamodb:eu-central-1:000000000000:table/table/stream/2026',
    dynamodb: { SequenceNumber: '1', NewImage: marshall(world.table.get('table', `Letters#${id}`, 'TIP')) as never },
  };
  expect(await relay(ports, { Records: [record] }, new InvocationCounts())).toEqual({ batchItemFailures: [] });
  return bus.inputs('PutEvents').flatMap(({ Entries }) => (Entries as { Detail: string }[]).map(({ Detail }) => JSON.parse(Detail) as Record<string, unknown>));
}

describe('personal data', () => {
  it('is nowhere in the table, is there for who loads, and is a placeholder when its subject is forgotten', async () => {
    const commits = fc.array(fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(commits, fc.nat(), async (given, seed) => {
        const world = newWorld();
        const kinds = given.flat();
        let index = 0;
        for (const of of given)
          await commit(
            world,
            of.map((kind) => payloadOf(kind, index++)),
          );
        expect(JSON.stringify(world.table.items())).not.toContain('ada.');
        const reader = tableReader(world.ports);
        const version = seed % (kinds.length + 1);
        expect(await load(reader, Letters, 'o1')).toMatchObject({ version: kinds.length, state: lettersOf(kinds, emailOf) });
        expect((await stateAt(reader, Letters, { id: 'o1', moment: { version } })).state).toEqual(lettersOf(kinds, emailOf).slice(0, version));
        await tableKeys(world.ports).forget('c1');
        const forgotten = lettersOf(kinds, () => FORGOTTEN);
        expect(await load(reader, Letters, 'o1')).toMatchObject({ version: kinds.length, state: forgotten });
        expect((await stateAt(reader, Letters, { id: 'o1', moment: { version } })).state).toEqual(forgotten.slice(0, version));
      }),
      { numRuns: 60 },
    );
  });

  it('is published as it was appended, without its seal; as a placeholder where its subject was forgotten before', async () => {
    const world = newWorld();
    await commit(world, [payloadOf(0, 7)]);
    const [event] = await publish(world);
    expect(event).toMatchObject({ type: 'OrderPlaced', data: { email: emailOf(7), cardToken: 'tok', customerId: 'c1' } });
    expect(event).not.toHaveProperty('sealed');
    expect(await tableKeys(world.ports).forget('c1')).toBe(true);
    const [later] = await publish(world);
    expect(later).toMatchObject({ id: event?.['id'], data: { email: FORGOTTEN, cardToken: 'tok' } });
    expect(() => OrderPlaced.v1.parse(later?.['data'])).not.toThrow();
  });

  it('of before stays forgotten when its subject comes back', async () => {
    const world = newWorld();
    await commit(world, [payloadOf(0, 1)]);
    expect(await tableKeys(world.ports).forget('c1')).toBe(true);
    expect(await tableKeys(world.ports).forget('c1')).toBe(false);
    await commit(world, [payloadOf(2, 2)]);
    expect((await load(tableReader(world.ports), Letters, 'o1')).state).toEqual([`OrderPlaced ${FORGOTTEN}`, `OrderCancelled ${emailOf(2)}`]);
  });

  it('costs one read of a key in a unit of work, and one write for each subject, even where two make it at once', async () => {
    const world = newWorld();
    await Promise.all([commit(world, [payloadOf(0, 1)], 'a'), commit(world, [payloadOf(0, 2)], 'b')]);
    expect(world.table.items().filter(({ entity }) => entity === 'KEY')).toHaveLength(1);
    const reader = tableReader(world.ports);
    expect((await load(reader, Letters, 'a')).state).toEqual([`OrderPlaced ${emailOf(1)}`]);
    expect((await load(reader, Letters, 'b')).state).toEqual([`OrderPlaced ${emailOf(2)}`]);
    world.table.calls.length = 0;
    await commit(world, [payloadOf(0, 3), payloadOf(2, 4)], 'a');
    // The tip, the key, the commit.
    expect(world.table.calls).toEqual(['GetItem', 'GetItem', 'TransactWriteItems']);
    await commit(world, [payloadOf(1, 5)], 'a');
    const events: unknown[] = [];
    for await (const { data } of history(reader, Letters, 'a')) events.push((data as { email?: string }).email);
    expect(events).toEqual([FORGOTTEN, FORGOTTEN, FORGOTTEN, undefined]);
  });

  it('needs no key where an event has none', async () => {
    const world = newWorld();
    await commit(world, [payloadOf(1, 1)]);
    expect(world.table.calls).toEqual(['GetItem', 'TransactWriteItems']);
  });

  it('of one aggregate is of one person', async () => {
    const world = newWorld();
    await commit(world, [payloadOf(0, 1)]);
    await expect(commit(world, [payloadOf(2, 1, 'c2')])).rejects.toThrow('Letters o1 has personal data of c1 and c2; all of an aggregate is of one person');
    expect(world.table.get('table', 'SUBJECT#c2', 'KEY')).toBeUndefined();
  });

  it('is declared as the contracts mark it', () => {
    expect(() => defineAggregate({ ...Letters, personal: { subjectOf: () => 'c1', members: {} } })).toThrow(
      "OrderPlaced marks email as personal; the aggregate's `personal.members` does not name it",
    );
  });
});

describe('a seal', () => {
  const key = { id: 'k1', bytes: Buffer.alloc(32, 1) };
  const sealed = seal({ email: 'ada' }, { subject: 'c1', key, place: 'e1' });

  it('opens with its key, at its place, untouched; with no other key', () => {
    expect(unseal(sealed, key, 'e1')).toEqual({ email: 'ada' });
    expect(unseal(sealed, undefined, 'e1')).toBeUndefined();
    expect(unseal(sealed, { ...key, id: 'k2' }, 'e1')).toBeUndefined();
    expect(() => unseal(sealed, key, 'e2')).toThrow();
    expect(() => unseal({ ...sealed, subject: 'c2' }, key, 'e1')).toThrow();
    const bytes = Buffer.from(sealed.text, 'base64');
    for (const index of bytes.keys()) {
      const changed = Buffer.from(bytes);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(() => unseal({ ...sealed, text: changed.toString('base64') }, key, 'e1')).toThrow();
    }
  });

  it('is another each time', () => {
    expect(seal({ email: 'ada' }, { subject: 'c1', key, place: 'e1' }).text).not.toBe(sealed.text);
  });
});

import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { RelayPorts } from '../../../functions/backbone/outbox/announce.ts';
import { relay } from '../../../functions/backbone/outbox/relay.ts';
import { InvocationCounts } from '../../../functions/backbone/telemetry/telemetry.ts';
import { FakeClient, newWorld, orderEnvelope, type World } from './world.ts';

interface Entry {
  readonly Detail: string;
  readonly DetailType: string;
  readonly Source: string;
}

let world: World;
let bus: FakeClient;
let ports: RelayPorts;
/** Ids of events that the bus accepted, in order. */
let accepted: string[];
/** Whether the bus refuses an entry. */
let refuses: (id: string) => boolean;

beforeEach(() => {
  world = newWorld();
  bus = new FakeClient();
  ports = Object.assign(Object.create(world.ports) as RelayPorts, { eventBridge: bus, environment: { EVENT_BUS_NAME: 'bus' } });
  accepted = [];
  refuses = () => false;
  bus.answer = ({ input }) => {
    const results = (input['Entries'] as Entry[]).map(({ Detail }) => {
      const { id } = JSON.parse(Detail) as { id: string };
      if (refuses(id)) return { ErrorCode: 'ThrottlingException', ErrorMessage: 'Rate exceeded' };
      accepted.push(id);
      return { EventId: `bus-${id}` };
    });
    return { FailedEntryCount: results.filter(({ EventId }) => !EventId).length, Entries: results };
  };
});

let sequenceNumber = 0;
/** The stream record of a commit of some events. Put into the table too, where the relay looks for what was parked. */
function record(pk: string, envelopes: object[], changes: { entity?: string; eventName?: DynamoDBRecord['eventName'] } = {}): DynamoDBRecord {
  sequenceNumber += 1;
  const item = { pk, sk: 'COMMIT', entity: changes.entity ?? 'COMMIT', events: envelopes.map((one) => JSON.stringify(one)) };
  world.table.set('table', item);
  return {
    eventName: changes.eventName ?? 'INSERT',
    eventSourceARN: 'arn:aws:dynamodb:eu-central-1:000000000000:table/table/stream/2026',
    dynamodb: { SequenceNumber: String(sequenceNumber), NewImage: marshall(item) as never },
  };
}

function event(id: string, key = id, sequence?: number): object {
  return orderEnvelope(key, { id, ...(sequence !== undefined && { sequence: String(sequence).padStart(16, '0') }) });
}

const run = (...Records: DynamoDBRecord[]) => relay(ports, { Records }, new InvocationCounts());
const calls = () => bus.inputs('PutEvents').map(({ Entries }) => (Entries as Entry[]).map(({ Detail }) => (JSON.parse(Detail) as { id: string }).id));

describe('the relay', () => {
  it('publishes commits as they were written, ten to a call, without touching the table', async () => {
    const records = Array.from({ length: 12 }, (_, index) => record(`c${index}`, [event(`e${index}`)]));
    await expect(run(...records)).resolves.toEqual({ batchItemFailures: [] });
    expect(calls().map((ids) => ids.length)).toEqual([10, 2]);
    expect(bus.inputs('PutEvents')[0]?.['Entries']).toMatchObject([
      { EventBusName: 'bus', Source: 'tickertape.orders', DetailType: 'OrderPlaced', Detail: JSON.stringify(event('e0')) },
      ...Array(9).fill({}),
    ]);
    expect(world.table.calls).toEqual([]);
  });

  it('publishes a lease that was completed, and neither what is removed nor what is no commit', async () => {
    await run(
      record('c1', [event('e1')], { eventName: 'MODIFY' }),
      record('c2', [event('e2')], { entity: 'LEASE' }),
      record('c3', [event('e3')], { eventName: 'REMOVE' }),
    );
    expect(accepted).toEqual(['e1']);
  });

  it('sends again only what was refused, with the same id', async () => {
    let refusals = 1;
    refuses = (id) => id === 'e2' && refusals-- > 0;
    await expect(run(record('c1', [event('e1')]), record('c2', [event('e2')]), record('c3', [event('e3')]))).resolves.toEqual({ batchItemFailures: [] });
    expect(calls()).toEqual([['e1', 'e2', 'e3'], ['e2']]);
  });

  it('holds back what follows a refused event of the same key, lets the others go on, and reports the lowest unfinished record', async () => {
    refuses = (id) => id === 'a1';
    const records = [record('c0', [event('x')]), record('c1', [event('a1', 'a')]), record('c2', [event('a2', 'a')]), record('c3', [event('b1', 'b')])];
    const answer = await run(...records);
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: records[1]?.dynamodb?.SequenceNumber }] });
    expect(accepted).toEqual(['x', 'b1']);
    expect(calls().length).toBeLessThanOrEqual(4);
  });

  it('never has two events of one key in one call', async () => {
    await run(record('c1', [event('a1', 'a'), event('a2', 'a')]), record('c2', [event('a3', 'a'), event('b1', 'b')]));
    expect(accepted.filter((id) => id.startsWith('a'))).toEqual(['a1', 'a2', 'a3']);
    expect(calls()).toEqual([['a1', 'b1'], ['a2'], ['a3']]);
  });

  it('keeps a call below the size that EventBridge takes', async () => {
    const large = (id: string) => ({ ...event(id), padding: 'x'.repeat(300_000) });
    await run(...['e1', 'e2', 'e3', 'e4'].map((id) => record(id, [large(id)])));
    expect(calls().map((ids) => ids.length)).toEqual([3, 1]);
  });
});

describe('the gap check', () => {
  const cursor = () => world.table.items().find(({ sk }) => sk === 'CURSOR');

  it('parks what comes before its predecessor, visibly, and publishes it after', async () => {
    const [first, second, third] = [1, 2, 3].map((n) => record(`c${n}`, [event(`a${n}`, 'a', n)])) as [DynamoDBRecord, DynamoDBRecord, DynamoDBRecord];
    await expect(run(third)).resolves.toEqual({ batchItemFailures: [] });
    expect(accepted).toEqual([]);
    expect(cursor()).toMatchObject({ last: 0, parked: { '3': 'c3' }, ownerKey: 'PARKED' });
    await run(first);
    expect(new Set(accepted)).toEqual(new Set(['a1']));
    await run(second);
    expect([...new Set(accepted)]).toEqual(['a1', 'a2', 'a3']);
    expect(cursor()).toMatchObject({ last: 3, parked: {} });
    expect(cursor()).not.toHaveProperty('ownerKey');
  });

  it('costs one write a commit in order', async () => {
    await run(record('c1', [event('a1', 'a', 1)]));
    expect(world.table.calls).toEqual(['UpdateItem']);
  });

  it('does not move past what was refused', async () => {
    refuses = () => true;
    const first = record('c1', [event('a1', 'a', 1)]);
    await expect(run(first)).resolves.toEqual({ batchItemFailures: [{ itemIdentifier: first.dynamodb?.SequenceNumber }] });
    expect(cursor()).toBeUndefined();
  });

  it('publishes every event of an aggregate, each for the first time in order, however its commits arrive', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([1, 2, 3, 4, 5, 6], { minLength: 6 }),
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 6, maxLength: 6 }),
        fc.boolean(),
        async (order, groups, isParallel) => {
          world = newWorld();
          ports = Object.assign(Object.create(world.ports) as RelayPorts, { eventBridge: bus, environment: { EVENT_BUS_NAME: 'bus' } });
          accepted = [];
          const batches = [0, 1, 2, 3]
            .map((group) => order.filter((_, index) => groups[index] === group).map((n) => record(`c${n}`, [event(`a${n}`, 'a', n)])))
            .filter((batch) => batch.length > 0);
          const answers = isParallel ? await Promise.all(batches.map((batch) => run(...batch))) : [];
          if (!isParallel) for (const batch of batches) answers.push(await run(...batch));
          // What could not be settled among so many relays at once comes again.
          for (const [index, { batchItemFailures }] of answers.entries()) if (batchItemFailures.length > 0) await run(...(batches[index] ?? []));
          expect([...new Set(accepted)]).toEqual(['a1', 'a2', 'a3', 'a4', 'a5', 'a6']);
          expect(cursor()).toMatchObject({ last: 6, parked: {} });
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('the relay of an event-sourced aggregate', () => {
  const tipRecord = (id: string, tip: { readonly first: number; readonly events: readonly object[]; readonly commit: object }): DynamoDBRecord => {
    sequenceNumber += 1;
    const item = { pk: `Order#${id}`, sk: 'TIP', entity: 'TIP', id, ...tip, events: tip.events.map((one) => JSON.stringify(one)) };
    const dynamodb = { SequenceNumber: String(sequenceNumber), NewImage: marshall(item) as never };
    return { eventName: 'MODIFY', eventSourceARN: 'arn:aws:dynamodb:eu-central-1:000000000000:table/table/stream/2026', dynamodb };
  };

  it('publishes what the last commit added, with what is not kept, and reads nothing', async () => {
    const events = [event('e4', 'o1', 4), event('e5', 'o1', 5), event('e6', 'o1', 6)];
    const withheld = [JSON.stringify({ cardToken: 'tok' }), '{}'];
    await expect(run(tipRecord('o1', { first: 4, events, commit: { from: 5, count: 2, withheld } }))).resolves.toEqual({ batchItemFailures: [] });
    expect(accepted).toEqual(['e5', 'e6']);
    const [first, second] = bus.inputs('PutEvents').flatMap(({ Entries }) => (Entries as Entry[]).map(({ Detail }) => JSON.parse(Detail)));
    expect(first.data.cardToken).toBe('tok');
    expect(second).toEqual(events[2]);
    expect(world.table.calls).toEqual([]);
  });

  it('keeps the order of an aggregate where the bus refuses one of its events', async () => {
    refuses = (id) => id === 'a1';
    const a1 = tipRecord('a', { first: 1, events: [event('a1', 'a', 1)], commit: { from: 1, count: 1 } });
    const b1 = tipRecord('b', { first: 1, events: [event('b1', 'b', 1)], commit: { from: 1, count: 1 } });
    const a2 = tipRecord('a', { first: 1, events: [event('a1', 'a', 1), event('a2', 'a', 2)], commit: { from: 2, count: 1 } });
    await expect(run(b1, a1, a2)).resolves.toEqual({ batchItemFailures: [{ itemIdentifier: a1.dynamodb?.SequenceNumber }] });
    expect(accepted).toEqual(['b1']);
    refuses = () => false;
    await expect(run(a1, a2)).resolves.toEqual({ batchItemFailures: [] });
    expect(accepted).toEqual(['b1', 'a1', 'a2']);
  });
});

import type { Context } from 'aws-lambda';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Envelope } from '../../../../functions/backbone/envelope.ts';
import { type Tip, tipKeyOf } from '../../../../functions/backbone/event-store/items.ts';
import { applyEvents } from '../../../../functions/backbone/projections/apply.ts';
import { pointersOf, targetsOf } from '../../../../functions/backbone/projections/generations.ts';
import { pointerKeyOf, sourceKeyOf, viewKeyOf } from '../../../../functions/backbone/projections/items.ts';
import type { Projection } from '../../../../functions/backbone/projections/projection.ts';
import { readView } from '../../../../functions/backbone/projections/reading.ts';
import type { Rebuild } from '../../../../functions/backbone/projections/rebuild/rebuild.ts';
import { type RebuilderFunction, type RebuildRequest, rebuilder } from '../../../../functions/backbone/projections/rebuild/rebuilder.ts';
import { tableReader } from '../../../../functions/backbone/table.ts';
import { eventsOf, newProjectionWorld, type OrderStory, tally } from './projection-world.ts';

const CONTEXT = { awsRequestId: 'request', getRemainingTimeInMillis: () => 30_000 } as Context;

let world: ReturnType<typeof newProjectionWorld>;
let handler: RebuilderFunction;
beforeEach(() => {
  world = newProjectionWorld({ STORE_TABLE_NAME: 'store' });
  world.table.pageSize = 7;
  handler = rebuilder({ name: 'rebuild', projections: [tally] }, world.ports);
});

type Asked = { readonly action: RebuildRequest['action']; readonly mode?: Rebuild['mode']; readonly eventsMax?: number };

const ask = async (request: Asked): Promise<Rebuild> => (await handler({ projection: 'tally', ...request } as RebuildRequest, CONTEXT)) as Rebuild;

/** What an order's service writes: its stream, as far as it is. */
function append(events: readonly Envelope[]): void {
  const { partitionkey: id } = events[0] as Envelope;
  const tip: Tip = {
    ...tipKeyOf('Order', id),
    entity: 'TIP',
    aggregate: 'Order',
    id,
    version: events.length,
    first: 1,
    events: events.map((event) => JSON.stringify(event)),
    commit: { from: events.length, count: 1 },
  };
  world.table.set('store', tip);
}

async function deliver(events: readonly Envelope[], projections: readonly Projection[] = [tally]): Promise<void> {
  await applyEvents(world.ports, targetsOf(projections, await pointersOf(world.ports, projections)), events);
}

const story = (index: number): OrderStory => ({
  orderId: `o${index}`,
  customerId: `c${index % 4}`,
  orderedAt: '1997-03-01T00:00:00.000Z',
  totalCents: 100,
  end: index % 3 === 0 ? 'RETURNED' : 'CONFIRMED',
});

/** What a reader sees of a customer now. */
function seen(customerId: string): Record<string, number> {
  const { pk, sk } = pointerKeyOf('tally');
  const live = String(world.table.get('table', pk, sk)?.['live']);
  const key = viewKeyOf('tally', live, customerId);
  const state = world.table.get('table', key.pk, key.sk)?.['state'];
  return state === undefined ? {} : (JSON.parse(String(state)) as Record<string, number>);
}

async function untilDone(rebuild: Rebuild, between: () => Promise<void> = async () => {}): Promise<Rebuild> {
  let current = rebuild;
  for (let steps = 0; current.phase !== 'DONE'; steps += 1) {
    expect(steps).toBeLessThan(500);
    current = await ask({ action: 'step', eventsMax: 10 });
    await between();
  }
  return current;
}

describe('a rebuild', () => {
  it('fills a generation from the store, moves the readers, and drops the old one', async () => {
    const all = Array.from({ length: 30 }, (_, index) => eventsOf(story(index)));
    for (const events of all) append(events);
    await deliver(all.slice(0, 3).flat());
    const started = await ask({ action: 'start', mode: 'rebuild' });
    expect(started).toMatchObject({ phase: 'FILLING', generation: '2', events: 0 });
    expect(await ask({ action: 'start', mode: 'rebuild' })).toEqual(started);
    const done = await untilDone(started);
    expect(done).toMatchObject({ phase: 'DONE', isCancelled: false, sources: 30, events: 70 });
    for (const customer of [0, 1, 2, 3]) {
      const own = all.filter((_, index) => index % 4 === customer).flat();
      expect(seen(`c${customer}`)).toEqual(Object.fromEntries(own.map(({ id }) => [id, 1])));
    }
    expect(world.table.items().filter(({ pk }) => String(pk).startsWith('tally@1#'))).toEqual([]);
    expect(await readView(tableReader(world.ports), { projection: tally, key: 'c1' }, world.ports)).toEqual(seen('c1'));
  });

  it('begins anew with another version of the fold, while readers keep what there is', async () => {
    const events = eventsOf(story(1));
    append(events);
    await deliver(events.slice(0, 1));
    const next: Projection = { ...tally, version: 2 };
    await deliver(events.slice(1), [next]);
    expect(seen('c1')).toEqual({ 'o1-1': 1 });
    handler = rebuilder({ name: 'rebuild', projections: [next] }, world.ports);
    await expect(ask({ action: 'start', mode: 'verify' })).rejects.toThrow('Version 1 of tally is live, and version 2 is what is deployed');
    await untilDone(await ask({ action: 'start', mode: 'rebuild' }));
    expect(seen('c1')).toEqual({ 'o1-1': 1, 'o1-2': 1 });
    const { pk, sk } = pointerKeyOf('tally');
    expect(world.table.get('table', pk, sk)).toMatchObject({ live: '2', liveVersion: 2, generations: 2 });
  });

  it('is given up without a trace', async () => {
    const all = Array.from({ length: 10 }, (_, index) => eventsOf(story(index)));
    for (const events of all) append(events);
    await deliver(all.flat());
    await ask({ action: 'start', mode: 'rebuild' });
    await ask({ action: 'step', eventsMax: 10 });
    await ask({ action: 'cancel' });
    await expect(ask({ action: 'start', mode: 'rebuild' })).rejects.toThrow('A cancelled rebuild of tally is in progress (DROPPING)');
    expect(await untilDone(await ask({ action: 'status' }))).toMatchObject({ isCancelled: true });
    expect(world.table.items().filter(({ pk }) => String(pk).startsWith('tally@2#'))).toEqual([]);
    expect(seen('c0')).not.toEqual({});
  });

  it('says which projections it can rebuild', async () => {
    await expect(handler({ projection: 'stock', action: 'status' }, CONTEXT)).rejects.toThrow('stock cannot be rebuilt from the event store; these can: tally');
  });
});

describe('a verification', () => {
  it('finds nothing where the read model is right, and names what is not', async () => {
    const all = Array.from({ length: 20 }, (_, index) => eventsOf(story(index)));
    for (const events of all) append(events);
    await deliver(all.flat());
    const right = await untilDone(await ask({ action: 'start', mode: 'verify' }));
    expect(right).toMatchObject({ differing: 0, compared: 24 });

    const { pk, sk } = viewKeyOf('tally', '1', 'c1');
    world.table.set('table', { ...world.table.get('table', pk, sk), pk, sk, state: '{"o1-1":2}' });
    const lost = sourceKeyOf('tally', '1', 'o2');
    world.table.tables.get('table')?.delete(`${lost.pk}\u0000${lost.sk}`);
    const wrong = await untilDone(await ask({ action: 'start', mode: 'verify' }));
    expect(wrong).toMatchObject({ differing: 2 });
    expect([...wrong.differences].sort((a, b) => (a.kind < b.kind ? -1 : 1))).toMatchObject([
      { kind: 'SOURCE', key: 'o2', folded: expect.stringContaining('"applied":2') },
      { kind: 'VIEW', key: 'c1', live: '{"o1-1":2}' },
    ]);
    expect(seen('c1')).toEqual({ 'o1-1': 2 });
  });
});

describe('property: a rebuild while orders come', () => {
  it('ends equal to a fold of the store, and no reader ever sees less than before', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 25 }), fc.infiniteStream(fc.nat(1_000_000)), async (orders, chances) => {
        world = newProjectionWorld({ STORE_TABLE_NAME: 'store' });
        world.table.pageSize = 5;
        handler = rebuilder({ name: 'rebuild', projections: [tally] }, world.ports);
        const chance = (below: number): number => (chances.next().value as number) % below;
        const stories = Array.from({ length: orders }, (_, index) => eventsOf(story(index)));
        const written = stories.map(() => 0);
        const onStream: Envelope[] = [];
        const best = new Map<string, number>();
        world.table.after = () => {
          for (const customer of ['c0', 'c1', 'c2', 'c3']) {
            const counts = Object.values(seen(customer));
            expect(counts.every((count) => count === 1)).toBe(true);
            expect(counts.length).toBeGreaterThanOrEqual(best.get(customer) ?? 0);
            best.set(customer, counts.length);
          }
        };
        const live = async (): Promise<void> => {
          for (let count = chance(6); count > 0; count -= 1) {
            const index = chance(orders);
            const events = stories[index] as Envelope[];
            const next = events[written[index] as number];
            if (!next) continue;
            written[index] = (written[index] as number) + 1;
            append(events.slice(0, written[index]));
            onStream.push(next);
          }
          if (chance(3) > 0) await deliver(onStream.splice(0, 1 + chance(5)));
        };
        for (let count = 0; count < 10; count += 1) await live();
        let rebuild = await ask({ action: 'start', mode: 'rebuild' });
        for (let steps = 0; rebuild.phase !== 'DONE' && steps < 300; steps += 1) {
          // Live events come while the step is under way.
          const [after] = await Promise.all([ask({ action: 'step', eventsMax: 10 }), live(), live()]);
          rebuild = after;
        }
        expect(rebuild.phase).toBe('DONE');
        await deliver(onStream);
        const expected = stories.flatMap((events, index) => events.slice(0, written[index]));
        for (const customer of ['c0', 'c1', 'c2', 'c3']) {
          const own = expected.filter(({ data }) => (data as { customerId: string }).customerId === customer);
          expect(seen(customer)).toEqual(Object.fromEntries(own.map(({ id }) => [id, 1])));
        }
      }),
      { numRuns: 100 },
    );
  });
});

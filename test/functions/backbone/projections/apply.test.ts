import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Envelope } from '../../../../functions/backbone/envelope.ts';
import { applyEvents } from '../../../../functions/backbone/projections/apply.ts';
import { sourceKeyOf, viewKeyOf } from '../../../../functions/backbone/projections/items.ts';
import { defineProjection, type Projection } from '../../../../functions/backbone/projections/projection.ts';
import { customerDashboard, dashboardOf } from '../../../../functions/read-models/customer-dashboard.ts';
import { dailyRevenue } from '../../../../functions/read-models/daily-revenue.ts';
import { OrderPlaced } from '../../../../schemas/index.ts';
import { eventsOf, newProjectionWorld, type OrderStory, tally } from './projection-world.ts';

const story = (index: number, changes: Partial<OrderStory> = {}): OrderStory => ({
  orderId: `o${index}`,
  customerId: `c${index % 3}`,
  orderedAt: `1997-0${(index % 9) + 1}-1${index % 7}T00:00:00.000Z`,
  totalCents: 100 * (index + 1),
  end: 'CONFIRMED',
  ...changes,
});

const targets = [tally, customerDashboard, dailyRevenue].map((projection) => ({ projection, generation: '1' }));

type TestWorld = ReturnType<typeof newProjectionWorld>;

function viewOf(world: TestWorld, name: string, key: string): unknown {
  const { pk, sk } = viewKeyOf(name, '1', key);
  const state = world.table.get('table', pk, sk)?.['state'];
  return state === undefined ? undefined : JSON.parse(String(state));
}

/** What the views must be, without any of the code under test. */
function expectedOf(stories: readonly OrderStory[], customerId: string) {
  const own = stories.filter((one) => one.customerId === customerId);
  const days = [...new Set(own.map(({ orderedAt }) => orderedAt.slice(0, 10)))].sort();
  const times = own.map(({ orderedAt }) => orderedAt).sort();
  return {
    customerId,
    orderCount: own.length,
    cancelledCount: own.filter(({ end }) => end === 'CANCELLED' || end === 'RETURNED').length,
    spentCents: own.filter(({ end }) => end === 'CONFIRMED').reduce((sum, { totalCents }) => sum + totalCents, 0),
    firstOrderedAt: times[0],
    lastOrderedAt: times.at(-1),
    repeatDays: days.slice(1),
  };
}

function expectRight(world: TestWorld, stories: readonly OrderStory[]): void {
  for (const customerId of new Set(stories.map((one) => one.customerId))) {
    const own = stories.filter((one) => one.customerId === customerId);
    const once = Object.fromEntries(own.flatMap(eventsOf).map(({ id }) => [id, 1]));
    expect(viewOf(world, 'tally', customerId)).toEqual(once);
    expect(dashboardOf(customerId, viewOf(world, 'customer-dashboard', customerId) as never)).toEqual(expectedOf(stories, customerId));
  }
  const day = stories[0]?.orderedAt.slice(0, 10) ?? '';
  const onDay = stories.filter(({ orderedAt }) => orderedAt.startsWith(day));
  expect(viewOf(world, 'daily-revenue', day)).toMatchObject({
    orderCount: onDay.length,
    revenueCents: onDay.filter(({ end }) => end === 'CONFIRMED').reduce((sum, { totalCents }) => sum + totalCents, 0),
  });
}

describe('folding a batch', () => {
  it('writes each view once, in the transaction of its sources', async () => {
    const world = newProjectionWorld();
    const stories = Array.from({ length: 20 }, (_, index) => story(index));
    const applied = await applyEvents(world.ports, [{ projection: tally, generation: '1' }], stories.flatMap(eventsOf));
    expect(applied).toMatchObject({ applied: 40, duplicates: 0, waiting: 0, failed: [], writes: 23 });
    expect(world.table.calls.filter((call) => call === 'TransactWriteItems')).toHaveLength(1);
  });

  it('splits what is larger than a transaction', async () => {
    const world = newProjectionWorld();
    world.table.pageSize = 30;
    const stories = Array.from({ length: 250 }, (_, index) => story(index));
    await applyEvents(world.ports, targets, stories.flatMap(eventsOf));
    expectRight(world, stories);
  });

  it('keeps an event whose predecessor has not come', async () => {
    const world = newProjectionWorld();
    const one = story(1, { end: 'RETURNED' });
    const [placed, confirmed, cancelled] = eventsOf(one) as [Envelope, Envelope, Envelope];
    expect(await applyEvents(world.ports, targets, [cancelled])).toMatchObject({ applied: 0, waiting: 3 });
    expect(viewOf(world, 'tally', one.customerId)).toBeUndefined();
    await applyEvents(world.ports, targets, [placed]);
    expect(viewOf(world, 'tally', one.customerId)).toEqual({ [placed.id]: 1 });
    await applyEvents(world.ports, targets, [confirmed]);
    expectRight(world, [one]);
  });

  it('stops one source at an event on which the fold throws, and lets the rest through when it comes again', async () => {
    const world = newProjectionWorld();
    let isBroken = true;
    const projection: Projection = {
      ...tally,
      apply: (part, event) => {
        if (isBroken && event.id === 'o1-2') throw new Error('defect');
        return tally.apply(part, event);
      },
    };
    const stories = [story(1, { end: 'RETURNED' }), story(4)];
    const on = [{ projection, generation: '1' }];
    const events = stories.flatMap(eventsOf);
    const first = await applyEvents(world.ports, on, events);
    expect(first.failed.map(({ event }) => event.id)).toEqual(['o1-2']);
    expect(viewOf(world, 'tally', 'c1')).toEqual({ 'o1-1': 1, 'o4-1': 1, 'o4-2': 1 });
    isBroken = false;
    await applyEvents(
      world.ports,
      on,
      events.filter(({ id }) => id === 'o1-2'),
    );
    expect(viewOf(world, 'tally', 'c1')).toEqual({ 'o1-1': 1, 'o1-2': 1, 'o1-3': 1, 'o4-1': 1, 'o4-2': 1 });
  });

  it('refuses a source that changes its keys', async () => {
    const world = newProjectionWorld();
    const projection = defineProjection({
      name: 'moving',
      version: 1,
      on: [OrderPlaced.v1],
      source: ({ id }) => ({ id: 'one', version: id === 'o1-1' ? 1 : 2 }),
      apply: (_: string | undefined, event) => event.data.customerId,
      into: { keysOf: (part) => [part], initial: 0, merge: (view) => view + 1 },
    });
    const [first, second] = [story(1), story(2)].map((one) => eventsOf(one)[0] as Envelope);
    await applyEvents(world.ports, [{ projection, generation: '1' }], [first as Envelope]);
    await expect(applyEvents(world.ports, [{ projection, generation: '1' }], [second as Envelope])).rejects.toThrow('moved from c1 to c2');
  });

  it('keeps nothing of what a contract calls secret', async () => {
    const world = newProjectionWorld();
    await applyEvents(world.ports, targets, eventsOf(story(1)).slice(1));
    const { pk, sk } = sourceKeyOf('tally', '1', 'o1');
    expect(world.table.get('table', pk, sk)).toMatchObject({ applied: 0, ahead: [expect.not.stringContaining('tok')] });
  });
});

const stories = fc
  .array(
    fc.record({
      customer: fc.nat(4),
      day: fc.integer({ min: 1, max: 28 }),
      cents: fc.nat(9_999),
      end: fc.constantFrom('PLACED', 'CONFIRMED', 'CANCELLED', 'RETURNED'),
    }),
    {
      minLength: 1,
      maxLength: 25,
    },
  )
  .map((all) =>
    all.map(
      ({ customer, day, cents, end }, index): OrderStory => ({
        orderId: `o${index}`,
        customerId: `c${customer}`,
        orderedAt: `1997-03-${String(day).padStart(2, '0')}T00:00:00.000Z`,
        totalCents: cents,
        end: end as OrderStory['end'],
      }),
    ),
  );

describe('property: views equal the fold of the events', () => {
  it('however events are batched, repeated, reordered, delivered by several at once, and cut off by crashes', async () => {
    await fc.assert(
      fc.asyncProperty(stories, fc.infiniteStream(fc.nat(1_000_000)), async (all, chances) => {
        const world = newProjectionWorld();
        const chance = (below: number): number => (chances.next().value as number) % below;
        const events = all.flatMap(eventsOf);
        const deliveries = [...events, ...events.filter(() => chance(3) === 0)];
        for (let index = deliveries.length - 1; index > 0; index -= 1) {
          const other = chance(index + 1);
          [deliveries[index], deliveries[other]] = [deliveries[other] as Envelope, deliveries[index] as Envelope];
        }
        world.table.before = (operation) => {
          if (operation === 'TransactWriteItems' && chance(6) === 0) throw Object.assign(new Error('lost'), { name: 'TimeoutError' });
        };
        world.table.after = (operation) => {
          if (operation === 'TransactWriteItems' && chance(6) === 0) throw Object.assign(new Error('answer lost'), { name: 'TimeoutError' });
        };
        const untilWritten = async (batch: readonly Envelope[]): Promise<void> => {
          for (let attempt = 0; ; attempt += 1) {
            try {
              await applyEvents(world.ports, targets, batch);
              return;
            } catch (error) {
              if (attempt > 200) throw error;
            }
          }
        };
        while (deliveries.length > 0) {
          const atOnce = Array.from({ length: 1 + chance(3) }, () => deliveries.splice(0, 1 + chance(8)));
          await Promise.all(atOnce.map(untilWritten));
        }
        expectRight(world, all);
      }),
      { numRuns: 150 },
    );
  });
});

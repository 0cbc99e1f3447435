import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Envelope } from '../../../functions/backbone/envelope.ts';
import { defineAggregate } from '../../../functions/backbone/event-store/aggregate.ts';
import { FEED_LAG_MS, type FeedEvent } from '../../../functions/backbone/event-store/feed.ts';
import type { Tip } from '../../../functions/backbone/event-store/items.ts';
import { envelopesOf } from '../../../functions/backbone/event-store/load.ts';
import type { Log } from '../../../functions/backbone/event-store/log.ts';
import { subscribe } from '../../../functions/backbone/event-store/subscription.ts';
import { UnitOfWork } from '../../../functions/backbone/unit-of-work.ts';
import { StockReceived } from '../../../schemas/index.ts';
import { newWorld, type World } from './world.ts';

const Shelf = defineAggregate({ type: 'Shelf', events: [StockReceived.v1], initial: 0, evolve: (total, { data }) => total + data.quantity, snapshotEvery: 4 });

const CAUSE = { id: 'cause', correlationid: 'c', traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', flow: 'choreography' };

let commits = 0;

/** Appends an event, and answers it. */
async function append(world: World, id: string): Promise<Envelope> {
  commits += 1;
  const key = { pk: `COMMIT#${commits}`, sk: 'COMMIT' };
  const work = new UnitOfWork({ ports: world.ports, cause: CAUSE, identity: [key.pk] });
  work.append(Shelf, await work.load(Shelf, id), [StockReceived.v1({ sku: id, quantity: 1, receivedAt: work.now })]);
  await work.commit({ kind: 'put', record: key, condition: { expression: 'attribute_not_exists(pk)' } });
  const tip = world.table.get('table', `Shelf#${id}`, 'TIP') as unknown as Tip;
  return envelopesOf(tip).at(-1) as Envelope;
}

const idOf = fc.constantFrom('a', 'bb', 'ccc');

const plan = fc.record({
  before: fc.array(fc.record({ id: idOf, waitMs: fc.nat({ max: 90_000 }) }), { maxLength: 25 }),
  after: fc.array(fc.record({ id: idOf, waitMs: fc.nat({ max: 90_000 }) }), { maxLength: 25 }),
  /** What the log does with an event: it tells it once or more, and some it loses. */
  fate: fc.array(fc.constantFrom('once', 'once', 'twice', 'lost'), { minLength: 1, maxLength: 20 }),
  page: fc.integer({ min: 1, max: 6 }),
});

it('gives each event once, those of an aggregate in order, through the change from the feed to the log', async () => {
  await fc.assert(
    fc.asyncProperty(plan, async ({ before, after, fate, page }) => {
      const world = newWorld();
      const all: { readonly envelope: Envelope; readonly atMs: number }[] = [];
      const place = async (id: string): Promise<void> => void all.push({ envelope: await append(world, id), atMs: world.nowMs });
      for (const { id, waitMs } of before) {
        await place(id);
        world.nowMs += waitMs;
      }
      const fateOf = (index: number): string => (index === all.length - 1 ? 'once' : (fate[index % fate.length] ?? 'once'));
      const log: Log = {
        async *since(time) {
          // What comes while it is read is read as well.
          for (const { id, waitMs } of after) {
            world.nowMs += waitMs;
            await place(id);
          }
          // The newest event of each aggregate, so that it is known what was lost before it.
          const newest = new Set(['a', 'bb', 'ccc'].map((id) => all.findLastIndex(({ envelope }) => envelope.partitionkey === id)));
          for (const [index, { envelope, atMs }] of all.entries()) {
            if (atMs < Date.parse(time)) continue;
            const how = newest.has(index) ? 'twice' : fateOf(index);
            if (how !== 'lost') yield envelope;
            if (how === 'twice') yield envelope;
          }
        },
      };
      const given: FeedEvent[] = [];
      for await (const event of subscribe(world.ports, Shelf, { log, signal: new AbortController().signal, limit: page })) given.push(event);
      expect(given.map(({ envelope }) => envelope.id).sort()).toEqual(all.map(({ envelope }) => envelope.id).sort());
      for (const id of ['a', 'bb', 'ccc']) {
        const versions = given.filter(({ position }) => position.id === id).map(({ position }) => position.version);
        expect(versions).toEqual(versions.map((_, index) => index + 1));
      }
    }),
    { numRuns: 200 },
  );
});

it('begins after a place, with nothing that was before it', async () => {
  const world = newWorld();
  const all: Envelope[] = [];
  for (const id of ['a', 'bb', 'a', 'ccc', 'bb', 'a']) {
    all.push(await append(world, id));
    world.nowMs += 10_000;
  }
  world.nowMs += FEED_LAG_MS;
  const late = await append(world, 'bb');
  const log: Log = {
    async *since() {
      yield* [...all, late];
    },
  };
  const [, , third] = all;
  const after = { time: third?.time ?? '', id: 'a', version: 2 };
  const given: string[] = [];
  for await (const { envelope } of subscribe(world.ports, Shelf, { log, signal: new AbortController().signal, after })) given.push(envelope.id);
  expect(given).toEqual([...all.slice(3), late].map(({ id }) => id));
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConflictError } from '../../../functions/backbone/errors.ts';
import { defineAggregate } from '../../../functions/backbone/event-store/aggregate.ts';
import { APPEND_MS_MAX, comparePositions, FEED_LAG_MS, feed, feedPage, type Position } from '../../../functions/backbone/event-store/feed.ts';
import { UnitOfWork } from '../../../functions/backbone/unit-of-work.ts';
import { StockReceived } from '../../../schemas/index.ts';
import { newWorld, START_MS, type World } from './world.ts';

const Shelf = defineAggregate({
  type: 'Shelf',
  events: [StockReceived.v1],
  initial: 0,
  evolve: (total, { data }) => total + data.quantity,
  snapshotEvery: 4,
});

const CAUSE = { id: 'cause', correlationid: 'c', traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', flow: 'choreography' };

let commits = 0;

/** An append that has begun, and is committed when it is told to. */
async function begin(world: World, id: string, quantity: number): Promise<() => Promise<boolean>> {
  commits += 1;
  const key = { pk: `COMMIT#${commits}`, sk: 'COMMIT' };
  const work = new UnitOfWork({ ports: world.ports, cause: CAUSE, identity: [key.pk] });
  work.append(Shelf, await work.load(Shelf, id), [StockReceived.v1({ sku: id, quantity, receivedAt: work.now })]);
  return async () => {
    try {
      await work.commit({ kind: 'put', record: key, condition: { expression: 'attribute_not_exists(pk)' } });
      return true;
    } catch (error) {
      if (error instanceof ConflictError) return false;
      throw error;
    }
  };
}

const append = async (world: World, id: string, quantity = 1): Promise<boolean> => (await begin(world, id, quantity))();

async function readAll(world: World, request: { readonly after?: Position | undefined; readonly limit?: number; readonly segments?: number } = {}) {
  const read: Position[] = [];
  for await (const { position } of feed(world.ports, Shelf, request)) read.push(position);
  return read;
}

const step = fc.record({
  id: fc.constantFrom('a', 'bb', 'ccc', 'dddd'),
  waitMs: fc.nat({ max: 30_000 }),
  /** How long the commit takes: some take longer than is allowed. */
  commitMs: fc.oneof(fc.nat({ max: 2_000 }), fc.nat({ max: APPEND_MS_MAX + 20_000 })),
  reads: fc.boolean(),
});

describe('the feed of all aggregates', () => {
  it('only ever grows at its end, whatever commits take, and ends with every event once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 7 }),
        async (steps, segments, limit) => {
          const world = newWorld();
          world.table.scanPage = 3;
          const underWay: { readonly dueMs: number; readonly commit: () => Promise<boolean> }[] = [];
          let committed = 0;
          const passTo = async (ms: number): Promise<void> => {
            underWay.sort((a, b) => a.dueMs - b.dueMs);
            while (underWay[0] && underWay[0].dueMs <= ms) {
              const { dueMs, commit } = underWay.shift() as (typeof underWay)[number];
              world.nowMs = Math.max(world.nowMs, dueMs);
              if (await commit()) committed += 1;
            }
            world.nowMs = ms;
          };
          let known: readonly Position[] = [];
          for (const { id, waitMs, commitMs, reads } of steps) {
            underWay.push({ dueMs: world.nowMs + commitMs, commit: await begin(world, id, 1) });
            await passTo(world.nowMs + waitMs);
            if (!reads) continue;
            const read = await readAll(world, { segments, limit });
            expect(read.slice(0, known.length)).toEqual(known);
            known = read;
          }
          await passTo(world.nowMs + 2 * APPEND_MS_MAX + FEED_LAG_MS);
          const all = await readAll(world, { segments, limit });
          expect(all.slice(0, known.length)).toEqual(known);
          expect(all).toHaveLength(committed);
          expect([...all].sort(comparePositions)).toEqual(all);
          const middle = all[Math.floor(all.length / 2)];
          if (middle) expect(await readAll(world, { after: middle, segments, limit })).toEqual(all.filter((one) => comparePositions(one, middle) > 0));
          for (const id of ['a', 'bb', 'ccc', 'dddd']) {
            const versions = all.filter((one) => one.id === id).map(({ version }) => version);
            expect(versions).toEqual(versions.map((_, index) => index + 1));
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('commits no append that is so old that the feed may have passed it', async () => {
    const world = newWorld();
    const commit = await begin(world, 'a', 1);
    world.nowMs += APPEND_MS_MAX + 1;
    expect(await commit()).toBe(false);
    expect(APPEND_MS_MAX).toBeLessThan(FEED_LAG_MS);
  });

  it('ends some time before now, and says up to where it is complete', async () => {
    const world = newWorld();
    await append(world, 'a');
    expect(await feedPage(world.ports, Shelf)).toEqual({ events: [], until: new Date(START_MS - FEED_LAG_MS).toISOString(), isEnd: true });
    world.nowMs += FEED_LAG_MS;
    const { events, until, isEnd } = await feedPage(world.ports, Shelf);
    expect([events.length, until, isEnd]).toEqual([1, new Date(START_MS).toISOString(), true]);
  });
});

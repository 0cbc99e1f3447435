import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Envelope } from '../../../functions/backbone/envelope.ts';
import { TerminalError } from '../../../functions/backbone/errors.ts';
import { defineAggregate, fold } from '../../../functions/backbone/event-store/aggregate.ts';
import { appended } from '../../../functions/backbone/event-store/append.ts';
import type { Tip } from '../../../functions/backbone/event-store/items.ts';
import { history, type Loaded, load, stateAt } from '../../../functions/backbone/event-store/load.ts';
import { tableReader } from '../../../functions/backbone/table.ts';
import { StockReceived } from '../../../schemas/index.ts';
import { eventOf } from '../use-case.ts';
import { newWorld, START_MS, type World } from './world.ts';

/** Sums what was received, and remembers the last: an order of events that is wrong is seen. */
interface Sum {
  readonly total: number;
  readonly last: number;
}

const shelf = (settings: { readonly snapshotEvery?: number; readonly foldVersion?: number } = {}) =>
  defineAggregate({
    type: 'Shelf',
    events: [StockReceived.v1],
    initial: { total: 0, last: 0 } as Sum,
    evolve: ({ total }, { data }) => ({ total: total + data.quantity, last: data.quantity }),
    isClosed: ({ last }) => last === 9999,
    ...settings,
  });

type Shelf = ReturnType<typeof shelf>;

const timeOf = (version: number): string => new Date(START_MS + version * 60_000).toISOString();

const receivedOf = (version: number, quantity: number): Envelope => ({
  ...eventOf(StockReceived.v1({ sku: 'cd', quantity, receivedAt: timeOf(version) }), `event-${version}`),
  time: timeOf(version),
  sequence: String(version).padStart(16, '0'),
});

/** Writes an append as a transaction would, its condition aside. */
function write<State>(world: World, { tip, moved, loaded }: { tip: Tip; moved: readonly object[]; loaded: Loaded<State> }): Loaded<State> {
  for (const item of [tip, ...moved]) world.table.set('table', item as { pk: string; sk: string });
  return loaded;
}

/** A stream of which each commit adds so many events. */
function fill(world: World, aggregate: Shelf, commits: readonly (readonly number[])[]): Envelope[] {
  let loaded: Loaded<Sum> = { id: 's1', state: aggregate.initial, version: 0, tip: undefined };
  const all: Envelope[] = [];
  for (const quantities of commits) {
    const events = quantities.map((quantity, index) => receivedOf(loaded.version + 1 + index, quantity));
    all.push(...events);
    loaded = write(world, appended(aggregate, loaded, events));
  }
  return all;
}

const commits = fc.array(fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 40 });

describe('an event store', () => {
  it('gives back what was appended, whatever has moved out of the tip', async () => {
    await fc.assert(
      fc.asyncProperty(commits, fc.integer({ min: 1, max: 12 }), fc.nat(), async (given, snapshotEvery, after) => {
        const world = newWorld();
        const aggregate = shelf({ snapshotEvery });
        const all = fill(world, aggregate, given);
        const reader = tableReader(world.ports);
        expect(await load(reader, aggregate, 's1')).toMatchObject({ version: all.length, state: fold(aggregate, aggregate.initial, all) });
        const read: Envelope[] = [];
        for await (const event of history(reader, aggregate, 's1')) read.push(event);
        expect(read).toEqual(all);
        const later: Envelope[] = [];
        for await (const event of history(reader, aggregate, 's1', { after: after % (all.length + 1) })) later.push(event);
        expect(later).toEqual(all.slice(after % (all.length + 1)));
      }),
    );
  });

  it('knows the state at each version and at each time', async () => {
    await fc.assert(
      fc.asyncProperty(commits, fc.integer({ min: 1, max: 12 }), fc.nat(), async (given, snapshotEvery, seed) => {
        const world = newWorld();
        const aggregate = shelf({ snapshotEvery });
        const all = fill(world, aggregate, given);
        const version = seed % (all.length + 2);
        const expected = { id: 's1', version: Math.min(version, all.length), state: fold(aggregate, aggregate.initial, all.slice(0, version)) };
        const reader = tableReader(world.ports);
        expect(await stateAt(reader, aggregate, { id: 's1', moment: { version } })).toEqual(expected);
        const between = new Date(Date.parse(timeOf(version)) + 30_000).toISOString();
        expect(await stateAt(reader, aggregate, { id: 's1', moment: { time: between } })).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('reads one snapshot and no more than the events since, however long the stream is', async () => {
    const world = newWorld();
    const aggregate = shelf({ snapshotEvery: 100 });
    const all = fill(
      world,
      aggregate,
      Array.from({ length: 10_000 }, (_, index) => [1 + (index % 50)]),
    );
    world.table.calls.length = 0;
    const loaded = await load(tableReader(world.ports), aggregate, 's1');
    expect(loaded).toMatchObject({ version: 10_000, state: fold(aggregate, aggregate.initial, all) });
    expect(world.table.calls).toEqual(['GetItem', 'GetItem']);
    expect(loaded.tip?.events.length).toBeLessThanOrEqual(100);
    world.table.calls.length = 0;
    const early = await stateAt(tableReader(world.ports), aggregate, { id: 's1', moment: { version: 4_321 } });
    expect(early).toEqual({ id: 's1', version: 4_321, state: fold(aggregate, aggregate.initial, all.slice(0, 4_321)) });
    expect(world.table.calls).toEqual(['GetItem', 'Query', 'GetItem']);
  });

  it('folds all events again where the fold has changed', async () => {
    const world = newWorld();
    const all = fill(world, shelf({ snapshotEvery: 3 }), [[1], [2], [3], [4], [5]]);
    const other = {
      ...shelf({ snapshotEvery: 3, foldVersion: 2 }),
      evolve: ({ total }: Sum, { data }: { data: { quantity: number } }) => ({ total: total - data.quantity, last: 0 }),
    };
    expect((await load(tableReader(world.ports), other as Shelf, 's1')).state.total).toBe(-15);
    expect(all).toHaveLength(5);
  });

  it('takes nothing after a stream has ended', () => {
    const world = newWorld();
    expect(() => fill(world, shelf(), [[1], [9999], [2]])).toThrow(TerminalError);
    expect(() => fill(world, shelf(), [[1], []])).toThrow('Nothing is appended to Shelf s1');
  });

  it('knows nothing of what does not exist', async () => {
    const reader = tableReader(newWorld().ports);
    expect(await load(reader, shelf(), 'nowhere')).toEqual({ id: 'nowhere', state: { total: 0, last: 0 }, version: 0, tip: undefined });
    expect(await stateAt(reader, shelf(), { id: 'nowhere', moment: { time: timeOf(1) } })).toEqual({ id: 'nowhere', state: { total: 0, last: 0 }, version: 0 });
  });
});

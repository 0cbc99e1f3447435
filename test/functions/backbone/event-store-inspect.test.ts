import { expect, it } from 'vitest';
import { defineAggregate } from '../../../functions/backbone/event-store/aggregate.ts';
import { FEED_LAG_MS } from '../../../functions/backbone/event-store/feed.ts';
import { type Inspection, inspector } from '../../../functions/backbone/event-store/inspect.ts';
import { UnitOfWork } from '../../../functions/backbone/unit-of-work.ts';
import { OrderCancelled } from '../../../schemas/index.ts';
import { CONTEXT, newWorld, type World } from './world.ts';

const Wish = defineAggregate({
  type: 'Wish',
  events: [OrderCancelled.v1],
  initial: undefined as { readonly email: string; readonly reasons: readonly string[] } | undefined,
  evolve: (wish, { data: { email, reason } }) => ({ email, reasons: [...(wish?.reasons ?? []), reason] }),
  snapshotEvery: 2,
  personal: { subjectOf: ({ customerId }) => customerId, members: { email: 'nobody@example.invalid' } },
});

const CAUSE = { id: 'cause', correlationid: 'c', traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', flow: 'choreography' };

async function append(world: World, reason: string): Promise<void> {
  const work = new UnitOfWork({ ports: world.ports, cause: CAUSE, identity: [reason] });
  const event = OrderCancelled.v1({ orderId: 'w1', customerId: 'c1', email: 'ada@example.org', reason, cancelledAt: work.now });
  work.append(Wish, await work.load(Wish, 'w1'), [event]);
  await work.commit({ kind: 'put', record: { pk: `COMMIT#${reason}`, sk: 'COMMIT' }, condition: { expression: 'attribute_not_exists(pk)' } });
  world.nowMs += 60_000;
}

const REASONS = ['one', 'two', 'three', 'four', 'five'];

it('tells state, log and feed, and no personal data, however much has moved out of the tip', async () => {
  const world = newWorld();
  for (const reason of REASONS) await append(world, reason);
  const ask = (inspection: Inspection) => inspector({ name: 'wishes' }, Wish, world.ports)(inspection, CONTEXT);
  const state = { email: 'nobody@example.invalid', reasons: REASONS };
  expect(await ask({ ask: 'state', id: 'w1' })).toEqual({ id: 'w1', version: 5, latest: 5, state });
  expect(await ask({ ask: 'state', id: 'w1', moment: { version: 2 } })).toMatchObject({ version: 2, latest: 5, state: { reasons: ['one', 'two'] } });
  expect(await ask({ ask: 'state', id: 'nobody' })).toEqual({ id: 'nobody', version: 0, latest: 0, state: null });
  const log = await ask({ ask: 'log', id: 'w1', after: 1, limit: 2 });
  expect(log).toMatchObject({ latest: 5, events: [{ data: { reason: 'two' } }, { data: { reason: 'three' } }] });
  world.nowMs += FEED_LAG_MS;
  const feed = await ask({ ask: 'feed', limit: 4 });
  expect(feed).toMatchObject({ isEnd: false, events: REASONS.slice(0, 4).map((reason) => ({ envelope: { data: { reason } } })) });
  expect(JSON.stringify([log, feed])).not.toMatch(/sealed|ada@/);
});

it('says what it cannot answer', async () => {
  const ask = (inspection: object) => inspector({ name: 'wishes' }, Wish, newWorld().ports)(inspection as Inspection, CONTEXT);
  await expect(ask({ ask: 'state' })).rejects.toThrow('An inspection has an `id`');
  await expect(ask({ ask: 'everything', id: 'w1' })).rejects.toThrow('"state", "log" or "feed"');
  await expect(ask({ ask: 'feed', after: 'nowhere' })).rejects.toThrow('"nowhere" is no place in the feed');
});

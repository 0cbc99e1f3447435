import { SplitShardCommand } from '@aws-sdk/client-kinesis';
import { afterEach, expect, it } from 'vitest';
import { FEED_LAG_MS, type FeedEvent } from '../../functions/backbone/event-store/feed.ts';
import { streamLog } from '../../functions/backbone/event-store/log.ts';
import { subscribe } from '../../functions/backbone/event-store/subscription.ts';
import type { Sender } from '../../functions/backbone/ports.ts';
import { OrderStream } from '../../functions/orders/order.ts';
import { itemsOf } from '../world/tables.ts';
import { createWorld, type World } from '../world/world.ts';

let world: World;
afterEach(async () => {
  expect(world.bugs).toEqual([]);
  await world.close();
});

async function placeOrders(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    await world.placed({ customerId: `c${index % 3}`, ...(index % 2 === 0 && { cardToken: 'tok_declined' }) });
    await world.pass(1_000 * ((index * 7919) % 50));
  }
}

const stored = async (): Promise<string[]> => {
  const tips = (await itemsOf(world, 'TIP')).filter(({ aggregate }) => aggregate === 'Order');
  return tips.flatMap(({ events }) => (events as string[]).map((text) => (JSON.parse(text) as { id: string }).id)).sort();
};

it('is told to operators page by page, in one order', async () => {
  world = await createWorld();
  await placeOrders(10);
  await world.settle();
  await world.pass(FEED_LAG_MS);
  const ask = (request: { readonly after?: string; readonly limit: number }) => world.complete(world.operations.aggregateFeed({ type: 'Order', ...request }));
  const whole = await ask({ limit: 1_000 });
  expect(whole.isEnd).toBe(true);
  expect(whole.events.map(({ id }) => id).sort()).toEqual(await stored());
  const keys = whole.events.map(({ time, aggregateId, version }) => [time, aggregateId, version]);
  expect(keys).toEqual([...keys].sort(([a], [b]) => (String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0)));
  const paged: string[] = [];
  let after: string | undefined;
  for (let isEnd = false; !isEnd; ) {
    const page = await ask({ limit: 3, ...(after !== undefined && { after }) });
    paged.push(...page.events.map(({ id }) => id));
    after = page.events.at(-1)?.position;
    ({ isEnd } = page);
  }
  expect(paged).toEqual(whole.events.map(({ id }) => id));
  await expect(ask({ limit: 1, after: 'nowhere' })).rejects.toThrow('is no place in the feed');
});

it('goes over from the feed to the stream, through a split of a shard, with every event once', async () => {
  world = await createWorld();
  const { kernel } = world.plane;
  await placeOrders(8);
  await world.settle();
  const [{ tableName } = { tableName: '' }] = [world.consumer('orders')];
  const ports = { dynamodb: world.clients.dynamodb as unknown as Sender, environment: { TABLE_NAME: tableName }, nowMs: () => kernel.nowMs() };
  const waitMs = (ms: number) => kernel.until(kernel.nowMs() + ms, 'test');
  const log = streamLog({ kinesis: world.clients.kinesis as unknown as Sender, waitMs }, world.system.streamName);
  const end = new AbortController();
  const given: FeedEvent[] = [];
  const following = (async () => {
    for await (const event of subscribe(ports, OrderStream, { log, signal: end.signal })) given.push(event);
  })();
  await world.pass(5_000);
  await placeOrders(4);
  const half = (2n ** 126n).toString();
  await world.complete(
    world.clients.kinesis.send(new SplitShardCommand({ StreamName: world.system.streamName, ShardToSplit: 'shardId-000000000000', NewStartingHashKey: half })),
  );
  await placeOrders(8);
  await world.settle();
  end.abort();
  await world.complete(following);
  expect(given.map(({ envelope }) => envelope.id).sort()).toEqual(await stored());
  const versions = new Map<string, number>();
  for (const { position } of given) {
    expect(position.version).toBe((versions.get(position.id) ?? 0) + 1);
    versions.set(position.id, position.version);
  }
});

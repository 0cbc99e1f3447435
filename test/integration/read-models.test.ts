import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { type OrderLine, parseOrders } from '../../operations/load/orders-file.ts';
import { eventsPerSecond, type Rebuild, runRebuild } from '../../operations/projections/rebuild.ts';
import { createWorld, type World } from '../world/world.ts';

/** Lines of the file that are placed; all with `READ_MODELS_ORDERS=all`. */
const ORDERS = process.env['READ_MODELS_ORDERS'] === 'all' ? Number.POSITIVE_INFINITY : 120;

/** Until so late a summary by others counts. */
const SUMMARY_END = '1997-09-30';

let world: World;
afterEach(() => expect(world.bugs).toEqual([]));

const dashboard = async (customerId: string) => (await world.http('GET', `/customers/${customerId}/dashboard`)).body;

/** Takes a rebuild or a verification of a projection through all of its steps. */
function running(projection: string, mode: Rebuild['mode'], onProgress: (rebuild: Rebuild) => void = () => {}): Promise<Rebuild> {
  return runRebuild((request) => world.operations.rebuildProjection(request), {
    projection,
    mode,
    pace: 20,
    onProgress,
    nowMs: () => world.plane.kernel.nowMs(),
    wait: (ms) => world.plane.kernel.until(world.plane.kernel.nowMs() + ms, 'pace'),
  });
}

/** The orders of a file, placed. */
async function placeAll(lines: readonly OrderLine[]): Promise<void> {
  const needed = new Map<string, number>();
  for (const { sku, quantity, end } of lines) if (end === 'CONFIRMED') needed.set(sku, (needed.get(sku) ?? 0) + quantity);
  for (const [sku, quantity] of needed) await world.receiveStock(sku, quantity);
  for (const line of lines) await world.placed(orderOf(line));
}

const orderOf = ({ customerId, sku, quantity, totalCents, cardToken, orderedAt }: OrderLine) => ({
  customerId,
  totalCents,
  cardToken,
  orderedAt,
  lines: [{ sku, quantity }],
});

/** What a customer's dashboard must be, by the file alone. */
function foldOfFile(customerId: string, lines: readonly OrderLine[]) {
  const own = lines.filter((line) => line.customerId === customerId);
  const times = own.map(({ orderedAt }) => orderedAt).sort();
  return {
    customerId,
    orderCount: own.length,
    cancelledCount: own.filter(({ end }) => end !== 'CONFIRMED').length,
    spentCents: own.filter(({ end }) => end === 'CONFIRMED').reduce((sum, { totalCents }) => sum + totalCents, 0),
    firstOrderedAt: times[0],
    lastOrderedAt: times.at(-1),
    repeatDays: [...new Set(times.map((time) => time.slice(0, 10)))].slice(1),
  };
}

describe('read models', () => {
  it('follow orders, stock and steps through the stream', async () => {
    world = await createWorld();
    await world.receiveStock('CD-1', 10);
    const first = await world.placed({ totalCents: 1000, orderedAt: '1997-01-01T10:00:00.000Z' });
    await world.placed({ totalCents: 2000, orderedAt: '1997-01-02T10:00:00.000Z', cardToken: 'tok_declined' });
    await world.placed({ totalCents: 3000, orderedAt: '1997-01-02T11:00:00.000Z' });
    await world.pass(120_000);
    expect(await dashboard('ada')).toEqual({
      customerId: 'ada',
      orderCount: 3,
      cancelledCount: 1,
      spentCents: 4000,
      firstOrderedAt: '1997-01-01T10:00:00.000Z',
      lastOrderedAt: '1997-01-02T11:00:00.000Z',
      repeatDays: ['1997-01-02'],
    });
    expect((await world.http('GET', `/orders/${first}/summary`)).body).toMatchObject({ orderId: first, status: 'CONFIRMED', totalCents: 1000, pieces: 1 });
    expect((await world.http('GET', '/revenue/daily?from=1997-01-01&to=1997-01-03')).body).toEqual({
      days: [
        { day: '1997-01-01', orderCount: 1, cancelledCount: 0, revenueCents: 1000 },
        { day: '1997-01-02', orderCount: 2, cancelledCount: 1, revenueCents: 3000 },
        { day: '1997-01-03', orderCount: 0, cancelledCount: 0, revenueCents: 0 },
      ],
    });
    expect((await world.http('GET', '/stock/CD-1')).body).toEqual({ sku: 'CD-1', received: 10, reserved: 2, available: 8 });
    const steps = { placed: 3, paid: 2, reserved: 2, shipped: 2, confirmed: 2, cancelled: 1 };
    expect((await world.http('GET', '/funnel?from=2026-01-05T00:00:00Z&to=2026-01-06T00:00:00Z')).body).toMatchObject({ ...steps, isApproximate: false });
    expect((await world.http('GET', '/customers/nobody/dashboard')).status).toBe(404);
    expect((await world.http('GET', '/revenue/daily?from=1997-01-01&to=1998-01-03')).status).toBe(400);
    const projections = await world.complete(world.operations.projections({}));
    expect(projections.map(({ projection, live, isStale, canBeRebuilt }) => [projection, live?.version, isStale, canBeRebuilt])).toEqual([
      ['customer-dashboard', 1, false, true],
      ['daily-revenue', 1, false, true],
      ['order-summary', 1, false, true],
      ['stock', 1, false, false],
    ]);
    expect(projections[0]?.newestEventSeconds).toBeLessThan(130);
  });

  it('let a caller read their own write, or say that it is not there yet', async () => {
    world = await createWorld();
    const { body } = await world.placeOrder();
    const answer = await world.http('GET', `/customers/ada/dashboard?after=${body.token}`);
    expect([answer.status, answer.body]).toMatchObject([200, { orderCount: 1 }]);
    const later = await world.http('GET', `/orders/${body.orderId}/summary?after=${body.orderId}:9`);
    expect([later.status, later.headers['retry-after'], later.body.title]).toEqual([409, '1', 'Not yet']);
    expect((await world.http('GET', '/customers/ada/dashboard?after=nothing')).status).toBe(400);
  });

  it('equal an independent fold of a real order log, and what others counted in it', async () => {
    world = await createWorld();
    const lines = parseOrders(readFileSync('examples/cdnow/orders.txt', 'utf8')).slice(0, ORDERS);
    await placeAll(lines);
    await world.settle();
    const customers = [...new Set(lines.map(({ customerId }) => customerId))];
    const summary = new Map(
      readFileSync('examples/cdnow/customers-summary.csv', 'utf8')
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.split(',').map(Number) as [number, number]),
    );
    // The file goes customer by customer: the orders of all but the last are complete.
    for (const customerId of customers) {
      const shown = await dashboard(customerId);
      expect(shown).toEqual(foldOfFile(customerId, lines));
      if (customerId === customers.at(-1) && ORDERS !== Number.POSITIVE_INFINITY) continue;
      expect([customerId, shown.repeatDays.filter((day: string) => day <= SUMMARY_END).length]).toEqual([customerId, summary.get(Number(customerId))]);
    }
  }, 3_600_000);

  it('are rebuilt while orders come, and nobody sees a gap', async () => {
    world = await createWorld();
    const lines = parseOrders(readFileSync('examples/cdnow/orders.txt', 'utf8')).slice(0, 60);
    await placeAll(lines.slice(0, 40));
    await world.settle();
    const phases: string[] = [];
    let rebuilt: Rebuild | undefined;
    const rebuilding = running('customer-dashboard', 'rebuild', ({ phase }) => phases.push(phase)).then((done) => {
      rebuilt = done;
    });
    const known = new Map<string, number>();
    for (const line of lines.slice(40)) {
      await world.placed(orderOf(line));
      for (const customerId of [lines[0]?.customerId ?? '', lines[20]?.customerId ?? '']) {
        const { orderCount } = await dashboard(customerId);
        expect(orderCount).toBeGreaterThanOrEqual(known.get(customerId) ?? 1);
        known.set(customerId, orderCount);
      }
    }
    await world.complete(rebuilding);
    await world.settle();
    expect(phases).toEqual(expect.arrayContaining(['FILLING', 'CUTTING_OVER', 'DROPPING', 'DONE']));
    expect(rebuilt).toMatchObject({ generation: '2', isCancelled: false });
    expect(rebuilt && eventsPerSecond(rebuilt)).toBeGreaterThan(0);
    for (const customerId of new Set(lines.map((line) => line.customerId)))
      expect(await dashboard(customerId)).toMatchObject({ orderCount: foldOfFile(customerId, lines).orderCount });
    expect(await world.complete(running('customer-dashboard', 'verify'))).toMatchObject({ differing: 0, isCancelled: false });
    expect(await world.complete(running('order-summary', 'verify'))).toMatchObject({ differing: 0, compared: 60, events: 120 });
    await expect(world.complete(world.operations.rebuildProjection({ projection: 'stock', action: 'start', mode: 'rebuild' }))).rejects.toThrow(
      'stock cannot be filled again: no event store keeps its events. These can: customer-dashboard, daily-revenue, order-summary',
    );
  });
});

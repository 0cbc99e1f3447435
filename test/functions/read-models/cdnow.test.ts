import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { applyEvents } from '../../../functions/backbone/projections/apply.ts';
import { pointersOf, targetsOf } from '../../../functions/backbone/projections/generations.ts';
import { readView } from '../../../functions/backbone/projections/reading.ts';
import { tableReader } from '../../../functions/backbone/table.ts';
import { type CustomerView, customerDashboard, dashboardOf } from '../../../functions/read-models/customer-dashboard.ts';
import { dashboardsOf } from '../../../operations/load/dashboards.ts';
import { parseOrders } from '../../../operations/load/orders-file.ts';
import { eventsOf, newProjectionWorld } from '../backbone/projections/projection-world.ts';

const SUMMARY_END = '1997-09-30';

it('equals a fold of the whole order log for all of its customers, and what others counted in it', async () => {
  const world = newProjectionWorld();
  const lines = parseOrders(readFileSync('examples/cdnow/orders.txt', 'utf8'));
  const events = lines.flatMap(({ lineNumber, customerId, orderedAt, totalCents, end }) =>
    eventsOf({ orderId: `order-${lineNumber}`, customerId, orderedAt, totalCents, end: end === 'CONFIRMED' ? end : 'CANCELLED' }),
  );
  const targets = targetsOf([customerDashboard], await pointersOf(world.ports, [customerDashboard]));
  // Neither in the order of the file nor an order's events in one batch.
  const batches: (typeof events)[] = Array.from({ length: 40 }, () => []);
  for (const [index, event] of events.entries()) batches[(index * 7) % 40]?.push(event);
  for (const batch of batches) await applyEvents(world.ports, targets, batch);
  const expected = dashboardsOf(lines);
  expect(expected.size).toBe(2357);
  const counted = readFileSync('examples/cdnow/customers-summary.csv', 'utf8').trim().split('\n').slice(1);
  expect(counted).toHaveLength(2357);
  for (const line of counted) {
    const [number = 0, x = 0] = line.split(',').map(Number);
    const customerId = String(number).padStart(4, '0');
    const view = await readView<CustomerView>(tableReader(world.ports), { projection: customerDashboard, key: customerId }, world.ports);
    const dashboard = view && dashboardOf(customerId, view);
    expect(dashboard).toEqual(expected.get(customerId));
    expect([customerId, dashboard?.repeatDays.filter((day) => day <= SUMMARY_END).length]).toEqual([customerId, x]);
  }
});

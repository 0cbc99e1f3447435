import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { FlowEvent } from '../../operations/flow/flow-event.ts';
import { temporaryFolder } from '../world/assembly-copy.ts';
import { createWorld, type World } from '../world/world.ts';

/** Of what a trace tells, what the tables keep. */
function kept(events: readonly FlowEvent[]) {
  return events
    .map(({ handlings, atMs: _, ...event }) => ({ ...event, handlings: handlings.map(({ consumer, state }) => `${consumer} ${state}`).sort() }))
    .sort((a, b) => a.id.localeCompare(b.id));
}

const trace = async (world: World, key: string) => (await world.complete(world.operations.trace({ key }))).events;

it('is answered from the tables as it was from the journal, by order, thread and event', async () => {
  const dataDirectory = join(temporaryFolder(), 'data');
  const first = await createWorld({ dataDirectory });
  await first.receiveStock('CD-1', 1);
  const orderIds = [await first.placed(), await first.placed({ cardToken: 'tok_declined' }), await first.placed({ cardToken: 'tok_timeout' })];
  await first.settle();
  await first.pass(150_000);
  const before: (readonly FlowEvent[])[] = [];
  for (const orderId of orderIds) before.push(await trace(first, orderId));
  await first.close();

  const second = await createWorld({ dataDirectory, startMs: first.plane.kernel.nowMs() });
  for (const [index, orderId] of orderIds.entries()) {
    const events = await trace(second, orderId);
    expect(kept(events)).toEqual(kept(before[index] ?? []));
    expect(events.map(({ atMs }) => atMs)).toEqual(events.map(({ atMs }) => atMs).sort((a, b) => a - b));
    const { id = '', correlationId = '' } = events[1] ?? {};
    expect(kept(await trace(second, id))).toEqual(kept(events));
    expect(kept(await trace(second, correlationId))).toEqual(kept(events));
  }
  expect((await trace(second, orderIds[2] ?? '')).flatMap(({ handlings }) => handlings).find(({ state }) => state === 'dead')).toMatchObject({
    consumer: 'payments',
    error: expect.any(String),
  });
  await expect(trace(second, 'nobody-knows')).rejects.toThrow('No event with id, correlation id or subject "nobody-knows"');
});

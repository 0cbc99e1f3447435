import type { Context } from 'aws-lambda';
import { beforeEach, describe, expect, it } from 'vitest';
import { tableReader } from '../../../functions/backbone/table.ts';
import { countSteps, funnel, type WindowEvent } from '../../../functions/read-models/funnel.ts';
import { getFunnel } from '../../../functions/read-models/get-funnel.ts';
import { newWorld, orderEnvelope, sqsRecord, type World } from '../backbone/world.ts';

const CONTEXT = { awsRequestId: 'request', getRemainingTimeInMillis: () => 30_000 } as Context;
const SHARD = 'shardId-000000000000';

let world: World;
beforeEach(() => {
  world = newWorld();
});

const event = (type: string, orderId: string): string => JSON.stringify(orderEnvelope(orderId, { type }));

function windowEvent(start: string, texts: readonly string[], more: Partial<WindowEvent> = {}): WindowEvent {
  const Records = texts.map((text, index) => ({ kinesis: { data: Buffer.from(text).toString('base64'), sequenceNumber: String(index) } }));
  const end = new Date(Date.parse(start) + 60_000).toISOString();
  return {
    Records,
    window: { start, end },
    state: {},
    shardId: SHARD,
    isFinalInvokeForWindow: false,
    isWindowTerminatedEarly: false,
    ...more,
  } as unknown as WindowEvent;
}

const ask = (from: string, to: string) => getFunnel({ path: {}, query: { from, to } }, tableReader(world.ports));

describe('the funnel', () => {
  it('keeps its state from one invocation of a window to the next, and writes it when the window ends', async () => {
    const handler = funnel('funnel', world.ports);
    const start = '2026-03-15T14:00:00.000Z';
    const first = await handler(windowEvent(start, [event('OrderPlaced', 'o1'), event('OrderPlaced', 'o2'), 'no json']), CONTEXT);
    expect(first.state.counts).toMatchObject({ placed: 2, confirmed: 0 });
    const second = await handler(windowEvent(start, [event('OrderPlaced', 'o1'), event('OrderConfirmed', 'o1')], { state: first.state }), CONTEXT);
    expect(second.state.counts).toMatchObject({ placed: 2, confirmed: 1 });
    expect(world.table.items()).toEqual([]);
    const final = windowEvent(start, [], { state: second.state, isFinalInvokeForWindow: true });
    expect(await handler(final, CONTEXT)).toEqual({ state: {}, batchItemFailures: [] });
    await handler(final, CONTEXT);
    expect(await ask(start, '2026-03-15T14:01:00Z')).toMatchObject({ status: 200, body: { windows: 1, placed: 2, confirmed: 1, isApproximate: false } });
    expect(await ask('2026-03-15T14:01:00Z', '2026-03-15T15:00:00Z')).toMatchObject({ body: { windows: 0, placed: 0 } });
  });

  it('adds up the parts of a window that ended early, and what was redriven', async () => {
    const handler = funnel('funnel', world.ports);
    const start = '2026-03-15T14:00:00.000Z';
    await handler(windowEvent(start, [event('OrderPlaced', 'o1')], { isWindowTerminatedEarly: true }), CONTEXT);
    await handler(windowEvent(start, [event('OrderPlaced', 'o2')], { isFinalInvokeForWindow: true }), CONTEXT);
    const letter = { Records: [sqsRecord(event('OrderPlaced', 'o3'))] };
    await handler(letter, CONTEXT);
    await handler(letter, CONTEXT);
    expect(await ask('2026-03-15T00:00:00Z', '2026-03-16T00:00:00Z')).toMatchObject({ body: { windows: 1, placed: 3 } });
  });

  it('says so where there are too many orders to tell a step that came twice', () => {
    const many = Array.from({ length: 15_001 }, (_, index) => ({ type: 'OrderPlaced', orderId: `o${index}` }));
    expect(countSteps({}, many)).toMatchObject({ counts: { placed: 15_001 }, isApproximate: true });
    expect(countSteps({}, many.slice(1))).toMatchObject({ isApproximate: false });
  });

  it.each([
    ['2026-03-15T00:00:00Z', '2026-03-14T00:00:00Z'],
    ['2026-03-15T00:00:00Z', '2026-03-25T00:00:00Z'],
    ['yesterday', '2026-03-25T00:00:00Z'],
  ])('refuses times from %s to %s', async (from, to) => {
    await expect(ask(from, to)).rejects.toMatchObject({ status: 400 });
  });
});
